"""What somebody should know of a dialog before they answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from tools.crm_chats import CrmChatGet
from tools.messages import CrmMessageAdd
from tools.messenger import ImMessageAdd
from tools.method import Method
from workflows.actions.reply import Reply
from workflows.core.attempts import ask_tolerantly, is_failure, read_helper
from workflows.core.chat_state import OPERATOR, SESSION, ChatState
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser, read_current_user
from workflows.core.moments import PortalClock
from workflows.core.periods import read_clock
from workflows.dialog.next_steps import NextStep, ViewedDialog, list_next_steps
from workflows.dialog.sessions import DialogSessions, ask_present_session, read_sessions
from workflows.dialog.transcript import MessageSelection, Transcript, ask_messenger, read_transcript
from workflows.directory.dialogs import find_dialog, read_chat_id
from workflows.directory.lines_and_users import Directory, LineOrUser
from workflows.directory.presence import read_presence
from workflows.drafts.facts import find_first_line
from workflows.inbox.waiting import ExchangedMessage, SessionMessages

NOBODY = CurrentUser(0, "", frozenset())
"""In place of a caller who cannot be read."""


@dataclass(frozen=True)
class QueueHolder:
    """Who has a dialog that has no operator."""

    offered_to: LineOrUser | None = None
    """By the queue."""
    bot: int = 0
    """The line's bot, while the portal shows the dialog as if it waited in the queue; 0 for none."""
    bot_name: str = ""
    perhaps_bot: bool = False
    """The portal does not tell whether it is offered to anybody, but a bot wrote in it."""


@dataclass(frozen=True)
class Briefing:
    """What is known of a dialog."""

    chat: ChatState
    now: datetime
    """By the portal's clock."""
    transcript: Transcript
    unanswered: list[ExchangedMessage]
    """What the client wrote since anybody answered; empty on a page of older messages."""
    sessions: DialogSessions
    holder: QueueHolder
    me: int
    """0 where it cannot be read."""
    line: LineOrUser
    owner: LineOrUser | None
    presence: Mapping[int, str]
    """User -> online, offline or pause."""
    next: list[NextStep]
    gaps: list[str] = field(default_factory=list)
    """What could not be read beside the messages, in words."""

    @property
    def limits(self) -> str:
        """What cannot be read, and why; empty where nothing is missing."""
        unknown = [f"not known: {', '.join(self.gaps)}"] if self.gaps else []
        lost = self.sessions.unreadable
        sessions = [f"{lost} sessions whose id or date could not be read"] if lost else []
        return "; ".join(filter(None, (self.transcript.limits, *unknown, *sessions)))


@dataclass(frozen=True)
class _Beside:
    """What is known beside the dialog; each part may be missing."""

    me: CurrentUser
    clock: PortalClock
    lines: Mapping[int, str]
    present: Mapping[int, str]
    gaps: list[str]
    """What of it could not be read, in words."""


async def make_briefing(context: Context, dialog: int | str, wanted: MessageSelection) -> Briefing:
    """Everything that is shown of the one dialog that is meant.

    Raises:
        InvalidArgumentsError: The reference means several dialogs or none; the error names them.
        PortalError: The portal refused a question without which nothing is known of the dialog.
    """
    await context.tell("1 of 2: finding the dialog")
    names, gaps = Directory(context), list[str]()
    found, me, clock, lines, present, answer = await run_together(
        partial(find_dialog, context, dialog),
        partial(read_helper, partial(read_current_user, context), NOBODY, "who you are and what you may do", gaps),
        partial(read_clock, context, gaps),
        partial(read_helper, names.read_line_names, {}, "names of lines", gaps),
        partial(read_presence, context, gaps),
        partial(ask_messenger, context, read_chat_id(dialog), wanted),
    )
    await context.tell("2 of 2: reading its messages")
    wanted = replace(wanted, session_id=found.session_id)
    return await _read_dialog(context, found.chat, wanted, answer, _Beside(me, clock, lines, present, gaps))


