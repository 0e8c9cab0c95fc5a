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
from workflows.core.context import Context, together
from workflows.core.current_user import caller
from workflows.core.periods import ServerTime
from workflows.directory.channels import is_known
from workflows.directory.names import Names
from workflows.directory.presence import presence
from workflows.inbox import from_messenger, from_statistics
from workflows.inbox.waiting import Lot, State, Waiting, Wish


@dataclass(frozen=True)
class Page:
    """What was found."""

    now: datetime
    """By the portal's clock."""
    source: str
    """statistics or messenger."""
    dialogs: list[Waiting]
    totals: Mapping[State, int]
    """Of all pages."""
    following: bool
    """Whether another page follows."""
    missing: list[str]
    """What may be waiting beside these, in words."""
    me: int
    lines: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)
    present: Mapping[int, str] = field(default_factory=dict)
    """User -> online, offline or pause."""


async def collect(context: Context, wish: Wish) -> Page:
    """The page that is wanted, or RefusedByResultError where the portal lists no dialogs at all."""
    await context.tell("1 of 2: looking for open dialogs")
    names, steps = Names(context), 2
    now, lines, me, present, lot = await together(
        partial(context.ask, ServerTime()),
        names.lines,
        partial(caller, context),
        partial(presence, context),
        partial(from_statistics.lot, context, wish),
    )
    if isinstance(lot, PortalError):
        steps = 3
        await context.tell("2 of 3: no statistics here, so looking through your own list of dialogs")
        lot = await _from_messenger(context, wish, lot)
    lot = _doubting(lot, present)
    chosen = _worth_reading(lot, wish, now)
    await context.tell(f"{steps} of {steps}: reading {len(chosen)} of {len(lot.dialogs)} dialogs")
    people, read = await together(partial(_people, names, lot), partial(_answers, context, chosen))
    found = [one for dialog in lot.dialogs if (one := _seen(lot, dialog, read)) and wish.holds(one, now)]
    following = sorted((one for one in found if wish.follows(one)), key=lambda one: one.place)
    return Page(
        now,
        lot.source,
        dialogs=following[: wish.limit],
        totals=Counter(one.state for one in found),
        following=len(following) > wish.limit,
        missing=[*lot.missing, *_unread(lot, read), *_unknown(wish)],
        me=me.id,
        lines=lines,
        people=people,
        present=present,
    )


async def _from_messenger(context: Context, wish: Wish, why: PortalError) -> Lot:
    """Far less than the statistics show, and the page says so."""
    lot = await from_messenger.lot(context, wish)
    if isinstance(lot, PortalError):
        raise RefusedByResultError(
            None,
            f"{describe_missing_scope(('im',))} Or use a webhook of a user who may see the reports of Open Channels. "
            "Single dialogs can be read all the same: dialog.",
            happened=f"The portal lists no dialogs: it gives no statistics ({why.code}) and no list ({lot.code})",
        )
    others = f"dialogs of colleagues, and those that the queue does not offer to you: no statistics ({why.code})"
    return replace(lot, missing=[others, *lot.missing])


def _doubting(lot: Lot, operators: Mapping[int, str]) -> Lot:
    """Whoever is offered a dialog is in a queue, or is a bot that has it: then only the messages tell."""

    def is_strange(one: Waiting) -> bool:
        return bool(operators and one.offered_to) and one.offered_to not in operators

    return replace(lot, dialogs=[replace(one, dated=one.dated and not is_strange(one)) for one in lot.dialogs])


def _worth_reading(lot: Lot, wish: Wish, now: datetime) -> list[Waiting]:
    """Those that may stand on this page for certain, and those of which only the messages tell: the newest."""
    certain = [one for one in lot.dialogs if one.certain and wish.holds(one, now) and wish.follows(one)]
    page = sorted(certain, key=lambda one: one.place)[: wish.limit]
    doubtful = sorted((one for one in lot.dialogs if not one.certain), key=lambda one: one.place, reverse=True)
    return [*page, *doubtful[: lot.most]]


async def _people(names: Names, lot: Lot) -> dict[int, str]:
    """Names of all who may have one of the dialogs, asked for beside the messages."""
    return await names.people({one for dialog in lot.dialogs for one in (dialog.owner, dialog.offered_to) if one})


async def _answers(context: Context, dialogs: list[Waiting]) -> dict[int, Any]:
    """Session -> what the portal says of it."""
    answers = await together(*(partial(_answer, context, dialog.question) for dialog in dialogs))
    return dict(zip((dialog.session_id for dialog in dialogs), answers, strict=True))


async def _answer(context: Context, question: Method) -> Any:
    """What the portal says of one dialog, or why it says nothing; the others are shown all the same."""
    try:
        return await context.ask(question)
    except (PortalError, RefusedByResultError, UnexpectedResultError) as error:
        return error


def _seen(lot: Lot, dialog: Waiting, read: Mapping[int, Any]) -> Waiting | None:
    answer = read.get(dialog.session_id)
    if answer is None or isinstance(answer, Exception):
        return dialog if dialog.waits else None
    return lot.read(dialog, answer)


def _unread(lot: Lot, read: Mapping[int, Any]) -> list[str]:
    """What is not known for want of messages."""
    failed = [error for error in read.values() if isinstance(error, Exception)]
    left_out = sum(not dialog.waits and dialog.session_id not in read for dialog in lot.dialogs)
    words = [f"{left_out} accepted dialogs that began before those that were read: narrow by line, channel or mine"] * (
        left_out > 0
    )
    if failed:
        code = getattr(failed[0], "code", None) or type(failed[0]).__name__
        words.append(f"{len(failed)} dialogs whose messages could not be read ({code})")
    return words


def _unknown(wish: Wish) -> list[str]:
    """A channel that is misspelt must not look as if nobody waited there."""
    strange = [mark_unless_code(one) for one in wish.connectors if not is_known(one)]
    return [f"other channels; {one} was taken for a connector's code, as no channel is called so" for one in strange]
