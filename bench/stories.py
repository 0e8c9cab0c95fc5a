"""What ten everyday wishes cost with the composite tools and with single methods, through a spawned server.

`python -m bench.stories` serves the embedded portal and prints for each story, as composite / by hand: tool calls,
bytes of text that the model reads, bytes of structured data beside it, requests to the portal.
"""

from functools import reduce
from operator import add

from sandbox.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import assistant
from tests.desk.hands import Cost
from tests.desk.stories import STORIES, told
from tests.served import served_sandbox


def _row(name: str, composite: Cost, by_hand: Cost) -> str:
    pairs = (
        (composite.calls, by_hand.calls),
        (composite.text, by_hand.text),
        (composite.data, by_hand.data),
        (composite.requests, by_hand.requests),
    )
    return f"{name:28}" + "".join(f"{f'{one} / {other}':>16}" for one, other in pairs)


def main() -> None:
    """Print the table and how much less the composite tools take."""
    costs: list[tuple[Cost, Cost]] = []
    print(f"{'story':28}" + "".join(f"{name:>16}" for name in ("calls", "text", "data", "requests")))
    with served_sandbox() as portal, assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}") as client:
        for story in STORIES:
            costs.append((told(story, story.composite, client, portal), told(story, story.by_hand, client, portal)))
            print(_row(story.name, *costs[-1]))
    composite, by_hand = (reduce(add, column) for column in zip(*costs, strict=True))
    print(_row("all", composite, by_hand))
    print(f"times fewer: calls {by_hand.calls / composite.calls:.1f}, text {by_hand.text / composite.text:.1f}")


if __name__ == "__main__":
    main()
