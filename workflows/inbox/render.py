"""A page of the inbox in words, and as data."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tools.dialog_view import join_lines
from tools.untrusted import mark_untrusted
from workflows.core.formatting import MINUTE, duration
from workflows.directory.channels import channel
from workflows.directory.names import Named
from workflows.directory.presence import ABSENT
from workflows.inbox.page import Page
from workflows.inbox.waiting import State, Waiting

EXCERPT = 60
LONGEST_NAME = 40
STATES: Mapping[State, str] = {
    "new": "new",
    "accepted": "accepted (not answered yet)",
    "again": "again (the client wrote after an answer)",
}
SOURCES = {"statistics": "the portal's statistics", "messenger": "your own list in the messenger"}
HEAD = "waits | state | who has it | line, channel | chat_id | session_id | crm | last message"


def text(page: Page) -> str:
    """A heading, a line a dialog, and what is missing."""
    return "\n".join((_heading(page), *_table(page), *_ending(page)))


def _heading(page: Page) -> str:
    total = sum(page.totals.values())
    states = ", ".join(f"{page.totals[state]} {words}" for state, words in STATES.items() if page.totals.get(state))
    dialogs = "1 dialog needs" if total == 1 else f"{total} dialogs need"
    counted = f"{dialogs} someone: {states}" if total else "No dialog needs anyone"
    return f"{counted}. {page.now:%Y-%m-%d %H:%M} by the portal's clock, from {SOURCES[page.source]}."


def _table(page: Page) -> Iterator[str]:
    if page.dialogs:
        yield HEAD
    for dialog in page.dialogs:
        yield " | ".join(_cells(page, dialog))


def _cells(page: Page, dialog: Waiting) -> Iterator[str]:
    yield _ago(page, dialog.since)
    marks = [mark for mark, on in (("pinned", dialog.pinned), ("silent", dialog.silent)) if on]
    yield ", ".join((dialog.state, *marks))
    yield _holder(page, dialog)
    yield f"{Named(dialog.line_id, page.lines.get(dialog.line_id, ''), 'line')}, {channel(dialog.connector)}"
    yield str(dialog.chat_id)
    yield str(dialog.session_id)
    yield ", ".join(f"{kind} {number}" for kind, number in dialog.crm) or "-"
    yield _last(page, dialog)


def _holder(page: Page, dialog: Waiting) -> str:
    if dialog.owner:
        return _person(page, dialog.owner)
    if dialog.bot:
        return f"bot {page.people.get(dialog.bot) or dialog.bot}"
    offered_to = page.me if page.source == "messenger" else dialog.offered_to
    return f"queue, offered to {_person(page, offered_to)}" if offered_to else "queue"


def _person(page: Page, user: int) -> str:
    if user == page.me:
        return "you"
    absent = ABSENT.get(page.present.get(user, ""))
    return f"{Named(user, page.people.get(user, ''))}{f', {absent}' if absent else ''}"


def _last(page: Page, dialog: Waiting) -> str:
    client, last = _short(dialog.client, LONGEST_NAME), dialog.last
    if last is None:
        return mark_untrusted(client, "client")
    said, ago = _short(last.text, EXCERPT), _ago(page, last.at)
    if last.role == "client":
        return (
            f"{'' if ago == _ago(page, dialog.since) else f'{ago} ago '}{mark_untrusted(f'{client}: {said}', 'client')}"
        )
    return f"{mark_untrusted(client, 'client')}, {ago} ago {mark_untrusted(said, last.role)}"


def _ago(page: Page, moment: datetime) -> str:
    """How long ago by the portal's clock; nobody needs the seconds of an hour."""
    seconds = (page.now - moment).total_seconds()
    return duration(seconds // MINUTE * MINUTE if seconds >= MINUTE else seconds)


def _short(words: str, longest: int) -> str:
    """At most so many characters, fewer where letters take two bytes: readers pay for a page by its bytes."""
    words = join_lines(words)
    cut = words[:longest].encode()[: longest * 6 // 5].decode(errors="ignore")
    return words if cut == words else f"{cut[:-1]}…"


def _ending(page: Page) -> Iterator[str]:
    if page.following:
        yield f"More: cursor={cursor(page)}"
    if page.missing:
        yield f"Not in this list: {'; '.join(page.missing)}."


def cursor(page: Page) -> str:
    """The place where the next page begins."""
    since, session_id = page.dialogs[-1].place
    return f"{since.isoformat()}/{session_id}"


def data(page: Page) -> dict[str, Any]:
    """The page as a program reads it."""
    return {
        "now": page.now.isoformat(),
        "source": page.source,
        "total": sum(page.totals.values()),
        "by_state": {state: page.totals.get(state, 0) for state in STATES},
        "dialogs": [_row(page, dialog) for dialog in page.dialogs],
        **({"next_cursor": cursor(page)} if page.following else {}),
        "missing": page.missing,
    }


def _row(page: Page, dialog: Waiting) -> dict[str, Any]:
    last = dialog.last
    return {
        "chat_id": dialog.chat_id,
        "session_id": dialog.session_id,
        "state": dialog.state,
        "since": dialog.since.isoformat(),
        "waiting_seconds": int((page.now - dialog.since).total_seconds()),
        "client": dialog.client,
        "connector": dialog.connector,
        "line_id": dialog.line_id,
        "line": page.lines.get(dialog.line_id) or None,
        "owner_id": dialog.owner,
        "owner": page.people.get(dialog.owner) or None,
        "owner_status": page.present.get(dialog.owner),
        "offered_to": None if dialog.owner or dialog.bot else dialog.offered_to or None,
        "bot": dialog.bot or None,
        "last_message": last and {"id": last.id, "role": last.role, "date": last.at.isoformat(), "text": last.text},
        "crm": [{"type": kind, "id": number} for kind, number in dialog.crm],
        "pinned": dialog.pinned,
        "silent": dialog.silent,
    }
