r"""The official method pages, read from their archive: parameters, examples and errors.

A page is Markdown with YFM tables: `#|` and `|#` around rows, `||` around each row, ` | ` between cells. Cells run over
many lines, may be indented, and may hold code with single bars; a bar escaped as `\|` separates nothing.
"""

import json
import posixpath
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .facts import WRAPPERS

TABLE = re.compile(r"^\s*#\|[ \t]*\n(.*?)^\s*\|#", re.DOTALL | re.MULTILINE)
ROW = re.compile(r"\|\|(.*?)\|\|(?=\s*\|\||\s*\Z)", re.DOTALL)
CELL_BREAK = re.compile(r"(?<!\\)\s\|\s")
PARAM_NAME = re.compile(r"\*\*(\w+)\*\*(\*?)")
PARAM_TYPE = re.compile(r"\[`([^`]+)`\]")
LISTED_VALUE = re.compile(r"^\s*- `?([A-Za-z_]+)`? —", re.MULTILINE)
ANCHOR_LINK = re.compile(r"\]\(([^)#\s]*)#([\w-]+)\)")
CURL_TABS = [
    re.compile(rf"^- cURL \({kind}\)\n(.*?)(?=^- |^\{{%)", re.DOTALL | re.MULTILINE) for kind in ("Webhook", "OAuth")
]
CURL_BODY = re.compile(r"-d '(.*?)' \\$", re.DOTALL | re.MULTILINE)
CURL_METHOD = re.compile(r"/([a-z]\w*(?:\.\w+)*?)(?:\.json)?\s*$", re.MULTILINE)
SECTION_PAGE = re.compile(r".*/api-reference/imopenlines/.*/(imopenlines|imconnector)-[^/]*\.md")
COMPANIONS = (
    "chats/im-recent-list",
    "chats/messages/im-message-add",
    "chats/messages/im-dialog-messages-get",
    "chats/messages/im-dialog-read",
    "user/user-current",
    "user/user-get",
    "user/user-search",
    "common/system/scope",
    "common/system/methods",
)
"""Pages of other sections of the documentation whose methods are tools here too."""


@dataclass(frozen=True, slots=True)
class PageParam:
    """A parameter as its page's table has it, dotted where it stands in a wrapper's table.

    The list in an object's description names fields, not values. `fields` are those of a table that it links to.
    """

    name: str
    types: frozenset[str]
    required: bool
    values: tuple[str, ...]
    fields: tuple["PageParam", ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What one page says; a status is None where the error table has no such column, `statuses` stand above it."""

    title: str
    method: str
    params: tuple[PageParam, ...]
    example: dict[str, Any]
    errors: frozenset[tuple[str, int | None]]
    statuses: frozenset[int]


def read_archive(archive: Path) -> dict[str, str]:
    """The text of every method page of Open Channels in the archive, and of their companions, by path."""
    companions = tuple(f"/api-reference/{page}.md" for page in COMPANIONS)
    with tarfile.open(archive) as members:
        return {
            member.name: text.read().decode()
            for member in members
            if (SECTION_PAGE.fullmatch(member.name) or member.name.endswith(companions))
            and (text := members.extractfile(member)) is not None
        }


def read_pages(archive: Path) -> dict[str, Page]:
    """Every method page of the archive, by method; two pages of one method are an error."""
    texts = read_archive(archive)
    pages = [read_page(texts, path) for path in texts]
    by_method = {page.method: page for page in pages}
    if len(by_method) != len(pages):
        raise ValueError("two official pages describe one method")
    return by_method


def read_page(texts: dict[str, str], path: str) -> Page:
    """One page; its neighbours are needed where a parameter's fields stand on another page."""
    text = texts[path]
    curl = next((found for tab in CURL_TABS if (found := tab.search(text))), None)
    method = curl and CURL_METHOD.search(curl[1])
    if curl is None or method is None:
        raise ValueError(f"{path}: no curl example names a method")
    body = CURL_BODY.search(curl[1])
    return Page(
        title=text.splitlines()[0],
        method=method[1],
        params=tuple(read_params(texts, path)),
        example=without_token(json.loads(body[1])) if body else {},
        errors=frozenset(read_errors(text)),
        statuses=frozenset(map(int, re.findall(r"\*\*(\d{3})\*\*", section(text, "## Error Handling")))),
    )


def without_token(body: dict[str, Any]) -> dict[str, Any]:
    """The body of an application's call without what lets it in."""
    return {name: value for name, value in body.items() if name != "auth"}


def read_params(texts: dict[str, str], path: str) -> Iterator[PageParam]:
    """The parameters of a page; a wrapper object gives way to the fields of the table it links to."""
    for row in param_rows(section(texts[path], "## Method Parameters")):
        param = read_param(row)
        fields = linked_table(texts, path, row) if param.types & {"object", "array"} else ""
        if param.name in WRAPPERS and fields:
            yield from (read_param(field, f"{param.name}.") for field in param_rows(fields))
        else:
            yield replace(param, fields=tuple(read_fields(texts, path, fields)))


def read_fields(texts: dict[str, str], path: str, table: str) -> Iterator[PageParam]:
    """The rows of a table of fields, each with the fields of the table that it links to."""
    for row in param_rows(table):
        field = read_param(row)
        deeper = linked_table(texts, path, row) if field.types & {"object", "array"} else ""
        yield replace(field, fields=tuple(read_fields(texts, path, deeper)))


def read_param(row: list[str], prefix: str = "") -> PageParam:
    """One row of a parameter table."""
    head, description = row
    name = PARAM_NAME.match(head)
    if name is None:
        raise ValueError(f"no parameter name in {head!r}")
    types = frozenset("array" if kind.endswith("[]") else kind for kind in PARAM_TYPE.findall(head))
    values = () if "object" in types else LISTED_VALUE.findall(description)
    return PageParam(name=prefix + name[1], types=types, required=bool(name[2]), values=tuple(values))


def linked_table(texts: dict[str, str], path: str, row: list[str]) -> str:
    """The section that describes an object's fields, on this page or the one it links to; empty when there is none."""
    for link, anchor in ANCHOR_LINK.findall(row[1]):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), link)) if link else path
        if found := re.search(rf"^#{{3,4}} .*\{{#{anchor}\}}$", texts.get(target, ""), re.MULTILINE):
            return section(texts[target], found[0])
    return ""


def read_errors(text: str) -> Iterator[tuple[str, int | None]]:
    """Code and status of every row of the error table."""
    for rows in tables(section(text, "### Possible Error Codes")):
        columns = [cell.strip("* ") for cell in rows[0]]
        for row in rows[1:]:
            cells = {column: cell.strip("` ") for column, cell in zip(columns, row, strict=False)}
            yield cells["Code"], int(cells["Status"]) if "Status" in cells else None


def param_rows(text: str) -> list[list[str]]:
    """The rows of the first table, as name and description, without the heading."""
    return next(tables(text), [])[1:]


def tables(text: str) -> Iterator[list[list[str]]]:
    """Every table of a text as rows of cells, its heading first."""
    for table in TABLE.findall(text):
        yield [[cell.strip() for cell in CELL_BREAK.split(row)] for row in ROW.findall(table)]


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any level; empty when the heading is absent."""
    _, found, rest = text.partition(f"\n{heading}\n")
    return re.split(r"^#{2,} ", rest, maxsplit=1, flags=re.MULTILINE)[0] if found else ""
