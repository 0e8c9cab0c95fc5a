"""What is refused before anything is sent, and in which words."""

from typing import Any

import pytest
from pydantic import create_model

from tools.registry import methods
from tools.tool import InvalidArgumentsError, Tool

LONG_AGO, NOW = "2024-01-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("operator_answer", {}, "chat_id is required"),
    ("operator_answer", {"chat_id": "2043"}, "chat_id: should be a whole number"),
    ("operator_answer", {"chat_id": True}, "chat_id: should be a whole number"),
    ("operator_answer", {"chat_id": 2043.0}, "chat_id: should be a whole number"),
    ("crm_message_add", {"message": 5}, "; message: should be a text"),
    ("v2_session_stat_get", {"session_id": 301}, "session_id: should be a list"),
    (
        "user_get",
        {"filter": {"NAME": {}}},
        "NAME: should be a text or a whole number, e.g. 2043 or true or false or a list",
    ),
    ("operator_answer", {"chat_id": 0}, "chat_id: should be greater than or equal to 1"),
    ("operator_answer", {"chat_id": 2**31}, "chat_id: is too large for an identifier"),
    ("operator_answer", {"chat_id": 5, "chatid": 6}, "unknown argument 'chatid' (did you mean chat_id?)"),
    ("operator_answer", {"chat_id": 5, "x": 6}, "valid arguments are chat_id"),
    ("revision_get", {"x": 6}, "this tool takes no arguments"),
    ("operator_transfer", {"chat_id": 5}, "give exactly one of user_id, queue_id, transfer_id"),
    ("operator_transfer", {"chat_id": 5, "user_id": 1, "queue_id": 2}, "give exactly one of"),
    ("operator_transfer", {"chat_id": 5, "transfer_id": "queue"}, "transfer_id: should match the pattern"),
    ("bot_session_transfer", {"chat_id": 5, "client_id": "b"}, "give exactly one of"),
    ("dialog_get", {}, "give exactly one of chat_id, dialog_id, session_id, user_code"),
    ("dialog_get", {"chat_id": 1, "session_id": 2}, "give exactly one of"),
    ("session_history_get", {}, "give exactly one of session_id, chat_id"),
    ("session_history_get", {"session_id": 1, "detail": "all"}, "detail: should be 'concise' or 'full'"),
    ("session_head_vote", {"session_id": 1}, "give at least one of rating, comment"),
    ("session_head_vote", {"session_id": 1, "rating": 6}, "rating: should be less than or equal to 5"),
    ("session_head_vote", {"session_id": 1, "rating": 0}, "rating: should be greater than or equal to 1"),
    ("session_head_vote", {"session_id": 1, "comment": " "}, "comment: must not be blank"),
    (
        "session_head_vote",
        {"session_id": 1, "comment": "a" * 10001},
        "comment: should have at most 10000 characters",
    ),
    ("bot_session_message_send", {"chat_id": 1, "name": "DEFAULT"}, "message goes with name=DEFAULT"),
    ("bot_session_message_send", {"chat_id": 1, "name": "WELCOME", "message": "a"}, "message goes with name=DEFAULT"),
    ("bot_session_message_send", {"chat_id": 1, "name": "welcome"}, "name: should be 'WELCOME' or 'DEFAULT'"),
    ("network_join", {"code": "short"}, "code: should have at least 32 characters"),
    (
        "crm_message_add",
        {"crm_entity_type": "LEAD"},
        "crm_entity_type: should be 'lead', 'deal', 'contact' or 'company'",
    ),
    ("config_update", {"config_id": 1}, "give at least one setting to change"),
    ("config_update", {"config_id": 1, "skip_modify_mark": True}, "give at least one setting to change"),
    (
        "config_update",
        {"config_id": 1, "line_name": "a", "skip_modify_mark": False},
        "skip_modify_mark: should be true",
    ),
    ("config_update", {"config_id": 1, "line_name": None}, "give at least one setting to change"),
    ("config_update", {"config_id": None, "line_name": "a"}, "config_id is required"),
    ("config_add", {"line_name": " "}, "line_name: must not be blank"),
    ("config_list_get", {"select": []}, "select: should have at least 1 item"),
    ("config_add", {"worktime_timezone": "Mars/Phobos"}, "worktime_timezone: should be an IANA time zone"),
    ("config_update", {"config_id": 1, "nonsense": 1}, "its page lists the"),
    ("config_list_get", {"filter": {"A": [{"b": 1}]}}, "filter.A.0: should be"),
    ("crm_message_add", {"message": "0"}, "message: the portal takes a lone 0 for an empty message"),
    ("config_update", {"config_id": 1, "welcome_bot_id": 9}, "stored only together with welcome_bot_enable=true"),
    ("config_update", {"config_id": 1, "category_id": 9}, "stored only together with category_enable=true"),
    ("config_update", {"config_id": 1, "queue": []}, "queue: should have at least 1 item"),
    ("config_update", {"config_id": 1, "queue": [7]}, "queue.0: should be an object"),
    ("config_update", {"config_id": 1, "queue": [{"entity_type": "team", "entity_id": 1}]}, "queue.0.entity_type"),
    ("config_add", {"worktime_from": "09:00"}, "worktime_from and worktime_to go together"),
    ("config_add", {"worktime_from": "9.00", "worktime_to": "18:00"}, "worktime_from: should be a time of day such as"),
    ("config_add", {"worktime_from": "24:00", "worktime_to": "18:00"}, "worktime_from: should be a time of day"),
    ("config_add", {"worktime_dayoff": ["Sunday"]}, "worktime_dayoff.0: should be 'MO'"),
    ("config_add", {"worktime_holidays": ["1 May"]}, "worktime_holidays.0: should be a day of the year as D.M"),
    ("config_add", {"worktime_holidays": ["1.05", "31.04"]}, "worktime_holidays.1: should be a day of the year as D.M"),
    ("config_add", {"worktime_holidays": ["1.05.2026"]}, "worktime_holidays.0: should be a day of the year as D.M"),
    ("config_add", {"worktime_from": "22:00", "worktime_to": "06:00"}, "worktime_to: has to be later than"),
    (
        "config_update",
        {"config_id": 1, "worktime_from": "09:00", "worktime_to": "9:00"},
        "worktime_to: has to be later",
    ),
    (
        "config_add",
        {"worktime_from": "23:31", "worktime_to": "23:59"},
        "worktime_from: the portal takes no start after",
    ),
    (
        "config_update",
        {"config_id": 1, "queue_users_fields": {"3": {"user_name": "Ann"}}},
        "queue_users_fields: read only together with queue",
    ),
    (
        "config_add",
        {"queue": [{"entity_type": "user", "entity_id": 1}], "queue_users_fields": [{"user_id": 1}, {"user_id": 1}]},
        "queue_users_fields: names an employee twice",
    ),
    ("config_add", {"active": "Y"}, "active: should be true or false"),
    ("config_add", {"queue_time": -1}, "queue_time: must not be below 0"),
    ("config_add", {"session_priority": 86401}, "session_priority: should be less than or equal to 86400"),
    ("config_add", {"vote_message_1_text": "a" * 101}, "vote_message_1_text: should have at most 100"),
    ("config_add", {"welcome_mesage": True}, "unknown argument 'welcome_mesage' (did you mean welcome_message?)"),
    ("config_list_get", {"limit": 201}, "limit: should be less than or equal to 200"),
    ("config_list_get", {"select": ["line_name"]}, "select.0: should match the pattern"),
    ("config_list_get", {"filter": {"ACTIVE; DROP": "Y"}}, "filter.ACTIVE; DROP"),
    ("config_list_get", {"order": {"ID": "down"}}, "order.ID: should be 'asc', 'desc', 'ASC' or 'DESC'"),
    ("v2_stat_get", {"date_from": LONG_AGO, "date_to": NOW}, "longer than 366 days"),
    ("v2_stat_get", {"date_from": NOW, "date_to": LONG_AGO}, "date_to is before date_from"),
    ("v2_stat_get", {"date_from": "2026-03-01", "date_to": NOW}, "date_from: needs an offset from UTC"),
    ("v2_stat_get", {"date_from": "yesterday", "date_to": NOW}, "date_from: should be an ISO 8601 date and time"),
    ("v2_stat_get", {"date_from": NOW}, "date_to is required"),
    ("v2_session_list", {"status": "new", "close_reason": "spam"}, "give only one of status, close_reason"),
    ("v2_session_list", {"config_id": 1, "config_id_list": [1]}, "give only one of config_id, config_id_list"),
    ("v2_session_list", {"order": "waitAnswer"}, "this order needs both ends"),
    ("v2_session_list", {"kpi_first_answer": True}, "kpi_first_answer needs both ends"),
    ("v2_session_list", {"wait_answer_from": 9, "wait_answer_to": 3}, "wait_answer_to is below wait_answer_from"),
    ("v2_session_list", {"offset": 10001}, "offset: should be less than or equal to 10000"),
    ("v2_session_list", {"config_id_list": list(range(1, 1002))}, "config_id_list: should hold 1 to 1000 items"),
    ("v2_session_stat_get", {"session_id": list(range(1, 102))}, "session_id: should have at most 100 items"),
    ("v2_session_transfer_list", {"session_id": list(range(1, 52))}, "session_id: should have at most 50 items"),
    ("v2_session_stat_get", {"session_id": []}, "session_id: should have at least 1 item"),
    ("network_message_add", {"code": "a" * 32, "user_id": 1, "message": "\ud800"}, "half of a surrogate pair"),
    ("network_message_add", {"code": "a" * 32, "user_id": 1, "message": "m", "attach": {"n": float("nan")}}, "no NaN"),
]


