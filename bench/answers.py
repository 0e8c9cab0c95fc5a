"""How long answers are where there is much to tell, and in how many tokens a model reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
from mcp import Client
from mcp.types import CallToolResult, TextContent

from bench.served import OURS, Served, of_portal, over_stdio, portal
from bench.size import ASKED
from bench.table import Row, Table
from bench.tokenizers import Tokens, count_tokens
from bench.words import write_messages
from server.catalogue.registry import every_tool

MESSAGES = 100
BOUND = 24_000
"""Characters that an answer has by default at most."""
Asked = tuple[str, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Filled:
    """A dialog that is filled, with what, and with how many sentences in a message at most."""

    chat: int
    session: int
    language: str
    sentences: int = 4

    @property
    def name(self) -> str:
        """For its rows."""
        return self.language if self.sentences == Filled.sentences else f"{self.language} at length"


FILLED = (
    Filled(206, 306, "English"),
    Filled(203, 303, "Russian"),
    Filled(212, 332, "links and emoji"),
    Filled(201, 301, "Russian", 100),
)


def measure(*, short: bool) -> Table:
    """Kinds of text, and the longest of all answers."""
    kinds = [*_kinds()]
    with portal() as here, over_stdio(OURS, **of_portal(here.webhook)) as command:
        _fill(here, 10 if short else MESSAGES)
        texts = anyio.run(_ask, command, [*kinds, *_widest()])
    longest = max(texts, key=lambda name: len(texts[name]))
    shown = {name: texts[name] for name, *_ in kinds} | {f"longest of {len(texts)}: {longest}": texts[longest]}
    counted = count_tokens([*shown.values()])
    return Table(
        "Answers",
        f"Answers about dialogs of {MESSAGES} messages by kind of text, in characters and in tokens of o200k (GPT) "
        f"and of Claude 2; what {BOUND:,} characters of the kind would take of whichever takes more.",
        (
            "answer",
            "characters",
            "bytes",
            "GPT tokens",
            "characters each",
            "Claude tokens",
            "characters each ",
            "at bound",
        ),
        tuple(_row(name, text, tokens) for (name, text), tokens in zip(shown.items(), counted, strict=True)),
        (
            "Claude Code files away 25,000 tokens, and asks for their number above 50,000 characters.",
            "Codex cuts 48,000 bytes, 40,000 where tools are called from a script; Gemini CLI cuts 40,000 characters.",
        ),
    )


def _row(name: str, text: str, tokens: Tokens) -> Row:
    size = len(text)
    at_bound = round(BOUND * max(tokens.openai, tokens.claude) / size)
    counts = (tokens.openai, size / tokens.openai, tokens.claude, size / tokens.claude)
    return name, size, len(text.encode()), *counts, at_bound


def _fill(here: Served, count: int) -> None:
    for filled in FILLED:
        for text in write_messages(filled.language, count, filled.sentences):
            here.control("client-message", {"chat_id": filled.chat, "text": text})


def _kinds() -> Iterator[Asked]:
    yield "page of documentation", "docs_read", {"uri": "imopenlines.config.add"}
    yield "table of dialogs", "inbox", {"limit": 50}
    for filled in FILLED:
        yield f"dialog, {filled.name}", "dialog", {"dialog": str(filled.chat), "last": 50}
    for filled in FILLED:
        arguments = _full("session_history_get", session_id=filled.session)
        yield f"history as JSON, {filled.name}", "session_history_get", arguments
    yield "sessions as JSON", "v2_session_list", _full("v2_session_list")
    yield "settings as JSON", "config_get", {"config_id": 1}


def _widest() -> Iterator[Asked]:
    for tool, arguments in ASKED.items():
        yield tool, tool, _full(tool, **arguments)


def _full(tool: str, **arguments: Any) -> dict[str, Any]:
    """As much as the tool gives at once."""
    properties = every_tool()[tool].model_json_schema()["properties"]
    for name in {"limit", "last"} & {*properties}:
        (choice,) = (kind for kind in properties[name].get("anyOf", [properties[name]]) if "maximum" in kind)
        arguments[name] = choice["maximum"]
    return {**arguments, **({"detail": "full"} if "detail" in properties else {})}


async def _ask(command: Any, asked: list[Asked]) -> dict[str, str]:
    async with Client(command) as client:
        return {name: _read_text(await client.call_tool(tool, dict(arguments))) for name, tool, arguments in asked}


def _read_text(reply: CallToolResult) -> str:
    text = "".join(block.text for block in reply.content if isinstance(block, TextContent))
    if reply.is_error:
        raise RuntimeError(text)
    return text
