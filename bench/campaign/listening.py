"""A process that hears a portal's events by one source, in accelerated time, and that is killed at random."""

import multiprocessing
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import anyio
import uvicorn
from starlette.applications import Starlette

from portal.application import Application
from portal.client import Portal
from portal.tokens import TokenFile
from portal.webhook import Webhook
from sandbox.seed.seed import APPLICATION_ID, APPLICATION_SECRET
from sandbox.state.oauth import APPLICATION_TOKEN
from sandbox.wire.oauth_routes import MEMBER_ID
from server.events.feed.store import Feed
from server.events.hub import EventHub
from server.events.installation import Installation, InstallationFile
from server.events.sources.application import ApplicationSource
from server.events.sources.bot import BotSource
from server.events.sources.offline import OfflineSource
from server.events.sources.polling import PollingSource
from server.events.sources.source import EventSource
from server.http.deliveries.endpoint import DeliveryEndpoint
from server.http.deliveries.receiver import DeliveryReceiver
from server.http.errors import RefusalMiddleware
from server.storage.database import State
from workflows.core.context import Context

TIMEOUT = 30
CALL_SECONDS = 5.0
FASTER = 100
"""How much faster than in earnest a source's pauses and those before a repetition go by."""


@dataclass(frozen=True)
class Hearing:
    """What a listening process needs to know."""

    source: str
    """`polling`, `offline`, `application` or `bot`."""
    webhook: str
    """Whom it acts for: the portal's address with the path of a webhook, or of an application's token."""
    folder: Path
    port: int = 0
    """Where the portal posts to."""
    bot_id: int = 0
    bot_token: str = ""
    faster: float = FASTER

    @property
    def feed(self) -> Feed:
        """What was heard."""
        return Feed(State.in_folder(self.folder), "campaign")

    @property
    def proof(self) -> InstallationFile:
        """Of the portal, for the source that is posted to."""
        return InstallationFile(self.folder / "tokens.json")

    def make_source(self) -> EventSource:
        """The source."""
        match self.source:
            case "polling":
                return PollingSource()
            case "offline":
                return OfflineSource()
            case "application":
                return ApplicationSource(self.proof)
        return BotSource(self.bot_id, self.bot_token)

    def make_sleep(self) -> Callable[[float], Awaitable[None]]:
        """The accelerated clock."""

        async def sleep(seconds: float) -> None:
            await anyio.sleep(seconds / self.faster)

        return sleep


def prove(hearing: Hearing) -> None:
    """Let the listener believe what the portal posts."""
    hearing.proof.save(Installation(MEMBER_ID, APPLICATION_TOKEN))


def listen(hearing: Hearing) -> None:
    """Hear until killed."""
    anyio.run(_listen, hearing)


async def _listen(hearing: Hearing) -> None:
    async with open_hub(hearing, hearing.make_sleep()) as hub, hub.listen():
        await anyio.sleep_forever()


@asynccontextmanager
async def open_hub(hearing: Hearing, sleep: Callable[[float], Awaitable[None]]) -> AsyncIterator[EventHub]:
    """The hub of a source, whose pauses go by as `sleep` makes them; with the endpoint where the portal posts to it."""
    async with (
        Portal(Webhook.parse(hearing.webhook), seconds=CALL_SECONDS, plan=None, sleep=sleep) as portal,
        anyio.create_task_group() as tasks,
    ):

        async def open_context() -> Context:
            return Context(portal, {})

        def start(work: Callable[[], Awaitable[None]]) -> None:
            tasks.start_soon(work)  # type: ignore[arg-type]

        source = hearing.make_source()
        key, folder = "campaign", hearing.folder
        if hearing.port:
            tasks.start_soon(_serve, hearing)
        yield EventHub(hearing.feed, [source], open_context, start, key=key, folder=folder, sleep=sleep)
        tasks.cancel_scope.cancel()


async def _serve(hearing: Hearing) -> None:
    tokens = TokenFile(hearing.proof.path.with_name("tokens.json"))
    application = Application(hearing.webhook.partition("/rest/")[0], APPLICATION_ID, APPLICATION_SECRET)
    receiver = DeliveryReceiver(application, tokens, hearing.feed)

    async def find_receiver(_: str | None) -> DeliveryReceiver:
        return receiver

    app = RefusalMiddleware(Starlette(routes=[DeliveryEndpoint(find_receiver).make_route()]))
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", hearing.port))
        listener.listen(200)
        config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off")
        await uvicorn.Server(config).serve(sockets=[listener])


class Listener:
    """The listening process, which can be killed and started again."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload([__name__])
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Begin to hear."""
        self._process = self._forks.Process(target=listen, args=(self._hearing,), daemon=True)
        self._process.start()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        if self._process is not None:
            self._process.kill()
            self._process.join(TIMEOUT)
            assert not self._process.is_alive()
            self._process = None


@contextmanager
def listening(hearing: Hearing) -> Iterator[Listener]:
    """A process that hears."""
    listener = Listener(hearing)
    listener.start()
    try:
        yield listener
    finally:
        listener.kill()
