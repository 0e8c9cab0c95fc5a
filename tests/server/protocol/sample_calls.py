"""Calls of the tools, by arguments that fit the embedded portal."""

from collections.abc import Iterator
from typing import Any

from tests.assistant import EVERYTHING

PERIOD = {"date_from": "2026-03-01T00:00:00+01:00", "date_to": "2026-03-31T23:59:59+01:00"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "config_get": {"config_id": 1},
    "dialog": {"dialog": "chat206"},
    "file_get": {"dialog": "chat219"},
    "dialog_get": {"chat_id": 207},
    "session_open": {"user_code": "livechat|1|9207|107"},
    "session_history_get": {"chat_id": 210},
    "crm_chat_get": {"crm_entity_type": "lead", "crm_entity": 501},
    "crm_chat_get_last_id": {"crm_entity_type": "lead", "crm_entity": 501},
    "v2_stat_get": PERIOD,
    "v2_session_stat_get": {"session_id": [301]},
    "v2_session_rating_list": {f"date_vote_{end[5:]}": moment for end, moment in PERIOD.items()},
    "v2_session_transfer_list": {"session_id": [316]},
    "imconnector_status": {"connector": "sandbox_chat", "line": 1},
    "im_dialog_messages_get": {"dialog_id": "chat206"},
    "user_search": {"filter": {"FIND": "Olga"}},
    "channel_report": {"period": "today"},
    "channel_overview": {"line": "1"},
    "methods": {"scope": "im"},
    "quick_replies": {"line": "2"},
    "updates": {"newest": True},
    "wait_for_update": {"seconds": 1, "since": 0},
}


def reading_calls() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every tool that shows something of the portal, concise and full; not those of bots, for which it has no scope."""
    for name, tool in EVERYTHING.items():
        if name.startswith("imbot_"):
            continue
        if tool.reads() and (tool.toolset() or name.startswith(("portal_", "channel_", "team_"))):
            for detail in ("concise", "full") if "detail" in tool.model_fields else (None,):
                yield name, {**ARGUMENTS.get(name, {}), **({"detail": detail} if detail else {})}


CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reply", {"dialog": "chat203", "message": "I have sent the confirmation once more."}),
    ("hand_over", {"dialog": "204", "to": "Olga", "note": "She asks for an invoice."}),
    ("note", {"dialog": "204", "note": "Wholesale prices, please."}),
    ("close_dialog", {"dialog": "Grace Miller"}),
    ("close_dialog", {"dialog": "chat202", "as_spam": True}),
    ("operator_answer", {"chat_id": 201}),
    ("session_head_vote", {"session_id": 321, "rating": 2, "comment": "Too slow: 40 min."}),
    ("im_message_add", {"dialog_id": "chat206", "message": "Fixed."}),
    ("session_mode_pin_all", {}),
)
DOCUMENTATION: tuple[tuple[str, dict[str, Any]], ...] = (
    ("docs_search", {"query": "hand a dialog over"}),
    ("docs_read", {"uri": "openchannels://docs/methods/imopenlines.operator.transfer"}),
    ("docs_read", {"uri": "imopenlines.session.history.get", "section": "Errors"}),
)
FAILURES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("dialog", {"dialog": "chat999"}),
    ("dialog", {"dialog": "Miller or Brown"}),
    ("dialog_get", {"chat_id": 999}),
    ("reply", {"dialog": "chat999", "message": "Hello"}),
    ("hand_over", {"dialog": "chat206", "to": "Anna Keller"}),
    ("v2_session_list", {"limit": 0}),
    ("docs_read", {"uri": "nowhere"}),
    ("no_such_tool", {}),
)
