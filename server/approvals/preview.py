"""What a call would do, in words, before it does it: for a person who has to agree, and for `dry_run`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from server.protocol.results import Answer
from tools.dialog_view import mark_dialog, render_dialog
from tools.effect import Effect
from tools.method import Method
from tools.tool import Tool
from tools.untrusted import mark_unless_code, mark_untrusted, mark_untrusted_in
from workflows.core.composite import Composite
from workflows.core.context import Context

if TYPE_CHECKING:
    from tools.dialogs import DialogGet

SEEN_BY = {
    Effect.CUSTOMER: "somebody outside the team gets something to read, usually the client",
    Effect.TAKEOVER: "the dialog changes hands; colleagues see that",
    Effect.DESTRUCTIVE: "it ends, deletes or overwrites something that cannot simply be put back",
    Effect.WRITE: "only colleagues see the change",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """A call that was not made, with what is known of its object."""

    tool: str
    title: str
    effects: Effect
    request: str
    """Name of what would be sent."""
    body: Mapping[str, Any]
    chat_id: int | None = None
    line_id: int | None = None
    dialog: Mapping[str, Any] | None = None
    """The present state of the dialog, as `dialog_get` tells it."""
    unknown: str = ""
    """Why the state could not be read."""
    words: str = ""
    """What somebody outside the team gets to read, where the call holds it."""
    attached: str = ""
    """The file that goes with it; what people outside wrote is marked."""

    def text(self) -> str:
        """Several lines; what people outside wrote is marked."""
        lines = [f"{self.title}."]
        lines += [f"What they will read: {mark_untrusted(_join_lines(self.words), 'assistant')}"] if self.words else []
        lines += [f"With the file {self.attached}."] if self.attached else []
        lines += [f"Effect: {words}." for effect, words in SEEN_BY.items() if effect in self.effects]
        lines += [render_dialog(self.dialog)] if self.dialog else []
        lines += [f"The dialog could not be read first: {self.unknown}"] if self.unknown else []
        return "\n".join(
            [*lines, f"As {self.tool} sends it: {self.request} {mark_untrusted(self._request_as_json(), 'assistant')}"]
        )

    def answer(self) -> Answer:
        """The answer where only a draft was asked for: no failure, and nothing was sent."""
        return Answer(f"Draft: nothing was sent. It would be:\n{self.text()}", self.data())

    def _request_as_json(self) -> str:
        """As JSON in which quotation marks that a person would see are escaped: none of them may look like its end."""
        sent = json.dumps(self.body, ensure_ascii=False)
        return sent.replace("“", "\\u201c").replace("”", "\\u201d")

    def data(self) -> dict[str, Any]:
        """The same for a program."""
        return {
            "draft": True,
            "tool": self.tool,
            "effects": list(self.effects.names),
            "effect": [words for effect, words in SEEN_BY.items() if effect in self.effects],
            **({"file": self.attached} if self.attached else {}),
            "request": self.request,
            "body": mark_untrusted_in(self.body, "assistant"),
            "chat_id": self.chat_id,
            "line_id": self.line_id,
            "dialog": self.dialog and mark_dialog(self.dialog),
            "unknown": self.unknown or None,
        }


async def make_preview(call: Tool, context: Context) -> Preview:
    """What the call would do, and the present state of the dialog that it is about; it only reads."""
    from portal.errors import PortalError
    from tools.method import RefusedByResultError, UnexpectedResultError

    preview = Preview(
        call.tool(),
        call.title,
        call.effects,
        *_describe_request(call),
        line_id=_find_line(call),
        words=_find_words(call),
        attached=await call.describe_attachment(context) if isinstance(call, Composite) else "",
    )
    question = await _ask_for_dialog(call, context)
    if question is None:
        return preview
    try:
        state = await context.ask(question)
    except PortalError as error:
        told = f"{error.happened} ({mark_unless_code(error.code or 'no code')})"
        return replace(preview, chat_id=question.chat_id, unknown=told)
    except (RefusedByResultError, UnexpectedResultError):
        return replace(preview, chat_id=question.chat_id, unknown="the portal's answer was of no use")
    return replace(preview, chat_id=state["chat_id"], line_id=state["line_id"], dialog=state)


async def _ask_for_dialog(call: Tool, context: Context) -> "DialogGet | None":
    """The call that reads the dialog which a call is about; None if it is about none."""
    from tools.dialogs import DialogGet

    if isinstance(call, Composite):
        chat_id = await call.find_chat(context)
        return DialogGet(chat_id=chat_id) if chat_id else None
    for name, kind in (("chat_id", int), ("dialog_id", str), ("session_id", int)):
        if isinstance(value := getattr(call, name, None), kind):
            return DialogGet.model_validate({name: value})
    return None


def _find_line(call: Tool) -> int | None:
    for name in ("config_id", "line"):
        if isinstance(value := getattr(call, name, None), int):
            return value
    return None


def _find_words(call: Tool) -> str:
    words = getattr(call, "message", None)
    return words if Effect.CUSTOMER in call.effects and isinstance(words, str) else ""


def _join_lines(text: str) -> str:
    return " ⏎ ".join(text.splitlines())


def _describe_request(call: Tool) -> tuple[str, dict[str, Any]]:
    if isinstance(call, Method):
        return call.rest, call.to_wire()
    return call.tool(), call.model_dump(mode="json", exclude_none=True)
