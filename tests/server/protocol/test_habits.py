"""What clients and models are known to do to arguments: each habit with who has it, and what it has to mean."""

from typing import Any

import pytest

from server.catalogue.definitions import DRY_RUN
from server.catalogue.gateway import GATEWAY
from server.catalogue.registry import every_tool
from server.protocol.arguments import normalize_arguments, read_arguments
from server.protocol.habits import Schema, undo_habits
from tools.tool import InvalidArgumentsError

TOOLS = every_tool()
CLAUDE = "Claude Code"
MODELS = "models"
QUEUE = [{"entity_type": "user", "entity_id": 4}]
FILTER: dict[str, Any] = {"ACTIVE": True}

HABITS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    # https://github.com/anthropics/claude-code/issues/24597, /issues/32524
    (CLAUDE, "dialog_get", {"chat_id": "206"}, {"chat_id": 206}),
    (CLAUDE, "im_recent_list", {"unread_only": "true", "limit": "20"}, {"unread_only": True, "limit": 20}),
    (CLAUDE, "im_recent_list", {"unread_only": "False"}, {"unread_only": False}),
    # https://github.com/anthropics/claude-code/issues/22394, /issues/34520
    (CLAUDE, "v2_session_stat_get", {"session_id": "[301,306]"}, {"session_id": [301, 306]}),
    (CLAUDE, "v2_session_stat_get", {"session_id": '["301", 306.0]'}, {"session_id": [301, 306]}),
    # https://github.com/anthropics/claude-code/issues/5504, /issues/93179
    (CLAUDE, "user_get", {"filter": '{"ACTIVE": "true"}'}, {"filter": {"ACTIVE": True}}),
    (CLAUDE, "user_get", {"filter": ' {"ACTIVE": true}\n'}, {"filter": {"ACTIVE": True}}),
    (
        CLAUDE,
        "config_update",
        {"config_id": 1, "queue": '[{"entity_type":"user","entity_id":"4"}]'},
        {"config_id": 1, "queue": QUEUE},
    ),
    (CLAUDE, "v2_session_stat_get", {"session_id": '"[301]"'}, {"session_id": [301]}),
    # https://github.com/langchain-ai/langchain-google/issues/1109, https://github.com/warpdotdev/warp/issues/8865
    ("Gemini", "dialog_get", {"chat_id": 206.0}, {"chat_id": 206}),
    ("Warp", "dialog_get", {"chat_id": "206.0"}, {"chat_id": 206}),
    ("Warp", "v2_session_stat_get", {"session_id": [301.0, "306"]}, {"session_id": [301, 306]}),
    # https://github.com/cursor/cursor/issues/3614, https://github.com/coder/xum/issues/2887
    ("Cursor", "inbox", {"line": "", "channel": "", "cursor": "", "state": "", "limit": ""}, {}),
    ("Cursor", "inbox", {"mine": "", "unassigned": None, "waiting_minutes": "  "}, {}),
    ("PHP", "v2_session_list", {"config_id_list": [], "source_list": [], "status": None}, {}),
    ("PHP", "user_get", {"filter": [], "select": []}, {}),
    ("PHP", "v2_session_stat_get", {"session_id": {"0": 301, "1": 306}}, {"session_id": [301, 306]}),
    (
        "OpenAI's strict mode",
        "dialog_get",
        {"chat_id": 206, "dialog_id": "", "session_id": 0, "user_code": ""},
        {"chat_id": 206},
    ),
    ("OpenAI's strict mode", "user_get", {"filter": {"ID": [3], "ACTIVE": None, "NAME": ""}}, {"filter": {"ID": [3]}}),
    (MODELS, "inbox", {"line": "support", "state": "null", "waiting_minutes": "None"}, {"line": "support"}),
    # https://github.com/taylorwilsdon/google_workspace_mcp/issues/918, https://github.com/milind-soni/OpenMausBot/issues/1239
    ("Hermes", "dialog_get", {"chatId": 206}, {"chat_id": 206}),
    (MODELS, "dialog_get", {"CHAT_ID": "206"}, {"chat_id": 206}),
    (MODELS, "dialog_get", {"chat-id": 206}, {"chat_id": 206}),
    (
        MODELS,
        "config_update",
        {"CONFIG_ID": 1, "PARAMS": {"LINE_NAME": "VIP", "ACTIVE": "Y"}},
        {"config_id": 1, "line_name": "VIP", "active": True},
    ),
    (
        MODELS,
        "config_update",
        {"configId": 1, "queue": [{"ENTITY_TYPE": "User", "entityId": "4"}]},
        {"config_id": 1, "queue": QUEUE},
    ),
    (
        MODELS,
        "user_get",
        {"filter": {"active": "Y", "lastName": "Keller"}},
        {"filter": {"ACTIVE": True, "LAST_NAME": "Keller"}},
    ),
    (
        MODELS,
        "im_message_add",
        {"dialog_id": "chat206", "message": "x", "keyboard": {"buttons": {"text": "a", "link": "https://e.com"}}},
        {"dialog_id": "chat206", "message": "x", "keyboard": {"BUTTONS": [{"TEXT": "a", "LINK": "https://e.com"}]}},
    ),
    # A list of buttons alone is what REST takes too.
    (
        MODELS,
        "im_message_add",
        {"dialog_id": "chat206", "message": "x", "keyboard": '[{"text": "a", "link": "https://e.com"}]'},
        {
            "dialog_id": "chat206",
            "message": "x",
            "keyboard": {"BUTTONS": [{"TEXT": "a", "LINK": "https://e.com"}]},
        },
    ),
    (MODELS, "dialog_get", {"arguments": {"chat_id": 206}}, {"chat_id": 206}),
    (MODELS, "dialog_get", {"args": '{"chat_id": 206}'}, {"chat_id": 206}),
    (MODELS, "dialog_get", {"arguments": {"arguments": {"chat_id": 206}}}, {"chat_id": 206}),
    (MODELS, "dialog_get", {"tool_input": {"chat_id": "206"}}, {"chat_id": 206}),
    ("LangChain", "dialog_get", {"__arg1": '{"chat_id": 206}'}, {"chat_id": 206}),
    # https://github.com/cyanheads/mcp-ts-core/issues/453
    ("several", "dialog_get", {"chat_id": 206, "_trace": {"id": 1}, "__intent": "to look"}, {"chat_id": 206}),
    # The forms in which our own answers show chats and messages.
    (MODELS, "dialog_get", {"chat_id": "chat206"}, {"chat_id": 206}),
    (MODELS, "dialog", {"dialog": "206", "before": "#1028"}, {"dialog": "206", "before": 1028}),
    (MODELS, "dialog_get", {"chat_id": "\u00a0206 "}, {"chat_id": 206}),
    *(("PHP", "im_recent_list", {"unread_only": yes}, {"unread_only": True}) for yes in (1, "1", 1.0, "Yes", "on")),
    *(("PHP", "im_recent_list", {"unread_only": no}, {"unread_only": False}) for no in (0, "0", "no", "OFF")),
    ("LangChain", "dialog_get", {"kwargs": {"chat_id": "206"}}, {"chat_id": 206}),
    (
        MODELS,
        "v2_session_list",
        {"status": "Answered", "order": " DateCreate "},
        {"status": "answered", "order": "dateCreate"},
    ),
    (MODELS, "channel_report", {"period": "Last 7 days"}, {"period": "last_7_days"}),
    (MODELS, "v2_session_list", {"close_reason": "replylimit"}, {"close_reason": "replyLimit"}),
    (
        MODELS,
        "im_message_add",
        {"dialog_id": " chat206 ", "message": " x "},
        {"dialog_id": "chat206", "message": " x "},
    ),
    (MODELS, "v2_session_stat_get", {"session_id": 301}, {"session_id": [301]}),
    (MODELS, "v2_session_stat_get", {"session_id": "301, 306"}, {"session_id": [301, 306]}),
    (MODELS, "config_list_get", {"select": "LINE_NAME"}, {"select": ["LINE_NAME"]}),
    (MODELS, "config_list_get", {"select": "ID,LINE_NAME"}, {"select": ["ID", "LINE_NAME"]}),
    (MODELS, "config_list_get", {"order": {"id": "desc"}}, {"order": {"ID": "DESC"}}),
    (
        MODELS,
        "config_update",
        {"config_id": 1, "worktime_dayoff": "SA, su"},
        {"config_id": 1, "worktime_dayoff": ["SA", "SU"]},
    ),
    (MODELS, "config_update", {"config_id": 1, "queue": QUEUE[0]}, {"config_id": 1, "queue": QUEUE}),
    (MODELS, "dialog", {"dialog": 206, "last": "5"}, {"dialog": "206", "last": 5}),
    (MODELS, "dialog", {"dialog": 206.0}, {"dialog": "206"}),
    (MODELS, "imconnector_status", {"connector": "livechat ", "line": "1"}, {"connector": "livechat", "line": 1}),
    (MODELS, "reply", {"dialog": 206, "message": 48213}, {"dialog": "206", "message": "48213"}),
    # The map by employee id is how REST has it.
    (
        MODELS,
        "config_update",
        {"config_id": 1, "queue": QUEUE, "queue_users_fields": {"4": {"user_name": "Ann"}}},
        {"config_id": 1, "queue": QUEUE, "queue_users_fields": [{"user_id": 4, "user_name": "Ann"}]},
    ),
]


