"""A page of dialogs in words, and as data."""

from collections import Counter
from typing import Any, NotRequired

from typing_extensions import TypedDict

from workflows.inbox import render
from workflows.inbox.page import InboxPage
from workflows.inbox.waiting import State

HEAD = render.HEAD.replace("waits |", "for |", 1)
WAITING: frozenset[State] = frozenset({"new", "accepted", "again"})
SOURCES = {**render.SOURCES, "client": "the chats of the client and of the CRM records"}


class DialogsData(TypedDict):
    """A page of dialogs."""

    now: str
    source: str
    total: int
    by_state: dict[str, int]
    dialogs: list[dict[str, Any]]
    next_cursor: NotRequired[int]
    missing: list[str]


def render_text(page: InboxPage, total: int, next_cursor: int | None, *, of_client: bool) -> str:
    """A heading, a line a dialog, and what is missing."""
    kind = "of this client" if of_client else "open"
    states = ", ".join(f"{count} {state}" for state, count in Counter(one.state for one in page.dialogs).items())
    counted = f"{total} {'dialog' if total == 1 else 'dialogs'} {kind}" if total else f"No dialog {kind}"
    whose = "the portal's" if page.by_portal else "this machine's"
    heading = f"{counted}{f'; here {states}' if states else ''}. {page.now:%Y-%m-%d %H:%M} by {whose} clock, from "
    lines = [f"{heading}{SOURCES[page.source]}."]
    if page.dialogs:
        lines += [HEAD, *render.render_rows(page)]
    if next_cursor is not None:
        lines.append(f"More: cursor={next_cursor}")
    if page.missing:
        lines.append(f"Not in this list: {'; '.join(page.missing)}.")
    return "\n".join(lines)


def render_data(page: InboxPage, total: int, next_cursor: int | None) -> dict[str, Any]:
    """The page as a program reads it, marked and shortened as the text is."""
    return {
        "now": page.now.isoformat(),
        "source": page.source,
        "total": total,
        "by_state": dict(Counter(one.state for one in page.dialogs)),
        "dialogs": make_rows(page),
        "missing": page.missing,
        **({"next_cursor": next_cursor} if next_cursor is not None else {}),
    }


def make_rows(page: InboxPage) -> list[dict[str, Any]]:
    """The dialogs as a program reads them; without a wait where nobody waits."""
    return [
        {**row, "waiting_seconds": row["waiting_seconds"] if one.state in WAITING else None}
        for one, row in zip(page.dialogs, render.make_rows(page), strict=True)
    ]
