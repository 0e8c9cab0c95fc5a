"""Who waits, worked out anew from the sandbox's state and messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

CLOSING = 50
BOTS = {9, 10, 11}


@dataclass(frozen=True)
class ExpectedDialog:
    """A dialog that needs someone."""

    since: datetime
    session_id: int
    chat_id: int
    state: str
    owner: int
    line: int
    connector: str
    offered_to: tuple[int, ...] = ()
    members: tuple[int, ...] = ()

    @property
    def row(self) -> dict[str, Any]:
        """As the tool gives it."""
        return {
            "chat_id": self.chat_id,
            "session_id": self.session_id,
            "state": self.state,
            "since": self.since.isoformat(),
            "owner_id": self.owner,
            "line_id": self.line,
            "connector": self.connector,
        }

    def seen_by(self, user: int) -> bool:
        """Whether it is in a user's own list."""
        return user in (self.members if self.owner else (*self.offered_to, *self.members))


def compute_waiting(state: dict[str, Any], messages: list[dict[str, Any]]) -> list[ExpectedDialog]:
    """All of them, longest wait first."""
    said: dict[int, list[dict[str, Any]]] = {}
    for message in messages:
        if not message["system"] and not message["hidden"]:
            said.setdefault(message["session_id"], []).append(message)
    chats = {chat["id"]: chat for chat in state["chats"]}
    open_ones = [session for session in state["sessions"] if not session["closed"] and session["status"] < CLOSING]
    found = (_compute_dialog(session, chats[session["chat_id"]], said.get(session["id"], [])) for session in open_ones)
    return sorted((one for one in found if one), key=lambda one: (one.since, one.session_id))


def _compute_dialog(session: dict[str, Any], chat: dict[str, Any], said: list[dict[str, Any]]) -> ExpectedDialog | None:
    client = int(chat["user_code"].rpartition("|")[2])
    has_bot = session["operator_id"] in BOTS
    answers = [place for place, message in enumerate(said) if message["author_id"] != client]
    by_people = [place for place in answers if said[place]["author_id"] not in BOTS]
    unanswered = said[answers[-1] + 1 :] if answers else said
    if session["wait_answer"]:
        if has_bot and not unanswered:
            return None
        state = "new"
        since = _parse((unanswered or said[-1:])[0]["created"] if has_bot or by_people else session["created"])
    elif unanswered:
        state = "again" if session["status"] == 25 else "accepted"
        since = _parse(unanswered[0]["created"])
    else:
        return None
    return ExpectedDialog(
        since,
        session["id"],
        chat["id"],
        state,
        chat["owner"],
        session["line_id"],
        session["source"],
        tuple(chat["invited"]),
        tuple(chat["members"]),
    )


def _parse(written: str) -> datetime:
    return datetime.fromisoformat(written)
