"""The ten stories end alike in both ways, and the composite tools save what they promise."""

from collections.abc import Iterator
from functools import reduce
from operator import add

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import Assistant, assistant
from tests.served import ServedSandbox, serve_sandbox
from tests.workflows.stories.registry import STORIES
from tests.workflows.stories.story import run_story

FEWER_CALLS, FEWER_BYTES = 3, 5
MOST_REQUESTS = 70
"""To the portal, for all ten."""


@pytest.fixture(scope="module")
def portal() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(portal: ServedSandbox) -> Iterator[Assistant]:
    with assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}") as client:
        yield client


def test_every_story_ends_alike_and_the_composite_tools_take_a_fraction(
    client: Assistant, portal: ServedSandbox
) -> None:
    composite = reduce(add, (run_story(story, story.composite, client, portal) for story in STORIES))
    by_hand = reduce(add, (run_story(story, story.by_hand, client, portal) for story in STORIES))

    print(f"composite tools: {composite}\nby hand: {by_hand}")  # noqa: T201  (shown by pytest -rP)
    assert by_hand.calls >= FEWER_CALLS * composite.calls
    assert by_hand.text >= FEWER_BYTES * composite.text
    assert composite.requests <= MOST_REQUESTS
