"""Requests of one address before anybody is known by them: so many at once, and the slowest gives way."""

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

from server.http.connections import LimitedConnection, find_connection, group_address
from server.http.errors import RequestRefusedError

PLACE = "openchannels.place"
"""Where a request's scope has its place among those of its address."""
BURST = 4
SLOW = 1.0
"""Seconds."""


class Place:
    """One of the places that an address has; left once, by whatever comes first."""

    def __init__(self, places: dict["Place", None], connection: LimitedConnection | None) -> None:
        self._places = places
        self._since = anyio.current_time()
        self.connection = connection
        self.needs_body_only = False
        """Whether it is left as soon as the request is there as a whole, because nobody needs a token."""
        places[self] = None

    def leave(self) -> None:
        """Give it back."""
        self._places.pop(self, None)

    @property
    def is_half_sent(self) -> bool:
        """Whether the body of its request is still to come."""
        return self.connection is not None and self.connection.is_half_sent

    @property
    def is_slow(self) -> bool:
        """Whether the body has been waited for so long that it may be given up for another request."""
        return self.is_half_sent and anyio.current_time() - self._since >= SLOW


class AddressLimit:
    """Lets `most` requests of an address be under way that have shown no token or whose body is still to come.

    Behind a trusted proxy the address is the forwarded one. Beyond that the oldest are closed that are half sent and
    slow; a burst of honest ones, whose bodies are a moment behind their heads, is let in, up to `BURST` times as many.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._places: dict[str, dict[Place, None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            RequestRefusedError: 429; its address has too many.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        address = group_address(scope["client"][0] if scope.get("client") else "")
        if (connection := find_connection(scope)) is not None:
            connection.note_owner(address, has_token=False)
        places = self._places.setdefault(address, {})
        try:
            self._make_room(places)
            place = scope[PLACE] = Place(places, connection)
            try:
                await self._app(scope, receive, send)
            finally:
                place.leave()
        finally:
            if not places and self._places.get(address) is places:
                del self._places[address]

    def _make_room(self, places: dict[Place, None]) -> None:
        if len(places) < self._most:
            return
        for place in list(places):
            if place.needs_body_only and not place.is_half_sent:
                place.leave()
            elif len(places) >= self._most and place.connection is not None and place.is_slow:
                place.leave()
                place.connection.drop()
        if len(places) >= BURST * self._most:
            text = f"This address has {len(places)} requests under way without a token; try again later"
            raise RequestRefusedError.with_retry_after(429, "too_many_requests", text, 1)


def note_credential(scope: Scope, key: str | None) -> None:
    """The request has shown a token, whose own limits hold from now on, or with None it needs none."""
    place, connection = scope.get(PLACE), find_connection(scope)
    if isinstance(place, Place) and key is None:
        place.needs_body_only = True
    if key is not None:
        leave_place(scope)
        if connection is not None:
            connection.note_owner(key, has_token=True)


def leave_place(scope: Scope) -> None:
    """The request is here as a whole, or is known: its address has room for another."""
    place = scope.get(PLACE)
    if isinstance(place, Place):
        place.leave()
