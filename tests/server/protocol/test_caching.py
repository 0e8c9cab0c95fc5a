"""How long clients may keep what they are given: revision 2026-07-28 says it, older ones have no word for it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.assistant import Assistant, assistant

HOUR = 3_600_000
LISTS = {
    "list_tools": (HOUR, "private"),
    "list_resources": (HOUR, "private"),
    "list_resource_templates": (HOUR, "private"),
    "list_prompts": (HOUR, "public"),
}
READ = {
    "openchannels://docs/index": (HOUR, "public"),
    "openchannels://docs/methods/imopenlines.dialog.get": (HOUR, "public"),
    "openchannels://inbox": (0, "private"),
    "openchannels://dialogs/206": (0, "private"),
    "openchannels://lines/1": (0, "private"),
}
ASKED = [*((name, (), hint) for name, hint in LISTS.items()), *(("read_resource", (uri,), READ[uri]) for uri in READ)]


@pytest.fixture(scope="module")
def modern() -> Iterator[Assistant]:
    with assistant("--sandbox", mode="auto") as connected:
        yield connected


@pytest.fixture(scope="module")
def legacy() -> Iterator[Assistant]:
    with assistant("--sandbox", mode="legacy") as connected:
        yield connected


@pytest.mark.parametrize(("operation", "arguments", "hint"), ASKED)
def test_each_list_and_page_says_how_long_it_is_true_and_for_whom(
    modern: Assistant, operation: str, arguments: tuple[str, ...], hint: tuple[int, str]
) -> None:
    result: Any = modern.run(operation, *arguments)
    assert {"ttl_ms", "cache_scope"} <= result.model_fields_set
    assert (result.ttl_ms, result.cache_scope) == hint


@pytest.mark.parametrize(("operation", "arguments", "hint"), ASKED)
def test_older_revisions_carry_no_word_of_it(
    legacy: Assistant, operation: str, arguments: tuple[str, ...], hint: tuple[int, str]
) -> None:
    result: Any = legacy.run(operation, *arguments)
    assert hint
    assert not {"ttl_ms", "cache_scope"} & result.model_fields_set
