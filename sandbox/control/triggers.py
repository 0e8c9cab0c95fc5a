"""Making an event happen by its name: what is done at the portal is what fires it, not a copy of its data."""

from collections.abc import Callable
from typing import Any

from sandbox.domain.client_messages import receive_message
from sandbox.domain.closing import close_session
from sandbox.domain.event_data import WireEvent
from sandbox.domain.events import LANGUAGE, give_system_user, install, publish_event, uninstall, update
from sandbox.domain.operator_messages import write_as_client, write_as_operator
from sandbox.domain.sessions import answer_dialog, load_open_session
from sandbox.state.company import Company
from sandbox.state.connectors import LineConnection
from sandbox.state.happenings import HappeningKind
from sandbox.state.oauth import RegisteredApplication
from sandbox.state.records import Chat, Message, Session, Status
from sandbox.state.validation import BadInputError

Trigger = Callable[[Company, dict[str, Any]], Any]
DIALOG = 201
"""The dialog that is meant if none is named."""
TEXT = "Hello, is anybody there?"
ANSWER = "Good morning, how can I help?"


def trigger_event(company: Company, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """Make an event of `TRIGGERS` happen and say where.

    `body` may name the dialog (`chat_id`), the text (`text`), the connector and line (`connector`, `line_id`). What an
    event needs comes first and fires its own: a session that is to finish is started if none is open.

    Raises:
        BadInputError: there is no such dialog, connector or line.
    """
    happened: dict[str, Any] = TRIGGERS[name](company, body)
    return {"event": name} | happened


def _find_chat(company: Company, body: dict[str, Any]) -> Chat:
    chat = company.chats.get(body.get("chat_id", DIALOG))
    if chat is None or chat.entity_type != "LINES":
        raise BadInputError("chat_id: no such open-line chat")
    return chat


def _find_connector_chat(company: Company, body: dict[str, Any]) -> Chat:
    """The named dialog if it came through an application's connector; if none is named, one that is opened for it."""
    if "chat_id" in body:
        chat = _find_chat(company, body)
        if chat.connector not in company.connectors:
            raise BadInputError("chat_id: a dialog of an application's connector")
        return chat
    connector, line_id = _find_place(company, body)
    company.connections.setdefault((connector, line_id), LineConnection()).active = True
    _, message = receive_message(
        company,
        connector,
        line_id,
        {
            "user": {"id": "trigger", "name": "Tina", "last_name": "Trigger"},
            "message": {"id": f"trigger-{company.issue_id('trigger')}", "text": str(body.get("text", TEXT))},
            "chat": {"id": "trigger"},
        },
    )
    if message is None:
        raise BadInputError("line_id: no such line")
    return company.chats[message.chat_id]


def _find_place(company: Company, body: dict[str, Any]) -> tuple[str, int]:
    connector = body.get("connector", next(iter(company.connectors), ""))
    line_id = body.get("line_id", next(iter(company.lines), 0))
    if connector not in company.connectors or line_id not in company.lines:
        raise BadInputError("connector, line_id: no such connector of an application, or no such line")
    return connector, line_id


def _write(company: Company, chat: Chat, body: dict[str, Any]) -> Message:
    return write_as_client(company, chat, str(body.get("text", TEXT)), [])


def _add_message(company: Company, body: dict[str, Any]) -> dict[str, Any]:
    return _describe_message(_write(company, _find_chat(company, body), body))


def _describe_message(message: Message) -> dict[str, Any]:
    return {"chat_id": message.chat_id, "message_id": message.id, "session_id": message.session_id}


def _change_message(change: str) -> Trigger:
    def act(company: Company, body: dict[str, Any]) -> dict[str, Any]:
        message = _write(company, _find_chat(company, body), {})
        _apply_change(company, message, change, str(body.get("text", "Hello again")))
        return _describe_message(message)

    return act


def _apply_change(company: Company, message: Message, change: str, text: str) -> None:
    with company.happenings.caused_by(message.author_id):
        if change == "UPDATE":
            company.edit_message(message, text)
        else:
            company.delete_message(message)


def _answer(company: Company, body: dict[str, Any]) -> Message:
    """A message of an operator to a client of an application's connector."""
    chat = _find_connector_chat(company, body)
    operator = chat.owner or next(one.id for one in company.employees.values() if one.can_take_dialogs)
    with company.happenings.caused_by(operator):
        answer_dialog(company, chat, operator)
        return write_as_operator(company, chat, operator, str(body.get("text", ANSWER)))


def _add_answer(company: Company, body: dict[str, Any]) -> dict[str, Any]:
    return _describe_message(_answer(company, body))


def _change_answer(change: str) -> Trigger:
    def act(company: Company, body: dict[str, Any]) -> dict[str, Any]:
        message = _answer(company, {name: value for name, value in body.items() if name != "text"})
        message.sending, message.external_ids = False, [f"trigger-{message.id}"]
        _apply_change(company, message, change, str(body.get("text", "Good evening, how can I help?")))
        return _describe_message(message)

    return act


def _start_session(find: Callable[[Company, dict[str, Any]], Chat]) -> Trigger:
    def act(company: Company, body: dict[str, Any]) -> dict[str, Any]:
        chat = find(company, body)
        session = load_open_session(company, chat)
        if session and session.created < company.clock():
            _close(company, chat, session)
        return _describe_message(_write(company, chat, body))

    return act


def _finish_session(find: Callable[[Company, dict[str, Any]], Chat]) -> Trigger:
    def act(company: Company, body: dict[str, Any]) -> dict[str, Any]:
        chat = find(company, body)
        session = load_open_session(company, chat)
        if session is None:
            _write(company, chat, body)
            session = load_open_session(company, chat)
        if session is None:
            raise BadInputError("chat_id: no session can be started there")
        _close(company, chat, session)
        return {"chat_id": chat.id, "session_id": session.id}

    return act


def _close(company: Company, chat: Chat, session: Session) -> None:
    with company.happenings.caused_by(session.operator_id):
        close_session(company, chat, session, Status.CLOSED, "operator")


def _delete_status(company: Company, body: dict[str, Any]) -> dict[str, Any]:
    connector, line_id = _find_place(company, body)
    company.connections.pop((connector, line_id), None)
    company.tell(HappeningKind.CONNECTOR_STATUS_DELETED, connector=connector, line_id=line_id)
    return {"connector": connector, "line_id": line_id}


def _delete_line(company: Company, body: dict[str, Any]) -> dict[str, Any]:
    line_id = body.get("line_id", max(company.lines, default=0))
    if company.lines.pop(line_id, None) is None:
        raise BadInputError("line_id: no such line")
    company.tell(HappeningKind.CONNECTOR_LINE_DELETED, line_id=line_id)
    return {"line_id": line_id}


def _change_application(act: Callable[[Company, RegisteredApplication], None]) -> Trigger:
    def change(company: Company, body: dict[str, Any]) -> dict[str, Any]:
        known = company.oauth.applications
        application = known.get(str(body.get("client_id", next(iter(known), ""))))
        if application is None:
            raise BadInputError("client_id: no such application")
        act(company, application)
        return {"client_id": application.client_id}

    return change


def _test(company: Company, application: RegisteredApplication) -> None:
    data = {"QUERY": {"any": "data"}, "LANGUAGE_ID": LANGUAGE}
    publish_event(company, WireEvent("ONAPPTEST", data, application.client_id))


TRIGGERS: dict[str, Trigger] = {
    "ONOPENLINEMESSAGEADD": _add_message,
    "ONOPENLINEMESSAGEUPDATE": _change_message("UPDATE"),
    "ONOPENLINEMESSAGEDELETE": _change_message("DELETE"),
    "ONSESSIONSTART": _start_session(_find_chat),
    "ONSESSIONFINISH": _finish_session(_find_chat),
    "ONIMCONNECTORMESSAGEADD": _add_answer,
    "ONIMCONNECTORMESSAGEUPDATE": _change_answer("UPDATE"),
    "ONIMCONNECTORMESSAGEDELETE": _change_answer("DELETE"),
    "ONIMCONNECTORDIALOGSTART": _start_session(_find_connector_chat),
    "ONIMCONNECTORDIALOGFINISH": _finish_session(_find_connector_chat),
    "ONIMCONNECTORSTATUSDELETE": _delete_status,
    "ONIMCONNECTORLINEDELETE": _delete_line,
    "ONAPPTEST": _change_application(_test),
    "ONAPPINSTALL": _change_application(lambda company, one: install(company, one, one.handler)),
    "ONAPPUPDATE": _change_application(update),
    "ONAPPUNINSTALL": _change_application(lambda company, one: uninstall(company, one, clean=False)),
    "ONAPPUSERREADY": _change_application(give_system_user),
}
"""The names that can be triggered, and how."""
