"""A team's server on a real socket of this machine, the portals behind it, and clients of each kind."""

import asyncio
import json
import socket
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import httpx
from anyio.from_thread import start_blocking_portal
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from portal.private_file import write_private_file
from server.config.http_settings import ServerSettings
from server.http.application import TeamApplication, Transport
from server.http.auth.token_file import TeamToken, TeamTokenFile
from server.http.serving import GracefulServer, create_application, make_config, open_listener
from tests.assistant import Assistant

HOST = "127.0.0.1"
TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: nothing here is encrypted, and to read whom this machine trusts takes longer than a test."""
WAYS = ("modern", "legacy", "sse")
"""Streamable HTTP without and with a handshake, and the older pair."""
MODERN = "2026-07-28"
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


class TeamServer:
    """Its address, and the tokens that it lets in."""

    def __init__(self, port: int, settings: ServerSettings, team: TeamApplication) -> None:
        self.team = team
        self.loop: asyncio.AbstractEventLoop
        self.port = port
        self.address = f"http://{HOST}:{port}"
        self.file = TeamTokenFile(settings.access_file)
        self.http = httpx.Client(base_url=self.address, timeout=30, verify=TRUST)

    def token(self, name: str, **bounds: Any) -> str:
        """A new token."""
        return issue_token(self.file, name, **bounds)

    def post(self, message: Any = None, token: str | None = None, path: str = "/mcp", **headers: str) -> httpx.Response:
        """Post one message, or bytes as they are."""
        content = message if isinstance(message, bytes) else json.dumps(message or make_initialize_request()).encode()
        given = {
            **HEADERS,
            **make_bearer_header(token),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.http.post(path, content=content, headers=given)

    def call(self, tool: str, arguments: Mapping[str, Any], token: str | None = None, **headers: str) -> httpx.Response:
        """Call a tool in one request of the newest revision."""
        return self.post(
            make_modern_request("tools/call", name=tool, arguments=arguments),
            token,
            **make_modern_headers("tools/call", tool),
            **headers,
        )

    def raw(self, *pieces: bytes) -> bytes:
        """Send bytes and return all that comes back until the connection ends."""
        with self.connection() as connection:
            for piece in pieces:
                connection.sendall(piece)
            return read_to_end(connection)

    @contextmanager
    def connection(self, room: int | None = None) -> Iterator[socket.socket]:
        """A bare connection, perhaps with little room for answers."""
        with socket.socket() as connection:
            if room is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            connection.settimeout(20)
            connection.connect((HOST, self.port))
            yield connection

    @contextmanager
    def client(self, way: str, token: str | None = None, **more: Any) -> Iterator[Assistant]:
        """A real MCP client; the program beside it has a token of its own."""
        with ExitStack() as opened:
            portal = opened.enter_context(start_blocking_portal())
            client = opened.enter_context(portal.wrap_async_context_manager(self._client(way, token, more)))

            def open_program() -> Assistant:
                return opened.enter_context(self.client(way, self.token("program", structured=True)))

            yield Assistant(client, portal, open_program)

    @asynccontextmanager
    async def _client(self, way: str, token: str | None, more: dict[str, Any]) -> AsyncIterator[Client]:
        async with create_mcp_http_client(headers=make_bearer_header(token)) as http:
            transport: Any = streamable_http_client(f"{self.address}/mcp", http_client=http)
            if way == "sse":
                transport = sse_client(f"{self.address}/sse", headers=make_bearer_header(token))
            async with Client(transport, mode="auto" if way == "modern" else "legacy", **more) as client:
                yield client


def read_to_end(connection: socket.socket) -> bytes:
    """What comes until the connection ends, in whatever way it does."""
    received = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            received += piece
    return received


def make_bearer_header(token: str | None) -> dict[str, str]:
    """The header that carries a token."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def encode_request(message: Any, headers: Mapping[str, Any]) -> bytes:
    """A whole POST to /mcp as it is on the wire."""
    body = json.dumps(message).encode()
    given = {**HEADERS, "Host": HOST, "Content-Length": len(body), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


def make_modern_headers(method: str, name: str | None = None) -> dict[str, str]:
    """The headers of a request of the newest revision."""
    return {"MCP_Protocol_Version": MODERN, "Mcp_Method": method, **({"Mcp_Name": name} if name else {})}


def make_modern_request(method: str, **params: Any) -> dict[str, Any]:
    """A request of the newest revision."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": meta, **params}}


def make_initialize_request(version: str = "2025-11-25") -> dict[str, Any]:
    """The first request of the older revisions."""
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    return {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}


def issue_token(file: TeamTokenFile, name: str, **bounds: Any) -> str:
    """A new token in a file."""
    secret, token = TeamToken.issue(name, **bounds)
    file.add(token)
    return secret


class Portal(Protocol):
    """What stands in for a portal."""

    @property
    def webhook(self) -> str:
        """Its address."""


def write_profiles(folder: Path, **portals: Portal) -> Path:
    """A settings file with a profile for each portal, none of which has limits."""
    path = folder / "settings.toml"
    profile = '[profiles.{name}]\nwebhook_url = "{webhook}"\nplan = "self-hosted"\n'
    path.write_text("".join(profile.format(name=name, webhook=portal.webhook) for name, portal in portals.items()))
    return path


@contextmanager
def serve_team(
    folder: Path,
    transport: Transport = "all",
    options: Mapping[str, Any] | None = None,
    *,
    closed: bool = False,
    **settings: Any,
) -> Iterator[TeamServer]:
    """A server in a thread of its own, with the settings file of the folder; on the embedded portal without one.

    Where it is not closed, the first token closes it.
    """
    file = folder / "settings.toml"
    read = ServerSettings(settings_file=file, port=0, **settings)
    chosen: dict[str, Any] = {"sandbox": True}
    if file.exists():
        chosen = {"settings_file": file}
    if file.exists() or closed:
        write_private_file(read.access_file, '{"tokens": []}')
    kept = {"state_folder": folder / "state", "confirm": "none"}
    _, team = create_application(read, {**chosen, **kept, **(options or {})}, transport)
    with open_listener(HOST, 0) as listener:
        serving = GracefulServer(make_config(read, team), team)
        server = TeamServer(listener.getsockname()[1], read, team)

        async def run() -> None:
            server.loop = asyncio.get_running_loop()
            await serving.serve(sockets=[listener])

        thread = Thread(target=asyncio.run, args=(run(),), daemon=True)
        thread.start()
        try:
            with server.http:
                yield server
        finally:
            serving.should_exit = True
            thread.join(timeout=60)
            assert not thread.is_alive(), "the server did not end when it was told to"
