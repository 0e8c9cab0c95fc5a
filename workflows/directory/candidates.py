"""Dialogs among which somebody has to choose, in words."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from tools.dialogs import DialogGet
from tools.messenger import ImDialogMessagesGet
from workflows.core.attempts import ask_tolerantly, is_failure, read_helper
from workflows.core.chat_state import ChatState, quote
from workflows.core.context import Context, run_together
from workflows.core.formatting import join_limited
from workflows.directory.lines_and_users import Directory

MOST = 8


async def describe_dialogs(context: Context, chats: Sequence[int]) -> str:
    """Of each chat its id, client, line, state and last activity, in one line; at most eight, then how many more."""
    asked = chats[:MOST]
    states = [DialogGet(chat_id=one, detail="full") for one in asked]
    last = [ImDialogMessagesGet(dialog_id=f"chat{one}", limit=1) for one in asked]
    names = Directory(context)
    lines, *answers = await run_together(
        partial(read_helper, names.read_line_names, {}, "names", []),
        *(partial(ask_tolerantly, context, question) for question in (*states, *last)),
    )
    seen = [ChatState.from_answer(answer) for answer in answers[: len(asked)] if not is_failure(answer)]
    dates = dict(zip(asked, map(_read_date, answers[len(asked) :]), strict=True))
    people = await names.read_user_names(chat.owner for chat in seen if chat.owner)
    texts = {chat.id: _describe(chat, lines, people, dates[chat.id]) for chat in seen}
    return join_limited((texts.get(one, f"chat {one}") for one in chats), MOST, "; ")


def _read_date(answer: Any) -> str:
    messages: Iterable[Mapping[str, Any]] = () if is_failure(answer) else answer["messages"]
    return next((str(message["date"]) for message in messages), "")


def _describe(chat: ChatState, lines: Mapping[int, str], people: Mapping[int, str], date: str) -> str:
    line = f"{lines.get(chat.line_id) or 'line'} ({chat.line_id})"
    owner = f"{people.get(chat.owner) or 'user'} ({chat.owner})"
    activity = f", last active {date}" if date else ""
    return f"chat {chat.id} {quote(chat.title)}, {line}, {chat.stage(owner)}{activity}"
