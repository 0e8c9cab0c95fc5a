"""Each rule about a line's settings at its borders: near misses that must stay silent, and the step beyond them."""

from typing import Any

import pytest

from tests.workflows.lines.rule_cases import OFF, SILENT, SPEAKS, WELL_SET, Changes
from workflows.lines.line import OpenLine
from workflows.lines.rule import Finding
from workflows.lines.rules import RULES, find_mistakes


def _find(changes: Changes) -> dict[str, Finding]:
    """Rule -> what it finds in a well-set line with these changes."""
    settings = {name: value for name, value in {**WELL_SET, **changes}.items() if name.isupper()}
    line = OpenLine(settings, changes.get("presence", {}))
    found, unreadable = find_mistakes(line)
    assert unreadable == []
    return {finding.rule.name: finding for finding in found}


def _cases(of_rules: dict[str, list[Changes]]) -> list[Any]:
    return [pytest.param(name, one, id=f"{name}-{one}") for name, changes in of_rules.items() for one in changes]


def test_a_well_set_line_breaks_no_rule() -> None:
    assert _find({}) == {}


def test_every_rule_has_near_misses_and_cases_just_beyond() -> None:
    names = {rule.name for rule in RULES}

    assert set(SILENT) == names
    assert set(SPEAKS) == names


@pytest.mark.parametrize(("name", "changes"), _cases(SILENT))
def test_a_near_miss_stays_silent(name: str, changes: Changes) -> None:
    assert name not in _find(changes)


@pytest.mark.parametrize(("name", "changes"), _cases(SPEAKS))
def test_just_beyond_the_border_the_rule_speaks(name: str, changes: Changes) -> None:
    assert name in _find(changes)


FIXES: list[tuple[str, Changes, dict[str, Any]]] = [
    ("nobody_online", {"QUEUE_ONLINE": "N"}, {"show_offline": False}),
    ("no_source", {"CRM_SOURCE": ""}, {"crm_source": "create"}),
    (
        "nameless_operators",
        {"QUEUE": [3, 4, 5], "QUEUE_USERS_FIELDS": {"3": {"USER_NAME": ""}, "4": WELL_SET["QUEUE_USERS_FIELDS"]["4"]}},
        {
            "queue": [{"entity_type": "user", "entity_id": one} for one in (3, 4, 5)],
            "queue_users_fields": [
                {"user_id": 3, "user_name": "NAME"},
                {"user_id": 4, "user_name": "James", "user_work_position": "Sales"},
                {"user_id": 5, "user_name": "NAME"},
            ],
        },
    ),
    ("silent_off_hours", {"WORKTIME_DAYOFF_RULE": "none"}, {"worktime_dayoff_rule": "text"}),
    (
        "silent_off_hours",
        {"WORKTIME_DAYOFF_RULE": "none", "WORKTIME_DAYOFF_TEXT": ""},
        {"worktime_dayoff_rule": "text", "worktime_dayoff_text": "TEXT"},
    ),
    (
        "off_hours_text_unused",
        {**OFF, "WORKTIME_FROM": "", "WORKTIME_TO": ""},
        {"worktime_enable": True, "worktime_from": "09:00", "worktime_to": "18:00"},
    ),
    (
        "off_hours_text_unused",
        {**OFF, "WORKTIME_FROM": "8.30"},
        {"worktime_enable": True, "worktime_from": "08:30", "worktime_to": "18:30"},
    ),
    ("short_holiday", {"WORKTIME_HOLIDAYS": ["1.5", "25.12"]}, {"worktime_holidays": ["01.05", "25.12"]}),
    (
        "bot_switched_off",
        {"WELCOME_BOT_ENABLE": "N"},
        {"welcome_bot_enable": True, "welcome_bot_id": 9},
    ),
    ("short_offer", {"QUEUE_TIME": "9"}, {"queue_time": 60}),
    ("bot_for_ever", {"WELCOME_BOT_TIME": "0"}, {"welcome_bot_enable": True, "welcome_bot_time": 600}),
    ("closes_at_once", {"AUTO_CLOSE_TIME": "0"}, {"auto_close_time": 14_400}),
    ("closes_early", {"AUTO_CLOSE_TIME": "1"}, {"auto_close_time": 14_400}),
    ("no_time_to_rate", {"FULL_CLOSE_TIME": "0"}, {"full_close_time": 10}),
    ("short_time_to_rate", {"VOTE_TIME_LIMIT": "59"}, {"vote_time_limit": 0}),
    ("kpi_further_answer_alert_without_time", {"KPI_FURTHER_ANSWER_TIME": "0"}, {"kpi_further_answer_time": 300}),
    (
        "no_target",
        {"KPI_FIRST_ANSWER_TIME": "0", "KPI_FIRST_ANSWER_ALERT": "N"},
        {"kpi_first_answer_time": 300},
    ),
    ("early_excuse", {"NO_ANSWER_TIME": "10"}, {"no_answer_time": 60}),
    ("finished_outlives_silent", {"AUTO_CLOSE_TIME": "1"}, {"auto_close_time": 600}),
    ("rating_without_text", {"VOTE_MESSAGE_2_TEXT": ""}, {"vote_message_2_text": "TEXT"}),
    ("target_of_one", {"KPI_FIRST_ANSWER_TIME": "60"}, {"kpi_first_answer_time": 120}),
    (
        "kpi_first_answer_text_escaped_twice",
        {"KPI_FIRST_ANSWER_TEXT": "a &amp;amp;lt; b"},
        {"kpi_first_answer_text": "a < b"},
    ),
]


@pytest.mark.parametrize(("name", "changes", "arguments"), FIXES)
def test_a_fix_keeps_what_is_right_and_changes_the_rest(name: str, changes: Changes, arguments: dict[str, Any]) -> None:
    assert _find(changes)[name].arguments == {"config_id": 7, **arguments}
