"""Each rule about a line's settings: what breaks it, that its fix mends it, and that a well-set line breaks none."""

from typing import Any

import anyio
import pytest

from sandbox.domain.line_queue import NO_FIELDS
from sandbox.state.company import Company
from sandbox.state.line_settings import make_default_settings
from sandbox.state.records import LineQueueEntry
from tests.workflows.portal_context import open_portal
from tools.channels import ConfigGet
from tools.setup import ConfigUpdate
from workflows.lines.line import OpenLine
from workflows.lines.reading import add_presence, read_lines
from workflows.lines.rule import Finding
from workflows.lines.rules import RULES, find_mistakes

LINE = 1
WELL: dict[str, Any] = {
    **make_default_settings(),
    "LINE_NAME": "Website support",
    "QUEUE_TYPE": "evenly",
    "WORKTIME_ENABLE": "Y",
    "WORKTIME_FROM": "9",
    "WORKTIME_TO": "18.30",
    "WORKTIME_TIMEZONE": "Europe/Berlin",
    "WORKTIME_DAYOFF": "SA,SU",
    "WORKTIME_HOLIDAYS": "01.01,25.12",
    "WORKTIME_DAYOFF_RULE": "text",
    "NO_ANSWER_RULE": "text",
    "AUTO_CLOSE_RULE": "text",
    "AGREEMENT_MESSAGE": "Y",
    "AGREEMENT_ID": "1",
    "WELCOME_BOT_ENABLE": "Y",
    "WELCOME_BOT_ID": "9",
    "USE_WELCOME_FORM": "Y",
    "WELCOME_FORM_ID": "4",
    "OPERATOR_DATA": "queue",
    "KPI_FIRST_ANSWER_TIME": "300",
    "KPI_FIRST_ANSWER_ALERT": "Y",
    "KPI_FIRST_ANSWER_LIST": ["2"],
    "KPI_FURTHER_ANSWER_TIME": "600",
    "KPI_FURTHER_ANSWER_ALERT": "Y",
    "KPI_FURTHER_ANSWER_LIST": ["2"],
}
"""Everything is on, and nothing is wrong."""
BROKEN: dict[str, dict[str, Any]] = {
    "temporary": {"TEMPORARY": "Y"},
    "inactive": {"ACTIVE": "N"},
    "empty_queue": {"queue": ()},
    "one_operator": {"queue": (3,)},
    "nobody_online": {"presence": "pause"},
    "short_offer": {"QUEUE_TIME": "5"},
    "loose_limit": {"QUEUE_TYPE": "all", "MAX_CHAT": "5"},
    "nameless_operators": {"nameless": 4},
    "hours_missing": {"WORKTIME_FROM": "", "WORKTIME_TO": ""},
    "never_open": {"WORKTIME_FROM": "22", "WORKTIME_TO": "6"},
    "no_working_day": {"WORKTIME_DAYOFF": "MO,TU,WE,TH,FR,SA,SU"},
    "no_time_zone": {"WORKTIME_TIMEZONE": ""},
    "silent_off_hours": {"WORKTIME_DAYOFF_RULE": "none"},
    "off_hours_text_unused": {"WORKTIME_ENABLE": "N"},
    "one_hour": {"WORKTIME_FROM": "18", "WORKTIME_TO": "19"},
    "short_holiday": {"WORKTIME_HOLIDAYS": "1.1,25.12"},
    "empty_greeting": {"WELCOME_MESSAGE_TEXT": " "},
    "empty_no_answer": {"NO_ANSWER_TEXT": ""},
    "empty_off_hours": {"WORKTIME_DAYOFF_TEXT": ""},
    "empty_closing": {"CLOSE_TEXT": ""},
    "empty_auto_closing": {"AUTO_CLOSE_TEXT": ""},
    "early_excuse": {"NO_ANSWER_TIME": "20"},
    "consent_to_nothing": {"AGREEMENT_ID": "0"},
    "no_form": {"WELCOME_FORM_ID": "0"},
    "closes_at_once": {"AUTO_CLOSE_TIME": "0"},
    "closes_early": {"AUTO_CLOSE_TIME": "50", "FULL_CLOSE_TIME": "0", "VOTE_MESSAGE": "N"},
    "finished_outlives_silent": {"AUTO_CLOSE_TIME": "900", "FULL_CLOSE_TIME": "60"},
    "no_time_to_rate": {"FULL_CLOSE_TIME": "0"},
    "short_time_to_rate": {"VOTE_TIME_LIMIT": "30"},
    "rating_without_text": {"VOTE_MESSAGE_1_TEXT": ""},
    "rating_without_digits": {"VOTE_MESSAGE_2_TEXT": "How was it?"},
    "bot_without_id": {"WELCOME_BOT_ID": "0"},
    "bot_switched_off": {"WELCOME_BOT_ENABLE": "N"},
    "bot_for_ever": {"WELCOME_BOT_TIME": "0"},
    "no_source": {"CRM_SOURCE": ""},
    "kpi_first_answer_alert_without_time": {"KPI_FIRST_ANSWER_TIME": "0"},
    "kpi_first_answer_alert_for_nobody": {"KPI_FIRST_ANSWER_LIST": None},
    "kpi_first_answer_alert_without_text": {"KPI_FIRST_ANSWER_TEXT": ""},
    "kpi_first_answer_text_escaped_twice": {"KPI_FIRST_ANSWER_TEXT": "late &amp;gt; 5 min"},
    "kpi_further_answer_alert_without_time": {"KPI_FURTHER_ANSWER_TIME": "0"},
    "kpi_further_answer_alert_for_nobody": {"KPI_FURTHER_ANSWER_LIST": []},
    "kpi_further_answer_alert_without_text": {"KPI_FURTHER_ANSWER_TEXT": ""},
    "kpi_further_answer_text_escaped_twice": {"KPI_FURTHER_ANSWER_TEXT": "a &amp;amp;quot;b&amp;amp;quot;"},
    "no_target": {"KPI_FIRST_ANSWER_TIME": "0", "KPI_FIRST_ANSWER_ALERT": "N"},
    "target_of_one": {"KPI_FIRST_ANSWER_TIME": "45"},
}
FILLED_IN = {"USER_ID": 5, "NAME": "Somebody", "TIME_ZONE": "Europe/Berlin"}


