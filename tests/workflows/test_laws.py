"""Laws that every tool of several calls keeps."""

import re

import anyio
import pytest

from reference.pages.registry import pages
from server.catalogue import definitions
from server.catalogue.registry import every_tool
from tests.workflows.portal_context import run_tool
from tools.fence import quote_marked
from tools.registry import methods
from workflows.core.composite import Composite
from workflows.core.context import run_together
from workflows.portal_check import PortalCheck
from workflows.registry import COMPOSITES

LARGEST = 850
"""Bytes of a definition."""
LONGEST_DESCRIPTION = 400
NAMES = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
WORDS = {"session_id", "user_brief", "this_week", "last_week", "last_7_days", "in_time", "config_get", "welcome_bot_id"}
each = pytest.mark.parametrize("tool", COMPOSITES, ids=lambda tool: tool.tool())


@each
def test_a_tool_says_what_it_is_what_it_asks_and_what_it_answers(tool: type[Composite]) -> None:
    assert tool.title
    assert 0 < len(tool.description()) <= LONGEST_DESCRIPTION
    assert tool.effects
    assert tool.asks
    assert tool.answer
    assert definitions.count_bytes(tool) < LARGEST


@each
def test_a_tool_has_a_page_with_its_arguments_and_an_example(tool: type[Composite]) -> None:
    text = pages()[tool.page()].text()

    for name in tool.model_fields:
        assert f"| `{name}` |" in text
    for asked in tool.asks:
        assert asked in text
    assert tool.example_answer in text


@each
def test_its_texts_name_only_tools_that_exist(tool: type[Composite]) -> None:
    texts = " ".join((tool.description(), *tool.errors.values()))
    known = {*every_tool(), *tool.model_fields, *(name for one in methods().values() for name in one.model_fields)}

    assert set(NAMES.findall(texts)) <= known | WORDS


@pytest.mark.parametrize("tool", [tool for tool in COMPOSITES if tool is not PortalCheck], ids=lambda tool: tool.tool())
def test_the_example_on_the_page_is_what_the_embedded_portal_answers(tool: type[Composite]) -> None:
    _, text = run_tool(tool, **tool.example)

    assert quote_marked(text) == tool.example_answer


def test_the_first_failure_of_several_steps_comes_as_it_is() -> None:
    async def fail() -> None:
        raise KeyError("first")

    async def never() -> None:
        await anyio.sleep_forever()

    with pytest.raises(KeyError, match="first"):
        anyio.run(run_together, fail, never)
