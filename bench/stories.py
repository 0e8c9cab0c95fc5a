"""What everyday wishes cost through a spawned server, with composite tools and by hand, and people's daily tasks."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import add

from bench.figures import ratio
from bench.table import Row, Table
from tests.assistant import Assistant
from tests.served import ServedSandbox, serve_sandbox
from tests.workflows.stories.clients import open_developer, open_lead
from tests.workflows.stories.counted_calls import Cost
from tests.workflows.stories.registry import DEVELOPER_STORIES, LEAD_STORIES, STORIES
from tests.workflows.stories.story import Story, run_story


def measure(*, short: bool) -> Table:
    """Each story in all its ways; that it ends as it should is checked on the way."""
    most = 2 if short else None
    with serve_sandbox() as portal, open_lead(portal) as lead, open_developer(portal) as developer:
        rows = [
            *_measure_all("all wishes", STORIES[:most], lead, portal),
            *_measure_all("a support lead's tasks", LEAD_STORIES[:most], lead, portal),
            *_measure_all("a developer's tasks", DEVELOPER_STORIES[:most], developer, portal),
        ]
    return Table(
        "Stories",
        "Everyday wishes with composite tools / with single methods, then the tasks of a support lead and of a "
        "developer: tool calls, bytes of text that the model reads, requests to the portal.",
        ("story", "calls", "text", "requests", "times fewer calls"),
        tuple(rows),
    )


def _measure_all(name: str, stories: Sequence[Story], client: Assistant, portal: ServedSandbox) -> Iterator[Row]:
    """A row for each, and one for all; these have the same number of ways."""
    costs = [tuple(run_story(story, way, client, portal) for way in story.ways) for story in stories]
    yield from (_make_row(story.name, *cost) for story, cost in zip(stories, costs, strict=True))
    yield _make_row(name, *(reduce(add, column) for column in zip(*costs, strict=True)))


def _make_row(name: str, *ways: Cost) -> Row:
    figures = ([way.calls for way in ways], [way.text for way in ways], [way.requests for way in ways])
    saved = ratio(ways[1].calls, ways[0].calls) if len(ways) > 1 else ""
    return name, *(" / ".join(f"{one:,}" for one in column) for column in figures), saved
