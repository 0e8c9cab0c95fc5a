r"""What the official pages say of each method and event that is ours, read from the files as they are written.

A page is Markdown with YFM tables: `#|` and `|#` around rows, `||` around each row, ` | ` between cells. Cells run over
many lines, may be indented, and may hold code with single bars; a bar escaped as `\|` separates nothing.
"""

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

FOLDER = "api-reference/imopenlines/"
"""Where everything about Open Channels stands."""
_EVENTS = "api-reference/events/"
_BOTS = "api-reference/chat-bots/chat-bots-v2/"
COMPANIONS = (
    "api-reference/chats/im-recent-list.md",
    "api-reference/chats/messages/im-message-add.md",
    "api-reference/chats/messages/im-dialog-messages-get.md",
    "api-reference/chats/messages/im-dialog-read.md",
    "api-reference/user/user-current.md",
    "api-reference/user/user-get.md",
    "api-reference/user/user-search.md",
    "api-reference/common/system/scope.md",
    "api-reference/common/system/methods.md",
    f"{_EVENTS}event-bind.md",
    f"{_EVENTS}event-unbind.md",
    f"{_EVENTS}event-get.md",
    f"{_EVENTS}events.md",
    f"{_EVENTS}event-offline-get.md",
    f"{_EVENTS}event-offline-list.md",
    f"{_EVENTS}event-offline-clear.md",
    f"{_EVENTS}event-offline-error.md",
    f"{_BOTS}im.v2/events/event-subscribe.md",
    f"{_BOTS}im.v2/events/event-unsubscribe.md",
    f"{_BOTS}im.v2/events/event-get.md",
    f"{_BOTS}imbot.v2/bots/bot-register.md",
    f"{_BOTS}imbot.v2/bots/bot-update.md",
    f"{_BOTS}imbot.v2/bots/bot-get.md",
    f"{_BOTS}imbot.v2/bots/bot-list.md",
    f"{_BOTS}imbot.v2/bots/bot-unregister.md",
    f"{_BOTS}imbot.v2/events/event-get.md",
    f"{_BOTS}imbot.v2/messages/chat-message-send.md",
    f"{_BOTS}imbot.v2/messages/chat-message-get.md",
    f"{_BOTS}imbot.v2/messages/chat-message-get-context.md",
    f"{_BOTS}imbot.v2/ui/chat-input-action-notify.md",
    f"{_BOTS}imbot.v2/files/file-upload.md",
    f"{_BOTS}imbot.v2/files/file-download.md",
    f"{_BOTS}imbot.v2/chats/chat-get.md",
    f"{_BOTS}imbot.v2/chats/chat-user-list.md",
    f"{_BOTS}imbot.v2/chats/chat-leave.md",
    f"{_BOTS}imbot.v2/revision-get.md",
)
"""Pages of other sections whose methods are tools here too."""
WRAPPERS = ("PARAMS", "OPTIONS")
"""Objects that hold a method's parameters and are none themselves."""
_METHOD_FILE = re.compile(rf"{FOLDER}(?:.*/)?(?:imopenlines|imconnector)-[^/]*\.md")
_EVENT_FILE = re.compile(rf"{FOLDER}.*/events/on-[^/]*\.md")
_TABLE = re.compile(r"^\s*#\|[ \t]*\n(.*?)^\s*\|#", re.DOTALL | re.MULTILINE)
_ROW = re.compile(r"\|\|(.*?)\|\|(?=\s*\|\||\s*\Z)", re.DOTALL)
_CELL_BREAK = re.compile(r"(?<!\\)\s\|\s")
_PARAM_NAME = re.compile(r"\*\*(\w+)\*\*(\*?)")
_PARAM_TYPE = re.compile(r"\[`([^`]+)`\]")
_LISTED_VALUE = re.compile(r"^\s*- `?([A-Za-z_]+)`? —", re.MULTILINE)
_MARK = re.compile(r"`(Y|N|1|0|true|false)`")
_ANCHOR_LINK = re.compile(r"\]\(([^)#\s]*)#([\w-]+)\)")
_CURL_TABS = [
    re.compile(rf"^- cURL \({kind}\)\n(.*?)(?=^- |^\{{%)", re.DOTALL | re.MULTILINE) for kind in ("Webhook", "OAuth")
]
_CURL_BODY = re.compile(r"-d '(.*?)' \\$", re.DOTALL | re.MULTILINE)
_CURL_METHOD = re.compile(r"/([a-z]\w*(?:\.\w+)*?)(?:\.json)?\s*$", re.MULTILINE)
_EVENT = re.compile(r"\bOn[A-Z]\w+")


class UnreadablePageError(Exception):
    """A page that is not built as the others are; the message names it and says what is missing."""


@dataclass(frozen=True, slots=True)
class PageParam:
    """A parameter as its page's table has it, dotted where it stands in a wrapper's table.

    The list in an object's description names fields, not values. `fields` are those of a table that it links to.
    """

    name: str
    types: frozenset[str]
    required: bool
    values: tuple[str, ...]
    marks: frozenset[str] = frozenset()
    """Y, N, 1, 0, true and false, as far as its description has them as values."""
    fields: tuple["PageParam", ...] = ()


@dataclass(frozen=True, slots=True)
class MethodPage:
    """What one page says; a status is None where the error table has no such column, `statuses` stand above it."""

    title: str
    method: str
    params: tuple[PageParam, ...]
    example: dict[str, Any]
    errors: frozenset[tuple[str, int | None]]
    statuses: frozenset[int]


def select_sources(texts: Mapping[str, str]) -> dict[str, str]:
    """Of all files those that the rest of this module reads; the mirror keeps them as they are written, too."""
    linked = {
        _resolve_link(file, link) for file in list_method_files(texts) for link, _ in _ANCHOR_LINK.findall(texts[file])
    }
    return {
        file: text for file, text in texts.items() if file.startswith(FOLDER) or file in COMPANIONS or file in linked
    }


