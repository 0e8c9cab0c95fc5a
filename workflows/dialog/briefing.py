"""What somebody should know of a dialog before they answer."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from tools.method import Method
from workflows.actions.reply import Reply
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser, read_current_user
from workflows.core.periods import ServerTime
from workflows.dialog.next_steps import NextStep, list_next_steps
from workflows.dialog.transcript import MessageSelection, Transcript, ask_messenger, read_transcript
from workflows.directory.dialogs import find_dialog, read_chat_id
from workflows.directory.lines_and_users import Directory, LineOrUser
from workflows.directory.presence import read_presence
from workflows.inbox.waiting import ExchangedMessage, SessionMessages


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
    line: LineOrUser
    owner: LineOrUser | None
    owner_status: str
    """online, offline or pause; empty where it is not known."""
    next: list[NextStep]


async def make_briefing(context: Context, dialog: int | str, wanted: MessageSelection) -> Briefing:
    """Everything that is shown of the one dialog that is meant.

    Raises:
        InvalidArgumentsError: The reference means several dialogs or none; the error names them.
        PortalError: The portal refused a question without which nothing is known of the dialog.
    """
    await context.tell("1 of 2: finding the dialog")
    names = Directory(context)
    found, me, now, lines, present, answer = await run_together(
        partial(find_dialog, context, dialog),
        partial(read_current_user, context),
        partial(context.ask, ServerTime()),
        names.read_line_names,
        partial(read_presence, context),
        partial(ask_messenger, context, read_chat_id(dialog), wanted),
    )
    chat = found.chat
    await context.tell("2 of 2: reading its messages")
    people, transcript = await run_together(
        partial(names.read_user_names, [chat.owner] if chat.owner else []),
        partial(read_transcript, context, chat, replace(wanted, session_id=found.session_id), answer),
    )
    present_session = _select_present_session(chat, transcript, now)
    is_newest_page = wanted.before is None and found.session_id in {None, chat.session_id}
    return Briefing(
        chat,
        now,
        transcript,
        unanswered=present_session.unanswered if is_newest_page else [],
        perhaps_with_bot=not chat.owner and bool(present_session.last_bot),
        me=me.id,
        line=LineOrUser(chat.line_id, lines.get(chat.line_id, ""), "line"),
        owner=LineOrUser(chat.owner, people.get(chat.owner, "")) if chat.owner else None,
        owner_status=present.get(chat.owner, ""),
        next=list(list_next_steps(chat, me.id, set(_list_usable_tools(context, me, chat)))) if is_newest_page else [],
    )


def _select_present_session(chat: ChatState, transcript: Transcript, now: datetime) -> SessionMessages:
    """Of the present session only, and none where the operator has finished it."""
    if not chat.open or chat.closing:
        return SessionMessages([])
    return SessionMessages.from_messages(transcript.read, datetime.fromtimestamp(chat.began, now.tzinfo))


def _list_usable_tools(context: Context, me: CurrentUser, chat: ChatState) -> Iterator[str]:
    """Names of the tools whose scope was granted."""
    can_write = me.has_messenger or (chat.record and not chat.closing)
    for name, tool in context.tools.items():
        if tool is Reply and not can_write:
            continue
        if not issubclass(tool, Method) or not tool.scopes or not me.scopes.isdisjoint(tool.scopes):
            yield name
