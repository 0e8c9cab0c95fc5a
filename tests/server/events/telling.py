"""Servers that hear of events from a feed that the test writes, and clients that listen to them in each era."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import ResourceUpdated
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.types import (
    EmptyResult,
    ResourceUpdatedNotification,
    SubscribeRequest,
    SubscribeRequestParams,
    UnsubscribeRequest,
    UnsubscribeRequestParams,
)

from server.events.feed.event import EventKind, PortalEvent
from server.events.feed.store import Feed
from server.storage.database import State
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.server.http.team_server import TeamServer, make_bearer_header, serve_team
from tests.spawning import command

NOWHERE = "http://127.0.0.1:9/rest/1/token/"
"""A portal that nobody reaches: what is heard here comes from the feed alone."""
KEY = "http://127.0.0.1:9 user 1"
STDIO = ("stdio, legacy", "stdio, modern")
HTTP = ("http, legacy", "http, modern", "sse, legacy")
NUMBERS = count(1)


def make_message(
    chat_id: int = 201,
    line_id: int = 2,
    text: str = "Hello",
    kind: EventKind = EventKind.MESSAGE_FROM_CLIENT,
    **more: Any,
) -> PortalEvent:
    """What a client wrote, or another event of a dialog."""
    number = next(NUMBERS)
    fields = {"client": "Emma Wilson", "author": "Emma Wilson", "details": {"role": "client"}, **more}
    return PortalEvent(
        kind,
        f"message {number}",
        1773651600.0 + number,
        chat_id=chat_id,
        session_id=chat_id + 100,
        line_id=line_id,
        message_id=number,
        text=text,
        user_code=f"telegrambot|{line_id}|{chat_id}|7",
        **fields,
    )


def open_feed(folder: Path) -> Feed:
    """The feed that servers with this state folder have of the portal that nobody reaches."""
    return Feed(State.in_folder(folder), KEY)


def make_token_name(name: str) -> str:
    """Without what no name may have."""
    return name.replace(", ", "-").replace(" ", "-")


class Ear:
    """What one client has been told."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.acknowledged: list[str] = []
        self._changed = anyio.Event()

    async def __call__(self, message: Any) -> None:
        """A notice as clients of the older revisions get it."""
        if isinstance(message, ResourceUpdatedNotification):
            self.note(message.params.uri)

    def note(self, uri: str) -> None:
        """Keep an address."""
        self.heard.append(uri)
        self._changed.set()
        self._changed = anyio.Event()

    async def tell_until_heard(self, feed: Feed) -> set[str]:
        """What is heard of messages that are told again and again: the stream for notices may open late."""
        with anyio.fail_after(20):
            while not self.heard:
                feed.append([make_message()])
                with anyio.move_on_after(1):
                    await self._changed.wait()
        return set(self.heard)

    async def wait(self, number: int = 1, seconds: float = 10) -> list[str]:
        """So many notices; the test fails if they do not come."""
        with anyio.fail_after(seconds):
            while len(self.heard) < number:
                await self._changed.wait()
        return self.heard


@dataclass
class Place:
    """A server, and how a client of each kind reaches it."""

    folder: Path
    server: TeamServer | None
    webhook: str = NOWHERE

    @property
    def feed(self) -> Feed:
        """What it hears."""
        return open_feed(self.folder)

    def issue_token(self, name: str, **bounds: Any) -> str:
        """A new token of the team's server."""
        assert self.server
        return self.server.token(make_token_name(name), **bounds)

    def change_token(self, name: str, **bounds: Any) -> None:
        """Give it other bounds."""
        assert self.server
        path = self.server.file.path
        content = json.loads(path.read_text())
        for token in content["tokens"]:
            if token["name"] == make_token_name(name):
                token.update(bounds)
        path.write_text(json.dumps(content))

    def revoke_token(self, name: str) -> None:
        """Take it out."""
        assert self.server
        self.server.file.revoke(make_token_name(name))

    @asynccontextmanager
    async def connect(
        self, way: str, token: str | None = None, ear: Ear | None = None
    ) -> AsyncIterator[tuple[Client, Ear]]:
        """A client, and its ear."""
        ear, (transport, _, era) = ear or Ear(), way.partition(", ")
        mode = "legacy" if era == "legacy" else "auto"
        async with create_mcp_http_client(headers=make_bearer_header(token)) as http:
            server: Any = self._spawned()
            if self.server and transport == "http":
                server = streamable_http_client(f"{self.server.address}/mcp", http_client=http)
            elif self.server:
                server = sse_client(f"{self.server.address}/sse", headers=make_bearer_header(token))
            handler = ear if mode == "legacy" else None
            async with Client(server, mode=mode, message_handler=handler) as client:
                yield client, ear

    def _spawned(self) -> StdioServerParameters:
        program, *words = command()
        env = {
            **PLAIN_ENVIRONMENT,
            "OPENCHANNELS_STATE_FOLDER": str(self.folder),
            "OPENCHANNELS_WEBHOOK_URL": self.webhook,
        }
        return StdioServerParameters(command=program, args=words, cwd=str(ROOT), env=env)


@contextmanager
def serve(way: str, folder: Path, webhook: str = NOWHERE, **settings: Any) -> Iterator[Place]:
    """The server for clients of this kind; over standard input and output each client has its own."""
    if way in STDIO:
        yield Place(folder / "state", None, webhook)
        return
    options = {"sandbox": False, "webhook_url": webhook, "plan": "self-hosted"}
    with serve_team(folder, "all", options, **settings) as server:
        yield Place(folder / "state", server, webhook)


@asynccontextmanager
async def listen(client: Client, ear: Ear, *uris: str) -> AsyncIterator[None]:
    """Be told of these addresses, in the way of the client's revision."""
    if client.protocol_version != "2026-07-28":
        for uri in uris:
            await client.session.send_request(SubscribeRequest(params=SubscribeRequestParams(uri=uri)), EmptyResult)
        ear.acknowledged = list(uris)
        yield
        for uri in uris:
            end = UnsubscribeRequest(params=UnsubscribeRequestParams(uri=uri))
            await client.session.send_request(end, EmptyResult)
        return
    async with client.listen(resource_subscriptions=uris) as stream, anyio.create_task_group() as tasks:
        ear.acknowledged = list(stream.honored.resource_subscriptions or [])

        async def note() -> None:
            async for event in stream:
                if isinstance(event, ResourceUpdated):
                    ear.note(event.uri)

        tasks.start_soon(note)
        yield
        tasks.cancel_scope.cancel()


def run(story: Callable[[], Any], seconds: float = 60) -> None:
    """A story under a bound."""

    async def bounded() -> None:
        with anyio.fail_after(seconds):
            await story()

    anyio.run(bounded)