@pytest.mark.parametrize(("tool", "arguments", "words"), REFUSED)
def test_arguments_that_cannot_work_are_refused_in_words(tool: str, arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()[tool].from_tool(arguments)

    assert words in str(refused.value)
    assert "pydantic" not in str(refused.value)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()["crm_message_add"].from_tool({"crm_entity": "5", "text": "hello"})

    named = ("crm_entity_type", "crm_entity", "user_id", "chat_id", "message", "unknown argument 'text'")
    assert all(any(name in problem for problem in refused.value.problems) for name in named)


def test_a_value_is_never_repeated_in_a_refusal() -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()["network_join"].from_tool({"code": "secret-value"})

    assert "secret-value" not in str(refused.value)


def test_a_crowd_of_mistakes_stays_readable() -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()["operator_answer"].from_tool({f"x{number}": 1 for number in range(1000)})

    assert len(str(refused.value)) < 1000


SENT: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("session_mode_pin", {"chat_id": 5, "activate": False}, {"CHAT_ID": 5, "ACTIVATE": "N"}),
    ("session_mode_silent", {"chat_id": 5}, {"CHAT_ID": 5, "ACTIVATE": "Y"}),
    ("session_mode_silent", {"chat_id": 5, "activate": None}, {"CHAT_ID": 5, "ACTIVATE": "Y"}),
    (
        "config_list_get",
        {"select": ["ID"], "filter": {"ACTIVE": True, "ID": [1, 2]}},
        {"PARAMS": {"select": ["ID"], "filter": {"ACTIVE": "Y", "ID": [1, 2]}, "limit": 50, "offset": 0}},
    ),
    ("operator_transfer", {"chat_id": 5, "transfer_id": "queue3"}, {"CHAT_ID": 5, "TRANSFER_ID": "queue3"}),
    ("operator_transfer", {"chat_id": 5, "user_id": 3, "queue_id": None}, {"CHAT_ID": 5, "USER_ID": 3}),
    ("session_history_get", {"chat_id": 5, "detail": "full", "last": 3}, {"CHAT_ID": 5}),
    (
        "config_update",
        {"config_id": 1, "worktime_from": "09:00", "worktime_to": "18:30", "worktime_holidays": ["1.05", "25.12"]},
        {"CONFIG_ID": 1, "PARAMS": {"WORKTIME_FROM": "9", "WORKTIME_TO": "18.30", "WORKTIME_HOLIDAYS": "01.05,25.12"}},
    ),
    (
        "config_update",
        {"config_id": 1, "worktime_from": "23:30", "worktime_to": "23:31", "worktime_holidays": ["29.2", "7.01"]},
        {
            "CONFIG_ID": 1,
            "PARAMS": {"WORKTIME_FROM": "23.30", "WORKTIME_TO": "23.31", "WORKTIME_HOLIDAYS": "29.02,07.01"},
        },
    ),
    ("config_update", {"config_id": 1, "worktime_holidays": []}, {"CONFIG_ID": 1, "PARAMS": {"WORKTIME_HOLIDAYS": ""}}),
    (
        "config_update",
        {"config_id": 1, "worktime_from": "0:05", "worktime_to": "23:59", "skip_modify_mark": True},
        {"CONFIG_ID": 1, "PARAMS": {"WORKTIME_FROM": "0.05", "WORKTIME_TO": "23.59", "SKIP_MODIFY_MARK": "Y"}},
    ),
    (
        "config_add",
        {"default_operator_data": {"name": "Support", "avatar_id": 5}, "kpi_first_answer_list": [3, 4]},
        {"PARAMS": {"DEFAULT_OPERATOR_DATA": {"NAME": "Support", "AVATAR_ID": 5}, "KPI_FIRST_ANSWER_LIST": [3, 4]}},
    ),
    (
        "config_add",
        {
            "queue": [{"entity_type": "user", "entity_id": 27}],
            "queue_users_fields": [{"user_id": 27, "user_name": "Ann"}],
        },
        {
            "PARAMS": {
                "QUEUE": [{"ENTITY_TYPE": "user", "ENTITY_ID": "27"}],
                "QUEUE_USERS_FIELDS": {"27": {"USER_NAME": "Ann"}},
            }
        },
    ),
    (
        "config_add",
        {"queue": [{"entity_type": "user", "entity_id": 27}], "queue_users_fields": {"27": {"user_name": "Ann"}}},
        {
            "PARAMS": {
                "QUEUE": [{"ENTITY_TYPE": "user", "ENTITY_ID": "27"}],
                "QUEUE_USERS_FIELDS": {"27": {"USER_NAME": "Ann"}},
            }
        },
    ),
    (
        "config_list_get",
        {"select": ["LINE_NAME"], "order": {"ID": "desc"}, "check_permission": "MODIFY"},
        {
            "PARAMS": {
                "select": ["LINE_NAME", "ID", "MODIFY_USER_ID"],
                "order": {"ID": "DESC"},
                "limit": 50,
                "offset": 0,
            },
            "OPTIONS": {"CHECK_PERMISSION": "MODIFY"},
        },
    ),
    (
        "v2_session_list",
        {"has_crm": True, "close_reason": "replyLimit"},
        {"closeReason": "replyLimit", "hasCrm": True, "offset": 0, "limit": 50},
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "body"), SENT)
def test_arguments_become_what_the_server_reads(tool: str, arguments: dict[str, Any], body: dict[str, Any]) -> None:
    assert methods()[tool].from_tool(arguments).to_wire() == body


