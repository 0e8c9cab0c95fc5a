"""What happened since somebody last looked, as the tools of live updates answer it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from anyio import to_thread
from typing_extensions import TypedDict

from server.catalogue.context import CallContext
from server.events.feed.event import MESSAGES, EventFilter, EventKind, FeedEvent

if TYPE_CHECKING:
    from server.events.hub import EventHub

CLIENTS = frozenset({EventKind.MESSAGE_FROM_CLIENT})
"""Of what clients did."""
LONGEST_TEXT = 300
"""Characters of one message."""
ROOM_FOR_REST = 1_800
"""Characters of an answer that are not events."""
ROOM_FOR_MARKS = 80
"""Characters that the fences of one event take."""
WORDS_FROM = "dialog"
"""Whoever may not use this tool does not read clients' words here either."""


class EventData(TypedDict, total=False):
    """One thing that happened; what is not known of it, or does not apply, is left out."""

    number: int
    at: str
    event: str
    chat_id: int
    session_id: int
    line_id: int
    client: str
    connector: str
    message_id: int
    author_id: int
    author: str
    role: str
    text: str
    files: list[str]
    hidden: bool
    from_owner: int
    from_line: int
    connector_event: str


class SourceData(TypedDict):
    """Where events are heard, and how far that can be relied on."""

    source: str
    since: str | None
    sees: str
    cannot_see: str
    promise: str
    trouble: str


class UpdatesData(TypedDict):
    """What happened."""

    began: str
    after: int
    is_first: bool
    events: list[EventData]
    cursor: int
    more: bool
    sources: list[SourceData]
    missing: list[str]


@dataclass(frozen=True)
class UpdatesQuery:
    """Which events somebody wants to see."""

    wanted: EventFilter
    since: int | None
    """The cursor to go on from; None where that is wherever this caller last was."""
    limit: int
    newest: bool = False
    """The last ones, whatever the caller has seen; nothing is noted then."""

    @property
    def subject(self) -> str:
        """What the caller asks for, as its marks are kept by."""
        return _name_subject(self.wanted, "clients" if self.wanted.kinds == CLIENTS else "all")

    @property
    def covering(self) -> set[str]:
        """Every subject whose events hold all of these."""
        places = (EventFilter(), self.wanted)
        return (
            {self.subject}
            | {_name_subject(place, "all") for place in places}
            | {_name_subject(EventFilter(), self.subject.rpartition(" ")[2])}
        )


def _name_subject(wanted: EventFilter, kinds: str) -> str:
    dialog = f"dialog {wanted.chat_id} " if wanted.chat_id is not None else ""
    line = f"line {wanted.line_id} " if wanted.line_id is not None else ""
    return f"{dialog}{line}{kinds}"


@dataclass(frozen=True)
class StartingPoint:
    """After which event a page begins, and why there."""

    number: int
    reason: str
    missing: tuple[str, ...] = ()


async def find_start(context: CallContext, query: UpdatesQuery) -> StartingPoint | None:
    """Where the caller goes on; None where it has never looked."""
    hub = context.open_events()
    oldest, newest = await to_thread.run_sync(hub.feed.get_bounds)
    if query.since is None:
        marks = await to_thread.run_sync(hub.feed.read_marks, context.owner)
        known = [marks[subject] for subject in query.covering if subject in marks]
        if not known:
            return None
        since, reason = max(known), "since you last looked"
    else:
        since, reason = query.since, "since the cursor"
    if since > newest:
        return StartingPoint(0, reason, (f"cursor {since} is not of this feed: all that it holds is told",))
    is_cut = since > 0 and await to_thread.run_sync(hub.feed.is_cut, since)
    gone = f"events between #{since} and #{oldest} are gone: they are kept for 7 days" if is_cut else ""
    return StartingPoint(since, reason, (gone,) if gone else ())


