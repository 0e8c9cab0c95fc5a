"""A briefing on one dialog in words, and as data."""

from collections.abc import Iterator

from typing_extensions import TypedDict

from tools.dialog_view import CrmLink, render_message
from tools.message_view import MessageView, describe_cut, join_lines, mark_messages
from tools.untrusted import mark_unless_code, mark_untrusted
from workflows.core.formatting import MINUTE, format_duration
from workflows.dialog.briefing import Briefing
from workflows.directory.channels import name_channel
from workflows.directory.lines_and_users import NamedData
from workflows.directory.presence import ABSENT

LONGEST_QUESTION = 300


class OwnerData(NamedData):
    """The operator of a dialog."""

    status: str | None


class UnansweredData(TypedDict):
    """What the client wrote since anybody answered."""

    since: str | None
    seconds: int | None
    message_ids: list[int]
    text: str


class StepData(TypedDict):
    """A tool that can be called next, and what it does."""

    tool: str
    does: str


class BriefingData(TypedDict):
    """A briefing on a dialog."""

    now: str
    chat_id: int
    session_id: int | None
    client: str
    connector: str
    channel: str
    user_code: str
    line: NamedData
    crm: list[CrmLink]
    state: str
    perhaps_with_bot: bool
    owner: OwnerData | None
    mine: bool
    pinned: bool
    silent: bool
    unanswered: UnansweredData | None
    messages: list[MessageView]
    older_before: int | None
    limits: str | None
    next: list[StepData]


def render_text(briefing: Briefing) -> str:
    """Who, where, what is open, the messages, what can be done."""
    return "\n".join(
        (
            *_render_heading(briefing),
            *_render_question(briefing),
            *_render_messages(briefing),
            *_render_next_steps(briefing),
        )
    )


def _render_heading(briefing: Briefing) -> Iterator[str]:
    chat = briefing.chat
    session = f"session {chat.session_id}" if chat.open else "no open session"
    crm = ", ".join(f"{mark_unless_code(kind)} {number}" for kind, number in chat.crm) or "none"
    line = f"line {briefing.line}" if briefing.line.name else str(briefing.line)
    yield f"Dialog with {mark_untrusted(chat.client, 'client')}: {name_channel(chat.connector)}, {line}; CRM: {crm}."
    yield f"chat_id {chat.id}, {session}, USER_CODE {mark_unless_code(chat.user_code)}. {_render_state(briefing)}"


def _render_state(briefing: Briefing) -> str:
    chat, owner = briefing.chat, briefing.owner
    who = "you" if owner and owner.id == briefing.me else str(owner)
    absent = ABSENT.get(briefing.owner_status) if owner else None
    perhaps = ", or with the line's bot, which has written here" if briefing.perhaps_with_bot else ""
    parts = [f"State: {chat.stage(who)}{f', who is {absent}' if absent else ''}{perhaps}."]
    parts += ["Pinned."] if chat.pinned else []
    parts += ["Silent mode: the client gets nothing of what is written now."] if chat.open and chat.silent else []
    return " ".join(parts)


def _render_question(briefing: Briefing) -> Iterator[str]:
    if unanswered := briefing.unanswered:
        ids = f"#{unanswered[0].id}" + (f" to #{unanswered[-1].id}" if len(unanswered) > 1 else "")
        question = mark_untrusted(_shorten_question(briefing), "client")
        seconds = _count_wait(briefing)
        wait = "not known since when" if seconds is None else f"for {_format_wait(seconds)}"
        yield f"Unanswered {wait} ({ids}): {question}"


def _count_wait(briefing: Briefing) -> float | None:
    """Seconds since the client wrote; None where the date of that message could not be read."""
    first = briefing.unanswered[0]
    return (briefing.now - first.at).total_seconds() if first.dated else None


def _format_wait(seconds: float) -> str:
    return format_duration(seconds // MINUTE * MINUTE if seconds >= MINUTE else seconds)


def _shorten_question(briefing: Briefing) -> str:
    words = join_lines(" / ".join(said.text for said in briefing.unanswered))
    return words if len(words) <= LONGEST_QUESTION else f"{words[: LONGEST_QUESTION - 1]}…"


def _render_messages(briefing: Briefing) -> Iterator[str]:
    told = briefing.transcript
    yield f"Messages, oldest first ({len(told.messages)}; it is {briefing.now:%Y-%m-%d %H:%M}):"
    if briefing.limits:
        yield f"({briefing.limits})"
    yield from map(render_message, told.messages)
    yield from describe_cut(told.messages, "before", "last")
    if told.before:
        yield f"Older ones: before={told.before}"


def _render_next_steps(briefing: Briefing) -> Iterator[str]:
    if briefing.next:
        yield "What can be done:"
    for step in briefing.next:
        yield f"- {step.tool} {step.does}"


def render_data(briefing: Briefing) -> BriefingData:
    """All of it as a program reads it, marked as the text is."""
    chat, owner = briefing.chat, briefing.owner
    return {
        "now": briefing.now.isoformat(),
        "chat_id": chat.id,
        "session_id": chat.session_id or None,
        "client": mark_untrusted(chat.client, "client"),
        "connector": mark_unless_code(chat.connector),
        "channel": name_channel(chat.connector),
        "user_code": mark_unless_code(chat.user_code),
        "line": briefing.line.data(),
        "crm": [{"type": mark_unless_code(kind), "id": number} for kind, number in chat.crm],
        "state": chat.stage(),
        "perhaps_with_bot": briefing.perhaps_with_bot,
        "owner": {**owner.data(), "status": briefing.owner_status or None} if owner else None,
        "mine": bool(owner and owner.id == briefing.me),
        "pinned": chat.pinned,
        "silent": chat.silent,
        "unanswered": _render_unanswered(briefing) if briefing.unanswered else None,
        "messages": mark_messages(briefing.transcript.messages),
        "older_before": briefing.transcript.before,
        "limits": briefing.limits or None,
        "next": [{"tool": step.tool, "does": step.does} for step in briefing.next],
    }


def _render_unanswered(briefing: Briefing) -> UnansweredData:
    first, seconds = briefing.unanswered[0], _count_wait(briefing)
    return {
        "since": None if seconds is None else first.at.isoformat(),
        "seconds": None if seconds is None else int(seconds),
        "message_ids": [said.id for said in briefing.unanswered],
        "text": mark_untrusted(_shorten_question(briefing), "client"),
    }
