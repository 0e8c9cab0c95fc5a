"""Connections before anybody is known on them: bounded in time and number, and shared out among their addresses."""

import asyncio
import ipaddress
import logging
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from server.config.http_settings import LimitSettings
from server.http.errors import RequestRefusedError

logger = logging.getLogger(__name__)

CONNECTION = "openchannels.connection"
"""Where the state of a request's scope has its connection."""
PROBES = frozenset({"/healthz", "/readyz"})
ROOM_FOR_PROBES = 16
"""Connections beyond the limit, on which probes are answered and all else is refused."""
LATER = 3.0
"""Seconds after which a connection is closed on which a request inside should have ended by itself."""
TIMEOUT = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

Owner = tuple[bool, str]
"""Whether a token has been shown, and the credential or else the address: whose the connection is."""


def group_address(host: str) -> str:
    """The address as limits count it: for IPv6 the network of 64 bits, of which one customer has all addresses."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


class ConnectionTable:
    """All open connections; those that wait for a whole request give way to new ones.

    The oldest one of the owner who has most of them is closed first. Connections without a token give way before those
    with one, and may wait on four fifths of the places at most.
    """

    def __init__(self, limits: LimitSettings) -> None:
        self.limits = limits
        self._without_token = max(1, limits.connections - limits.connections // 5)
        self._open: set[LimitedConnection] = set()
        self._waiting: dict[Owner, dict[LimitedConnection, None]] = {}
        self._waiting_without_token = 0
        self._next_warning = 0.0

    @property
    def is_over(self) -> bool:
        """Whether more are open than the limit says."""
        return len(self._open) > self.limits.connections

    def add(self, connection: "LimitedConnection") -> bool:
        """Take a new connection in, and close others for it where that is needed; False where there is no room."""
        while self._waiting and self._is_full():
            owner = min(self._waiting, key=lambda owner: (owner[0], -len(self._waiting[owner])))
            oldest = next(iter(self._waiting[owner]))
            self.remove(oldest)
            oldest.drop()
            self._warn()
        if len(self._open) >= self.limits.connections + ROOM_FOR_PROBES:
            return False
        self._open.add(connection)
        return True

    def remove(self, connection: "LimitedConnection") -> None:
        """Forget a connection that ends."""
        self.end_wait(connection)
        self._open.discard(connection)

    def begin_wait(self, connection: "LimitedConnection") -> None:
        """From now on it may be closed for another."""
        waiting = self._waiting.setdefault(connection.owner, {})
        if connection in self._open and connection not in waiting:
            waiting[connection] = None
            self._waiting_without_token += not connection.owner[0]

    def end_wait(self, connection: "LimitedConnection") -> None:
        """From now on it stays, because there is a request to be answered."""
        waiting = self._waiting.get(connection.owner, {})
        if connection in waiting:
            del waiting[connection]
            self._waiting_without_token -= not connection.owner[0]
        if not waiting:
            self._waiting.pop(connection.owner, None)

    def _warn(self) -> None:
        """Say in the log that there are too many connections, once a minute at most."""
        if (now := time.monotonic()) >= self._next_warning:
            self._next_warning = now + 60
            logger.warning("%d connections are open: those that wait are closed for new ones", len(self._open) + 1)

    def _is_full(self) -> bool:
        return len(self._open) >= self.limits.connections or self._waiting_without_token >= self._without_token


class LimitedConnection(H11Protocol):
    """uvicorn's connection, with an end to each wait: for a head, for a body, and for an answer to be taken."""

    def __init__(self, table: ConnectionTable, **given: Any) -> None:
        super().__init__(**given)
        self.owner: Owner = (False, "")
        self._table = table
        self._limits = table.limits
        self._inner = self.app
        self.app = self._answer
        self.app_state = {**self.app_state, CONNECTION: self}
        self._is_known = False
        """Whether the request that is being answered has shown a token."""
        self._awaited: str | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None

    @property
    def is_half_sent(self) -> bool:
        """Whether the body of the request that is being answered is still to come."""
        return self.cycle is not None and not self.cycle.response_complete and self.cycle.more_body

    def note_owner(self, name: str, *, has_token: bool) -> None:
        """Whose request has come on it."""
        self._table.end_wait(self)
        self.owner, self._is_known = (has_token, name), has_token
        self._note_wait()

    def drop(self) -> None:
        """Close it at once; a request on it ends as if its client had left."""
        self.transport.abort()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """It is open; its first head is awaited."""
        super().connection_made(transport)
        self.owner = (False, group_address(self.client[0] if self.client else ""))
        if not self._table.add(self):
            self.drop()
            return
        self._note_wait()
        self._await("head")

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        self._table.remove(self)
        self._await(None)
        self._stop_write_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More of a request has come; that puts off no end of a wait."""
        super().data_received(data)
        self._note_wait()
        state = self.conn.their_state
        self._await("head" if state is h11.IDLE else "body" if state is h11.SEND_BODY else None)

    def on_response_complete(self) -> None:
        """A request is answered; the next is awaited as long as uvicorn keeps silent connections."""
        self._is_known = False
        super().on_response_complete()
        if self.conn.their_state is not h11.SEND_BODY and self._awaited == "body":
            self._await(None)
        self._note_wait()

    def pause_writing(self) -> None:
        """The client does not take what is sent."""
        super().pause_writing()
        self._stop_write_timer()
        self._write_timer = self.loop.call_later(self._limits.send + LATER, self.drop)
        self._note_wait()

    def resume_writing(self) -> None:
        """It takes it again."""
        super().resume_writing()
        self._stop_write_timer()
        self._note_wait()

    def _note_wait(self) -> None:
        """Tell the table whether the connection waits for its client, who has shown no token for what is asked."""
        is_answering = self.cycle is not None and not self.cycle.response_complete
        is_stuck = is_answering and (self.cycle.more_body or self.flow.write_paused)
        if is_answering and (self._is_known or not is_stuck):
            self._table.end_wait(self)
        else:
            self._table.begin_wait(self)

    def _await(self, part: str | None) -> None:
        """Close the connection unless this part of a request has come as a whole in time."""
        if part == self._awaited:
            return
        self._awaited = part
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None
        if part is not None:
            seconds = self._limits.receive + (LATER if part == "body" else 0)
            self._read_timer = self.loop.call_later(seconds, self._end_read)

    def _end_read(self) -> None:
        if self._awaited == "head" and self.conn.trailing_data[0]:
            self.transport.write(TIMEOUT)
            self.transport.close()
        else:
            self.drop()

    def _stop_write_timer(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, unless its head is too large, which h11 lets pass where it comes in one piece."""
        refused = None
        if _measure_head(scope) > self._limits.headers:
            text = f"The head of a request may have {self._limits.headers} bytes"
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            refused = RequestRefusedError(status, "head_too_large", text, {"Connection": "close"})
        elif self._table.is_over and scope["path"] not in PROBES:
            text = f"The server has {self._limits.connections} connections; try again later"
            refused = RequestRefusedError(503, "unavailable", text, {"Connection": "close", "Retry-After": "1"})
        if refused is not None:
            await refused.make_response()(scope, receive, send)
        else:
            await self._inner(scope, receive, send)


def find_connection(scope: Mapping[str, Any]) -> LimitedConnection | None:
    """The connection that a request came on; None where it came by no socket."""
    found = scope.get("state", {}).get(CONNECTION)
    return found if isinstance(found, LimitedConnection) else None


def _measure_head(scope: Scope) -> int:
    """Bytes of a head as it was sent, blanks around values aside."""
    fields = sum(len(name) + len(value) + len(b": \r\n") for name, value in scope["headers"])
    target = len(scope["raw_path"]) + len(scope["query_string"])
    return fields + target + len(scope["method"]) + len(b"  HTTP/1.1\r\n\r\n")
