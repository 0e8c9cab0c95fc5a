from typing import Any

import pytest

from sandbox.seed.seed import (
    NO_RIGHTS_WEBHOOK_PATH,
    OPERATOR_WEBHOOK_PATH,
    SUPERVISOR_WEBHOOK_PATH,
)
from tests.sandbox.client import SandboxClient

GET, LIST = "imopenlines.config.get", "imopenlines.config.list.get"
ADD, UPDATE, DELETE = (f"imopenlines.config.{name}" for name in ("add", "update", "delete"))


def add_line(portal: SandboxClient, **params: Any) -> Any:
    line_id = portal.call(ADD, {"PARAMS": params})
    return portal.call(GET, {"CONFIG_ID": line_id})


def update_line(portal: SandboxClient, **params: Any) -> Any:
    assert portal.call(UPDATE, {"CONFIG_ID": 1, "PARAMS": params}) is True
    return portal.call(GET, {"CONFIG_ID": 1})


def test_the_paths_of_the_contact_centre(portal: SandboxClient) -> None:
    paths = portal.call("imopenlines.config.path.get")
    assert paths == {"SERVER_ADDRESS": "https://sandbox.example", "PUBLIC_PATH": "/contact_center/"}


def test_a_line_is_shown_as_strings_with_its_queue(portal: SandboxClient) -> None:
    line = portal.call(GET, {"CONFIG_ID": "1"})
    assert (line["ID"], line["LINE_NAME"], line["QUEUE_TIME"]) == ("1", "Website support", "60")
    assert line["DATE_CREATE"] == line["DATE_MODIFY"] == {}
    assert line["WORKTIME_DAYOFF"] == line["WORKTIME_HOLIDAYS"] == [""]
    assert (line["QUEUE"], line["QUEUE_ONLINE"]) == (["3", "4"], "Y")
    assert line["QUEUE_FULL"]["3"]["USER_NAME"] == "Olga Smirnova"
    assert line["QUEUE_USERS_FIELDS"]["4"]["USER_WORK_POSITION"] == "Support Engineer"


def test_a_line_needs_an_id_and_may_be_missing(portal: SandboxClient) -> None:
    assert portal.expect_refusal(GET) == (400, "CONFIG_ID_EMPTY")
    assert portal.call(GET, {"CONFIG_ID": 77}) is False


def test_the_queue_is_left_out_by_anything_but_an_exact_y(portal: SandboxClient) -> None:
    assert "QUEUE" not in portal.call(GET, {"CONFIG_ID": 1, "WITH_QUEUE": True})
    assert portal.call(GET, {"CONFIG_ID": 2, "SHOW_OFFLINE": "N"})["QUEUE"] == ["4"]


def test_empty_maps_are_lists(portal: SandboxClient) -> None:
    line = add_line(portal, QUEUE=[{"ENTITY_TYPE": "group", "ENTITY_ID": 1}])
    assert line["QUEUE"] == line["QUEUE_FULL"] == line["QUEUE_USERS_FIELDS"] == []


def test_reading_a_line_asks_for_no_right(portal: SandboxClient) -> None:
    assert portal.call(GET, {"CONFIG_ID": 3}, path=NO_RIGHTS_WEBHOOK_PATH)["LINE_NAME"] == "VIP"


def test_a_line_without_parameters_gets_the_defaults(portal: SandboxClient) -> None:
    line_id = portal.call(ADD, {"PARAMS": "nonsense"}, path=NO_RIGHTS_WEBHOOK_PATH)
    line = portal.call(GET, {"CONFIG_ID": line_id})
    assert line["LINE_NAME"] == "Open Channel 6"
    assert (line["QUEUE_TYPE"], line["CLOSE_RULE"], line["CRM_CREATE"]) == ("all", "text", "lead")
    assert (line["WORKTIME_FROM"], line["WORKTIME_TO"], line["MODIFY_USER_ID"]) == ("9", "18.30", "8")


def test_every_new_line_counts_in_the_numbering_of_names(portal: SandboxClient) -> None:
    add_line(portal, LINE_NAME="Named")
    assert add_line(portal)["LINE_NAME"] == "Open Channel 7"


