"""Tokens that a model reads in ten everyday stories, with composite tools and with single methods."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mcp.types import CallToolResult

from bench.table import Row, Table
from bench.tokenizers import Tokens, count_tokens
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import Assistant, assistant, text_of
from tests.served import ServedSandbox, serve_sandbox
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.registry import STORIES
from tests.workflows.stories.story import Story, run_story


class _Reader(Assistant):
    """An assistant that keeps what it read; what the story looks at beside it does not count."""

    def __init__(self, client: Assistant) -> None:
        super().__init__(client.client, client._portal, lambda: client.program)  # noqa: SLF001  (it is the same client)
        self.texts: list[str] = []

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> CallToolResult:
        """Call a tool."""
        reply = super().call(tool, arguments, **more)
        self.texts.append(text_of(reply))
        return reply


def measure(*, short: bool) -> Table:
    """Each story in both ways."""
    stories = STORIES[:2] if short else STORIES
    with serve_sandbox() as portal, assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}") as client:
        texts = [_read(story, way, client, portal) for story in stories for way in story.ways]
    counted = iter(count_tokens(["\n".join(answers) for answers in texts]))
    return Table(
        "Tokens of stories",
        "Tokens that a model reads in the answers, by o200k (GPT) and by Claude 2's tokenizer: with composite tools / "
        "with single methods.",
        ("story", "calls", "characters", "GPT tokens", "Claude tokens"),
        tuple(_rows([story.name for story in stories], texts, counted)),
    )


def _read(story: Story, way: Callable[[CountedCalls], None], client: Assistant, portal: ServedSandbox) -> list[str]:
    """The answers of one way through a story."""
    reader = _Reader(client)
    run_story(story, way, reader, portal)
    return reader.texts


def _rows(names: Sequence[str], texts: Sequence[Sequence[str]], counted: Iterator[Tokens]) -> Iterator[Row]:
    figures = [
        (len(answers), sum(map(len, answers)), tokens.openai, tokens.claude)
        for answers, tokens in zip(texts, counted, strict=True)
    ]
    pairs = [*zip(figures[::2], figures[1::2], strict=True)]
    sums = [tuple(map(sum, zip(*way, strict=True))) for way in zip(*pairs, strict=True)]
    for name, (composite, by_hand) in (*zip(names, pairs, strict=True), ("all", sums)):
        yield name, *(f"{one:,} / {other:,}" for one, other in zip(composite, by_hand, strict=True))
