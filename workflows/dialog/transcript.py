"""What was said in a dialog, a page of it, from wherever the caller may read it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from portal.errors import PortalError
from tools.dialogs import SessionHistoryGet
from tools.error_advice import find_advice
from tools.fields import MAX_ID
from tools.messenger import ImDialogMessagesGet
from tools.shortening import shorten_messages
from workflows.core.attempts import NO_SCOPE, attempt
from workflows.core.chat_state import ChatState
from workflows.core.context import Context

WHOLE = 10_000
"""More messages than a session has: none is left out."""


LEAST = 20
"""Messages that are read at least, so that what is unanswered is seen whole."""


@dataclass(frozen=True)
class MessageSelection:
    """Which messages of a dialog are wanted."""

    last: int
    before: int | None = None
    """Only older ones than this message."""
    session_id: int | None = None
    """Only of this session, though it is not the present one."""


@dataclass(frozen=True)
class Transcript:
    """Messages of a dialog, oldest first."""

    messages: list[Mapping[str, Any]]
    """The page that is wanted."""
    read: list[Mapping[str, Any]]
    """The page and what was read before it: at least 20 messages, where there are so many."""
    before: int | None = None
    """Id of the oldest message of the page, where older ones may follow; None where there are none."""
    limits: str = ""
    """What cannot be read here, and why."""

    def shorten(self, share: float) -> Self | None:
        """Fewer of the messages, the newest, or less of long ones; None where nothing more can go."""
        messages = shorten_messages(self.messages, share)
        if messages is None:
            return None
        before = self.before if len(messages) == len(self.messages) else messages[0]["id"]
        return replace(self, messages=messages, before=before)


async def ask_messenger(context: Context, chat_id: int, wanted: MessageSelection) -> Any:
    """What `im.dialog.messages.get` answers for a chat, or the PortalError by which it refuses; None for chat 0.

    At least 20 messages are asked for, so that what is unanswered is seen whole.
    """
    if not chat_id:
        return None
    limit = max(wanted.last, LEAST)
    question = ImDialogMessagesGet(dialog_id=f"chat{chat_id}", last_id=wanted.before or MAX_ID, limit=limit)
    return await attempt(context, question)


async def read_transcript(
    context: Context, chat: ChatState, wanted: MessageSelection, answer: Any = None
) -> Transcript:
    """A page of a dialog's messages: across sessions where the messenger lets the caller, else of one session.

    `answer` is what `ask_messenger` returned, if it was asked already. What cannot be read is said in `limits`.
    """
    if wanted.session_id and wanted.session_id != chat.session_id:
        return await _read_session(
            context, wanted, SessionHistoryGet(session_id=wanted.session_id, last=WHOLE), ", as asked"
        )
    answer = answer or await ask_messenger(context, chat.id, wanted)
    if not isinstance(answer, PortalError):
        return _make_transcript(answer["messages"], wanted, more=len(answer["messages"]) == max(wanted.last, LEAST))
    why = ": the scope im is missing" if answer.code == NO_SCOPE else f": the messenger says {answer.code}"
    if chat.open:
        return await _read_session(context, wanted, SessionHistoryGet(session_id=chat.session_id, last=WHOLE), why)
    return await _read_session(context, wanted, SessionHistoryGet(chat_id=chat.id, last=WHOLE), why)


async def _read_session(
    context: Context, wanted: MessageSelection, question: SessionHistoryGet, why: str
) -> Transcript:
    """The portal sends a session whole, so that a page is cut out of it here."""
    answer = await attempt(context, question)
    if isinstance(answer, PortalError):
        return Transcript(
            [], [], limits=f"none can be read: {find_advice(answer.code or '', SessionHistoryGet.errors)}"
        )
    older = [one for one in answer["messages"] if wanted.before is None or one["id"] < wanted.before]
    return _make_transcript(older, wanted, limits=f"only session {answer['session_id']}{why}")


def _make_transcript(
    messages: list[Mapping[str, Any]], wanted: MessageSelection, *, more: bool = False, limits: str = ""
) -> Transcript:
    page = messages[-wanted.last :]
    cut = more or len(page) < len(messages)
    return Transcript(page, messages, page[0]["id"] if page and cut else None, limits)
