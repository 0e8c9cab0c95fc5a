"""Dialogs that need someone: what is known of one, and what its messages tell."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any, Literal, Self

from tools.method import Method
from workflows.core.pagination import moment

State = Literal["new", "accepted", "again"]
"""Nobody has accepted it; accepted, but no operator has written; the client wrote again after an operator."""
SLACK = timedelta(minutes=1)
"""The message that opens a session may be a little older than the session."""


@dataclass(frozen=True)
class Said:
    """A message that the client wrote or got."""

    id: int
    author: int
    role: str
    """client, operator, bot or unknown."""
    text: str
    at: datetime

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Self | None:
        """From a message of a transcript; None for notices, for what the client did not get, and without a date."""
        at = moment(message.get("date"))
        if message["role"] == "system" or message.get("hidden") or at is None:
            return None
        return cls(message["id"], message["author_id"], message["role"], message["text"], at)


@dataclass(frozen=True)
class Talk:
    """What was said in one session, oldest first."""

    said: Sequence[Said]

    @classmethod
    def of(cls, messages: Iterable[Mapping[str, Any]], began: datetime) -> Self:
        """The messages of a transcript since the session began."""
        found = (said for message in messages if (said := Said.of(message)))
        return cls([said for said in found if said.at >= began - SLACK])

    @property
    def last(self) -> Said | None:
        """The last message."""
        return self.said[-1] if self.said else None

    @property
    def unanswered(self) -> list[Said]:
        """What the client wrote since anybody answered."""
        return list(takewhile(lambda said: said.role == "client", reversed(self.said)))[::-1]

    @property
    def bot(self) -> int:
        """The bot that wrote last; 0 for none."""
        return next((said.author for said in reversed(self.said) if said.role == "bot"), 0)

    @property
    def by_operator(self) -> bool:
        """Whether a person has ever answered."""
        return any(said.role == "operator" for said in self.said)


@dataclass(frozen=True)
class Waiting:
    """A dialog that needs someone, or may need someone."""

    chat_id: int
    session_id: int
    line_id: int
    connector: str
    state: State
    since: datetime
    """Since when the client waits; before the messages are read, when the session began."""
    question: Method
    """Reads its messages."""
    waits: bool = True
    """Whether it certainly waits; else only its messages tell."""
    dated: bool = True
    """Whether it is certain since when."""
    accepted: bool = False
    """Whether the portal counts it as accepted."""
    owner: int = 0
    """0 in the queue."""
    offered_to: int = 0
    bot: int = 0
    """A bot that has it, which the portal shows as if it waited in the queue."""
    client: str = ""
    crm: tuple[tuple[str, int], ...] = ()
    pinned: bool = False
    silent: bool = False
    last: Said | None = None

    @property
    def certain(self) -> bool:
        """Whether the messages can change neither its state nor its place."""
        return self.waits and self.dated

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in the list: who waits longest comes first."""
        return self.since, self.session_id

    def judged(self, talk: Talk) -> Self | None:
        """The same with what its messages tell; None if it does not wait."""
        unanswered, bot = talk.unanswered, 0 if self.owner else self._bot(talk)
        if (self.owner or bot) and not unanswered:
            return None
        if not self.owner:
            return replace(self, state="new", since=self._queued_since(talk, bot), bot=bot, last=talk.last)
        state: State = "again" if talk.by_operator else "accepted"
        return replace(self, state=state, since=unanswered[0].at, last=talk.last)

    def _bot(self, talk: Talk) -> int:
        """The bot that has a dialog without an owner; 0 where it waits in the queue, as it may after a bot too."""
        return talk.bot if self.accepted or self.offered_to == talk.bot else 0

    def _queued_since(self, talk: Talk, bot: int) -> datetime:
        """A dialog may come back into the queue after it was answered."""
        if self.dated or not talk.last or not (bot or talk.by_operator):
            return self.since
        return (talk.unanswered or [talk.last])[0].at


@dataclass(frozen=True)
class Wish:
    """Which dialogs are wanted."""

    limit: int
    line_id: int | None = None
    connectors: frozenset[str] = frozenset()
    """Any where it is empty."""
    owner: int | None = None
    unassigned: bool = False
    state: State | None = None
    least: timedelta = timedelta()
    """How long it has been waiting at least."""
    after: tuple[datetime, int] | None = None
    """The place of the last dialog on the page before."""

    @property
    def queue(self) -> bool:
        """Whether dialogs that nobody has accepted can be among them."""
        return self.owner is None and self.state in {None, "new"}

    @property
    def accepted(self) -> bool:
        """Whether dialogs that somebody has accepted can be among them."""
        return not self.unassigned and self.state != "new"

    def from_there(self, found: Waiting) -> bool:
        """Whether a dialog is of the wanted line and channel."""
        return self.line_id in {None, found.line_id} and (not self.connectors or found.connector in self.connectors)

    def holds(self, found: Waiting, now: datetime) -> bool:
        """Whether a dialog is wanted, on whatever page."""
        return (
            self.from_there(found)
            and self.owner in {None, found.owner}
            and not (self.unassigned and found.owner)
            and self.state in {None, found.state}
            and now - found.since >= self.least
        )

    def follows(self, found: Waiting) -> bool:
        """Whether a dialog stands behind the pages before."""
        return self.after is None or found.place > self.after


@dataclass(frozen=True)
class Lot:
    """Dialogs that may need someone, as one source lists them."""

    source: str
    """statistics or messenger."""
    dialogs: list[Waiting]
    read: Callable[[Waiting, Any], Waiting | None]
    """A dialog with what the answer to its question tells; None if it does not wait."""
    most: int
    """How many are read beside those that are on the page for certain, fifty in a request."""
    missing: list[str]
    """What is not among them, in words."""
