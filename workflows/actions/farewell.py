"""What stands around the end of a dialog: what was left unanswered, and what the client got to read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tools.bbcode import read_bbcode
from tools.channels import ConfigGet
from tools.dialogs import SessionHistoryGet
from tools.fields import MAX_ID
from tools.message_view import MessageView, identify_client, join_lines
from tools.messenger import ImDialogMessagesGet
from tools.result_types import read_text
from workflows.core.attempts import ask_tolerantly, is_failure
from workflows.core.chat_state import ChatState, quote
from workflows.core.context import Context, run_together
from workflows.inbox.waiting import ExchangedMessage, SessionMessages

LONGEST_TEXT = 50
LONGEST_FAREWELL = 300
MOST_READ = 20
_TEXTS = {
    "closing text": ("CLOSE_TEXT",),
    "rating request": ("VOTE_MESSAGE_1_TEXT", "VOTE_MESSAGE_2_TEXT"),
}
"""What a line may say at the end, by the settings that hold it: the first request for a rating is the site chat's."""


@dataclass(frozen=True)
class FarewellText:
    """Something that the client got to read at the end."""

    kind: str
    """closing text or rating request."""
    text: str

    def __str__(self) -> str:
        return f"the {self.kind} {quote(shorten(self.text, LONGEST_FAREWELL), 'system')}"


@dataclass(frozen=True)
class OpenEnds:
    """What is known of a dialog before it is closed."""

    unanswered: Sequence[ExchangedMessage] = ()
    line: Mapping[str, Any] | None = None
    """Settings of its line; None where they cannot be read."""

    def describe_unanswered(self) -> str:
        """A warning; empty where nothing is unanswered, or nothing of it known."""
        if not self.unanswered:
            return ""
        first, last = self.unanswered[0], self.unanswered[-1]
        ids = f"#{last.id}" if first is last else f"#{first.id} to #{last.id}"
        return f"Left unanswered: {ids} {quote(shorten(last.text))}"


NOTHING_OPEN = OpenEnds()


async def read_open_ends(context: Context, chat: ChatState) -> OpenEnds:
    """What is unanswered, and what the line may say at the end; what cannot be read of it is left out."""
    if not chat.open:
        return OpenEnds()
    messages, line = await run_together(
        partial(_read_messages, context, chat, ImDialogMessagesGet(dialog_id=f"chat{chat.id}", limit=MOST_READ)),
        partial(ask_tolerantly, context, ConfigGet(config_id=chat.line_id or MAX_ID)),
    )
    said = SessionMessages.from_messages(messages, datetime.fromtimestamp(chat.began, UTC))
    return OpenEnds(said.unanswered, line if isinstance(line, Mapping) else None)


async def _read_messages(context: Context, chat: ChatState, question: ImDialogMessagesGet) -> Sequence[MessageView]:
    """Of the messenger, or of the session where that is refused; none where neither can be read."""
    for asked in (question, SessionHistoryGet(session_id=chat.session_id, last=MOST_READ)):
        answer = await ask_tolerantly(context, asked)
        if not is_failure(answer):
            return [identify_client(one, chat.client_id, chat.owner) for one in answer["messages"]]
    return []


async def read_farewell(context: Context, chat: ChatState, ends: OpenEnds) -> list[FarewellText]:
    """The line's texts that stand in the dialog since it was `chat`; none where that cannot be read."""
    if ends.line is None or not chat.last_message_id:
        return []
    question = ImDialogMessagesGet(dialog_id=f"chat{chat.id}", first_id=chat.last_message_id, limit=MOST_READ)
    messages = await _read_messages(context, chat, question)
    line = ends.line
    known = {
        _normalize(read_text(line.get(name))): kind
        for kind, names in _TEXTS.items()
        for name in names
        if line.get(name)
    }
    later = [one for one in messages if one["id"] > chat.last_message_id and one["role"] == "system"]
    return [
        FarewellText(kind, one["text"]) for one in later if (kind := known.get(_normalize(one["text"]))) and one["text"]
    ]


def shorten(text: str, longest: int = LONGEST_TEXT) -> str:
    """In one line, cut where it is long."""
    words = join_lines(text)
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def _normalize(text: str) -> str:
    return join_lines(read_bbcode(text)).casefold()
