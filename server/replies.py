"""The only two ways in which a tool call is answered: with a result, or with a failure that says what to do."""

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult, ImageContent, TextContent

from server.guard.fence import fenced, in_quotes
from tools.outside import outside, visible_in
from tools.tool import Tool

if TYPE_CHECKING:
    from server.guard.draft import Draft


@dataclass(frozen=True)
class Failure:
    """Why there is no result; the texts are ours, but `said` is the portal's where there is a code."""

    tool: str
    outcome: str
    """The kind of failure in one word."""
    happened: str
    advice: str
    code: str | None = None
    """The portal's code; `""` where it sent an empty one."""
    said: str = ""
    page: str = ""
    done: tuple[str, ...] = ()
    """Steps that were taken before it, in words."""

    def text(self) -> str:
        """The failure as a model or a person reads it."""
        parts = [f"{self.tool} failed. {self.happened}."]
        if self.done:
            parts.append(f"Done before that, and so it stays: {'; '.join(self.done)}.")
        if self.code is not None:
            parts.append(f"Portal's code: {self.code or '(empty)'}.")
        if self.said:
            said = outside(self.said, "portal")
            parts.append(f"Portal's words: {said}" if self.code is not None else f"Cause: {said}")
        parts.append(f"What to do: {self.advice}")
        if self.page:
            parts.append(f"Page: {self.page}")
        return "\n".join(parts)


def answer(tool: Tool, result: Any) -> CallToolResult:
    """A success: the result as text, pictures and data, and after a change how to see what it did."""
    text = tool.text(result)
    if tool.afterwards:
        text += f"\n{tool.afterwards}"
    content = [TextContent(text=fenced(text)), *map(_picture, tool.images(result))]
    return CallToolResult(content=content, structured_content=visible_in(tool.structured(result)))


def sketch(drafted: "Draft") -> CallToolResult:
    """What a call would do, flagged as no failure, because a draft was asked for."""
    text = f"Draft: nothing was sent. It would be:\n{drafted.text()}"
    return CallToolResult(content=[TextContent(text=fenced(text))], structured_content=visible_in(drafted.data()))


def _picture(png: bytes) -> ImageContent:
    return ImageContent(data=b64encode(png).decode(), mime_type="image/png")


def refuse(failure: Failure) -> CallToolResult:
    """A failure, flagged as one."""
    details = {
        "tool": failure.tool,
        "happened": in_quotes(failure.happened),
        "done": [in_quotes(step) for step in failure.done] or None,
        "code": failure.code,
        "advice": in_quotes(failure.advice),
        "page": failure.page or None,
    }
    return CallToolResult(
        content=[TextContent(text=fenced(failure.text()))],
        structured_content={"error": {key: value for key, value in details.items() if value is not None}},
        is_error=True,
    )
