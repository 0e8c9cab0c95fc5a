"""The open sessions of all lines, as the statistics list them, where plan and rights allow these.

Source: the official page of `imopenlines.v2.Session.list`.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from portal.client import Portal
from portal.errors import PortalError
from tools.result_types import read_flag, read_items, read_object, read_whole
from workflows.core.attempts import is_of_method
from workflows.core.context import run_together

METHOD = "imopenlines.v2.Session.list"
SCOPES = ("imopenlines",)
STATUSES = ("new", "answered", "paused")
"""Those of open sessions; a pinned one is paused."""
PAGE = 200
"""Sessions of one question, the portal's most."""
MOST_PAGES = 10
"""Of each status in one round."""

Mark = tuple[object, ...]


class OpenSessions:
    """Asks for all open sessions again and again; every question of a round shares one request."""

    def __init__(self) -> None:
        self.allowed = True
        """Whether the portal gives its statistics to the credentials' user."""
        self._pages = dict.fromkeys(STATUSES, 1)

    async def ask(self, portal: Portal) -> dict[int, Mark]:
        """Chat -> what changes when something happens in it: session, operator, line, number of messages.

        Nothing where the portal refuses its statistics, which is noted in `allowed`.

        Raises:
            PortalError: The portal does not answer.
        """
        pages, found = None, dict[int, Mark]()
        while self.allowed and pages != self._pages:
            pages = dict(self._pages)
            found = await self._ask_pages(portal)
        return found

    async def _ask_pages(self, portal: Portal) -> dict[int, Mark]:
        """What the present number of pages holds; the number follows what the portal has."""
        asked = [(status, page) for status in STATUSES for page in range(self._pages[status])]
        try:
            answers = await run_together(*(partial(_ask_page, portal, *one) for one in asked))
        except PortalError as refusal:
            if not is_of_method(refusal):
                raise
            self.allowed = False
            return {}
        found: dict[int, Mark] = {}
        for (status, page), answer in zip(asked, map(read_object, answers), strict=True):
            found.update(_read_rows(answer))
            if page + 1 == self._pages[status] and read_flag(answer.get("hasNextPage")) is True:
                self._pages[status] = min(MOST_PAGES, page + 2)
        return found


async def _ask_page(portal: Portal, status: str, page: int) -> Any:
    wanted = {"status": status, "limit": PAGE, "offset": page * PAGE}
    return await portal.call(METHOD, wanted, repeatable=True, scopes=SCOPES, prefer_batch=True)


def _read_rows(answer: Mapping[str, Any]) -> Iterator[tuple[int, Mark]]:
    for row in map(read_object, read_items(answer.get("sessions"))):
        if chat_id := read_whole(row.get("chatId")):
            marks = ("id", "operatorId", "configId", "messageCount")
            yield chat_id, tuple(str(row.get(name)) for name in marks)
