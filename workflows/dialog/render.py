"""A briefing on one dialog in words, and as data."""

from collections.abc import Iterator
from typing import Any

from typing_extensions import TypedDict

from tools.dialog_view import CrmLink, render_message
from tools.message_view import MessageView, describe_cut, join_lines, mark_messages
from tools.untrusted import mark_unless_code, mark_untrusted
from workflows.core.formatting import MINUTE, format_duration
from workflows.dialog.briefing import Briefing
from workflows.dialog.next_steps import NextStep
from workflows.dialog.sessions import KnownSession
from workflows.directory.channels import name_channel
from workflows.directory.holders import describe_holder, name_bot
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
    arguments: dict[str, Any]
    does: str


class EndedSessionData(TypedDict):
    """The session that began last, where it is closing or over."""

    id: int
    spam: bool
    rating: str | None


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
    who_has_it: str | None
    offered_to: int | None
    bot: int | None
    perhaps_with_bot: bool
    ended: EndedSessionData | None
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
    chat = briefing.chat
    perhaps = ", or with the line's bot, which has written here" if briefing.holder.perhaps_bot else ""
    parts = [f"State: {_describe_stage(briefing)}{perhaps}."]
    if ended := _find_ended(briefing):
        parts += [f"{ended.describe().capitalize()}."] if not chat.open else []
        parts += [f"The client rated it: {ended.rating}."] if chat.open and ended.rating else []
    parts += ["Pinned."] if chat.pinned else []
    parts += ["Silent mode: the client gets nothing of what is written now."] if chat.open and chat.silent else []
    return " ".join(parts)


def _describe_stage(briefing: Briefing) -> str:
    """As the dialog stands, with whoever has it in the words of the inbox."""
    chat, holder = briefing.chat, _describe_holder(briefing)
    if chat.closing:
        return f"closing, {f'with {holder}' if chat.owner else holder}"
    return holder if chat.queued else chat.stage(holder)


def _describe_holder(briefing: Briefing) -> str:
    owner, offered_to = briefing.owner, briefing.holder.offered_to
    bot = name_bot(briefing.holder.bot, briefing.holder.bot_name)
    known = {one.id: one for one in (owner, offered_to) if one}

    def name_user(user: int) -> str:
        if user == briefing.me:
            return "you"
        absent = ABSENT.get(briefing.presence.get(user, ""))
        return f"{known[user]}{f', {absent}' if absent else ''}"

    return describe_holder(owner.id if owner else 0, bot, offered_to.id if offered_to else 0, name_user)


def _find_ended(briefing: Briefing) -> KnownSession | None:
    """Nothing is said of it on a page of older messages."""
    chat, last = briefing.chat, briefing.sessions.last
    return last if last and last.status and (chat.closing or not (chat.open or chat.unclear)) else None


def _render_question(briefing: Briefing) -> Iterator[str]:
    if unanswered := briefing.unanswered:
        ids = f"#{unanswered[0].id}" + (f" to #{unanswered[-1].id}" if len(unanswered) > 1 else "")
        question = mark_untrusted(_shorten_question(briefing), "client")
        seconds = _count_wait(briefing)
        wait = "not known since when" if seconds is None else f"for {_format_wait(seconds)}"
        since = "when it was finished" if briefing.chat.closing else wait
        yield f"Unanswered {since} ({ids}): {question}"


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
    whole = "" if told.before or told.limits else "all "
    yield f"Messages, oldest first ({whole}{len(told.messages)}; it is {briefing.now:%Y-%m-%d %H:%M}):"
    if briefing.limits:
        yield f"({briefing.limits})"
    yield from _render_sessions(briefing)
    yield from describe_cut(told.messages, "before", "last")
    if told.before:
        yield f"Older ones: before={told.before}"


def _render_sessions(briefing: Briefing) -> Iterator[str]:
    """The messages; where they are of several sessions, each is headed by its own."""
    messages, known = briefing.transcript.messages, briefing.sessions
    ended = _find_ended(briefing)
    headed = briefing.chat.session_id or (ended.id if ended else None)
    several = {message.get("session_id") for message in messages} - {headed}
    before = None
    for message in messages:
        if several and (number := message.get("session_id")) != before:
            session = known.find(number) if number else None
            yield f"-- {session.describe() if session else 'an earlier session'} --"
            before = number
        yield render_message(message)


def _render_next_steps(briefing: Briefing) -> Iterator[str]:
    if briefing.next:
        yield "What can be done:"
    for step in briefing.next:
        yield f"- {' '.join((step.tool, *_render_arguments(step)))} {step.does}"


def _render_arguments(step: NextStep) -> Iterator[str]:
    """Those that do not just name the dialog."""
    return (f"{name}={str(value).lower()}" for name, value in step.arguments.items() if isinstance(value, bool))


def render_data(briefing: Briefing) -> BriefingData:
    """All of it as a program reads it, marked as the text is."""
    chat, owner, ended = briefing.chat, briefing.owner, _find_ended(briefing)
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
        "who_has_it": _describe_holder(briefing) if chat.open and not chat.unclear else None,
        "offered_to": briefing.holder.offered_to.id if briefing.holder.offered_to else None,
        "bot": briefing.holder.bot or None,
        "perhaps_with_bot": briefing.holder.perhaps_bot,
        "ended": {"id": ended.id, "spam": ended.spam, "rating": ended.rating or None} if ended else None,
        "owner": {**owner.data(), "status": briefing.presence.get(owner.id)} if owner else None,
        "mine": bool(owner and owner.id == briefing.me),
        "pinned": chat.pinned,
        "silent": chat.silent,
        "unanswered": _render_unanswered(briefing) if briefing.unanswered else None,
        "messages": mark_messages(briefing.transcript.messages),
        "older_before": briefing.transcript.before,
        "limits": briefing.limits or None,
        "next": [{"tool": step.tool, "arguments": dict(step.arguments), "does": step.does} for step in briefing.next],
    }


def _render_unanswered(briefing: Briefing) -> UnansweredData:
    first, seconds = briefing.unanswered[0], _count_wait(briefing)
    return {
        "since": None if seconds is None else first.at.isoformat(),
        "seconds": None if seconds is None else int(seconds),
        "message_ids": [said.id for said in briefing.unanswered],
        "text": mark_untrusted(_shorten_question(briefing), "client"),
    }
