"""What an assistant does in a story, counted: tool calls, bytes that it reads, requests that reach the portal."""

from dataclasses import dataclass, field
from typing import Any

from mcp.types import CallToolResult, ImageContent

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import EVERYTHING, Assistant, text_of, words_of
from tests.served import ServedSandbox


@dataclass(frozen=True)
class Cost:
    """What a way through a story takes."""

    calls: int = 0
    text: int = 0
    """Bytes of text in the replies: what a model reads."""
    requests: int = 0
    """HTTP requests to the portal; a batch is one."""
    tools: frozenset[str] = field(default=frozenset(), repr=False)
    """Those that were called."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.text + other.text,
            self.requests + other.requests,
            self.tools | other.tools,
        )


class CountedCalls:
    """The tools as an assistant uses them in one story."""

    def __init__(self, client: Assistant, portal: ServedSandbox) -> None:
        self._client = client
        self._portal = portal
        self._calls = self._text = self._requests = 0
        self._tools: set[str] = set()
        self.pictures = 0
        """How many the assistant was shown."""

    def call_ok(self, tool: str, /, **arguments: Any) -> Any:
        """The data of a call that works; of a change its text, as a change is made once."""
        reply = self._call(tool, arguments)
        assert not reply.is_error, text_of(reply)
        if not EVERYTHING[tool].reads():
            return text_of(reply)
        return self._client.add_data(reply, tool, arguments).structured_content

    def tell(self, tool: str, /, **arguments: Any) -> str:
        """The words of a call that works, all that the assistant knows of it; without the fences."""
        reply = self._call(tool, arguments)
        assert not reply.is_error, text_of(reply)
        return words_of(reply)

    def look(self, what: str) -> Any:
        """What the portal shows; no assistant sees it."""
        return self._portal.look(what)

    def ask_portal(self, method: str, **params: Any) -> Any:
        """The portal's own answer to REST, with its HTTP status; no assistant sees it."""
        status, answer = self._portal.post(f"{ADMIN_WEBHOOK_PATH}{method}", params)
        return {"status": status, **answer}

    def call_refused(self, tool: str, /, **arguments: Any) -> str:
        """The text of a call that is refused."""
        reply = self._call(tool, arguments)
        assert reply.is_error, text_of(reply)
        return text_of(reply)

    def cost(self) -> Cost:
        """What it took so far."""
        return Cost(self._calls, self._text, self._requests, frozenset(self._tools))

    def _call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        self._portal.control("requests/clear")
        reply = self._client.call(tool, arguments)
        self._tools.add(tool)
        self.pictures += sum(isinstance(block, ImageContent) for block in reply.content)
        self._calls += 1
        self._text += len(text_of(reply).encode())
        self._requests += sum(not sent["in_batch"] for sent in self._portal.look("requests")["requests"])
        return reply
