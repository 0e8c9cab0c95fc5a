"""What an assistant does in a story, counted: tool calls, bytes that it reads, requests that reach the portal."""

import json
from dataclasses import dataclass
from typing import Any

from tests.assistant import Assistant, text_of
from tests.served import ServedSandbox


@dataclass(frozen=True)
class Cost:
    """What a way through a story takes."""

    calls: int = 0
    text: int = 0
    """Bytes of text in the replies: what a model reads."""
    data: int = 0
    """Bytes of structured content, which some clients show the model too."""
    requests: int = 0
    """HTTP requests to the portal; a batch is one."""

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.text + other.text,
            self.data + other.data,
            self.requests + other.requests,
        )


class CountedCalls:
    """The tools as an assistant uses them in one story."""

    def __init__(self, client: Assistant, portal: ServedSandbox) -> None:
        self._client = client
        self._portal = portal
        self._calls = self._text = self._data = 0
        portal.control("requests/clear")

    def call_ok(self, tool: str, /, **arguments: Any) -> Any:
        """The data of a call that works."""
        failed, data, text = self._call(tool, arguments)
        assert not failed, text
        return data

    def call_refused(self, tool: str, /, **arguments: Any) -> str:
        """The text of a call that is refused."""
        failed, _, text = self._call(tool, arguments)
        assert failed, text
        return text

    def cost(self) -> Cost:
        """What it took so far."""
        sent = [request for request in self._portal.look("requests")["requests"] if not request["in_batch"]]
        return Cost(self._calls, self._text, self._data, len(sent))

    def _call(self, tool: str, arguments: dict[str, Any]) -> tuple[bool, Any, str]:
        reply = self._client.call(tool, arguments)
        data = reply.structured_content or {}
        self._calls += 1
        self._text += len(text_of(reply).encode())
        self._data += len(json.dumps(data, ensure_ascii=False).encode())
        return bool(reply.is_error), data, text_of(reply)
