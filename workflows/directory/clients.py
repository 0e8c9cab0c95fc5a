"""Clients by name, among the dialogs that the portal lists at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tools.dialogs import DialogGet
from tools.messenger import ImRecentList
from tools.statistics import V2SessionList
from workflows.core.attempts import ask_tolerantly, is_failure
from workflows.core.chat_state import ChatState, extract_client
from workflows.core.context import Context, run_together
from workflows.core.rows import RowReader, UnclearRows
from workflows.directory.names import Tolerance, match_name

MOST_RECENT = 200
MOST_LOOKED_AT = 100
"""Dialogs whose names are read one by one, as reports hold none."""


@dataclass(frozen=True)
class ClientMatches:
    """Dialogs of clients whose name fits."""

    chats: list[int]
    states: Mapping[int, ChatState]
    """Dialogs that were read on the way, as they stand."""
    looked: str
    """What was looked through, in words."""
    near: bool = False
    """No name fits but for a slip, or as the beginning of another name: somebody has to be asked."""


async def find_by_client(context: Context, name: str, tolerance: Tolerance = "any") -> ClientMatches:
    """Dialogs of clients whose name fits best, among the caller's list and the open or recent ones of the reports.

    Where none fits that closely, those that do less so are `near`. A list that the portal refuses is left
    out; `looked` says so.
    """
    reports = [V2SessionList(status=status) for status in ("new", "answered", "paused")]
    questions = (ImRecentList(limit=MOST_RECENT), *reports, V2SessionList())
    recent, *reported = await run_together(*(partial(ask_tolerantly, context, question) for question in questions))
    own = {} if is_failure(recent) else {one["chat_id"]: one["title"] for one in recent["dialogs"]}
    listed, unclear = _read_chat_ids(reported)
    states = await _read_states(context, [chat for chat in listed if chat not in own])
    named = {chat: extract_client(title) for chat, title in own.items()} | {
        one.id: one.client for one in states.values()
    }
    mine = "your list of dialogs cannot be read" if is_failure(recent) else f"your list has {len(own)} dialogs"
    if not is_failure(recent) and (odd := recent.get("unreadable")):
        unclear.append(f"{odd} of your list that name no chat")
    if unread := sum(chat not in own and chat not in states for chat in listed[:MOST_LOOKED_AT]):
        unclear.append(f"{unread} that could not be read")
    hidden = all(is_failure(report) for report in reported)
    rest = "the portal shows no reports of others" if hidden else f"the reports {len(states)} more, open or recent"
    rest += f"; not looked at: {', '.join(unclear)}" if unclear else ""
    hits = _match_client(name, named, tolerance)
    near = [] if hits else _match_client(name, named, "any")
    return ClientMatches(hits or near, states, f"{mine}, {rest}", near=bool(near))


def _match_client(name: str, named: Mapping[int, str], tolerance: Tolerance) -> list[int]:
    """By the name or by a whole title, client and line, as other tools show it."""
    return match_name(name, named, tolerance) or match_name(extract_client(name), named, tolerance)


def _read_chat_ids(reported: Iterable[Any]) -> tuple[list[int], list[str]]:
    """Chats of the sessions in the reports, and what could not be read of them, in words."""
    found, unclear = dict[int, None](), UnclearRows()
    for session in (row for report in reported if not is_failure(report) for row in report["sessions"]):
        row = RowReader(session)
        if chat := row.read_id("chatId", required=True):
            found[chat] = None
        unclear.add("session", row.unclear)
    return list(found), unclear.describe()


async def _read_states(context: Context, chats: Sequence[int]) -> dict[int, ChatState]:
    questions = [DialogGet(chat_id=one, detail="full") for one in chats[:MOST_LOOKED_AT]]
    found = await run_together(*(partial(ask_tolerantly, context, question) for question in questions))
    return {chat.id: chat for chat in (ChatState.from_answer(one) for one in found if not is_failure(one))}
