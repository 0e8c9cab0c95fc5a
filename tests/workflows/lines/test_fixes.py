"""What the check of lines proposes is what the tool takes, and what it calls safe changes nothing for clients."""

from collections.abc import Mapping
from random import Random
from typing import Any

import anyio
import pytest

from sandbox.state.line_settings import make_default_settings
from tests.workflows.lines.rule_cases import WELL_SET
from tests.workflows.portal_context import open_portal, run_tool
from tools.setup import ConfigUpdate
from workflows.lines.audit import ChannelAudit
from workflows.lines.line import OpenLine
from workflows.lines.rule import MENDING_TOOLS, TO_FILL_IN, Finding
from workflows.lines.rules import RULES, find_mistakes

SEEDS = range(40)
OFTEN = 0.4
ODD_VALUES = {
    "Y/N": ("Y", "N"),
    "time": ("", "0", "9", "10", "12.30", "22", "23.45", "24", "18"),
    "number": ("0", "1", "5", "59", "60", "3600"),
    "text": ("", " ", "Hello", "a &amp;amp; b", "1 or 0", "x" * 300),
}
CHOICES: Mapping[str, tuple[Any, ...]] = {
    "QUEUE": ([], [3], [3, 4], [4, 4]),
    "QUEUE_TYPE": ("evenly", "strictly", "all"),
    "OPERATOR_DATA": ("queue", "profile", "hide"),
    "QUEUE_USERS_FIELDS": ({}, {"3": {"USER_NAME": "Olga"}}, {"3": {"USER_NAME": ""}, "4": {"USER_NAME": "James"}}),
    "WORKTIME_DAYOFF": ([], ["SA"], ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
    "WORKTIME_HOLIDAYS": ([], ["1.1"], ["31.2"], ["Christmas"], ["1.5", "25.12"], ["1."]),
    "WORKTIME_TIMEZONE": ("", "Europe/Berlin", "Nowhere"),
    "WORKTIME_DAYOFF_RULE": ("text", "none", "form"),
    "NO_ANSWER_RULE": ("text", "none"),
    "CLOSE_RULE": ("text", "none"),
    "AUTO_CLOSE_RULE": ("text", "none"),
    "CRM_CREATE": ("lead", "deal", "none"),
    "CRM_SOURCE": ("", "create"),
    "KPI_FIRST_ANSWER_LIST": (None, [], ["2"]),
    "KPI_FURTHER_ANSWER_LIST": (None, [], ["2"]),
}
INSIDE = {
    *("temporary", "worktime_holidays", "use_welcome_form", "welcome_bot_enable", "crm_source"),
    *("kpi_first_answer_time", "kpi_first_answer_text", "kpi_further_answer_time", "kpi_further_answer_text"),
}
"""Settings by which clients get nothing else than before, where the rule that proposes them is broken."""


def _draw_settings(chance: Random) -> dict[str, Any]:
    """A line some of whose settings are as nobody would set them."""
    drawn = dict(WELL_SET)
    for name, value in WELL_SET.items():
        kind = "Y/N" if value in ("Y", "N") else "time" if name in {"WORKTIME_FROM", "WORKTIME_TO"} else "text"
        kind = "number" if isinstance(value, str) and value.isdecimal() and kind == "text" else kind
        if name not in {"ID", "LINE_NAME"} and chance.random() < OFTEN:
            drawn[name] = chance.choice(CHOICES.get(name, ODD_VALUES[kind]))
    return drawn


def _holds_gap(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_gap, value.values()))
    return any(map(_holds_gap, value)) if isinstance(value, list) else value in TO_FILL_IN


def _check(finding: Finding) -> None:
    fix = finding.fix
    assert not _holds_gap(fix.arguments), finding.rule.name
    assert all(map(_holds_gap, fix.fill_in.values())), finding.rule.name
    if fix.fill_in:
        assert not fix.safe, finding.rule.name
    else:
        assert MENDING_TOOLS[fix.tool].from_tool(fix.arguments), finding.rule.name
    if fix.safe and fix.tool == "config_update":
        assert set(fix.arguments) - {"config_id"} <= INSIDE, finding.rule.name


