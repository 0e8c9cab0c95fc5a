"""Dialogs that wait for an answer: what is known of one, what its messages tell, and which are wanted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from itertools import takewhile
from typing import Any, Literal, Self

from tools.message_view import describe_content
from tools.method import Method
from workflows.core.moments import read_moment
from workflows.core.rows import UnclearRows

State = Literal["new", "accepted", "again", "answered", "closing", "closed", "open"]
"""Nobody has accepted it; accepted, but no operator has written; the client wrote again after an operator.

Where all dialogs are listed also: answered, finished once, over; open where it is not known whether it waits.
"""
SLACK = timedelta(minutes=1)
"""The message that opens a session may be a little older than the session."""


@dataclass(frozen=True)
class ExchangedMessage:
    """A message that the client wrote or got."""

    id: int
    author: int
    role: str
    """client, operator, bot or unknown. What a connector posted for the company is an operator's."""
    text: str
    """Names of files included; what it is where it is neither."""
    at: datetime
    waits: bool = False
    """Whether it is the client's, or may be."""
    files: Sequence[Mapping[str, Any]] = ()
    dated: bool = True
    """Whether `at` is its own date, and not that of a message beside it."""
    name: str = ""
    """The author's, as the messenger shows it."""

    @classmethod
    def from_message(cls, message: Mapping[str, Any], at: datetime | None) -> Self | None:
        """Read a message of a transcript; None for a notice, for what the client did not get, and without a moment."""
        role = message["role"]
        if role == "system" or message.get("hidden") or at is None:
            return None
        waits = role == "client" or bool(message.get("perhaps_client"))
        text, files = describe_content(message), message.get("files", ())
        name = message.get("author") or ""
        return cls(message["id"], message["author_id"] or 0, role, text, at, waits, files, name=name)


@dataclass(frozen=True)
class SessionMessages:
    """What was said in one session, oldest first."""

    messages: Sequence[ExchangedMessage]
    unclear: Sequence[str] = ()
    """What could not be read of them: the date of a message, its author."""

    @classmethod
    def from_messages(cls, messages: Iterable[Mapping[str, Any]], began: datetime, zone: tzinfo | None = None) -> Self:
        """Those messages of a transcript, oldest first, that belong to the session that began then.

        Dates without offset are meant in `zone`. A message whose date cannot be read counts as said with the one
        before it, or with the next where there is none.
        """
        listed = list(messages)
        dates = [read_moment(message.get("date"), zone) for message in listed]
        at = next(filter(None, dates), began)
        found = list[ExchangedMessage]()
        for message, told in zip(listed, dates, strict=True):
            at = told or at
            if (read := ExchangedMessage.from_message(message, at)) and at >= began - SLACK:
                found.append(replace(read, dated=told is not None))
        unclear = ["date of a message"] * (None in dates)
        unclear += ["author of a message"] * any(message.role == "unknown" for message in found)
        return cls(found, unclear)

    @property
    def last(self) -> ExchangedMessage | None:
        """The last message."""
        return self.messages[-1] if self.messages else None

    @property
    def unanswered(self) -> list[ExchangedMessage]:
        """What the client wrote since anybody answered."""
        return list(takewhile(lambda message: message.waits, reversed(self.messages)))[::-1]

    def holds(self, text: str) -> bool:
        """Whether one of the messages holds the text, upper and lower case alike."""
        return not text or any(text.casefold() in message.text.casefold() for message in self.messages)

    @property
    def last_bot(self) -> int:
        """The bot that wrote last; 0 for none."""
        return next((message.author for message in reversed(self.messages) if message.role == "bot"), 0)

    @property
    def bot_name(self) -> str:
        """The name of that bot; empty where the messages do not tell it."""
        return next((message.name for message in reversed(self.messages) if message.role == "bot"), "")

    @property
    def has_operator_message(self) -> bool:
        """Whether a person has ever answered."""
        return any(message.role == "operator" for message in self.messages)


