"""The embedded portal over HTTP, for this machine only."""

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from sandbox.app import create_app, install_application
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_SECRET

HOST = "127.0.0.1"


def serve(port: int, announce: Callable[[str], object], handler: str = "") -> None:
    """Serve the portal of the seeded company on this machine until Ctrl-C; port 0 takes a free one.

    `announce` gets lines: the setting with the webhook, where the control API is, the settings of the portal's
    application, and where that is allowed. The application's `handler`, if there is one, is told of the installation.

    Raises:
        OSError: the port is taken.
        RefusalError: no portal would post to such a handler.
    """
    # Only where the protocol is named does asyncio send at once; otherwise the half of each answer waits for 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        app = create_app()
        if handler:
            install_application(app, handler, address)
        announce(f"OPENCHANNELS_WEBHOOK_URL={address}{ADMIN_WEBHOOK_PATH}")
        announce(f"Clients that write, state and switches: {address}/_sandbox/state. Ctrl-C stops it.")
        for line in describe_application(address):
            announce(line)
        config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


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
