"""The state of the portal as tests look at it."""

from collections import defaultdict
from typing import Any

from sandbox.state.company import Company
from sandbox.state.connectors import Connector
from sandbox.state.records import Chat, Line, Session
from sandbox.views.chats import format_iso, format_optional_iso, make_entity_data_1, make_entity_data_2


def describe_company(company: Company) -> dict[str, Any]:
    """The state of a company as JSON: its lines, chats, sessions, connectors and counts; moments in ISO 8601."""
    invited: dict[int, list[int]] = defaultdict(list)
    for user_id, chat_id in sorted(company.recents):
        invited[chat_id].append(user_id)
    return {
        "now": format_iso(company.clock()),
        "lines": [_describe_line(line) for line in company.lines.values()],
        "chats": [_describe_chat(company, chat, invited[chat.id]) for chat in company.chats.values()],
        "sessions": [_describe_session(company, session) for session in company.sessions.values()],
        "messages": len(company.messages),
        "transfers": len(company.transfers),
        "connectors": [_describe_connector(company, connector) for connector in company.connectors.values()],
        "quick_answers": [{"line_id": item.line_id, "text": item.text} for item in company.quick_answers],
        "crm": [{"type": item.type, "id": item.id, "title": item.title} for item in company.crm.values()],
        "requests": len(company.requests),
    }


def describe_messages(company: Company) -> list[dict[str, Any]]:
    """All messages as JSON objects, in the order in which they were written."""
    return [
        {
            "id": message.id,
            "chat_id": message.chat_id,
            "session_id": message.session_id,
            "author_id": message.author_id,
            "created": format_iso(message.created),
            "text": message.text,
            "system": message.system,
            "hidden": message.hidden,
            "files": [company.files[number].name for number in message.file_ids],
        }
        for message in company.messages.values()
    ]


def _describe_line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "name": line.settings["LINE_NAME"],
        "active": line.is_on("ACTIVE"),
        "queue_type": line.settings["QUEUE_TYPE"],
        "queue": [f"{entry.entity_type}:{entry.entity_id}" for entry in line.queue],
    }


def _describe_connector(company: Company, connector: Connector) -> dict[str, Any]:
    lines = {
        line_id: {"active": connection.active, "data": connection.data}
        for (number, line_id), connection in company.connections.items()
        if number == connector.id
    }
    return {"id": connector.id, "name": connector.name, "application": connector.application, "lines": lines}


def _describe_chat(company: Company, chat: Chat, invited: list[int]) -> dict[str, Any]:
    sessions = company.list_sessions(chat.id)
    session = company.sessions.get(chat.session_id) or (sessions[-1] if sessions else None)
    messages = company.list_messages(chat.id)
    return {
        "id": chat.id,
        "name": chat.name,
        "user_code": chat.user_code,
        "entity_type": chat.entity_type,
        "owner": chat.owner,
        "members": list(chat.members),
        "invited": invited,
        "session_id": chat.session_id,
        "last_session_id": session.id if session else 0,
        "status": session.status if session else None,
        "pinned": bool(session and session.paused),
        "silent": chat.silent == "Y",
        "entity_data_1": make_entity_data_1(company, chat),
        "entity_data_2": make_entity_data_2(chat),
        "entity_data_3": chat.silent,
        "messages": len(messages),
        "last_message": messages[-1].text if messages else None,
    }


def _describe_session(company: Company, session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "chat_id": session.chat_id,
        "line_id": session.line_id,
        "source": session.source,
        "operator_id": session.operator_id,
        "status": session.status,
        "mode": session.mode,
        "closed": session.closed,
        "wait_action": session.wait_action,
        "wait_answer": session.wait_answer,
        "paused": session.paused,
        "spam": session.spam,
        "parent_id": session.parent_id,
        "vote": session.vote,
        "vote_head": session.vote_head,
        "comment_head": session.comment_head,
        "messages": len(company.list_session_messages(session)),
        "created": format_iso(session.created),
        "first_answer": format_optional_iso(session.first_answer),
        "closed_at": format_optional_iso(session.closed_at),
        "voted_at": format_optional_iso(session.voted_at),
        "transfers": len(company.list_transfers(session)),
    }