@dataclass(frozen=True)
class WaitingDialog:
    """A dialog that waits for an answer, or may: the messages have to be read where `waits` is false."""

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
    bot_name: str = ""
    client: str = ""
    client_id: int = 0
    """The client's user, where the messages do not tell who wrote them; 0 where they do, or it is not known."""
    crm: tuple[tuple[str, int], ...] = ()
    pinned: bool = False
    silent: bool = False
    last: ExchangedMessage | None = None
    keep: bool = False
    """Whether it is listed though nobody waits."""
    closing: bool = False
    text: str = ""
    """What one of its messages has to hold; any where it is empty."""

    @property
    def certain(self) -> bool:
        """Whether the messages can change neither its state nor its place."""
        return self.waits and self.dated

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands in the list: who waits longest comes first."""
        return self.since, self.session_id

    def apply_messages(self, session: SessionMessages) -> Self | None:
        """The same dialog with the state and the wait that its messages show; None if it does not wait."""
        unanswered, bot = session.unanswered, 0 if self.owner else self._find_bot(session)
        if not session.holds(self.text):
            return None
        if self.closing or ((self.owner or bot) and not unanswered):
            return self._keep(session, bot) if self.keep else None
        if not self.owner:
            return replace(
                self,
                state="new",
                since=self._find_queued_since(session, bot),
                bot=bot,
                bot_name=session.bot_name,
                last=session.last,
            )
        state: State = "again" if session.has_operator_message else "accepted"
        return replace(self, state=state, since=unanswered[0].at, last=session.last)

    def _keep(self, session: SessionMessages, bot: int) -> Self:
        """The same dialog where nobody waits, since the last message."""
        since = session.last.at if session.last else self.since
        return replace(self, state="closing" if self.closing else "answered", since=since, bot=bot, last=session.last)

    def _find_bot(self, session: SessionMessages) -> int:
        """The bot that has a dialog without an owner; 0 where it waits in the queue, as it may after a bot too."""
        return session.last_bot if self.accepted or self.offered_to == session.last_bot else 0

    def _find_queued_since(self, session: SessionMessages, bot: int) -> datetime:
        """Since when a dialog without owner waits: it may have come back into the queue after an answer."""
        if self.dated or not session.last or not (bot or session.has_operator_message):
            return self.since
        return (session.unanswered or [session.last])[0].at


@dataclass(frozen=True)
class InboxFilter:
    """Which dialogs are wanted."""

    limit: int
    line_id: int | None = None
    connectors: frozenset[str] = frozenset()
    """Any where it is empty."""
    owner: int | None = None
    unassigned: bool = False
    state: State | None = None
    min_wait: timedelta = timedelta()
    """How long it has been waiting at least."""
    after: tuple[datetime, int] | None = None
    """The place of the last dialog on the page before."""
    all_open: bool = False
    """Those too in which nobody waits."""

    @property
    def includes_queue(self) -> bool:
        """Whether dialogs that nobody has accepted can be among them."""
        return self.owner is None and self.state in {None, "new"}

    @property
    def includes_accepted(self) -> bool:
        """Whether dialogs that somebody has accepted can be among them."""
        return not self.unassigned and self.state != "new"

    def has_line_and_channel(self, found: WaitingDialog) -> bool:
        """Whether a dialog is of the wanted line and channel; one whose channel is not known may be."""
        right_channel = not self.connectors or found.connector in self.connectors or not found.connector
        return self.line_id in {None, found.line_id} and right_channel

    def matches(self, found: WaitingDialog, now: datetime) -> bool:
        """Whether a dialog is wanted, on whatever page."""
        return (
            self.has_line_and_channel(found)
            and self.owner in {None, found.owner}
            and not (self.unassigned and found.owner)
            and self.state in {None, found.state}
            and now - found.since >= self.min_wait
        )

    def is_after_cursor(self, found: WaitingDialog) -> bool:
        """Whether a dialog stands behind the pages before."""
        return self.after is None or found.place > self.after


@dataclass(frozen=True)
class OpenDialogs:
    """Dialogs that may need someone, as one source lists them."""

    source: str
    """statistics or messenger."""
    dialogs: list[WaitingDialog]
    read: Callable[[WaitingDialog, Any], WaitingDialog | None]
    """Takes a dialog and the answer to its `question`; gives the dialog as it is now, or None if it does not wait."""
    most: int
    """How many uncertain dialogs have their messages read, fifty in a request."""
    missing: list[str]
    """What is not among them, in words."""
    unclear: UnclearRows = field(default_factory=UnclearRows)
    """What could not be read of them; reading their messages adds to it."""
