"""A page of the inbox in words, and as data."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.dialog_view import CrmLink
from tools.message_view import join_lines, mark_files
from tools.untrusted import mark_unless_code, mark_unless_name, mark_untrusted
from workflows.core.formatting import MINUTE, format_duration
from workflows.directory.channels import name_channel
from workflows.directory.holders import describe_holder, name_bot
from workflows.directory.lines_and_users import LineOrUser
from workflows.directory.presence import ABSENT
from workflows.inbox.page import InboxPage
from workflows.inbox.waiting import ExchangedMessage, State, WaitingDialog

EXCERPT = 60
LONGEST_NAME = 40
STATES: Mapping[State, str] = {
    "new": "new",
    "accepted": "accepted (not answered yet)",
    "again": "again (the client wrote after an answer)",
}
SOURCES = {"statistics": "the portal's statistics", "messenger": "your own list in the messenger"}
HEAD = "waits | state | who has it | line, channel | chat_id | session_id | crm | last message"


class LastMessageData(TypedDict):
    """The last message that the client wrote or got."""

    id: int
    role: str
    date: str
    text: str
    files: NotRequired[list[dict[str, Any]]]


class WaitingDialogData(TypedDict):
    """A dialog that needs someone."""

    chat_id: int
    session_id: int
    state: str
    since: str
    waiting_seconds: int
    client: str
    connector: str
    channel: str
    line_id: int
    line: str | None
    who_has_it: str
    owner_id: int
    owner: str | None
    owner_status: str | None
    offered_to: int | None
    bot: int | None
    last_message: LastMessageData | None
    crm: list[CrmLink]
    pinned: bool
    silent: bool


class InboxData(TypedDict):
    """A page of the inbox."""

    now: str
    source: str
    total: int
    by_state: dict[str, int]
    dialogs: list[WaitingDialogData]
    next_cursor: NotRequired[str]
    missing: list[str]


def render_text(page: InboxPage) -> str:
    """A heading, a line a dialog, and what is missing."""
    return "\n".join((_render_heading(page), *_render_table(page), *_render_ending(page)))


def _render_heading(page: InboxPage) -> str:
    total = sum(page.totals.values())
    states = ", ".join(f"{page.totals[state]} {words}" for state, words in STATES.items() if page.totals.get(state))
    dialogs = "1 dialog needs" if total == 1 else f"{total} dialogs need"
    nobody = f"No dialog needs anyone{', as far as could be read' if page.missing else ''}"
    counted = f"{dialogs} someone: {states}" if total else nobody
    whose = "the portal's" if page.by_portal else "this machine's"
    return f"{counted}. {page.now:%Y-%m-%d %H:%M} by {whose} clock, from {SOURCES[page.source]}."


def _render_table(page: InboxPage) -> Iterator[str]:
    if page.dialogs:
        yield HEAD
    for dialog in page.dialogs:
        yield " | ".join(_render_cells(page, dialog))


def render_rows(page: InboxPage) -> Iterator[str]:
    """A line a dialog."""
    return (" | ".join(_render_cells(page, dialog)) for dialog in page.dialogs)


def make_rows(page: InboxPage) -> list[WaitingDialogData]:
    """The dialogs as a program reads them."""
    return [_make_row(page, dialog) for dialog in page.dialogs]


def _render_cells(page: InboxPage, dialog: WaitingDialog) -> Iterator[str]:
    yield _format_age(page, dialog.since)
    marks = [mark for mark, on in (("pinned", dialog.pinned), ("silent", dialog.silent)) if on]
    yield ", ".join((dialog.state, *marks))
    yield _name_holder(page, dialog)
    yield f"{LineOrUser(dialog.line_id, page.lines.get(dialog.line_id, ''), 'line')}, {name_channel(dialog.connector)}"
    yield str(dialog.chat_id)
    yield str(dialog.session_id)
    yield ", ".join(f"{mark_unless_code(kind)} {number}" for kind, number in dialog.crm) or "-"
    yield _render_last_message(page, dialog)


def _name_holder(page: InboxPage, dialog: WaitingDialog) -> str:
    offered_to = page.me if page.source == "messenger" else dialog.offered_to
    bot = name_bot(dialog.bot, dialog.bot_name, page.people.get(dialog.bot, ""))
    return describe_holder(dialog.owner, bot, offered_to, lambda user: _name_user(page, user))


def _name_user(page: InboxPage, user: int) -> str:
    if user == page.me:
        return "you"
    absent = ABSENT.get(page.present.get(user, ""))
    return f"{LineOrUser(user, page.people.get(user, ''))}{f', {absent}' if absent else ''}"


def _render_last_message(page: InboxPage, dialog: WaitingDialog) -> str:
    client, last = _shorten(dialog.client, LONGEST_NAME), dialog.last
    if last is None:
        return mark_untrusted(client, "client")
    said, ago = _shorten(last.text, EXCERPT), _format_age(page, last.at)
    if last.role == "client":
        when = "" if ago == _format_age(page, dialog.since) else f"{ago} ago "
        return f"{when}{mark_untrusted(f'{client}: {said}', 'client')}"
    return f"{mark_untrusted(client, 'client')}, {ago} ago {mark_untrusted(said, last.role)}"


def _format_age(page: InboxPage, moment: datetime) -> str:
    """How long ago by the portal's clock; nobody needs the seconds of an hour."""
    seconds = (page.now - moment).total_seconds()
    return format_duration(seconds // MINUTE * MINUTE if seconds >= MINUTE else seconds)


def _shorten(words: str, longest: int) -> str:
    """At most so many characters, fewer where letters take two bytes: readers pay for a page by its bytes."""
    words = join_lines(words)
    cut = words[:longest].encode()[: longest * 6 // 5].decode(errors="ignore")
    return words if cut == words else f"{cut[:-1]}…"


def _render_ending(page: InboxPage) -> Iterator[str]:
    if page.following:
        yield f"More: cursor={make_cursor(page)}"
    if page.missing:
        yield f"Not in this list: {'; '.join(page.missing)}."


def make_cursor(page: InboxPage) -> str:
    """The place where the next page begins."""
    since, session_id = page.dialogs[-1].place
    return f"{since.isoformat()}/{session_id}"


def render_data(page: InboxPage) -> InboxData:
    """The page as a program reads it, marked and shortened as the text is."""
    data: InboxData = {
        "now": page.now.isoformat(),
        "source": page.source,
        "total": sum(page.totals.values()),
        "by_state": {state: page.totals.get(state, 0) for state in STATES},
        "dialogs": [_make_row(page, dialog) for dialog in page.dialogs],
        "missing": page.missing,
    }
    if page.following:
        data["next_cursor"] = make_cursor(page)
    return data


def _make_row(page: InboxPage, dialog: WaitingDialog) -> WaitingDialogData:
    last = dialog.last
    return {
        "chat_id": dialog.chat_id,
        "session_id": dialog.session_id,
        "state": dialog.state,
        "since": dialog.since.isoformat(),
        "waiting_seconds": int((page.now - dialog.since).total_seconds()),
        "client": mark_untrusted(_shorten(dialog.client, LONGEST_NAME), "client"),
        "connector": mark_unless_code(dialog.connector),
        "channel": name_channel(dialog.connector),
        "line_id": dialog.line_id,
        "line": mark_unless_name(page.lines.get(dialog.line_id, "")) or None,
        "who_has_it": _name_holder(page, dialog),
        "owner_id": dialog.owner,
        "owner": mark_unless_name(page.people.get(dialog.owner, "")) or None,
        "owner_status": page.present.get(dialog.owner),
        "offered_to": None if dialog.owner or dialog.bot else dialog.offered_to or None,
        "bot": dialog.bot or None,
        "last_message": _make_last_message(last) if last else None,
        "crm": [{"type": mark_unless_code(kind), "id": number} for kind, number in dialog.crm],
        "pinned": dialog.pinned,
        "silent": dialog.silent,
    }


def _make_last_message(last: ExchangedMessage) -> LastMessageData:
    said = mark_untrusted(_shorten(last.text, EXCERPT), last.role)
    data: LastMessageData = {"id": last.id, "role": last.role, "date": last.at.isoformat(), "text": said}
    if last.files:
        data["files"] = mark_files(last.files, last.role)
    return data
