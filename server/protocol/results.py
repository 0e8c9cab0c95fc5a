"""The only two ways in which a tool call is answered: with a result, or with a failure that says what to do."""

from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

from mcp.types import CallToolResult, ImageContent, TextContent

from tools.fence import add_fences, quote_marked
from tools.method import Method
from tools.tool import Tool
from tools.untrusted import escape_invisible_in, mark_unless_code, mark_untrusted


@dataclass(frozen=True)
class Answer:
    """What a call came to."""

    marked: str
    """In words; what people outside wrote is marked."""
    data: dict[str, Any]
    pictures: list[bytes] = field(default_factory=list)
    """As PNG."""

    def text(self) -> str:
        """The words."""
        return self.marked


@dataclass(frozen=True)
class Failure:
    """Why there is no result; the texts are ours, but `said` is the portal's where there is a code."""

    tool: str
    outcome: str
    """The kind of failure in one word."""
    happened: str
    advice: str
    """What people outside wrote is marked in it."""
    code: str | None = None
    """The portal's code; `""` where it sent an empty one."""
    said: str = ""
    page: str = ""
    done: tuple[str, ...] = ()
    """Steps that were taken before it, in words."""

    def text(self) -> str:
        """The failure in words; what people outside wrote is marked."""
        parts = [f"{self.tool} failed. {self.happened}."]
        if self.done:
            parts.append(f"Done before that, and so it stays: {'; '.join(self.done)}.")
        if self.code is not None:
            parts.append(f"Portal's code: {mark_unless_code(self.code) or '(empty)'}.")
        if self.said:
            said = mark_untrusted(self.said, "portal")
            parts.append(f"Portal's words: {said}" if self.code is not None else f"Cause: {said}")
        parts.append(f"What to do: {self.advice}")
        if self.page:
            parts.append(f"Page: {self.page}")
        return "\n".join(parts)

    @property
    def data(self) -> dict[str, Any]:
        """The failure as a program reads it."""
        told = {
            "tool": self.tool,
            "happened": quote_marked(self.happened),
            "done": [quote_marked(step) for step in self.done] or None,
            "code": self.code,
            "advice": quote_marked(self.advice),
            "page": self.page or None,
        }
        return {"error": {key: value for key, value in told.items() if value is not None}}


Reply = Answer | Failure


def make_answer(call: Tool, result: Any) -> Answer:
    """The success of a call in words and as data.

    After a change it says how to see what it did; tools of several calls have looked already.
    """
    text = call.text(result)
    if call.afterwards and isinstance(call, Method):
        text += f"\n{call.afterwards}"
    return Answer(text, call.structured(result), call.images(result))


def make_result(reply: Reply) -> CallToolResult:
    """The reply as the client gets it: fenced text, pictures as PNG, data, and whether it is a failure."""
    pictures = map(_make_picture, reply.pictures if isinstance(reply, Answer) else ())
    return CallToolResult(
        content=[TextContent(text=add_fences(reply.text())), *pictures],
        structured_content=escape_invisible_in(reply.data),
        is_error=isinstance(reply, Failure),
    )


def _make_picture(png: bytes) -> ImageContent:
    return ImageContent(data=b64encode(png).decode(), mime_type="image/png")
