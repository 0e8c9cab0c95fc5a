"""What an assistant does in a story, counted: tool calls, bytes that it reads, requests that reach the portal."""

from dataclasses import dataclass
from typing import Any

from mcp.types import CallToolResult

from tests.assistant import EVERYTHING, Assistant, text_of
from tests.served import ServedSandbox


@dataclass(frozen=True)
class Cost:
    """What a way through a story takes."""

    calls: int = 0
    text: int = 0
    """Bytes of text in the replies: what a model reads."""
    requests: int = 0
    """HTTP requests to the portal; a batch is one."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.text + other.text,
            self.requests + other.requests,
        )


class CountedCalls:
    """The tools as an assistant uses them in one story."""

    def __init__(self, client: Assistant, portal: ServedSandbox) -> None:
        self._client = client
        self._portal = portal
        self._calls = self._text = self._requests = 0

    def call_ok(self, tool: str, /, **arguments: Any) -> Any:
        """The data of a call that works; of a change its text, as a change is made once."""
        reply = self._call(tool, arguments)
        assert not reply.is_error, text_of(reply)
        if not EVERYTHING[tool].reads():
            return text_of(reply)
        return self._client.add_data(reply, tool, arguments).structured_content

    def call_refused(self, tool: str, /, **arguments: Any) -> str:
        """The text of a call that is refused."""
        reply = self._call(tool, arguments)
        assert reply.is_error, text_of(reply)
        return text_of(reply)

    def cost(self) -> Cost:
        """What it took so far."""
        return Cost(self._calls, self._text, self._requests)

    def _call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        self._portal.control("requests/clear")
        reply = self._client.call(tool, arguments)
        self._calls += 1
        self._text += len(text_of(reply).encode())
        self._requests += sum(not sent["in_batch"] for sent in self._portal.look("requests")["requests"])
        return reply
