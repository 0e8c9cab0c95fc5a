"""What ten everyday wishes cost with the composite tools and with single methods, through a spawned server."""

from functools import reduce
from operator import add

from bench.figures import ratio
from bench.table import Row, Table
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import assistant
from tests.served import serve_sandbox
from tests.workflows.stories.counted_calls import Cost
from tests.workflows.stories.registry import STORIES
from tests.workflows.stories.story import run_story


def measure(*, short: bool) -> Table:
    """Each story run_story twice; that it ends as it should is checked on the way."""
    costs: dict[str, tuple[Cost, Cost]] = {}
    with serve_sandbox() as portal, assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}") as client:
        for story in STORIES[:2] if short else STORIES:
            costs[story.name] = (
                run_story(story, story.composite, client, portal),
                run_story(story, story.by_hand, client, portal),
            )
    composite, by_hand = (reduce(add, column) for column in zip(*costs.values(), strict=True))
    costs["all"] = composite, by_hand
    return Table(
        "Stories",
        "Everyday wishes with composite tools / with single methods: tool calls, bytes of text that the model reads, "
        "requests to the portal.",
        ("story", "calls", "text", "requests", "times fewer calls"),
        tuple(_row(name, *cost) for name, cost in costs.items()),
    )


def _row(name: str, composite: Cost, by_hand: Cost) -> Row:
    pairs = (
        (composite.calls, by_hand.calls),
        (composite.text, by_hand.text),
        (composite.requests, by_hand.requests),
    )
    return name, *(f"{one:,} / {other:,}" for one, other in pairs), ratio(by_hand.calls, composite.calls)
