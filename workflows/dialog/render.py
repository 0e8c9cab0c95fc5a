"""A briefing on one dialog in words, and as data."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tools.dialog_view import render_message
from tools.message_view import join_lines
from tools.untrusted import mark_unless_code, mark_untrusted
from workflows.core.formatting import MINUTE, format_duration
from workflows.dialog.briefing import Briefing
from workflows.directory.channels import name_channel
from workflows.directory.presence import ABSENT

LONGEST_QUESTION = 300


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
        yield f"Unanswered for {_format_wait(briefing)} ({ids}): {question}"


def _format_wait(briefing: Briefing) -> str:
    seconds = (briefing.now - briefing.unanswered[0].at).total_seconds()
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
    if told.before:
        yield f"Older ones: before={told.before}"


def _render_next_steps(briefing: Briefing) -> Iterator[str]:
    if briefing.next:
        yield "What can be done:"
    for step in briefing.next:
        yield f"- {step.tool} {step.does}"


def render_data(briefing: Briefing) -> dict[str, Any]:
    """All of it as a program reads it."""
    chat, owner, unanswered = briefing.chat, briefing.owner, briefing.unanswered
    return {
        "now": briefing.now.isoformat(),
        "chat_id": chat.id,
        "session_id": chat.session_id or None,
        "client": chat.client,
        "connector": chat.connector,
        "user_code": chat.user_code,
        "line": {"id": briefing.line.id, "name": briefing.line.name},
        "crm": [{"type": kind, "id": number} for kind, number in chat.crm],
        "state": chat.stage(),
        "owner": owner and {"id": owner.id, "name": owner.name, "status": briefing.owner_status or None},
        "mine": bool(owner and owner.id == briefing.me),
        "pinned": chat.pinned,
        "silent": chat.silent,
        "unanswered": {
            "since": unanswered[0].at.isoformat(),
            "seconds": int((briefing.now - unanswered[0].at).total_seconds()),
            "message_ids": [said.id for said in unanswered],
            "text": "\n".join(said.text for said in unanswered),
        }
        if unanswered
        else None,
        "messages": briefing.transcript.messages,
        "older_before": briefing.transcript.before,
        "limits": briefing.limits or None,
        "next": [asdict(step) for step in briefing.next],
    }
