"""What a scripted model has to know of the API that a client speaks to its model."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

SERVER = "openchannels"
"""The server's name in the client's settings."""
Body = Mapping[str, Any]


class Dialect(Protocol):
    """A vendor's API, as far as one conversation with tools needs it."""

    PATH: str
    """How the path of a request for the next turn ends."""
    MODEL: str
    """A model that the client knows."""

    def name_tool(self, tool: str) -> str:
        """What the client calls a tool of the server."""

    def is_turn(self, body: Body) -> bool:
        """Whether the request is for the conversation; clients have others of their own, e.g. for a title."""

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
