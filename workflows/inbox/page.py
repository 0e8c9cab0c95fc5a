"""A page of the dialogs that need someone: where they are found, which of them are read, in which order they come."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from portal.errors import PortalError
from tools.error_advice import describe_missing_scope
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from tools.untrusted import mark_unless_code
from workflows.core.attempts import describe_failure, read_helper
from workflows.core.context import Context, run_together
from workflows.core.current_user import read_current_user_id
from workflows.core.moments import PortalClock
from workflows.core.periods import read_clock
from workflows.directory.channels import is_known_connector
from workflows.directory.lines_and_users import Directory
from workflows.directory.presence import read_presence
from workflows.inbox import from_messenger, from_statistics
from workflows.inbox.waiting import InboxFilter, OpenDialogs, State, WaitingDialog


@dataclass(frozen=True)
class InboxPage:
    """One page of waiting dialogs, and what is known beside them."""

    now: datetime
    """By the portal's clock."""
    source: str
    """statistics or messenger."""
    dialogs: list[WaitingDialog]
    totals: Mapping[State, int]
    """Of all pages."""
    following: bool
    """Whether another page follows."""
    missing: list[str]
    """What may be waiting and is not in the list, in words."""
    me: int
    """0 where it cannot be read."""
    by_portal: bool = True
    """Whether it is the portal's clock."""
    lines: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    present: Mapping[int, str] = field(default_factory=dict)
    """User -> online, offline or pause."""


@dataclass(frozen=True)
class Beside:
    """What is shown beside the dialogs; each part may be missing."""

    clock: PortalClock
    lines: Mapping[int, str]
    me: int
    """0 where it cannot be read."""
    present: Mapping[int, str]
    people: Mapping[int, str] = field(default_factory=dict)


async def make_page(context: Context, wanted: InboxFilter) -> InboxPage:
    """The page that is wanted: from the statistics, or where these are refused from the caller's list in the messenger.

    Clock, names, presence and the caller may fail alone: then `missing` says what is not shown, and why.

    Raises:
        RefusedByResultError: The portal gives neither; the error says what to do.
        PortalError: The portal refused something else without which there is no page.
    """
    await context.tell("1 of 2: looking for open dialogs")
    names, steps, gaps = Directory(context), 2, list[str]()
    beside, answers = await run_together(
        partial(read_beside, context, names, gaps), partial(from_statistics.ask_sessions, context, wanted)
    )
    clock = beside.clock
    if isinstance(answers, PortalError):
        steps = 3
        await context.tell("2 of 3: no statistics here, so looking through your own list of dialogs")
        listed = await list_from_messenger(context, wanted, answers, clock)
    else:
        listed = from_statistics.list_dialogs(answers, wanted, clock.zone)
    listed = doubt_strangers(listed, beside.present)
    chosen = _choose_dialogs_to_read(listed, wanted, clock.now)
    await context.tell(f"{steps} of {steps}: reading {len(chosen)} of {len(listed.dialogs)} dialogs")
    people, read = await run_together(partial(read_names, names, listed), partial(ask_messages, context, chosen))
    found = [one for dialog in listed.dialogs if (one := _apply_answer(listed, dialog, read))]
    missing = [*_describe_unread(listed, read), *_describe_unknown_channels(wanted), *sorted(gaps), *names.unreadable]
    found = [one for one in found if wanted.matches(one, clock.now)]
    return _make_page(listed, found, wanted, replace(beside, people=people), missing)


def _make_page(
    listed: OpenDialogs,
    found: list[WaitingDialog],
    wanted: InboxFilter,
    beside: Beside,
    missing: list[str],
) -> InboxPage:
    following = sorted((one for one in found if wanted.is_after_cursor(one)), key=lambda one: one.place)
    return InboxPage(
        beside.clock.now,
        listed.source,
        dialogs=following[: wanted.limit],
        totals=Counter(one.state for one in found),
        following=len(following) > wanted.limit,
        missing=[*listed.missing, *listed.unclear.describe(), *missing],
        me=beside.me,
        by_portal=beside.clock.by_portal,
        lines=beside.lines,
        people=beside.people,
        present=beside.present,
    )


