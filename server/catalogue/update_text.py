"""A page of events in words, and marked as data."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from server.events.feed.event import MESSAGES, EventKind
from tools.untrusted import mark_unless_code, mark_untrusted

Row = Mapping[str, Any]
MOVES: Mapping[str, str] = {
    EventKind.SESSION_STARTED: "session {session_id} started",
    EventKind.SESSION_FINISHED: "session {session_id} finished",
    EventKind.DIALOG_OFFERED: "waits in the queue",
    EventKind.DIALOG_TAKEN: "taken by user {author_id}",
    EventKind.DIALOG_TRANSFERRED: "moved to user {author_id}",
    EventKind.CONNECTOR: "event {connector_event} of a connector",
}
AUTHORS = ("client", "operator", "bot", "system")


def render_text(page: Mapping[str, Any]) -> str:
    """A heading, a line an event, and what is known of how complete it is."""
    return "\n".join((_render_heading(page), *map(render_row, page["events"]), *_render_ending(page)))


def _render_heading(page: Mapping[str, Any]) -> str:
    count = len(page["events"])
    counted = {0: "Nothing happened", 1: "1 event"}.get(count, f"{count} events")
    return f"{counted}, {page['began']} (after #{page['after']}). Times in UTC."


def render_row(row: Row) -> str:
    """One event: number, time, where, what."""
    place = [
        f"dialog {row['chat_id']}" if "chat_id" in row else "",
        f"line {row['line_id']}" if "line_id" in row else "",
        mark_unless_code(row["connector"]) if "connector" in row else "",
    ]
    where = ", ".join(filter(None, place)) or "portal"
    what = _render_message(row) if row["event"] in MESSAGES else _render_move(row)
    return f"#{row['number']} {row['at'].replace('T', ' ').rstrip('Z')} {where}: {what}"


def _render_message(row: Row) -> str:
    author = _find_author(row)
    number = f" (user {row['author_id']})" if author in {"operator", "bot"} and "author_id" in row else ""
    hidden = ", in silent mode" if row.get("hidden") else ""
    if row["event"] == EventKind.MESSAGE_DELETED:
        return f"message {row.get('message_id', '')} deleted"
    edited = " edited" if row["event"] == EventKind.MESSAGE_EDITED else ""
    said = ": ".join(filter(None, (row.get("author"), row.get("text"))))
    files = "".join(f" [file {name}]" for name in row.get("files", ()))
    words = f" {mark_untrusted(said + files, author)}" if said or files else ""
    return f"{author}{number}{hidden}, message {row.get('message_id', '')}{edited}{words}"


def _find_author(row: Row) -> str:
    told = row["event"].removeprefix("message_from_")
    author = told if told in AUTHORS else row.get("role")
    return author if author in AUTHORS else "portal"


def _render_move(row: Row) -> str:
    words = MOVES[row["event"]].format_map(_Known(row))
    came = [
        f"user {row['from_owner']}" if "from_owner" in row else "",
        f"line {row['from_line']}" if row.get("from_line", row.get("line_id")) != row.get("line_id") else "",
    ]
    before = f" from {', '.join(filter(None, came))}" if any(came) else ""
    client = f", {mark_untrusted(row['client'], 'client')}" if "client" in row else ""
    return f"{words}{before}{client}"


class _Known(dict[str, Any]):
    """Fields by name, of which those that are missing are told as not known."""

    def __getitem__(self, name: str) -> str:
        return mark_unless_code(self.get(name))


def _render_ending(page: Mapping[str, Any]) -> Iterator[str]:
    more = "more follow: call again, or with" if page["more"] else "to go on, call again, or with"
    yield f"Cursor: {page['cursor']} ({more} since={page['cursor']})."
    for source in page["sources"]:
        yield _render_source(source, whole=page["is_first"])
    if not page["sources"]:
        yield "Nothing hears events here: only what other programs wrote into the common feed is told."
    yield from (f"Missing: {what}." for what in page["missing"])


def _render_source(source: Row, *, whole: bool) -> str:
    """At the first look `whole`, later only what may be missing: a reader pays for each word again and again."""
    began = source["since"]
    since = f"since {began.replace('T', ' ').rstrip('Z')}" if began else "which has not begun yet"
    trouble = f" Trouble: {mark_trouble(source['trouble'])}." if source["trouble"] else ""
    sees, promise = (f" Sees: {source['sees']}.", f" How sure: {source['promise']}.") if whole else ("", "")
    return f"Heard by {source['source']}, {since}.{trouble}{sees} Does not see: {source['cannot_see']}.{promise}"


def mark_trouble(trouble: str) -> str:
    """Why a source has trouble; the portal's words may be in it."""
    from server.events.hub import ELSEWHERE

    return trouble if trouble == ELSEWHERE else mark_untrusted(trouble, "portal")


def mark_page(page: Mapping[str, Any]) -> dict[str, Any]:
    """The same as data, in which what people outside wrote is marked."""
    sources = [{**one, "trouble": mark_trouble(one["trouble"]) if one["trouble"] else ""} for one in page["sources"]]
    return {**page, "events": [_mark_row(row) for row in page["events"]], "sources": sources}


def _mark_row(row: Row) -> dict[str, Any]:
    author = _find_author(row)
    marks: Mapping[str, Callable[[Any], Any]] = {
        "client": lambda name: mark_untrusted(name, "client"),
        "author": lambda name: mark_untrusted(name, author),
        "text": lambda text: mark_untrusted(text, author),
        "files": lambda names: [mark_untrusted(name, author) for name in names],
        "connector": mark_unless_code,
        "connector_event": mark_unless_code,
        "role": mark_unless_code,
    }
    return {name: marks[name](value) if name in marks else value for name, value in row.items()}