def test_every_text_for_the_client_has_a_default(portal: SandboxClient) -> None:
    line = add_line(portal)
    texts = ("WELCOME_MESSAGE", "NO_ANSWER", "WORKTIME_DAYOFF", "CLOSE", "AUTO_CLOSE")
    assert all(line[f"{name}_TEXT"] for name in texts)


@pytest.mark.parametrize(
    ("name", "sent", "stored"),
    [
        ("CRM_CREATE", "contact", "lead"),
        ("QUEUE_TYPE", "random", "all"),
        ("TYPE_MAX_CHAT", "many", "answered_new"),
        ("CLOSE_RULE", "form", "none"),
        ("NO_ANSWER_RULE", "bot", "none"),
        ("WELCOME_MESSAGE", "no", "Y"),
        ("CHECK_AVAILABLE", "x", "Y"),
        ("TEMPORARY", False, "Y"),
        ("WATCH_TYPING", "y", "N"),
        ("CATEGORY_ENABLE", True, "N"),
        ("MAX_CHAT", -3, "0"),
        ("SESSION_PRIORITY", 100000, "86400"),
        ("QUEUE_TIME", "90s", "90"),
        ("LANGUAGE_ID", "english", "en"),
        ("VOTE_MESSAGE_1_TEXT", "x" * 150, "x" * 100),
        ("VOTE_MESSAGE_2_TEXT", "x" * 150, "x" * 150),
        ("KPI_FIRST_ANSWER_TEXT", "<b>late</b>", "&lt;b&gt;late&lt;/b&gt;"),
        ("WORKTIME_DAYOFF", ["SU", "XX", "SA"], ["SU", "SA"]),
        ("WORKTIME_HOLIDAYS", "1.1, 25.12", ["1.1", "25.12"]),
        ("WORKTIME_HOLIDAYS", ["01.01", "25.12"], ["01.01", "25.12"]),
        ("WORKTIME_HOLIDAYS", "1.1,25.12,soon", [""]),
        ("WORKTIME_HOLIDAYS", ["25.12", ["26.12"]], [""]),
        ("WORKTIME_HOLIDAYS", 5, [""]),
        ("VOTE_TIME_LIMIT", -5, "0"),
        ("KPI_FIRST_ANSWER_TIME", -5, "0"),
        ("WELCOME_BOT_ID", 9, "0"),
        ("WELCOME_BOT_LEFT", "close", "queue"),
    ],
)
def test_values_are_silently_replaced(portal: SandboxClient, name: str, sent: Any, stored: Any) -> None:
    assert add_line(portal, **{name: sent})[name] == stored
    assert update_line(portal, **{name: sent})[name] == stored


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("LINE_NAME", "", "Website support"),
        ("LINE_NAME", None, "Website support"),
        ("CLOSE_TEXT", None, "Thank you for contacting us."),
        ("QUEUE", None, None),
        ("FULL_CLOSE_TIME", -1, "10"),
        ("AUTO_CLOSE_TIME", -1, "14400"),
        ("WORKTIME_DAYOFF", "SU", [""]),
        ("XML_ID", "outside", None),
        ("SEND_NOTIFICATION_EMPTY_QUEUE", "Y", "N"),
    ],
)
def test_some_values_are_left_aside(portal: SandboxClient, name: str, sent: Any, kept: Any) -> None:
    line = update_line(portal, **{name: sent})
    assert line[name] == (["3", "4"] if name == "QUEUE" else kept)


def read_hours(line: Any) -> tuple[str, str]:
    return line["WORKTIME_FROM"], line["WORKTIME_TO"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (("22", "6"), ("22", "23")),
        (("9.30", "9.30"), ("9.30", "10.3")),
        (("23.15", "1"), ("23.15", "24.15")),
        (("23.45", "23.50"), ("23.3", "23.50")),
        (("23.45", "23"), ("23.3", "23.59")),
        (("9.5", "9.45"), ("9.5", "10.5")),
    ],
)
def test_there_are_no_hours_over_midnight(
    portal: SandboxClient, sent: tuple[str, str], stored: tuple[str, str]
) -> None:
    assert read_hours(add_line(portal, WORKTIME_FROM=sent[0], WORKTIME_TO=sent[1])) == stored


