"""Ids to choose from, as they are offered while somebody types."""

from typing import Any

from tools.messenger import ImRecentList
from tools.statistics import V2SessionList
from workflows.core.attempts import ask_tolerantly, is_failure
from workflows.core.context import Context
from workflows.core.current_user import read_current_user
from workflows.core.pagination import read_count, read_rows
from workflows.directory.lines_and_users import Directory

MOST = 100


async def list_recent_chats(context: Context) -> list[int]:
    """Chat ids of at most 100 dialogs: the caller's own list, newest first, or else those that began last.

    Empty where the portal lists neither.
    """
    if (await read_current_user(context)).has_messenger:
        answer = await ask_tolerantly(context, ImRecentList(limit=MOST))
        if not is_failure(answer):
            return [dialog["chat_id"] for dialog in answer["dialogs"]]
    answer = await ask_tolerantly(context, V2SessionList(limit=MOST))
    return [] if is_failure(answer) else _read_chat_ids(answer)


def _read_chat_ids(answer: Any) -> list[int]:
    found = (read_count(row.get("chatId")) for row in read_rows(answer.get("sessions")))
    return [chat for chat in dict.fromkeys(found) if chat > 0]


async def list_line_ids(context: Context) -> list[int]:
    """Ids of all lines.

    Raises:
        PortalError: The portal does not list the lines.
    """
    return list(await Directory(context).read_line_names())