async def _read_dialog(
    context: Context, chat: ChatState, wanted: MessageSelection, answer: Any, beside: _Beside
) -> Briefing:
    names, clock, gaps = Directory(context), beside.clock, beside.gaps
    people, transcript, told = await run_together(
        partial(names.read_user_names, [chat.owner] if chat.owner else []),
        partial(read_transcript, context, chat, wanted, answer),
        partial(ask_present_session, context, chat, clock),
    )
    sessions = await read_sessions(context, chat, transcript.messages, clock, told)
    exchanged = _select_present_session(chat, transcript, clock)
    gaps += [f"the {part}" for part in exchanged.unclear]
    holder = await _find_holder(names, chat, sessions, exchanged)
    viewed = ViewedDialog(chat, beside.me.id, can_skip=_can_skip(holder, beside, names, chat))
    is_newest_page = wanted.before is None and wanted.session_id in {None, chat.session_id}
    return Briefing(
        chat,
        clock.now,
        replace(transcript, messages=sessions.mark(transcript.messages, clock)),
        unanswered=exchanged.unanswered if is_newest_page else [],
        sessions=sessions,
        holder=holder,
        me=beside.me.id,
        line=LineOrUser(chat.line_id, beside.lines.get(chat.line_id, ""), "line"),
        owner=LineOrUser(chat.owner, people.get(chat.owner, "")) if chat.owner else None,
        presence=beside.present,
        next=await _list_next_steps(context, viewed, beside.me) if is_newest_page else [],
        gaps=[*(f"the {part} of this dialog" for part in chat.unclear), *sorted(set(gaps))],
    )


async def _find_holder(
    names: Directory, chat: ChatState, sessions: DialogSessions, exchanged: SessionMessages
) -> QueueHolder:
    """Of a dialog that is shown without operator: that of its session is whoever it is offered to, or a bot."""
    if chat.owner or not chat.open:
        return QueueHolder()
    present = sessions.find(chat.session_id)
    offered_to = present.operator if present else 0
    if offered_to and offered_to == exchanged.last_bot:
        return QueueHolder(bot=offered_to, bot_name=exchanged.bot_name)
    user = await names.read_user(offered_to) if offered_to else None
    return QueueHolder(user, perhaps_bot=not sessions.told and bool(exchanged.last_bot))


def _can_skip(holder: QueueHolder, beside: _Beside, names: Directory, chat: ChatState) -> bool:
    """The portal refuses to pass on what is offered to somebody else, or what nobody at work could take."""
    me = beside.me.id
    if names.is_unattended(chat.line_id):
        return False
    return bool(holder.offered_to and holder.offered_to.id == me and beside.present.get(me) == "online")


def _select_present_session(chat: ChatState, transcript: Transcript, clock: PortalClock) -> SessionMessages:
    """Of the present session only, and none where none is open; of all where the session is unclear."""
    if SESSION not in chat.unclear and not chat.open:
        return SessionMessages([])
    began = datetime.fromtimestamp(chat.began, clock.now.tzinfo)
    return SessionMessages.from_messages(transcript.read, began, clock.zone)


async def _list_next_steps(context: Context, viewed: ViewedDialog, me: CurrentUser) -> list[NextStep]:
    """Nothing is offered where it is not known how the dialog stands, or what the caller may do."""
    if me is NOBODY or not {SESSION, OPERATOR}.isdisjoint(viewed.chat.unclear):
        return []
    can_write = await _can_write(context, me, viewed.chat)
    return list(list_next_steps(viewed, set(_list_usable_tools(context, me, can_write=can_write))))


async def _can_write(context: Context, me: CurrentUser, chat: ChatState) -> bool:
    """Whether the portal would take a message to the client: its line is on, and there is a way for it."""
    if Directory(context).is_off(find_first_line(chat) or chat.line_id):
        return False
    if me.has_messenger or not chat.open:
        return True
    if chat.record is None or chat.closing:
        return False
    kind, number = chat.record
    answer = await ask_tolerantly(context, CrmChatGet.from_tool({"crm_entity_type": kind, "crm_entity": number}))
    return not is_failure(answer)


def _list_usable_tools(context: Context, me: CurrentUser, *, can_write: bool) -> Iterator[str]:
    """Names of the tools whose scope was granted, and those that write to the client only where that would work."""
    for name, tool in context.tools.items():
        if tool in {Reply, ImMessageAdd, CrmMessageAdd} and not can_write:
            continue
        if not issubclass(tool, Method) or not tool.scopes or not me.scopes.isdisjoint(tool.scopes):
            yield name
