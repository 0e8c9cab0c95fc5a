"""Which events an application's portal posts to this server: bind them, take them off, see what is bound.

Sources: the official pages of `event.bind`, `event.unbind` and `event.get`, and what the portal really answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portal.errors import RefusedError
from server.events.sources.wire import CONNECTORS, OPEN_CHANNELS
from server.http.deliveries.receiver import TEST
from tools.result_types import read_items, read_object, read_text, read_whole

if TYPE_CHECKING:
    from portal.client import Portal

ALWAYS = (*OPEN_CHANNELS, TEST)
"""What is bound unless more is asked for."""
WITH_CONNECTORS = (*ALWAYS, *CONNECTORS)
NO_SUCH_EVENT = "ERROR_EVENT_NOT_FOUND"
ALREADY = "already bind"
"""The portal's words for a binding that is there: it says "Handler already binded"."""
BOUND, KNOWN = "bound", "already bound"


@dataclass(frozen=True)
class Binding:
    """One event that goes to one handler."""

    event: str
    handler: str
    """Empty for the offline queue."""
    user: int = 0
    """Whose tokens go along; 0 for those of whoever causes the event."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Binding":
        """A row of `event.get`."""
        handler = "" if read_whole(row.get("offline")) else read_text(row.get("handler"))
        return cls(read_text(row.get("event")).upper(), handler, read_whole(row.get("auth_type")))


class EventBindings:
    """The bindings of an application on its portal; `handler` is the address that this server takes posts at."""

    def __init__(self, portal: "Portal", handler: str) -> None:
        self._portal = portal
        self._handler = handler

    async def list_all(self) -> list[Binding]:
        """Every binding of the application; whoever is no administrator is shown the own ones alone.

        Raises:
            PortalError: The portal refuses, or does not answer.
        """
        rows = await self._portal.call("event.get", {}, repeatable=True)
        return [Binding.from_row(read_object(row)) for row in read_items(rows)]

    async def bind(self, events: Iterable[str], user: int) -> dict[str, str]:
        """Have these events posted with tokens of this user; what became of each, in words.

        A binding of this server with another user is replaced, so that nothing is posted twice.

        Raises:
            PortalError: The portal does not answer, or refuses all of it.
        """
        mine = [binding for binding in await self.list_all() if binding.handler == self._handler]
        return {event: await self._bind(event, user, mine) for event in events}

    async def _bind(self, event: str, user: int, mine: list[Binding]) -> str:
        there = [binding for binding in mine if binding.event == event]
        if any(binding.user == user for binding in there):
            return KNOWN
        for binding in there:
            await self._unbind(binding)
        wanted = {"event": event, "handler": self._handler, "auth_type": user}
        try:
            await self._portal.call("event.bind", wanted, repeatable=True)
        except RefusedError as refusal:
            if ALREADY in refusal.description.lower():
                return KNOWN
            if refusal.code == NO_SUCH_EVENT:
                return "not bound: the application lacks the scope for it"
            raise
        return BOUND

    async def unbind(self) -> list[str]:
        """Take off every binding to this server's handler, and no other; the events that were bound.

        Raises:
            PortalError: The portal refuses, or does not answer.
        """
        mine = [binding for binding in await self.list_all() if binding.handler == self._handler]
        for binding in mine:
            await self._unbind(binding)
        return [binding.event for binding in mine]

    async def _unbind(self, binding: Binding) -> None:
        # Who is no administrator has to send the own number, as a number.
        wanted = {"event": binding.event, "handler": binding.handler, "auth_type": binding.user}
        await self._portal.call("event.unbind", wanted, repeatable=True)
