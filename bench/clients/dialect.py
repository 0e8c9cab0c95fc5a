"""What a scripted model has to know of the API that a client speaks to its model."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

Body = Mapping[str, Any]


class Dialect(Protocol):
    """A vendor's API, as far as one conversation with tools needs it."""

    PATH: str
    """In the path of the request that a client makes for the next turn."""

    def list_tools(self, body: Body) -> list[str]:
        """Names of the tools that the request offers the model."""

    def read_results(self, body: Body) -> list[str]:
        """What the request shows the model of each call so far."""

    def write_call(self, number: int, tool: str, arguments: Mapping[str, Any]) -> Iterator[Body]:
        """Events of an answer that calls a tool."""

    def write_words(self, words: str) -> Iterator[Body]:
        """Events of an answer that ends the turn."""


def join_parts(content: Any) -> str:
    """The text of a result that is a string or a list of blocks; other blocks are named."""
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", f"[{block['type']}]") for block in content)
