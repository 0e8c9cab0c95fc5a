"""Which tools are listed where nothing is said of toolsets, in which order, and how the others are switched on."""

import json
import re

import pytest
from click.testing import CliRunner

from server.catalogue.definitions import describe_tool
from server.catalogue.order import DEFAULT_TOOLS, ESSENTIAL_TOOLS, OTHER_TOOLSETS
from server.cli.main import cli
from server.config.settings import Settings
from server.policy import DEFAULT_POLICY, Policy
from server.protocol.instructions import INSTRUCTIONS
from tests.assistant import EVERYTHING, assistant, text_of
from tests.readme import END, README, START
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.effect import Effect

MOST_TOOLS = 40
"""Some clients take no more."""
BUDGET = 36_000
"""Bytes of JSON."""
DAY_OF_A_LEAD = {
    "see who waits": {"inbox", "dialog_list", "v2_session_list"},
    "read": {"dialog", "dialog_get", "session_history_get", "crm_chat_get", "file_get"},
    "answer": {"reply", "crm_message_add", "crm_lead_create", "message_quick_save"},
    "move": {"hand_over", "operator_answer", "operator_skip", "session_intercept", "session_join"},
    "bring colleagues in": {"note", "crm_chat_user_add"},
    "keep": {"session_mode_silent", "session_mode_pin"},
    "hear": {"updates", "wait_for_update"},
    "begin and end": {"session_start", "close_dialog", "operator_spam"},
    "rate": {"session_head_vote", "v2_session_list"},
    "report": {"channel_report", "v2_stat_get", "team_load", "v2_operator_list"},
    "lines": {"channel_overview", "channel_audit", "config_list_get", "config_get"},
    "help": {"docs_search", "docs_read", "approval_status", "portal_check"},
}
NAMES = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")


def _from_settings(**given: object) -> Policy:
    return Policy.from_settings(Settings(**{"sandbox": True, **given}))  # type: ignore[arg-type]


def test_the_default_list_is_short_and_begins_with_what_nobody_should_miss() -> None:
    with assistant("--sandbox", OPENCHANNELS_TOOLSETS="") as client:
        listed = client.run("list_tools")

    names = [tool.name for tool in listed.tools]
    size = len(listed.model_dump_json(by_alias=True, exclude_none=True).encode())
    print(f"default list: {len(names)} tools, {size} bytes of JSON")  # noqa: T201  (shown by pytest -rP)
    assert len(names) <= MOST_TOOLS
    assert size <= BUDGET
    assert names[:12] == [
        "inbox",
        "dialog",
        "reply",
        "hand_over",
        "close_dialog",
        "docs_search",
        "docs_read",
        "channel_report",
        "channel_overview",
        "channel_audit",
        "approval_status",
        "portal_check",
    ]
    assert names == list(DEFAULT_TOOLS)
    assert tuple(names[:12]) == ESSENTIAL_TOOLS


@pytest.mark.parametrize(("task", "tools"), DAY_OF_A_LEAD.items())
def test_the_default_list_has_what_a_support_lead_does_in_a_day(task: str, tools: set[str]) -> None:
    assert tools <= set(DEFAULT_POLICY.tools), task


def test_every_tool_has_a_place_and_the_default_ones_come_first_in_every_list() -> None:
    assert set(OTHER_TOOLSETS) == set(TOOLSETS)
    assert set(DEFAULT_TOOLS) <= set(EVERYTHING)
    assert {EVERYTHING[name].toolset() for name in DEFAULT_TOOLS} == {*DEFAULT_TOOLSETS, None}
    for policy in (
        Policy(frozenset(TOOLSETS)),
        Policy(frozenset(TOOLSETS), Effect.READ),
        _from_settings(toolsets="all"),
    ):
        listed = list(policy.listed)
        assert listed == [name for name in EVERYTHING if name in policy.tools]
        first = [name for name in DEFAULT_TOOLS if name in policy.tools]
        assert listed[: len(first)] == first


def test_the_terminal_and_the_readme_have_the_same_order() -> None:
    shown = CliRunner().invoke(cli, ["tools", "--toolsets", "all"]).output.splitlines()[1:-1]
    table = README.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]

    assert [line.split()[0] for line in shown] == list(EVERYTHING)
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(EVERYTHING)


@pytest.mark.parametrize("toolset", TOOLSETS)
def test_a_toolset_that_is_named_is_there_with_all_its_tools(toolset: str) -> None:
    own = {name for name, tool in EVERYTHING.items() if tool.toolset() == toolset}
    for given, others in ((toolset, set()), (f"default,{toolset}", set(DEFAULT_TOOLS))):
        without_toolset = {name for name, tool in EVERYTHING.items() if tool.toolset() is None}
        assert set(_from_settings(toolsets=given).tools) == own | others | without_toolset


def test_behind_a_gateway_the_default_toolsets_are_whole() -> None:
    behind = {name for name, tool in EVERYTHING.items() if tool.toolset() in {*DEFAULT_TOOLSETS, None}}
    assert set(_from_settings(mode="gateway").tools) == behind


def test_a_tool_that_is_no_default_says_how_it_is_switched_on() -> None:
    with assistant("--sandbox", OPENCHANNELS_TOOLSETS="default") as client:
        refused = client.call("operator_transfer", chat_id=201, user_id=4)
    assert refused.is_error
    assert "--toolsets default,operators (OPENCHANNELS_TOOLSETS)" in text_of(refused)
    with assistant("--sandbox", OPENCHANNELS_TOOLSETS="default,operators") as client:
        assert not client.call("operator_transfer", chat_id=201, user_id=4).is_error


def test_what_an_assistant_is_told_of_the_default_tools_leads_to_no_tool_that_is_off() -> None:
    texts = [INSTRUCTIONS, *(json.dumps(describe_tool(tool).model_dump()) for tool in DEFAULT_POLICY.tools.values())]
    for tool in DEFAULT_POLICY.tools.values():
        texts += [tool.afterwards, *getattr(tool, "errors", {}).values(), *getattr(tool, "refusals", {}).values()]
    for text in texts:
        assert not set(NAMES.findall(text)) & (set(EVERYTHING) - set(DEFAULT_TOOLS)), text
