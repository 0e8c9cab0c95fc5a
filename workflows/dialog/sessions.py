"""The sessions of a dialog: where each begins among its messages, who was offered it, how it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tools.result_types import read_items, read_object, read_whole
from tools.statistics import V2SessionList
from workflows.core.attempts import ask_tolerantly, is_failure
from workflows.core.chat_state import ChatState
from workflows.core.context import Context
from workflows.core.moments import PortalClock, read_moment
from workflows.core.pagination import PAGE, has_more
from workflows.core.rows import RowReader

SLACK = timedelta(minutes=1)
"""The message that opens a session may be a little older than the session."""
LONGEST_SESSION = timedelta(days=7)
"""So long before the first message of a page its session is looked for."""
RATINGS = {"like": "good", "dislike": "bad"}
REASONS = {
    "operator": "by the operator",
    "auto": "by itself",
    "spam": "as spam",
    "client": "by the client",
    "replyLimit": "by the channel's time limit",
}
LONGEST_PERIOD = timedelta(days=360)
"""The portal takes at most 366 days."""
STATUSES = frozenset({"new", "answered", "paused", "closed", "spam"})


@dataclass(frozen=True)
class KnownSession:
    """A session of a dialog, as the statistics show it; of the present one the dialog itself tells id and beginning."""

    id: int
    began: datetime
    status: str = ""
    operator: int = 0
    """Of a new session whoever it is offered to, or the line's bot."""
    reason: str = ""
    """By what it was closed."""
    rating: str = ""
    """The client's: good or bad."""

    @property
    def spam(self) -> bool:
        """Whether it was marked as spam."""
        return "spam" in {self.status, self.reason}

    def describe(self) -> str:
        """`session 321, closed by the operator, rated good by the client`."""
        closed = f"closed {REASONS.get(self.reason, '')}".strip() if self.status in {"closed", "spam"} else ""
        closed = "closed as spam" if self.spam else closed
        rated = f"rated {self.rating} by the client" if self.rating else ""
        return ", ".join(filter(None, (f"session {self.id}", closed, rated)))


@dataclass(frozen=True)
class DialogSessions:
    """Those sessions of a dialog that are known, the earliest first."""

    sessions: Sequence[KnownSession] = ()
    told: bool = False
    """Whether the statistics told of the present session."""
    unreadable: int = 0
    """Sessions in the statistics that may be of this dialog, and whose id or date could not be read."""

    def find(self, session_id: int) -> KnownSession | None:
        """One of them."""
        return next((one for one in self.sessions if one.id == session_id), None)

    @property
    def last(self) -> KnownSession | None:
        """The one that began last."""
        return self.sessions[-1] if self.sessions else None

    def mark(self, messages: Sequence[Mapping[str, Any]], clock: PortalClock) -> list[Mapping[str, Any]]:
        """The messages, each with the `session_id` that it belongs to, where that is known."""
        return [{**one, "session_id": found} if (found := self._find_id(one, clock)) else one for one in messages]

    def _find_id(self, message: Mapping[str, Any], clock: PortalClock) -> int:
        at = read_moment(message.get("date"), clock.zone)
        return next((one.id for one in reversed(self.sessions) if at and at >= one.began - SLACK), 0)


async def ask_present_session(context: Context, chat: ChatState, clock: PortalClock) -> Any:
    """What the statistics say of the present session, where the dialog tells too little: nobody has it, or it closes.

    None where nothing was asked, the error where it failed.
    """
    present = _make_present(chat, clock)
    if not present or (chat.owner and not chat.closing):
        return None
    return await ask_tolerantly(context, _ask(chat, present.began - SLACK, present.began + SLACK))


async def read_sessions(
    context: Context, chat: ChatState, messages: Sequence[Mapping[str, Any]], clock: PortalClock, answer: Any
) -> DialogSessions:
    """The sessions that these messages may belong to, and the present one, of which `answer` may tell.

    The statistics list sessions by time alone, so that those of other clients are read along; earlier ones are only
    asked for where the messages began before the present one. Where they are too many none of them is told.
    """
    present = _make_present(chat, clock)
    known, lost = _read_all(answer, chat, clock)
    found = {one.id: one for one in (present, *known) if one}
    dates = [at for one in messages if (at := read_moment(one.get("date"), clock.zone))]
    if dates and (present is None or min(dates) < present.began - SLACK):
        question = _ask(chat, min(dates) - LONGEST_SESSION, max(dates) + SLACK)
        earlier = await ask_tolerantly(context, question)
        if not is_failure(earlier) and not has_more(earlier, len(earlier["sessions"]), PAGE):
            known, more_lost = _read_all(earlier, chat, clock)
            found, lost = found | {one.id: one for one in known}, lost + more_lost
    ordered = sorted(found.values(), key=lambda one: (one.began, one.id))
    return DialogSessions(ordered, told=bool(present and found[present.id].status), unreadable=lost)


def _make_present(chat: ChatState, clock: PortalClock) -> KnownSession | None:
    if not chat.open or not chat.began:
        return None
    return KnownSession(chat.session_id, datetime.fromtimestamp(chat.began, clock.now.tzinfo))


def _ask(chat: ChatState, first: datetime, last: datetime) -> V2SessionList:
    return V2SessionList(
        date_create_from=max(first, last - LONGEST_PERIOD).isoformat(),
        date_create_to=last.isoformat(),
        source_list=[chat.connector] if chat.connector else None,
        limit=PAGE,
    )


def _read_all(answer: Any, chat: ChatState, clock: PortalClock) -> tuple[list[KnownSession], int]:
    """The sessions of this dialog, and how many more may be of it, but cannot be read."""
    if answer is None or is_failure(answer):
        return [], 0
    rows = [row for row in read_items(answer["sessions"]) if read_whole(read_object(row).get("chatId")) in {0, chat.id}]
    known = [one for row in rows if (one := _read(row, chat, clock))]
    return known, len(rows) - len(known)


def _read(session: Any, chat: ChatState, clock: PortalClock) -> KnownSession | None:
    row = RowReader(read_object(session), clock.zone)
    number, began = row.read_id("id", required=True), row.read_moment("dateCreate", required=True)
    if row.read_id("chatId", required=True) != chat.id or not number or began is None:
        return None
    return KnownSession(
        number,
        began,
        status=row.read_code("status", STATUSES),
        operator=row.read_id("operatorId"),
        reason=row.read_code("closeReason"),
        rating=RATINGS.get(row.read_code("vote"), ""),
    )
