"""What was said in a dialog, a page of it, from wherever the caller may read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from portal.errors import AuthRefusedError, RefusedError
from tools.dialogs import SessionHistoryGet
from tools.error_advice import find_advice
from tools.fields import MAX_ID
from tools.message_view import MessageView, identify_client
from tools.messenger import ImDialogMessagesGet
from tools.shortening import shorten_messages
from workflows.core.attempts import ask_tolerantly, describe_failure, is_without_scope
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

    messages: Sequence[Mapping[str, Any]]
    """The page that is wanted."""
    read: Sequence[Mapping[str, Any]]
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
    """What `im.dialog.messages.get` answers for a chat, or the error by which it fails; None for chat 0.

    At least 20 messages are asked for, so that what is unanswered is seen whole.
    """
    if not chat_id:
        return None
    limit = max(wanted.last, LEAST)
    question = ImDialogMessagesGet(dialog_id=f"chat{chat_id}", last_id=wanted.before or MAX_ID, limit=limit)
    return await ask_tolerantly(context, question)


async def read_transcript(
    context: Context, chat: ChatState, wanted: MessageSelection, answer: Any = None
) -> Transcript:
    """A page of a dialog's messages: across sessions where the messenger lets the caller, else of one session.

    `answer` is what `ask_messenger` returned, if it was asked already. What cannot be read is said in `limits`.
    """
    if wanted.session_id and wanted.session_id != chat.session_id:
        asked = SessionHistoryGet(session_id=wanted.session_id, last=WHOLE)
        return await _read_session(context, chat, wanted, asked, ", as asked")
    answer = answer or await ask_messenger(context, chat.id, wanted)
    if answer is not None and not isinstance(answer, Exception):
        messages, lost = _identify(answer["messages"], chat), answer.get("unreadable", 0)
        more = len(messages) + lost >= max(wanted.last, LEAST)
        return _make_transcript(messages, wanted, more=more, limits=_describe_lost(lost))
    says = _describe_silence(answer)
    present = SessionHistoryGet(session_id=chat.session_id, last=WHOLE) if chat.open else None
    asked = present or SessionHistoryGet(chat_id=chat.id, last=WHOLE)
    return await _read_session(context, chat, wanted, asked, f": {says}")


def _describe_silence(answer: Exception | None) -> str:
    """Why the messenger does not tell the messages."""
    if answer is None:
        return "the number of its chat could not be read"
    return "the scope im is missing" if is_without_scope(answer) else f"the messenger says {describe_failure(answer)}"


async def _read_session(
    context: Context, chat: ChatState, wanted: MessageSelection, question: SessionHistoryGet, why: str
) -> Transcript:
    """The portal sends a session whole, so that a page is cut out of it here."""
    answer = await ask_tolerantly(context, question)
    if isinstance(answer, RefusedError | AuthRefusedError):
        advice = find_advice(answer.code or "", SessionHistoryGet.errors)
        return Transcript([], [], limits=f"none can be read: {advice}")
    if isinstance(answer, Exception):
        return Transcript([], [], limits=f"none can be read: {describe_failure(answer)}")
    known = _identify(answer["messages"], chat)
    older = [one for one in known if wanted.before is None or one["id"] < wanted.before]
    only = f"only session {answer['session_id'] or question.session_id}{why}"
    lost = _describe_lost(answer.get("unreadable", 0))
    return _make_transcript(older, wanted, limits="; ".join(filter(None, (only, lost))))


def _identify(messages: Sequence[MessageView], chat: ChatState) -> Sequence[MessageView]:
    """With the roles that the dialog's USER_CODE and operator tell where the users do not."""
    return [identify_client(message, chat.client_id, chat.owner) for message in messages]


def _describe_lost(number: int) -> str:
    return f"{number} message{'s' * (number != 1)} whose id could not be read" if number else ""


def _make_transcript(
    messages: Sequence[Mapping[str, Any]], wanted: MessageSelection, *, more: bool = False, limits: str = ""
) -> Transcript:
    page = messages[-wanted.last :]
    odd = sum(bool(message.get("odd_params")) for message in page)
    words = f"files and hidden marks of {odd} message{'s' * (odd != 1)}, whose parameters could not be read"
    limits = "; ".join(filter(None, (limits, words if odd else "")))
    cut = more or len(page) < len(messages)
    return Transcript(page, messages, page[0]["id"] if page and cut else None, limits)
