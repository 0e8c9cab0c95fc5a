"""What answers have to say, worked out anew from the portal's state and messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sandbox.seed.seed import create_seeded_company
from tests.workflows.inbox.expected_waiting import BOTS, CLOSING
from tests.workflows.reports.expected_figures import TARGETS, compute_span, select_sessions
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.story import State


@cache
def _read_names() -> dict[int, str]:
    return {user.id: user.name for user in create_seeded_company().employees.values()}


def name_user(user: int) -> str:
    """An employee as answers name them."""
    return f"{_read_names()[user]} ({user})"


def read_messages(calls: CountedCalls) -> list[State]:
    """All messages of the portal."""
    found: list[State] = calls.look("messages")["messages"]
    return found


def list_texts(messages: Iterable[State], chat: int) -> list[str]:
    """What is written in a chat, oldest first."""
    return [message["text"] for message in messages if message["chat_id"] == chat]


def find_client(chat: State) -> int:
    """The id of a dialog's client."""
    return int(chat["user_code"].rpartition("|")[2])


def list_open(state: State) -> list[tuple[State, State]]:
    """Each open dialog: its chat and session."""
    chats = {chat["id"]: chat for chat in state["chats"]}
    return [(chats[one["chat_id"]], one) for one in state["sessions"] if not one["closed"]]


def count_load(state: State) -> dict[int, int]:
    """Operator -> open dialogs, those that are offered too; what is closing is none any more."""
    load: dict[int, int] = {}
    for _, session in list_open(state):
        if session["status"] < CLOSING and session["operator_id"] not in {0, *BOTS}:
            load[session["operator_id"]] = load.get(session["operator_id"], 0) + 1
    return load


@dataclass(frozen=True)
class FirstAnswer:
    """By whom a session was answered first, and after how many seconds."""

    session: State
    user: int
    seconds: int

    @property
    def late(self) -> bool:
        """Whether it came after the time of its line."""
        return self.seconds > TARGETS.get(self.session["line_id"], self.seconds)


def compute_first_answers(state: State, messages: list[State], line: int | None, period: str) -> list[FirstAnswer]:
    """Those of the sessions of a period, by the messages alone."""
    sessions = select_sessions(state, compute_span(period, datetime.fromisoformat(state["now"])), line)
    chats = {chat["id"]: chat for chat in state["chats"]}
    found = (_find_first(session, find_client(chats[session["chat_id"]]), messages) for session in sessions)
    return [one for one in found if one]


def _find_first(session: State, client: int, messages: list[State]) -> FirstAnswer | None:
    said = [one for one in messages if one["session_id"] == session["id"] and not (one["system"] or one["hidden"])]
    asked = next((one for one in said if one["author_id"] == client), None)
    if asked is None:
        return None
    answers = (one for one in said if one["id"] > asked["id"] and one["author_id"] not in {client, 0, *BOTS})
    if (answer := next(answers, None)) is None:
        return None
    waited = datetime.fromisoformat(answer["created"]) - datetime.fromisoformat(asked["created"])
    return FirstAnswer(session, answer["author_id"], int(waited.total_seconds()))


def without_clock(state: State) -> dict[str, Any]:
    """A state to be compared with one that was looked at earlier."""
    return {name: part for name, part in state.items() if name not in {"now", "requests"}}
