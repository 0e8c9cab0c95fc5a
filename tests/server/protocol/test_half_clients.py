"""Clients show their model one half of a result, and its model has to get along with that."""

import json
from collections.abc import Callable, Iterator

import pytest
from mcp.types import CallToolResult

from bench.clients.story import LOOKED_FOR, STORY, judge
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import assistant, text_of
from tests.served import serve_sandbox

Half = Callable[[CallToolResult], str]


def keep_data(reply: CallToolResult) -> str:
    """As Claude Code and Codex do: data where there are any, else the text."""
    if reply.structured_content is None:
        return text_of(reply)
    return json.dumps(reply.structured_content, ensure_ascii=False)


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with serve_sandbox() as portal:
        yield f"{portal.address}{ADMIN_WEBHOOK_PATH}"


def tell_story(webhook: str, keep: Half, *options: str) -> list[str]:
    with assistant(*options, webhook=webhook) as client:
        return [keep(client.call(step.tool, step.arguments)) for step in STORY]


@pytest.mark.parametrize(
    ("keep", "options"),
    [(text_of, ()), (keep_data, ()), (keep_data, ("--structured",))],
    ids=["text", "data", "data, structured"],
)
def test_fences_advice_the_page_and_the_draft_are_in_the_half_that_a_client_keeps(
    webhook: str, keep: Half, options: tuple[str, ...]
) -> None:
    assert judge(tell_story(webhook, keep, *options)) == dict.fromkeys(LOOKED_FOR, True)


def test_text_beside_data_is_short_and_says_so_but_tells_a_failure_whole(webhook: str) -> None:
    *answers, failure = tell_story(webhook, text_of, "--structured")

    for answer in answers:
        assert len(answer) < 300
        assert answer.endswith("(The data hold all of it.)")
    assert judge([*answers, failure])["advice"]
