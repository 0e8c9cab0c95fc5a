"""The only two ways in which a tool call is answered: with a result, or with a failure that says what to do."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mcp.types import Annotations, CallToolResult, ImageContent, ResourceLink, TextContent

from server.config.answer_form import AnswerForm
from server.exports import Export
from tools.fence import add_fences, add_fences_in
from tools.method import Method
from tools.shortening import CUT, shorten_value
from tools.tool import Tool
from tools.untrusted import cut_marked, mark_unless_code, mark_untrusted

LONGEST_HEADING, LONGEST_FAILURE = 200, 1_500
"""Characters of text beside data."""
MOST_STEPS = 60
"""In which an answer is made short enough."""
JPEG = b"\xff\xd8\xff"
"""How such a picture begins; all others are PNG."""
IN_DATA = "(The data hold all of it.)"
CUT_OFF = "\n(Cut here, as an answer may not be longer: ask for less at once.)"


@dataclass(frozen=True)
class Answer:
    """What a call came to."""

    marked: str
    """In words; what people outside wrote is marked."""
    data: Mapping[str, Any]
    """The same as a program reads it, marked likewise."""
    pictures: list[bytes] = field(default_factory=list)
    """As PNG or JPEG."""
    shortened: bool = False
    """Whether something of the result was left out, so that it fits."""
    link: Export | None = None
    """The file that holds all of it."""

    def text(self) -> str:
        """The words."""
        return self.marked

    @property
    def heading(self) -> str:
        """The words beside the data."""
        first_line = self.marked.find("\n") if "\n" in self.marked else len(self.marked)
        return f"{cut_marked(self.marked, min(first_line, LONGEST_HEADING))} {IN_DATA}"


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
        """The failure as a program reads it, marked likewise."""
        told = {
            "tool": self.tool,
            "happened": self.happened,
            "done": list(self.done) or None,
            "code": self.code and mark_unless_code(self.code),
            "said": mark_untrusted(self.said, "portal") if self.said else None,
            "advice": self.advice,
            "page": self.page or None,
        }
        return {"error": {key: value for key, value in told.items() if value is not None}}

    @property
    def heading(self) -> str:
        """The words beside the data: a failure is told in both."""
        return cut_marked(self.text(), LONGEST_FAILURE)


Reply = Answer | Failure


def make_answer(call: Tool, result: Any) -> Answer:
    """The success of a call in words and as data.

    After a change it says how to see what it did; tools of several calls have looked already.
    """
    cut = result.get(CUT) if isinstance(result, dict) else None
    shown = {name: value for name, value in result.items() if name != CUT} if cut else result
    text, data = call.text(shown), call.structured(shown)
    if cut:
        parts = {mark_unless_code(place): part for place, part in cut["parts"].items()}
        text, data = f"{text}\n{_describe_cut(cut)}", {**data, CUT: {**cut, "parts": parts}}
    if call.afterwards and isinstance(call, Method):
        text, data = f"{text}\n{call.afterwards}", {**data, "afterwards": call.afterwards}
    return Answer(text, data, call.images(result))


def make_bounded_answer(call: Tool, result: Any, form: AnswerForm) -> Answer:
    """The success of a call, with so much of the result left out that it fits."""
    answer = make_answer(call, result)
    for _ in range(MOST_STEPS):
        size = _measure(answer, form)
        if size <= form.characters or (result := call.shorten(result, form.characters / size)) is None:
            break
        answer = replace(make_answer(call, result), shortened=True)
    return answer


def add_link(answer: Answer, file: Export) -> Answer:
    """The answer with the file that holds all of it."""
    words = f"All of it, for an hour: {file.uri} ({file.mime_type}, UTF-8, {len(file.content)} bytes)"
    marked, data = f"{answer.marked}\n{words}", {**answer.data, "file": file.uri}
    return replace(answer, marked=marked, data=data, link=file)


def make_result(reply: Reply, form: AnswerForm) -> CallToolResult:
    """The reply as the client gets it: fenced, bounded, pictures beside it, and flagged where it is a failure."""
    if form.structured:
        text = add_fences(reply.heading)
        data = _bound_data(reply.data, form.characters - _weigh(text))
    else:
        text, data = make_text(reply, form), None
    pictures = map(_make_picture, reply.pictures if isinstance(reply, Answer) else ())
    links = [_make_link(reply.link)] if isinstance(reply, Answer) and reply.link else []
    content = [TextContent(text=text), *pictures, *links]
    return CallToolResult(content=content, structured_content=data, is_error=isinstance(reply, Failure))


def _describe_cut(cut: Mapping[str, Any]) -> str:
    parts = ", ".join(
        f"{mark_unless_code(place)} {part['shown']} of {part['of']}" for place, part in cut["parts"].items()
    )
    following = f" To go on: {cut['next']}." if "next" in cut else ""
    return f"Cut to fit into one answer: {parts}.{following}"


def make_text(reply: Reply, form: AnswerForm) -> str:
    """The reply as fenced text; what no tool made short enough ends at the bound, and says so."""
    text = reply.text()
    fenced = add_fences(text)
    while (size := _weigh(fenced)) > form.characters:
        share = (form.characters - len(CUT_OFF)) / size
        text = cut_marked(text, min(int(len(text) * share), len(text) - 3))
        fenced = add_fences(text) + CUT_OFF
    return fenced


def _bound_data(data: Mapping[str, Any], longest: int) -> dict[str, Any]:
    """The fenced data, likewise."""
    fenced: dict[str, Any] = add_fences_in(data)
    for _ in range(MOST_STEPS):
        size = _weigh_json(fenced)
        if size <= longest or (shorter := shorten_value(data, longest / size)) is None:
            break
        data, fenced = shorter, add_fences_in(shorter)
    return fenced


def _measure(answer: Answer, form: AnswerForm) -> int:
    """The size of what the client would get."""
    if not form.structured:
        return _weigh(add_fences(answer.marked))
    return _weigh(add_fences(answer.heading)) + _weigh_json(add_fences_in(answer.data))


def _weigh(text: str) -> int:
    """Characters, or two thirds of the bytes where these are more."""
    return max(len(text), -(-len(text.encode()) * 2 // 3))


def _weigh_json(value: Any) -> int:
    return _weigh(json.dumps(value, ensure_ascii=False))


def _make_link(file: Export) -> ResourceLink:
    audience = Annotations(audience=["user"], priority=0.8)
    return ResourceLink(
        uri=file.uri, name=file.name, mime_type=file.mime_type, size=len(file.content), annotations=audience
    )


def _make_picture(picture: bytes) -> ImageContent:
    kind = "image/jpeg" if picture.startswith(JPEG) else "image/png"
    return ImageContent(data=b64encode(picture).decode(), mime_type=kind)