def test_working_hours_come_as_a_pair_with_dots(portal: SandboxClient) -> None:
    assert read_hours(add_line(portal, WORKTIME_FROM="8", WORKTIME_TO="17.45")) == ("8", "17.45")
    assert read_hours(add_line(portal, WORKTIME_FROM="09:00", WORKTIME_TO="17")) == ("9", "18.30")
    assert read_hours(add_line(portal, WORKTIME_FROM="8")) == ("9", "18.30")
    assert read_hours(update_line(portal, WORKTIME_FROM="8", WORKTIME_TO="17.45")) == ("8", "17.45")
    assert read_hours(update_line(portal, WORKTIME_FROM="7")) == ("8", "17.45")
    assert read_hours(update_line(portal, WORKTIME_FROM="07:00", WORKTIME_TO="17:00")) == ("9", "18.30")


def test_the_bot_is_stored_only_along_with_its_switch(portal: SandboxClient) -> None:
    assert (
        update_line(portal, WELCOME_BOT_ENABLE="Y", WELCOME_BOT_ID=9, WELCOME_BOT_LEFT="close")["WELCOME_BOT_ID"] == "9"
    )
    line = update_line(portal, WELCOME_BOT_TIME=30)
    assert (line["WELCOME_BOT_ID"], line["WELCOME_BOT_TIME"], line["WELCOME_BOT_LEFT"]) == ("9", "600", "close")


def test_the_plan_downgrades_silently(portal: SandboxClient) -> None:
    portal.switch(plan={"vote": False, "worktime": False, "queue_all": False}, modules={"crm": False})
    line = add_line(portal, VOTE_MESSAGE="Y", WORKTIME_ENABLE="Y", QUEUE_TYPE="all", CRM="Y")
    assert [line[name] for name in ("VOTE_MESSAGE", "WORKTIME_ENABLE", "QUEUE_TYPE", "CRM")] == [
        "N",
        "N",
        "evenly",
        "N",
    ]
    stored = {"select": ["VOTE_MESSAGE", "QUEUE_TYPE"], "filter": {"ID": portal.call(ADD)}}
    assert portal.call(LIST, {"PARAMS": stored}) == [{"VOTE_MESSAGE": "Y", "QUEUE_TYPE": "all"}]


def test_a_line_is_shown_as_the_plan_lets_it_work(portal: SandboxClient) -> None:
    assert update_line(portal, WORKTIME_ENABLE="Y")["WORKTIME_ENABLE"] == "Y"
    portal.switch(plan={"vote": False, "worktime": False})
    line = portal.call(GET, {"CONFIG_ID": 1})
    assert (line["VOTE_MESSAGE"], line["WORKTIME_ENABLE"]) == ("N", "N")


def test_adding_takes_a_queue_in_two_forms_and_ignores_a_bad_one(portal: SandboxClient) -> None:
    assert add_line(portal, QUEUE=[4, "3"])["QUEUE"] == ["4", "3"]
    assert add_line(portal, QUEUE=[{"ENTITY_TYPE": "department", "ENTITY_ID": "5"}])["QUEUE"] == ["2", "3", "4"]
    for bad in ([{"ENTITY_TYPE": "group", "ENTITY_ID": 1}], ["Olga"], [0]):
        assert add_line(portal, QUEUE=bad)["QUEUE"] == []


@pytest.mark.parametrize("queue", [None, [], "3", [999], [6, 7], [{"ENTITY_TYPE": "user", "ENTITY_ID": 6}]])
def test_where_nobody_is_named_the_caller_takes_the_queue(portal: SandboxClient, queue: Any) -> None:
    line_id = portal.call(ADD, {"PARAMS": {"QUEUE": queue}}, path=SUPERVISOR_WEBHOOK_PATH)
    line = portal.call(GET, {"CONFIG_ID": line_id})
    assert (line["QUEUE"], line["QUEUE_USERS_FIELDS"]["2"]["USER_NAME"]) == (["2"], "Martin Vogel")


