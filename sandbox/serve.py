"""The embedded portal over HTTP, for this machine only."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import anyio
import uvicorn
from starlette.applications import Starlette

from sandbox.app import create_app, install_application
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_SECRET
from sandbox.state.company import Company

HOST = "127.0.0.1"


def serve(port: int, announce: Callable[[str], object], handler: str = "") -> None:
    """Serve the portal of the seeded company on this machine until Ctrl-C; port 0 takes a free one.

    `announce` gets lines: the setting with the webhook, where the control API is, the settings of the portal's
    application, and where that is allowed. The application's `handler`, if there is one, is told of the installation.

    Raises:
        OSError: the port is taken.
        RefusalError: no portal would post to such a handler.
    """
    with _open_listener(port) as (listener, address):
        app = create_app()
        if handler:
            install_application(app, handler, address)
        announce(f"OPENCHANNELS_WEBHOOK_URL={address}{ADMIN_WEBHOOK_PATH}")
        announce(f"Clients that write, state and switches: {address}/_sandbox/state. Ctrl-C stops it.")
        for line in describe_application(address):
            announce(line)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(_make_config(app)).run(sockets=[listener])


@asynccontextmanager
async def serve_beside() -> AsyncIterator[tuple[str, Company]]:
    """Serve the portal of a seeded company from this process as long as the context is open.

    Gives its address and the company, which this process may change between two awaits.
    """
    app = create_app()
    with _open_listener(0) as (listener, address):
        server = _QuietServer(_make_config(app))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listener])
            try:
                yield address, app.state.company
            finally:
                server.should_exit = True


class _QuietServer(uvicorn.Server):
    """Leaves signals to the program that it is part of."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _open_listener(port: int) -> Iterator[tuple[socket.socket, str]]:
    # Only where the protocol is named does asyncio send at once; otherwise the half of each answer waits for 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
        yield listener, f"http://{HOST}:{listener.getsockname()[1]}"


def _make_config(app: Starlette) -> uvicorn.Config:
    return uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")


def describe_application(address: str) -> list[str]:
    """The lines that say how the application of the portal at an address signs in."""
    settings = {
        "PORTAL": address,
        "OAUTH_SERVER": address,
        "CLIENT_ID": APPLICATION_ID,
        "CLIENT_SECRET": APPLICATION_SECRET,
    }
    allowed = f"{address}/oauth/authorize/?client_id={APPLICATION_ID}"
    return [
        " ".join(f"OPENCHANNELS_{name}={value}" for name, value in settings.items()),
        f"These four sign the installed application in. It is allowed at {allowed} and fetches {address}/oauth/token/.",
    ]