async def make_page(context: CallContext, query: UpdatesQuery, start: StartingPoint | None) -> UpdatesData:
    """The events after a starting point, or the newest ones without; where it ends is noted as seen."""
    hub = context.open_events()
    _, newest = await to_thread.run_sync(hub.feed.get_bounds)
    if is_newest := start is None:
        found = await to_thread.run_sync(hub.feed.read_newest, query.limit, query.wanted)
        why = "the newest that are kept" if found else "and none is kept from before"
        start, more = StartingPoint(found[0].number - 1 if found else newest, why), False
    else:
        found = await to_thread.run_sync(hub.feed.read, start.number, query.limit + 1, query.wanted)
        more = len(found) > query.limit
    _teach_names(context, found)
    words = WORDS_FROM in context.tools
    rows: list[EventData] = context.listen([make_row(noted, words=words) for noted in found[: query.limit]], "")
    shown = _count_fitting(rows, context.answer_characters, backwards=is_newest)
    if shown < len(rows):
        rows, more = (rows[-shown:], more) if is_newest else (rows[:shown], True)
    cursor = rows[-1]["number"] if more and rows else max(newest, start.number, *(row["number"] for row in rows), 0)
    if not query.newest:
        await to_thread.run_sync(hub.feed.keep_mark, context.owner, query.subject, cursor)
    missing = [*start.missing, *_list_missing(context), *await _list_unknown(hub, query.wanted)]
    sources = [*describe_sources(hub)]
    return UpdatesData(
        began=start.reason,
        after=start.number,
        is_first=is_newest and not query.newest,
        events=rows,
        cursor=cursor,
        more=more,
        sources=sources,
        missing=missing,
    )


def _list_missing(context: CallContext) -> Iterator[str]:
    if WORDS_FROM not in context.tools:
        yield f"texts and names, because the tool {WORDS_FROM} is not available here"


async def _list_unknown(hub: "EventHub", wanted: EventFilter) -> list[str]:
    """A number by which the portal has nothing would be waited at for ever."""
    names = {"dialog": wanted.chat_id, "line": wanted.line_id}
    place = " of ".join(f"{name} {number}" for name, number in names.items() if number is not None)
    if not place or await to_thread.run_sync(hub.feed.knows_place, wanted):
        return []
    return [f"{place}, where no dialog was seen yet (is the number right?)"]


def make_row(noted: FeedEvent, *, words: bool) -> EventData:
    """An event as a program reads it; without what people wrote unless `words`."""
    event, details = noted.event, noted.event.details
    text = event.text if len(event.text) <= LONGEST_TEXT else f"{event.text[: LONGEST_TEXT - 1]}…"
    said = {"client": event.client, "author": event.author, "text": text, "files": list(event.files)}
    row = {
        "number": noted.number,
        "at": format_moment(event.at),
        "event": str(event.kind),
        "chat_id": event.chat_id,
        "session_id": event.session_id,
        "line_id": event.line_id,
        "connector": event.user_code.partition("|")[0],
        "message_id": event.message_id,
        "author_id": event.author_id,
        "role": details.get("role"),
        "hidden": details.get("hidden"),
        "from_owner": details.get("from_owner"),
        "from_line": details.get("from_line"),
        "connector_event": details.get("event"),
        **(said if words else {}),
    }
    return cast("EventData", {name: value for name, value in row.items() if value})


def format_moment(seconds: float) -> str:
    """Date and time in UTC, to the second."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _count_fitting(rows: list[EventData], characters: int, *, backwards: bool) -> int:
    """How many of the events fit into one answer in either form; at least one does."""
    room = characters - ROOM_FOR_REST
    for count, row in enumerate(reversed(rows) if backwards else rows):
        size = json.dumps(row, ensure_ascii=False)
        room -= max(len(size), len(size.encode()) * 2 // 3) + ROOM_FOR_MARKS
        if room < 0 and count:
            return count
    return len(rows)


def _teach_names(context: CallContext, events: list[FeedEvent]) -> None:
    """Where clients' names are hidden, whoever hides them has to know them first."""
    for noted in events:
        event = noted.event
        clients = {event.client, event.author if event.kind is EventKind.MESSAGE_FROM_CLIENT else ""} - {""}
        for name in clients:
            context.listen({"role": "client", "author": name}, "")


def describe_sources(hub: "EventHub") -> Iterator[SourceData]:
    """Every source of a portal's events, and how it is doing."""
    for state in hub.states:
        abilities = state.source.abilities
        yield SourceData(
            source=state.source.name,
            since=format_moment(state.since) if state.running else None,
            sees=abilities.sees,
            cannot_see=abilities.cannot_see,
            promise=abilities.promise,
            trouble=state.trouble,
        )


def list_client_chats(page: Mapping[str, Any]) -> frozenset[int]:
    """The chats of whose messages the page shows words."""
    return frozenset(
        row["chat_id"]
        for row in page["events"]
        if row["event"] in MESSAGES and row.get("chat_id") and (row.get("text") or row.get("files"))
    )
