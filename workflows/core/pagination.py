"""Lists of the portal: their rows, their numbers, their pages."""

from collections.abc import Callable, Mapping
from typing import Any

from tools.method import Method
from tools.result_types import find_number, read_flag, read_items
from workflows.core.context import Context
from workflows.core.rows import UnclearRows

PAGE = 200
MOST_PAGES = 5
"""So far a tool reads; what it leaves out it says."""


def read_count(value: Any) -> int:
    """A number of things or seconds, rounded; whatever is no finite number counts as 0.

    Where "no number" and "not understood" have to be told apart, RowReader does.
    """
    return round(find_number(value) or 0)


def read_rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, however PHP wrote it; whoever shows them has to say how many items are none."""
    return [row for row in read_items(value) if isinstance(row, dict)]


def has_more(answer: Mapping[str, Any], rows: int, limit: int, key: str = "hasNextPage") -> bool:
    """Whether another page follows one of `rows` rows; where the portal does not tell, whether the page is full."""
    more = read_flag(answer.get(key))
    return more if isinstance(more, bool) else rows >= limit


async def read_pages(
    context: Context, question: Callable[..., Method], key: str, unclear: UnclearRows | None = None
) -> list[dict[str, Any]]:
    """The rows under `key` of a list whose answers have `hasNextPage`: at most five pages of 200 rows.

    `question` makes the method that asks for one page, from the arguments `offset` and `limit`. Whoever shows the rows
    has to say that there may be more than a thousand; items that are no rows are noted in `unclear`.

    Raises:
        PortalError: The portal refused a page.
    """
    found: list[dict[str, Any]] = []
    for page in range(MOST_PAGES):
        answer = await context.ask(question(offset=page * PAGE, limit=PAGE))
        items, rows = read_items(answer.get(key)), read_rows(answer.get(key))
        found += rows
        if unclear:
            for _ in range(len(items) - len(rows)):
                unclear.add(key.removesuffix("s"), ["form"])
        if not has_more(answer, len(items), PAGE):
            break
    return found