def test_strangers_and_the_dismissed_are_dropped_from_a_queue(portal: SandboxClient) -> None:
    assert add_line(portal, QUEUE=[999, 6, 3, 7])["QUEUE"] == ["3"]
    unknown = [{"ENTITY_TYPE": "user", "ENTITY_ID": 999}]
    assert update_line(portal, QUEUE=[{"ENTITY_TYPE": "user", "ENTITY_ID": 4}, *unknown])["QUEUE"] == ["4"]
    assert update_line(portal, QUEUE=unknown)["QUEUE"] == ["1"]


def test_updating_takes_the_queue_as_objects_only(portal: SandboxClient) -> None:
    assert update_line(portal, QUEUE=[{"ENTITY_TYPE": "user", "ENTITY_ID": 4}])["QUEUE"] == ["4"]
    for bad in (
        [3],
        [],
        "3",
        [{"ENTITY_TYPE": "user", "ENTITY_ID": 0}],
        [{"ENTITY_TYPE": "department", "ENTITY_ID": 9}],
    ):
        assert portal.call(UPDATE, {"CONFIG_ID": 1, "PARAMS": {"QUEUE": bad, "LINE_NAME": "No"}}) is False
    line = portal.call(GET, {"CONFIG_ID": 1})
    assert (line["QUEUE"], line["LINE_NAME"]) == (["4"], "Website support")


def test_users_of_the_queue_may_be_presented_differently(portal: SandboxClient) -> None:
    shown = {"3": {"USER_NAME": "Olga from support"}}
    olga, james = ({"ENTITY_TYPE": "user", "ENTITY_ID": number} for number in (3, 4))
    assert update_line(portal, QUEUE_USERS_FIELDS=shown)["QUEUE_USERS_FIELDS"]["3"]["USER_NAME"] == "Olga Smirnova"
    line = update_line(portal, QUEUE=[olga, james], QUEUE_USERS_FIELDS=shown)
    assert line["QUEUE_USERS_FIELDS"]["3"]["USER_NAME"] == "Olga from support"
    assert update_line(portal, QUEUE=[olga])["QUEUE_USERS_FIELDS"]["3"]["USER_NAME"] == "Olga from support"


def test_an_empty_update_marks_who_made_it(portal: SandboxClient) -> None:
    assert portal.call(UPDATE, {"CONFIG_ID": 1}, path=SUPERVISOR_WEBHOOK_PATH) is True
    assert portal.call(GET, {"CONFIG_ID": 1})["MODIFY_USER_ID"] == "2"
    for mark in ("Y", "N", False):
        portal.call(UPDATE, {"CONFIG_ID": 1, "PARAMS": {"SKIP_MODIFY_MARK": mark}})
        assert portal.call(GET, {"CONFIG_ID": 1})["MODIFY_USER_ID"] == "2"


@pytest.mark.parametrize("method", [UPDATE, DELETE])
def test_changing_a_line_needs_the_right_to(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method) == (400, "CONFIG_ID_EMPTY")
    denied = (403, "CONFIG_WRONG_USER_PERMISSION")
    assert portal.expect_refusal(method, {"CONFIG_ID": 1}, path=OPERATOR_WEBHOOK_PATH) == denied
    assert portal.expect_refusal(method, {"CONFIG_ID": 77}, path=SUPERVISOR_WEBHOOK_PATH) == denied
    assert portal.call(method, {"CONFIG_ID": 77}) is False
    assert portal.call(method, {"CONFIG_ID": 1}, path=SUPERVISOR_WEBHOOK_PATH) is True


def test_a_deleted_line_is_gone(portal: SandboxClient) -> None:
    assert portal.call(DELETE, {"CONFIG_ID": 1}) is True
    assert portal.call(DELETE, {"CONFIG_ID": 1}) is False
    assert portal.call(GET, {"CONFIG_ID": 1}) is False
    assert portal.call("imopenlines.dialog.get", {"CHAT_ID": 206})["id"] == 206


def test_a_storage_failure_is_just_false(portal: SandboxClient) -> None:
    portal.switch(config_storage_fails=True)
    assert portal.call(ADD) is False
    assert portal.call(UPDATE, {"CONFIG_ID": 1}) is False
