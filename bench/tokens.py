"""Tokens that a model reads in ten everyday stories, with composite tools and with single methods."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bench.table import Row, Table
from bench.tokenizers import Tokens, count_tokens
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import Assistant, assistant, text_of
from tests.served import ServedSandbox, serve_sandbox
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.registry import STORIES
from tests.workflows.stories.story import Story, run_story
from tools.fence import remove_fences
from tools.untrusted import change_texts

Call = tuple[str, Mapping[str, Any]]
STRUCTURED = {"OPENCHANNELS_STRUCTURED": "true"}
"""Stories go on with the data of an answer; what is counted are the same calls in the form that is the default."""


class _Recorder(Assistant):
    """An assistant that keeps what it asked for, and reads data without their fences."""

    def __init__(self, client: Assistant) -> None:
        self._client = client
        self.calls: list[Call] = []

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Call a tool."""
        asked = {**(arguments or {}), **more}
        self.calls.append((tool, asked))
        reply = self._client.call(tool, asked)
        return reply.model_copy(update={"structured_content": change_texts(reply.structured_content, remove_fences)})

    def read(self, tool: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """The same: the client answers with data."""
        return self.call(tool, arguments, **more)


def measure(*, short: bool) -> Table:
    """Each story is run once for its calls, which are then repeated."""
    stories = STORIES[:2] if short else STORIES
    with (
        serve_sandbox() as portal,
        assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}", **STRUCTURED) as guide,
        assistant(webhook=f"{portal.address}{ADMIN_WEBHOOK_PATH}") as client,
    ):
        texts = [
            _ask(story, way, guide, client, portal) for story in stories for way in (story.composite, story.by_hand)
        ]
    counted = iter(count_tokens(["\n".join(answers) for answers in texts]))
    return Table(
        "Tokens of stories",
        "Tokens that a model reads in the answers, by o200k (GPT) and by Claude 2's tokenizer: with composite tools / "
        "with single methods.",
        ("story", "calls", "characters", "GPT tokens", "Claude tokens"),
        tuple(_rows([story.name for story in stories], texts, counted)),
    )


def _ask(
    story: Story, way: Callable[[CountedCalls], None], guide: Assistant, client: Assistant, portal: ServedSandbox
) -> list[str]:
    """The answers of one way through a story, in the form that is the default."""
    recorder = _Recorder(guide)
    run_story(story, way, recorder, portal)
    portal.control("reset")
    story.prepare(portal)
    return [text_of(client.call(tool, arguments)) for tool, arguments in recorder.calls]


def _rows(names: Sequence[str], texts: Sequence[Sequence[str]], counted: Iterator[Tokens]) -> Iterator[Row]:
    figures = [
        (len(answers), sum(map(len, answers)), tokens.openai, tokens.claude)
        for answers, tokens in zip(texts, counted, strict=True)
    ]
    pairs = [*zip(figures[::2], figures[1::2], strict=True)]
    sums = [tuple(map(sum, zip(*way, strict=True))) for way in zip(*pairs, strict=True)]
    for name, (composite, by_hand) in (*zip(names, pairs, strict=True), ("all", sums)):
        yield name, *(f"{one:,} / {other:,}" for one, other in zip(composite, by_hand, strict=True))
