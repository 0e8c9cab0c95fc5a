"""What a portal shows of a dialog, of its lines and connectors, and in which points two such views differ."""

from dataclasses import dataclass
from typing import Any

from sandbox.state.company import Company

REFUSAL = "whether it is refused"
CLIENT, ENDS, OPERATOR, LINE, SETTINGS = "what the client gets", "state", "operator", "line", "settings"
QUICK_ANSWER = "quick answer of the line"
EXACT = (
    CLIENT, ENDS, OPERATOR, LINE, SETTINGS, "silent", "pinned", "CRM record", "rating", "comment",
    QUICK_ANSWER, "connector",
)  # fmt: skip
"""What a draft has to tell of exactly where it changes."""
TOLD_ONLY = ("participants", "session")
"""What changes with other things too: a draft that names it has to be right."""


@dataclass(frozen=True)
class Shown:
    """A company as the portal shows it, about one dialog."""

    points: dict[str, Any]

    @classmethod
    def of(cls, company: Company, chat_id: int) -> "Shown":
        """As it is now."""
        chat, sessions = company.chats[chat_id], company.list_sessions(chat_id)
        session = company.sessions.get(chat.session_id)
        lines = {
            one.id: (dict(one.settings), [entry.entity_id for entry in one.queue]) for one in company.lines.values()
        }
        return cls(
            {
                CLIENT: sum(message.to_client for message in company.list_messages(chat_id)),
                ENDS: chat.session_id == 0,
                OPERATOR: chat.owner,
                LINE: session.line_id if session else None,
                SETTINGS: lines,
                "silent": chat.silent == "Y",
                "pinned": bool(session and session.paused),
                "CRM record": chat.crm_main,
                "rating": {one.id: one.vote_head for one in sessions if one.vote_head},
                "comment": {one.id: one.comment_head for one in sessions if one.comment_head},
                QUICK_ANSWER: [(one.message_id, one.text) for one in company.quick_answers],
                "connector": {place: one.active for place, one in company.connections.items() if one.active},
                "participants": frozenset(chat.members),
                "session": chat.session_id,
            }
        )

    def list_differences(self, other: "Shown") -> set[str]:
        """The points in which another view differs."""
        return {name for name, value in self.points.items() if value != other.points[name]}
