"""The proof that a message which a tool wrote is in its dialog."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.bbcode import read_bbcode
from tools.dialogs import SessionHistoryGet
from tools.message_view import read_words
from tools.messenger import ImDialogMessagesGet
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import ChatState
from workflows.core.context import Context

MOST_READ = 50


@dataclass(frozen=True)
class ExpectedMessage:
    """A message that a tool wrote, and that its dialog should show."""

    text: str
    author: int
    """0 for a notice without author."""
    id: int | None = None
    """As the portal answered; None where its answer was lost."""


@dataclass(frozen=True)
class PostedMessage:
    """A message as the dialog shows it."""

    id: int
    hidden: bool
    """Only colleagues got it."""
    proven: bool = True
    """The dialog was read, and it is there."""
    notice: str = ""
    """What the portal said after it, for example that it did not get through."""
    is_system: bool = False
    """It has no author: no channel gets it."""


async def find_message(context: Context, before: ChatState, message: ExpectedMessage) -> PostedMessage | None:
    """The message as the dialog shows it now; None where the dialog does not show it.

    It is found by its id, or where that is not known by its author and text among what came since `before`.

    Raises:
        PortalError, RefusedByResultError or UnexpectedResultError: The dialog cannot be read, so nothing is known.
    """
    new = before.last_message_id or None
    answer = await attempt(context, ImDialogMessagesGet(dialog_id=f"chat{before.id}", first_id=new, limit=MOST_READ))
    if is_refusal(answer):
        answer = await context.ask(SessionHistoryGet(chat_id=before.id, last=MOST_READ))
    later = [one for one in answer["messages"] if one["id"] > before.last_message_id]
    if message.id is None and not before.last_message_id:
        return None  # what was said before cannot be told from what was said since
    place = next((place for place, one in enumerate(later) if _is_same(one, message)), None)
    if place is None:
        return None
    shown, notice = later[place], _find_notice(later[place + 1 :])
    return PostedMessage(shown["id"], bool(shown.get("hidden")), notice=notice, is_system=shown["role"] == "system")


def _is_same(shown: Mapping[str, Any], message: ExpectedMessage) -> bool:
    if message.id is not None:
        return bool(shown["id"] == message.id)
    return bool(shown["author_id"] == message.author) and read_words(shown).split() == read_bbcode(message.text).split()


def _find_notice(later: Iterable[Mapping[str, Any]]) -> str:
    return next((str(one["text"]) for one in later if one["role"] == "system"), "")