def test_a_call_keeps_the_arguments_from_which_the_very_same_call_is_made_again() -> None:
    method = methods()["dialog_get"]
    call = method.from_tool({"chat_id": 5, "user_code": None})

    assert call.given == {"chat_id": 5}
    assert method.from_tool(call.given).to_wire() == call.to_wire() == {"CHAT_ID": 5}


def _problems_of(mistakes: int) -> list[str]:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()["v2_session_stat_get"].from_tool({"session_id": ["x"] * mistakes})
    return refused.value.problems


@pytest.mark.parametrize(("mistakes", "shown", "more"), [(10, 10, ""), (11, 11, "and 1 more"), (15, 11, "and 5 more")])
def test_ten_mistakes_are_told_and_the_rest_counted(mistakes: int, shown: int, more: str) -> None:
    problems = _problems_of(mistakes)

    assert len(problems) == shown
    assert problems[-1] == more or not more


@pytest.mark.parametrize(("count", "told"), [(30, "valid arguments are a0, a1"), (31, "its page lists the 31 valid")])
def test_the_valid_arguments_are_named_unless_there_are_too_many(count: int, told: str) -> None:
    fields: dict[str, Any] = {f"a{number}": (int, 0) for number in range(count)}
    with pytest.raises(InvalidArgumentsError) as refused:
        create_model("Many", __base__=Tool, **fields).from_tool({"zzz": 1})

    assert refused.value.problems[-1].startswith(told)
