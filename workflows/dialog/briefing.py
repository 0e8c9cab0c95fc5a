"""What somebody should know of a dialog before they answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tools.method import Method
from workflows.actions.reply import Reply
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, together
from workflows.core.current_user import Caller, caller
from workflows.core.periods import ServerTime
from workflows.dialog import transcript
from workflows.dialog.next_steps import Step, next_steps
from workflows.dialog.transcript import Story, Wanted
from workflows.directory.dialogs import find, number_of
from workflows.directory.names import Named, Names
from workflows.directory.presence import presence
from workflows.inbox.waiting import Said, Talk


@dataclass(frozen=True)
class Briefing:
    """What is known of a dialog."""

    chat: ChatState
    now: datetime
    """By the portal's clock."""
    story: Story
    unanswered: list[Said]
    """What the client wrote since anybody answered; empty on a page of older messages."""
    perhaps_with_bot: bool
    """Nobody has it as far as the portal tells, but a bot wrote in it: the line's bot may have it."""
    me: int
    line: Named
    owner: Named | None
    owner_status: str
    """online, offline or pause; empty where it is not known."""
    next: list[Step]


async def brief(context: Context, dialog: int | str, wanted: Wanted) -> Briefing:
    """The one dialog that is meant, or InvalidArgumentsError with those it may be."""
    await context.tell("1 of 2: finding the dialog")
    names = Names(context)
    found, me, now, lines, present, newest = await together(
        partial(find, context, dialog),
        partial(caller, context),
        partial(context.ask, ServerTime()),
        names.lines,
        partial(presence, context),
        partial(transcript.newest, context, number_of(dialog), wanted),
    )
    chat = found.chat
    await context.tell("2 of 2: reading its messages")
    people, told = await together(
        partial(names.people, [chat.owner] if chat.owner else []),
        partial(transcript.read, context, chat, replace(wanted, session_id=found.session_id), newest),
    )
    talk = _talk(chat, told, now)
    newest = wanted.before is None and found.session_id in {None, chat.session_id}
    return Briefing(
        chat,
        now,
        told,
        unanswered=talk.unanswered if newest else [],
        perhaps_with_bot=not chat.owner and bool(talk.bot),
        me=me.id,
        line=Named(chat.line_id, lines.get(chat.line_id, ""), "line"),
        owner=Named(chat.owner, people.get(chat.owner, "")) if chat.owner else None,
        owner_status=present.get(chat.owner, ""),
        next=list(next_steps(chat, me.id, set(_usable(context, me, chat)))) if newest else [],
    )


def _talk(chat: ChatState, told: Story, now: datetime) -> Talk:
    """Of the present session only, and none where the operator has finished it."""
    if not chat.open or chat.closing:
        return Talk([])
    return Talk.of(told.read, datetime.fromtimestamp(chat.began, now.tzinfo))


def _usable(context: Context, me: Caller, chat: ChatState) -> Iterator[str]:
    """Names of the tools whose scope was granted."""
    can_write = me.has_messenger or (chat.record and not chat.closing)
    for name, tool in context.tools.items():
        if tool is Reply and not can_write:
            continue
        if not issubclass(tool, Method) or not tool.scopes or not me.scopes.isdisjoint(tool.scopes):
            yield name
