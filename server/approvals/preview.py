"""What a call would do, in words, before it does it: for a person who has to agree, and for `dry_run`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from server.protocol.results import Answer, Failure
from tools.dialog_view import mark_dialog, render_dialog
from tools.effect import NO_EFFECT, Effect
from tools.method import Method
from tools.secrets import hide_secrets
from tools.tool import Tool
from tools.untrusted import change_texts, mark_unless_code, mark_untrusted, mark_untrusted_in
from workflows.core.composite import Composite
from workflows.core.context import Context
from workflows.core.draft import LINE, OPERATOR, UNTOLD, Draft

if TYPE_CHECKING:
    from portal.errors import PortalError
    from tools.dialogs import DialogGet

SEEN_BY = {
    Effect.CUSTOMER: "somebody outside the team gets something to read, usually the client",
    Effect.TAKEOVER: "the dialog changes hands; colleagues see that",
    Effect.DESTRUCTIVE: "it ends, deletes or overwrites something that cannot simply be put back",
    Effect.WRITE: "only colleagues see the change",
}
LONGEST_TEXT = 2_000
"""Of a text in a step."""
NOTHING_GOT = "The client gets nothing"


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
    draft: Draft = UNTOLD
    """What this very call would do, as far as that can be told."""
    steps: tuple[Mapping[str, Any], ...] = field(default=())
    """Name and body of each request of a tool of several calls."""
    refusal: Failure | None = None
    """Why the call would be refused."""

    @property
    def told_effects(self) -> Effect:
        """Those of this very call; of its class where no more is known."""
        return self.effects if not self.draft.told or self.draft.unchecked else _find_effects(self.effects, self.draft)

    def text(self) -> str:
        """Several lines; what people outside wrote is marked."""
        lines = [f"{self.title}."]
        lines += [f"With the file {self.attached}."] if self.attached else []
        if self.refusal:
            lines += [f"{self.refusal.happened}.", f"What to do: {self.refusal.advice}"]
        else:
            lines += self._describe_effects()
        lines += [render_dialog(self.dialog)] if self.dialog else []
        lines += [f"The dialog could not be read first: {self.unknown}"] if self.unknown else []
        lines += [f"As {self.tool} sends it: {self.request} {_quote_json(self.body)}"]
        numbered = enumerate(self.steps, 1)
        lines += [f"Step {place}: {step['request']} {_quote_json(step['body'])}" for place, step in numbered]
        return "\n".join(lines)

    def answer(self) -> Answer:
        """The answer where only a draft was asked for: no failure, and nothing was sent."""
        would = "This call would be refused" if self.refusal else "It would be"
        return Answer(f"Draft: nothing was sent. {would}:\n{self.text()}", self.data())

    def data(self) -> dict[str, Any]:
        """The same for a program."""
        draft, told = self.draft, self.told_effects
        return {
            "draft": True,
            "tool": self.tool,
            "would_be_refused": self.refusal is not None,
            "refusal": self.refusal and self.refusal.data["error"],
            "does": draft.does or None,
            "changes": [vars(change) for change in draft.changes],
            "client_gets": list(self._list_words()),
            "warnings": list(draft.warnings),
            "not_checked": list(draft.unchecked),
            "effects": [] if self.refusal else list(told.names),
            "effect": [] if self.refusal else [words for effect, words in SEEN_BY.items() if effect in told],
            **({"file": self.attached} if self.attached else {}),
            "request": self.request,
            "body": mark_untrusted_in(self.body, "assistant"),
            "steps": [{**step, "body": mark_untrusted_in(step["body"], "assistant")} for step in self.steps],
            "chat_id": self.chat_id,
            "line_id": self.line_id,
            "dialog": self.dialog and mark_dialog(self.dialog),
            "unknown": self.unknown or None,
        }

    def _describe_effects(self) -> list[str]:
        draft, told = self.draft, self.told_effects
        lines = [draft.does] if draft.does else []
        lines += [f"What they will read: {words}" for words in self._list_words()]
        lines += [f"{change.what}: {change.before or '(empty)'} -> {change.after}" for change in draft.changes]
        lines += [f"Effect: {words}." for effect, words in SEEN_BY.items() if effect in told]
        silent = Effect.CUSTOMER in self.effects and Effect.CUSTOMER not in told and NOTHING_GOT not in draft.does
        lines += [f"{NOTHING_GOT}."] if silent else []
        lines += [f"Mind: {warning}" for warning in draft.warnings]
        lines += [f"Not checked: {what}." for what in draft.unchecked]
        return lines

    def _list_words(self) -> tuple[str, ...]:
        """What somebody outside the team gets to read, each in one line and marked."""
        if self.refusal:
            return ()
        if self.draft.told:
            return self.draft.client_gets
        return (mark_untrusted(_join_lines(self.words), "assistant"),) if self.words else ()


def _find_effects(declared: Effect, draft: Draft) -> Effect:
    """What of the declared effects this call has."""
    told = Effect.CUSTOMER if draft.client_gets else NO_EFFECT
    kinds = {change.what for change in draft.changes}
    told |= Effect.TAKEOVER if kinds & {OPERATOR, LINE} else NO_EFFECT
    told |= Effect.DESTRUCTIVE | Effect.WRITE if draft.changes or draft.does else NO_EFFECT
    return told & declared


async def make_preview(call: Tool, context: Context) -> Preview:
    """What the call would do, and the present state of the dialog that it is about; it only reads."""
    preview = Preview(
        call.tool(),
        call.title,
        call.effects,
        *_describe_request(call),
        line_id=_find_line(call),
        words=_find_words(call),
        attached=await call.describe_attachment(context) if isinstance(call, Composite) else "",
    )
    return await _add_draft(await _add_dialog(preview, call, context), call, context)


async def _add_draft(preview: Preview, call: Tool, context: Context) -> Preview:
    """What the call would do, or why it would be refused; an outage says neither."""
    from portal.errors import AuthRefusedError, PortalError, RefusedError
    from server.protocol.failures import make_failure
    from tools.method import RefusedByResultError, UnexpectedResultError
    from tools.tool import InvalidArgumentsError
    from workflows.core.errors import UnfinishedError
    from workflows.drafts.drafting import make_draft

    try:
        draft = await make_draft(call, context)
    except (InvalidArgumentsError, UnfinishedError) as error:
        return replace(preview, refusal=make_failure(type(call), error))
    except (AuthRefusedError, RefusedError, RefusedByResultError) as error:
        if isinstance(call, Composite):
            return replace(preview, refusal=make_failure(type(call), error))
        return replace(preview, draft=replace(UNTOLD, unchecked=("whether the portal allows it",)))
    except (PortalError, UnexpectedResultError):
        return replace(preview, draft=replace(UNTOLD, unchecked=("whether it would be refused: no answer came",)))
    steps = tuple(
        {"request": step.rest, "body": change_texts(hide_secrets(step.to_wire()), _cut)} for step in draft.steps
    )
    return replace(preview, draft=replace(draft, steps=()), steps=steps)


async def _add_dialog(preview: Preview, call: Tool, context: Context) -> Preview:
    """The present state of the dialog, where the call is about one."""
    from portal.errors import PortalError
    from tools.method import RefusedByResultError, UnexpectedResultError
    from tools.tool import InvalidArgumentsError

    chat_id: int | None = None
    try:
        question = await _ask_for_dialog(call, context)
        if question is None:
            return preview
        chat_id = question.chat_id
        state = await context.ask(question)
    except InvalidArgumentsError:
        return preview
    except PortalError as error:
        return replace(preview, chat_id=chat_id, unknown=_describe_error(error))
    except (RefusedByResultError, UnexpectedResultError):
        return replace(preview, chat_id=chat_id, unknown="the portal's answer was of no use")
    return replace(preview, chat_id=state["chat_id"], line_id=state["line_id"], dialog=state)


def _describe_error(error: "PortalError") -> str:
    return f"{error.happened} ({mark_unless_code(error.code or 'no code')})"


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


def _cut(text: str) -> str:
    """Whoever reads a draft has the words elsewhere, and no use for the bytes of a file."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _join_lines(text: str) -> str:
    return " ⏎ ".join(text.splitlines())


def _quote_json(body: Mapping[str, Any]) -> str:
    """As JSON in which quotation marks that a person would see are escaped: none of them may look like its end."""
    sent = json.dumps(body, ensure_ascii=False).replace("“", "\\u201c").replace("”", "\\u201d")
    return mark_untrusted(sent, "assistant")


def _describe_request(call: Tool) -> tuple[str, dict[str, Any]]:
    if isinstance(call, Method):
        return call.rest, hide_secrets(call.to_wire())
    return call.tool(), call.model_dump(mode="json", exclude_none=True)