def list_method_files(files: Iterable[str]) -> list[str]:
    """Those that describe a method each."""
    return sorted(file for file in files if file in COMPANIONS or _METHOD_FILE.fullmatch(file))


def list_event_files(files: Iterable[str]) -> list[str]:
    """Those that describe an event each."""
    return sorted(file for file in files if _EVENT_FILE.fullmatch(file))


def read_pages(texts: Mapping[str, str]) -> dict[str, MethodPage]:
    """Every method page, by method; UnreadablePageError where one is built otherwise or is a second of its method."""
    by_method: dict[str, MethodPage] = {}
    for file in list_method_files(texts):
        page = read_page(texts, file)
        if page.method in by_method:
            raise UnreadablePageError(f"{file} describes {page.method} a second time")
        by_method[page.method] = page
    return by_method


def read_page(texts: Mapping[str, str], file: str) -> MethodPage:
    """One page; its neighbours are needed where a parameter's fields stand on another page."""
    text = texts[file]
    curl = next((found for tab in _CURL_TABS if (found := tab.search(text))), None)
    method = curl and _CURL_METHOD.search(curl[1])
    if curl is None or method is None:
        raise UnreadablePageError(f"{file}: no curl example names a method")
    body = _CURL_BODY.search(curl[1])
    try:
        return MethodPage(
            title=text.splitlines()[0],
            method=method[1],
            params=tuple(_read_params(texts, file)),
            example=_remove_token(json.loads(body[1])) if body else {},
            errors=frozenset(_read_errors(text)),
            statuses=frozenset(map(int, re.findall(r"\*\*(\d{3})\*\*", _find_section(text, "## Error Handling")))),
        )
    except (ValueError, KeyError) as error:
        raise UnreadablePageError(f"{file}: {error}") from None


def read_event(texts: Mapping[str, str], file: str) -> str:
    """The name of the event that a page describes."""
    found = _EVENT.search(texts[file].partition("\n")[0])
    if found is None:
        raise UnreadablePageError(f"{file}: its title names no event")
    return found[0]


def _remove_token(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an application's call without its token."""
    return {name: value for name, value in body.items() if name != "auth"}


def _read_params(texts: Mapping[str, str], file: str) -> Iterator[PageParam]:
    """The parameters of a page; a wrapper object gives way to the fields of the table it links to."""
    for param in _read_fields(texts, file, _find_section(texts[file], "## Method Parameters"), ()):
        if param.name in WRAPPERS and param.fields:
            # What these link to are the fields of a line that a filter may name, not fields of their own.
            yield from (replace(field, name=f"{param.name}.{field.name}", fields=()) for field in param.fields)
        else:
            yield param


def _read_fields(texts: Mapping[str, str], file: str, table: str, around: tuple[str, ...]) -> Iterator[PageParam]:
    """The rows of a table, each with the fields of the table that it links to, unless that is around it."""
    for row in _read_param_rows(table):
        field = _read_param(row)
        there, deeper = _find_linked_table(texts, file, row) if field.types & {"object", "array"} else (file, "")
        inside = _read_fields(texts, there, deeper, (*around, table)) if deeper not in (*around, table) else ()
        yield replace(field, fields=tuple(inside))


def _read_param(row: list[str]) -> PageParam:
    """One row of a parameter table."""
    head, description = row
    name = _PARAM_NAME.match(head)
    if name is None:
        raise ValueError(f"no parameter name in {head!r}")
    types = frozenset("array" if kind.endswith("[]") else kind for kind in _PARAM_TYPE.findall(head))
    values = () if "object" in types else _LISTED_VALUE.findall(description)
    marks = frozenset(_MARK.findall(description))
    return PageParam(name=name[1], types=types, required=bool(name[2]), values=tuple(values), marks=marks)


def _find_linked_table(texts: Mapping[str, str], file: str, row: list[str]) -> tuple[str, str]:
    """The file and the section that describe an object's fields, here or on another page; empty when there is none."""
    for link, anchor in _ANCHOR_LINK.findall(row[1]):
        target = _resolve_link(file, link)
        if found := re.search(rf"^#{{3,6}} .*\{{#{anchor}\}}$", texts.get(target, ""), re.MULTILINE):
            return target, _find_section(texts[target], found[0])
    return file, ""


def _resolve_link(file: str, link: str) -> str:
    """The file that a relative link on a page leads to; one that is only an anchor stays on its page."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), link)) if link else file


def _read_errors(text: str) -> Iterator[tuple[str, int | None]]:
    """Code and status of every row of the error table."""
    for rows in _read_tables(_find_section(text, "### Possible Error Codes")):
        columns = [cell.strip("* ") for cell in rows[0]]
        for row in rows[1:]:
            cells = {column: cell.strip("` ") for column, cell in zip(columns, row, strict=False)}
            yield cells["Code"], int(cells["Status"]) if "Status" in cells else None


def _read_param_rows(text: str) -> list[list[str]]:
    """The rows of the first table, as name and description, without the heading."""
    return next(_read_tables(text), [])[1:]


def _read_tables(text: str) -> Iterator[list[list[str]]]:
    """Every table of a text as rows of cells, its heading first."""
    for table in _TABLE.findall(text):
        yield [[cell.strip() for cell in _CELL_BREAK.split(row)] for row in _ROW.findall(table)]


def _find_section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any level; empty when the heading is absent."""
    _, found, rest = text.partition(f"\n{heading}\n")
    return re.split(r"^#{2,} ", rest, maxsplit=1, flags=re.MULTILINE)[0] if found else ""