async def read_beside(context: Context, names: Directory, gaps: list[str]) -> Beside:
    """Clock, names of lines, caller and presence; `gaps` says which of them is not known, and why."""
    clock, lines, me, present = await run_together(
        partial(read_clock, context, gaps),
        partial(read_helper, names.read_line_names, {}, "names of lines", gaps),
        partial(read_helper, partial(read_current_user_id, context), 0, "who you are", gaps),
        partial(read_presence, context, gaps),
    )
    return Beside(clock, lines, me, present)


async def list_from_messenger(
    context: Context, wanted: InboxFilter, why: PortalError, clock: PortalClock
) -> OpenDialogs:
    """Far less than the statistics show, and the page says so."""
    listed = await from_messenger.list_dialogs(context, wanted, clock.zone)
    if isinstance(listed, PortalError):
        raise RefusedByResultError(
            None,
            f"{describe_missing_scope(('im',))} Or use a webhook of a user who may see the reports of Open Channels. "
            "Single dialogs can be read all the same: dialog.",
            happened=f"The portal lists no dialogs: it gives no statistics ({why.code}) and no list ({listed.code})",
        )
    others = f"dialogs of colleagues, and those that the queue does not offer to you: no statistics ({why.code})"
    return replace(listed, missing=[others, *listed.missing])


def doubt_strangers(listed: OpenDialogs, operators: Mapping[int, str]) -> OpenDialogs:
    """Whoever is offered a dialog is in a queue, or is a bot that has it: then only the messages tell."""

    def is_strange(one: WaitingDialog) -> bool:
        return bool(operators and one.offered_to) and one.offered_to not in operators

    return replace(listed, dialogs=[replace(one, dated=one.dated and not is_strange(one)) for one in listed.dialogs])


def _choose_dialogs_to_read(listed: OpenDialogs, wanted: InboxFilter, now: datetime) -> list[WaitingDialog]:
    """Those that may stand on this page for certain, and those of which only the messages tell: the newest."""
    certain = [
        one for one in listed.dialogs if one.certain and wanted.matches(one, now) and wanted.is_after_cursor(one)
    ]
    page = sorted(certain, key=lambda one: one.place)[: wanted.limit]
    doubtful = sorted((one for one in listed.dialogs if not one.certain), key=lambda one: one.place, reverse=True)
    return [*page, *doubtful[: listed.most]]


async def read_names(names: Directory, listed: OpenDialogs) -> dict[int, str]:
    """Names of all who may have one of the dialogs, asked for beside the messages."""
    return await names.read_user_names(
        {one for dialog in listed.dialogs for one in (dialog.owner, dialog.offered_to) if one}
    )


async def ask_messages(context: Context, dialogs: list[WaitingDialog]) -> dict[int, Any]:
    """Session -> what the portal says of it."""
    answers = await run_together(*(partial(_ask_one, context, dialog.question) for dialog in dialogs))
    return dict(zip((dialog.session_id for dialog in dialogs), answers, strict=True))


async def _ask_one(context: Context, question: Method) -> Any:
    """What the portal says of one dialog, or why it says nothing; the others are shown all the same."""
    try:
        return await context.ask(question)
    except (PortalError, RefusedByResultError, UnexpectedResultError) as error:
        return error


def _apply_answer(listed: OpenDialogs, dialog: WaitingDialog, read: Mapping[int, Any]) -> WaitingDialog | None:
    answer = read.get(dialog.session_id)
    if answer is None or isinstance(answer, Exception):
        return dialog if dialog.waits else None
    return listed.read(dialog, answer)


def _describe_unread(listed: OpenDialogs, read: Mapping[int, Any]) -> list[str]:
    """What is not known for want of messages."""
    failed = [error for error in read.values() if isinstance(error, Exception)]
    left_out = sum(not dialog.waits and dialog.session_id not in read for dialog in listed.dialogs)
    words = [f"{left_out} accepted dialogs that began before those that were read: narrow by line, channel or mine"] * (
        left_out > 0
    )
    if failed:
        words.append(f"{len(failed)} dialogs whose messages could not be read ({describe_failure(failed[0])})")
    return words


def _describe_unknown_channels(wanted: InboxFilter) -> list[str]:
    """A channel that is misspelt must not look as if nobody waited there."""
    strange = [mark_unless_code(one) for one in wanted.connectors if not is_known_connector(one)]
    return [f"other channels; {one} was taken for a connector's code, as no channel is called so" for one in strange]
