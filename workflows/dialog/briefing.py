"""What somebody should know of a dialog before they answer."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from tools.method import Method
from workflows.actions.reply import Reply
from workflows.core.attempts import read_helper
from workflows.core.chat_state import OPERATOR, SESSION, ChatState
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser, read_current_user
from workflows.core.moments import PortalClock
from workflows.core.periods import read_clock
from workflows.dialog.next_steps import NextStep, list_next_steps
from workflows.dialog.transcript import MessageSelection, Transcript, ask_messenger, read_transcript
from workflows.directory.dialogs import find_dialog, read_chat_id
from workflows.directory.lines_and_users import Directory, LineOrUser
from workflows.directory.presence import read_presence
from workflows.inbox.waiting import ExchangedMessage, SessionMessages

NOBODY = CurrentUser(0, "", frozenset())
"""In place of a caller who cannot be read."""


@dataclass(frozen=True)
class Briefing:
    """What is known of a dialog."""

    chat: ChatState
    now: datetime
    """By the portal's clock."""
    transcript: Transcript
    unanswered: list[ExchangedMessage]
    """What the client wrote since anybody answered; empty on a page of older messages."""
    perhaps_with_bot: bool
    """Nobody has it as far as the portal tells, but a bot wrote in it: the line's bot may have it."""
    me: int
    """0 where it cannot be read."""
    line: LineOrUser
    owner: LineOrUser | None
    owner_status: str
    """online, offline or pause; empty where it is not known."""
    next: list[NextStep]
    gaps: list[str] = field(default_factory=list)
    """What could not be read beside the messages, in words."""

    @property
    def limits(self) -> str:
        """What cannot be read, and why; empty where nothing is missing."""
        unknown = [f"not known: {', '.join(self.gaps)}"] if self.gaps else []
        return "; ".join(filter(None, (self.transcript.limits, *unknown)))


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
    chat = found.chat
    await context.tell("2 of 2: reading its messages")
    people, transcript = await run_together(
        partial(names.read_user_names, [chat.owner] if chat.owner else []),
        partial(read_transcript, context, chat, replace(wanted, session_id=found.session_id), answer),
    )
    session = _select_present_session(chat, transcript, clock)
    gaps += [f"the {part}" for part in session.unclear]
    is_newest_page = wanted.before is None and found.session_id in {None, chat.session_id}
    return Briefing(
        chat,
        clock.now,
        transcript,
        unanswered=session.unanswered if is_newest_page else [],
        perhaps_with_bot=not chat.owner and bool(session.last_bot),
        me=me.id,
        line=LineOrUser(chat.line_id, lines.get(chat.line_id, ""), "line"),
        owner=LineOrUser(chat.owner, people.get(chat.owner, "")) if chat.owner else None,
        owner_status=present.get(chat.owner, ""),
        next=_list_next_steps(context, chat, me) if is_newest_page else [],
        gaps=[*(f"the {part} of this dialog" for part in chat.unclear), *sorted(set(gaps))],
    )


def _select_present_session(chat: ChatState, transcript: Transcript, clock: PortalClock) -> SessionMessages:
    """Of the present session only, and none where the operator has finished it; of all where the session is unclear."""
    if SESSION not in chat.unclear and (not chat.open or chat.closing):
        return SessionMessages([])
    began = datetime.fromtimestamp(chat.began, clock.now.tzinfo)
    return SessionMessages.from_messages(transcript.read, began, clock.zone)


def _list_next_steps(context: Context, chat: ChatState, me: CurrentUser) -> list[NextStep]:
    """Nothing is offered where it is not known how the dialog stands, or what the caller may do."""
    if me is NOBODY or not {SESSION, OPERATOR}.isdisjoint(chat.unclear):
        return []
    return list(list_next_steps(chat, me.id, set(_list_usable_tools(context, me, chat))))


def _list_usable_tools(context: Context, me: CurrentUser, chat: ChatState) -> Iterator[str]:
    """Names of the tools whose scope was granted."""
    can_write = me.has_messenger or (chat.record and not chat.closing)
    for name, tool in context.tools.items():
        if tool is Reply and not can_write:
            continue
        if not issubclass(tool, Method) or not tool.scopes or not me.scopes.isdisjoint(tool.scopes):
            yield name
