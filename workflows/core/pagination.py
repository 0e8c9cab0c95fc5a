"""Lists of the portal: their rows, their numbers, their pages."""

from collections.abc import Callable
from datetime import datetime
from math import isfinite
from typing import Any

from tools.method import Method
from workflows.core.context import Context

PAGE = 200
MOST_PAGES = 5
"""So far a tool reads; what it leaves out it says."""


def read_count(value: Any) -> int:
    """A number of things or seconds, rounded; whatever is no finite number counts as 0."""
    return round(value) if isinstance(value, int | float) and isfinite(value) else 0


def read_moment(value: Any) -> datetime | None:
    """A date with its offset; None for anything else."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def read_rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


async def read_pages(context: Context, question: Callable[..., Method], key: str) -> list[dict[str, Any]]:
    """The rows under `key` of a list whose answers have `hasNextPage`: at most five pages of 200 rows.

    `question` makes the method that asks for one page, from the arguments `offset` and `limit`. Whoever shows the rows
    has to say that there may be more than a thousand.

    Raises:
        PortalError: The portal refused a page.
    """
    found: list[dict[str, Any]] = []
    for page in range(MOST_PAGES):
        answer = await context.ask(question(offset=page * PAGE, limit=PAGE))
        found += read_rows(answer[key])
        if not answer.get("hasNextPage"):
            break
    return found