@pytest.mark.parametrize(("client", "tool", "sent", "meant"), HABITS)
def test_a_known_habit_makes_the_call_that_was_meant(
    client: str, tool: str, sent: dict[str, Any], meant: dict[str, Any]
) -> None:
    read, right = read_arguments(TOOLS[tool], sent), read_arguments(TOOLS[tool], meant)
    assert read.call.model_dump() == right.call.model_dump(), client
    if "queue_users_fields" not in sent:
        assert read.call.given == right.call.given == meant, "what is written down is what was meant"


GUESSES: list[tuple[str, dict[str, Any], str]] = [
    ("dialog_get", {"chat_id": "abc"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "206.5"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": 206.5}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "1e3"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "2 06"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "0x10"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "٢٠٦"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": True}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": [206]}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": {"id": 206}}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "9" * 30}, "chat_id: should be a whole number"),
    ("operator_answer", {"chat_id": ""}, "chat_id: should be a whole number"),
    ("operator_answer", {"chat_id": None}, "chat_id is required"),
    ("operator_answer", {"chat_id": 0}, "chat_id: should be greater than or equal to 1"),
    ("v2_session_list", {"operator_id": 0}, "operator_id: should be greater than or equal to 1"),
    ("v2_session_list", {"operator_id": 0, "status": None}, "operator_id: should be greater than or equal to 1"),
    ("v2_session_list", {"limit": 0, "source": ""}, "limit: should be greater than or equal to 1"),
    ("im_recent_list", {"unread_only": "maybe"}, "unread_only: should be true or false"),
    ("im_recent_list", {"unread_only": 2}, "unread_only: should be true or false"),
    ("im_recent_list", {"unread_only": [True]}, "unread_only: should be true or false"),
    ("dialog_get", {"session_id": "chat206"}, "session_id: should be a whole number"),
    ("dialog_get", {"chat_id": "1,206"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "1\u00a0206"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "\uff12\uff10\uff16"}, "chat_id: should be a whole number"),
    ("dialog_get", {"chat_id": "##206"}, "chat_id: should be a whole number"),
    ("v2_session_stat_get", {"session_id": "[301,"}, "session_id: should be a list"),
    ("v2_session_stat_get", {"session_id": "301 306"}, "session_id: should be a list"),
    ("v2_session_stat_get", {"session_id": True}, "session_id: should be a list"),
    ("v2_session_stat_get", {"session_id": [301, None]}, "session_id.1: should be a whole number"),
    ("v2_session_stat_get", {"session_id": {"0": 301, "2": 306}}, "session_id: should be a list"),
    ("v2_session_list", {"source_list": "livechat,telegram"}, "source_list: should be a list"),
    ("v2_session_list", {"status": "answer"}, "status: should be 'new'"),
    ("user_get", {"filter": '{"ACTIVE": true'}, "filter: should be an object"),
    ("user_get", {"filter": "[1]"}, "filter: should be an object"),
    ("user_get", {"filter": "ACTIVE"}, "filter: should be an object"),
    ("reply", {"dialog": 206, "message": True}, "message: should be a text"),
    ("reply", {"dialog": 206, "message": ["Hello"]}, "message: should be a text"),
    ("session_head_vote", {"session_id": 1, "rating": 0}, "rating: should be greater than or equal to 1"),
    ("dialog_get", {"chatid_": 206, "chat-id": 206}, "unknown argument 'chatid_' (did you mean chat_id?)"),
    ("dialog_get", {"chat_id": 5, "chatId": 6}, "unknown argument 'chatId' (did you mean chat_id?)"),
    ("dialog_get", {"CHAT_ID": 5, "chatId": 6}, "unknown argument 'CHAT_ID'"),
    ("dialog_get", {"_chat_id": 206}, "unknown argument '_chat_id' (did you mean chat_id?)"),
    ("dialog_get", {"chat": 206}, "unknown argument 'chat' (did you mean chat_id?)"),
    ("dialog_get", {"chat_id": 5, "arguments": {"chat_id": 6}}, "unknown argument 'arguments'"),
    ("dialog_get", {"arguments": {"chat": 206}}, "unknown argument 'chat' (did you mean chat_id?)"),
    ("dialog_get", {"chat_id": 5, "explanation": "to look"}, "unknown argument 'explanation'"),
]


