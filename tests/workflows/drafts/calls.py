"""Calls of every tool that changes something, in the ways that differ, about one dialog of a company."""

from collections.abc import Iterator
from typing import Any

from sandbox.seed.people_and_lines import BOT_CLIENT_ID, CONNECTOR
from sandbox.seed.seed import NETWORK_CODES
from sandbox.state.company import Company
from sandbox.state.records import Chat
from tools.connector_methods import ApplicationMethod
from tools.registry import methods

Call = tuple[str, dict[str, Any]]

HELLO = "Good morning, here is the answer."
ON_CHAT = (
    "operator_answer",
    "operator_skip",
    "operator_spam",
    "operator_finish",
    "operator_another_finish",
    "session_intercept",
    "session_join",
    "session_start",
    "crm_lead_create",
    "bot_session_operator",
)
"""Tools that need only the chat."""
BOT_KEY = {"client_id": BOT_CLIENT_ID}
PLACE = {"connector": CONNECTOR, "line": 1}


def list_calls(chat: Chat, company: Company) -> Iterator[Call]:
    """All of them; the numbers of messages, sessions and records are the company's."""
    yield from _list_actions(chat)
    yield from _list_operator_calls(chat, company)
    yield from _list_messenger_calls(chat, company)
    yield from _list_line_calls(chat)
    yield from _list_connector_calls()


def _list_actions(chat: Chat) -> Iterator[Call]:
    named = {"dialog": str(chat.id)}
    for flags in ({}, {"take": False}, {"take_over": True}, {"even_if_silent": True, "take_over": True}):
        yield "reply", {**named, "message": HELLO, **flags}
    for to in ("user 3", "user 4", "user 5", "user 6", "queue", "line 2", "line 4"):
        yield "hand_over", {**named, "to": to}
        yield "hand_over", {**named, "to": to, "even_if_offline": True, "note": "Please call back."}
    for flags in ({}, {"both_phases": False}, {"as_spam": True}):
        yield "close_dialog", {**named, **flags}
    yield "note", {**named, "note": "She called before."}


def _list_operator_calls(chat: Chat, company: Company) -> Iterator[Call]:
    here = {"chat_id": chat.id}
    for tool in ON_CHAT:
        yield tool, here
    for target in ({"user_id": 3}, {"user_id": 5}, {"user_id": 6}, {"user_id": 9}, {"queue_id": 2}, {"queue_id": 99}):
        yield "operator_transfer", {**here, **target}
    for tool in ("session_mode_silent", "session_mode_pin"):
        yield tool, {**here, "activate": True}
        yield tool, {**here, "activate": False}
    yield "session_mode_pin_all", {}
    yield "session_mode_unpin_all", {}
    own, foreign = (company.list_messages(number)[0].id for number in (chat.id, 220))
    for number in (own, foreign):
        yield "message_session_start", {**here, "message_id": number}
        yield "message_quick_save", {**here, "message_id": number}
        yield "message_quick_save", {**here, "message_id": number, "any_author": True}
    yield "bot_session_message_send", {**here, "name": "DEFAULT", "message": HELLO}
    yield "bot_session_message_send", {**here, "name": "WELCOME"}
    yield "bot_session_transfer", {**here, **BOT_KEY, "user_id": 4}
    yield "bot_session_finish", {**here, **BOT_KEY}


def _list_messenger_calls(chat: Chat, company: Company) -> Iterator[Call]:
    """Those of the messenger, of CRM and of ratings."""
    yield "im_message_add", {"dialog_id": f"chat{chat.id}", "message": HELLO}
    yield "im_message_add", {"dialog_id": f"chat{chat.id}", "message": HELLO, "system": True}
    yield "im_dialog_read", {"dialog_id": f"chat{chat.id}"}
    session = company.list_sessions(chat.id)[-1]
    yield "session_head_vote", {"session_id": session.id, "rating": 4}
    yield "session_head_vote", {"session_id": session.id, "comment": "Well done."}
    yield "session_head_vote", {"session_id": 9999, "rating": 4}
    kind, number = chat.crm_main or ("LEAD", 503)
    record = {"crm_entity_type": kind.lower(), "crm_entity": number, "chat_id": chat.id}
    for person in (1, 3, 4):
        yield "crm_message_add", {**record, "user_id": person, "message": HELLO}
        yield "crm_chat_user_add", {**record, "user_id": person}
        yield "crm_chat_user_delete", {**record, "user_id": person}


def _list_line_calls(chat: Chat) -> Iterator[Call]:
    queue = [{"entity_type": "user", "entity_id": 3}]
    yield "config_add", {"line_name": "Evening desk"}
    yield "config_update", {"config_id": chat.line_id, "line_name": "Desk", "close_rule": "text", "max_chat": 5}
    yield "config_update", {"config_id": chat.line_id, "active": True, "queue": queue}
    yield "config_update", {"config_id": 99, "line_name": "Desk"}
    yield "config_delete", {"config_id": 4}
    yield "config_delete", {"config_id": 99}
    yield "network_join", {"code": NETWORK_CODES["open"]}
    yield "network_join", {"code": "f" * 32}
    yield "network_message_add", {"code": NETWORK_CODES["open"], "user_id": 3, "message": HELLO}
    yield "network_message_add", {"code": "f" * 32, "user_id": 3, "message": HELLO}


def _list_connector_calls() -> Iterator[Call]:
    for name, method in methods().items():
        if issubclass(method, ApplicationMethod) and not method.reads():
            yield name, {**method.example, **{key: value for key, value in PLACE.items() if key in method.example}}
    yield "imconnector_activate", {**PLACE, "active": False}
    yield "imconnector_activate", {**PLACE, "line": 2, "active": True}