def _arrange(company: Company, changes: dict[str, Any]) -> None:
    """The line with some settings changed; words in small letters are about its people."""
    settings = {name: value for name, value in changes.items() if name.isupper()}
    line, queue = company.lines[LINE], changes.get("queue", (3, 4))
    line.settings = {**WELL, **settings}
    line.queue = [LineQueueEntry(number, "user", number) for number in queue]
    line.user_fields = {
        number: {**NO_FIELDS, "USER_NAME": "" if number == changes.get("nameless") else f"Operator {number}"}
        for number in queue
    }
    for number in queue:
        company.employees[number].presence = changes.get("presence", "online")


async def _find_mistakes(context: Any) -> list[Finding]:
    missing: list[str] = []
    (line,) = await add_presence(context, await read_lines(context, [LINE], missing), missing)
    found, unreadable = find_mistakes(line)
    assert (missing, unreadable) == ([], [])
    return found


def _fill_in(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _fill_in(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_fill_in(item) for item in value]
    return FILLED_IN.get(value, value) if isinstance(value, str) else value


def test_a_well_set_line_breaks_no_rule() -> None:
    async def story() -> list[str]:
        async with open_portal() as fresh:
            _arrange(fresh.company, {})
            return [finding.text() for finding in await _find_mistakes(fresh.context)]

    assert anyio.run(story) == []


def test_every_rule_has_a_line_that_breaks_it() -> None:
    assert {rule.name for rule in RULES} == set(BROKEN)
    assert len(RULES) == len(BROKEN)


def test_every_setting_that_a_rule_shows_is_one_that_the_portal_shows() -> None:
    shown = {*make_default_settings(), "QUEUE", "QUEUE_ONLINE", "QUEUE_USERS_FIELDS"}
    assert {(rule.name, field) for rule in RULES for field in rule.fields if field not in shown} == set()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_found_alone_and_its_fix_mends_it(name: str) -> None:
    async def story() -> None:
        async with open_portal() as fresh:
            _arrange(fresh.company, BROKEN[name])
            found = await _find_mistakes(fresh.context)
            assert [finding.rule.name for finding in found] == [name]

            arguments = _fill_in(found[0].arguments)
            if found[0].rule.tool == "config_get":
                assert ConfigGet.from_tool(arguments)
                return
            assert await fresh.context.ask(ConfigUpdate.from_tool(arguments)) is True
            assert name not in {finding.rule.name for finding in await _find_mistakes(fresh.context)}

    anyio.run(story)


def test_without_reports_the_lines_own_sign_tells_that_nobody_is_online() -> None:
    async def story() -> list[str]:
        async with open_portal() as fresh:
            fresh.company.switches.plan.reports = False
            _arrange(fresh.company, {"presence": "offline", "CHECK_AVAILABLE": "Y"})
            return [finding.rule.name for finding in await _find_mistakes(fresh.context)]

    assert anyio.run(story) == ["nobody_online"]


def test_departments_stay_in_the_queue_that_a_fix_proposes() -> None:
    async def story() -> Any:
        async with open_portal() as fresh:
            _arrange(fresh.company, {})
            fresh.company.lines[LINE].queue = [LineQueueEntry(1, "department", 7)]
            return [
                finding.arguments
                for finding in await _find_mistakes(fresh.context)
                if finding.rule.name == "one_operator"
            ]

    (arguments,) = anyio.run(story)
    assert arguments["queue"] == [
        {"entity_type": "department", "entity_id": 7},
        {"entity_type": "user", "entity_id": "USER_ID"},
    ]


def test_a_setting_that_an_older_portal_does_not_show_is_no_mistake() -> None:
    shown = {"ID": 1, "LINE_NAME": "Old", "ACTIVE": "Y", "QUEUE": [3, 4], "QUEUE_TYPE": "all"}

    assert find_mistakes(OpenLine(shown)) == ([], [])


def test_the_worst_stands_first() -> None:
    settings = {**WELL, "ID": 1, "QUEUE": [], "AUTO_CLOSE_TIME": "0", "CRM_SOURCE": "", "WORKTIME_TIMEZONE": ""}
    severities = [finding.rule.severity for finding in find_mistakes(OpenLine(settings))[0]]

    assert severities == sorted(severities)
    assert len(set(severities)) == 3