@pytest.mark.parametrize(("tool", "sent", "words"), GUESSES)
def test_what_would_be_guessed_is_refused_with_the_name_of_the_argument(
    tool: str, sent: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        read_arguments(TOOLS[tool], sent)
    assert words in str(refused.value)


def _list_cleared(schema: Schema, place: str = "") -> list[str]:
    found = [place] if 0 in (schema.get("minLength"), schema.get("minItems")) else []
    for name, inner in schema.get("properties", {}).items():
        found += _list_cleared(inner, f"{place}.{name}".strip("."))
    return found


CLEARED = {
    "welcome_message_text",
    "no_answer_text",
    "worktime_dayoff_text",
    "close_text",
    "auto_close_text",
    "vote_message_1_text",
    "vote_message_1_like",
    "vote_message_1_dislike",
    "vote_message_2_text",
    "vote_message_2_like",
    "vote_message_2_dislike",
    "kpi_first_answer_text",
    "kpi_further_answer_text",
    "worktime_dayoff",
    "worktime_holidays",
    "kpi_first_answer_list",
    "kpi_further_answer_list",
}


def test_empty_means_something_for_these_arguments_alone() -> None:
    found = {name: _list_cleared(tool.input_schema()) for name, tool in TOOLS.items()}
    assert {name: places for name, places in found.items() if places and not name.startswith("config_")} == {
        "methods": ["scope"]
    }
    assert set(found["config_add"]) == set(found["config_update"]) == CLEARED


@pytest.mark.parametrize("name", sorted(CLEARED))
def test_an_empty_text_or_list_clears_what_can_be_cleared(name: str) -> None:
    schema = TOOLS["config_update"].input_schema()["properties"][name]
    empty: Any = [] if schema["type"] == "array" else ""
    assert normalize_arguments(TOOLS["config_update"], {"config_id": 1, name: empty})[name] == empty
    assert name not in normalize_arguments(TOOLS["config_update"], {"config_id": 1, name: None})


def test_whether_a_draft_is_wanted_survives_every_form_of_the_arguments() -> None:
    sent: list[dict[str, Any]] = [
        {"chat_id": 5, DRY_RUN: "true"},
        {"arguments": {"chat_id": 5, "dryRun": True}},
        {"params": '{"CHAT_ID": "5", "DRY_RUN": "true"}'},
        {"params": {"CHAT_ID": "5"}, "dry-run": "TRUE"},
    ]
    for arguments in sent:
        assert read_arguments(TOOLS["operator_skip"], arguments).dry_run is True, arguments
    for arguments in ({"chat_id": 5, DRY_RUN: False, "dryRun": True}, {"chat_id": 5, DRY_RUN: "not sure"}):
        with pytest.raises(InvalidArgumentsError):
            read_arguments(TOOLS["operator_skip"], arguments)


def test_what_is_open_stays_open() -> None:
    schema = GATEWAY["call_method"].input_schema()
    sent = {"name": "dialog_get", "arguments": {"chatId": "206", "line": ""}}
    assert undo_habits(schema, sent) == sent
