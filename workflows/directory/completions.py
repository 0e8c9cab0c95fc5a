"""Ids to choose from, as they are offered while somebody types."""

from typing import Any

from tools.messenger import ImRecentList
from tools.statistics import V2SessionList
from workflows.core.attempts import attempt, refused
from workflows.core.context import Context
from workflows.core.current_user import caller
from workflows.core.pagination import count, rows
from workflows.directory.names import Names

MOST = 100


async def recent_chats(context: Context) -> list[int]:
    """Dialogs of the caller's list, newest first; where it cannot be read, those that began last."""
    if (await caller(context)).has_messenger:
        answer = await attempt(context, ImRecentList(limit=MOST))
        if not refused(answer):
            return [dialog["chat_id"] for dialog in answer["dialogs"]]
    answer = await attempt(context, V2SessionList(limit=MOST))
    return [] if refused(answer) else _chats(answer)


def _chats(answer: Any) -> list[int]:
    found = (count(row.get("chatId")) for row in rows(answer["sessions"]))
    return [chat for chat in dict.fromkeys(found) if chat > 0]


async def line_ids(context: Context) -> list[int]:
    """All lines."""
    return list(await Names(context).lines())