def test_whatever_is_set_each_proposed_call_is_taken_or_says_what_to_fill_in() -> None:
    seen = set[str]()
    for seed in SEEDS:
        chance = Random(seed)  # noqa: S311  (chance, no secret)
        for line in (OpenLine(_draw_settings(chance)) for _ in range(25)):
            for finding in find_mistakes(line)[0]:
                _check(finding)
                seen.add(finding.rule.name)

    assert seen == {rule.name for rule in RULES}


@pytest.mark.parametrize("seed", range(12))
def test_the_portal_takes_every_complete_proposal(seed: int) -> None:
    async def story() -> None:
        async with open_portal() as fresh:
            drawn = _draw_settings(Random(seed))  # noqa: S311  (chance, no secret)
            known = {name: value for name, value in drawn.items() if name in make_default_settings()}
            fresh.company.lines[1].settings |= {name: value for name, value in known.items() if isinstance(value, str)}
            call = ChannelAudit(line=1)
            data: Any = call.structured(await call.run(fresh.context))
            for finding in data["lines"][0]["findings"]:
                fix = finding["fix"]
                if not fix["fill_in"] and fix["tool"] == "config_update":
                    assert await fresh.context.ask(ConfigUpdate.from_tool(fix["arguments"])) is True, finding["rule"]

    anyio.run(story)


REFUSED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("short_holiday", {"WORKTIME_HOLIDAYS": ["1.5", "31.2"]}, {"worktime_holidays": "VALUE"}),
    ("short_holiday", {"WORKTIME_HOLIDAYS": ["1."]}, {"worktime_holidays": "VALUE"}),
    ("empty_closing", {"CLOSE_TEXT": ""}, {"close_text": "TEXT"}),
    ("empty_queue", {"QUEUE": []}, {"queue": [{"entity_type": "user", "entity_id": "USER_ID"}]}),
    ("no_time_zone", {"WORKTIME_TIMEZONE": ""}, {"worktime_timezone": "TIME_ZONE"}),
]


@pytest.mark.parametrize(("rule", "changed", "fill_in"), REFUSED)
def test_what_the_tool_would_not_take_is_to_be_filled_in(
    rule: str, changed: dict[str, Any], fill_in: dict[str, Any]
) -> None:
    found = find_mistakes(OpenLine({**WELL_SET, **changed}))[0]
    (finding,) = (one for one in found if one.rule.name == rule)

    assert finding.fix.fill_in == fill_in
    assert finding.fix.arguments == {"config_id": 7}
    assert "Fix, after filling in what is in capitals: config_update config_id=7" in finding.text()


HOURS: list[tuple[str, str, str, str]] = [
    ("9", "18.30", "09:00", "18:30"),
    ("22", "6", "09:00", "18:00"),
    ("23.45", "23.59", "09:00", "18:00"),
    ("9", "24", "09:00", "18:00"),
    ("", "", "09:00", "18:00"),
]


@pytest.mark.parametrize(("start", "end", "proposed_start", "proposed_end"), HOURS)
def test_hours_that_the_tool_refuses_are_not_proposed(
    start: str, end: str, proposed_start: str, proposed_end: str
) -> None:
    settings = {**WELL_SET, "WORKTIME_ENABLE": "N", "WORKTIME_FROM": start, "WORKTIME_TO": end}
    found = find_mistakes(OpenLine(settings))[0]
    (finding,) = (one for one in found if one.rule.name == "off_hours_text_unused")

    assert (finding.fix.arguments["worktime_from"], finding.fix.arguments["worktime_to"]) == (
        proposed_start,
        proposed_end,
    )
    assert not finding.fix.safe


def test_people_in_values_have_names() -> None:
    data, text = run_tool(ChannelAudit, line=4)

    assert "QUEUE=[Olga Smirnova (3)]" in text
    (finding,) = (one for one in data["lines"][0]["findings"] if one["rule"] == "one_operator")
    assert finding["people"] == [{"id": 3, "name": "Olga Smirnova"}]
    assert finding["values"] == {"QUEUE": [3]}


def test_the_text_says_which_fix_is_safe_to_set() -> None:
    text = run_tool(ChannelAudit, line=2)[1]

    assert "Fix, safe to set: config_update config_id=2 kpi_first_answer_time=300" in text
