"""Stories end as they should and answers tell what is so; composite tools save what they promise."""

from collections.abc import Iterator
from functools import reduce
from operator import add

import pytest

from tests.assistant import BY_DEFAULT, Assistant
from tests.served import ServedSandbox, serve_sandbox
from tests.workflows.stories.clients import open_developer, open_lead
from tests.workflows.stories.registry import DEVELOPER_STORIES, LEAD_STORIES, STORIES
from tests.workflows.stories.story import run_story

FEWER_CALLS, FEWER_BYTES = 3, 5
MOST_REQUESTS = 70
"""To the portal, for all ten."""
MOST_CALLS_OF_LEAD = 42
"""For all fifteen tasks, drafts and looks afterwards among them."""
MOST_CALLS_OF_DEVELOPER = 32
NOT_BY_DEFAULT = {"quick_replies", "config_update"}
"""What a support lead needs besides."""


@pytest.fixture(scope="module")
def portal() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(portal: ServedSandbox) -> Iterator[Assistant]:
    with open_lead(portal) as client:
        yield client


@pytest.fixture(scope="module")
def developer(portal: ServedSandbox) -> Iterator[Assistant]:
    with open_developer(portal) as client:
        yield client


def test_every_story_ends_alike_and_the_composite_tools_take_a_fraction(
    client: Assistant, portal: ServedSandbox
) -> None:
    composite = reduce(add, (run_story(story, story.composite, client, portal) for story in STORIES))
    by_hand = reduce(add, (run_story(story, way, client, portal) for story in STORIES for way in story.ways[1:]))

    print(f"composite tools: {composite}\nby hand: {by_hand}")  # noqa: T201  (shown by pytest -rP)
    assert by_hand.calls >= FEWER_CALLS * composite.calls
    assert by_hand.text >= FEWER_BYTES * composite.text
    assert composite.requests <= MOST_REQUESTS


def test_a_support_leads_tasks_are_done_with_right_answers_and_few_calls(
    client: Assistant, portal: ServedSandbox
) -> None:
    costs = [run_story(story, story.composite, client, portal) for story in LEAD_STORIES]

    assert len(costs) == 15
    total = reduce(add, costs)
    print(f"a support lead's tasks: {total}")  # noqa: T201  (shown by pytest -rP)
    assert total.calls <= MOST_CALLS_OF_LEAD
    assert total.tools - set(BY_DEFAULT) == NOT_BY_DEFAULT


def test_a_developers_tasks_are_done_with_right_answers_and_few_calls(
    developer: Assistant, portal: ServedSandbox
) -> None:
    costs = [run_story(story, story.composite, developer, portal) for story in DEVELOPER_STORIES]

    assert len(costs) == 10
    total = reduce(add, costs)
    print(f"a developer's tasks: {total}")  # noqa: T201  (shown by pytest -rP)
    assert total.calls <= MOST_CALLS_OF_DEVELOPER
