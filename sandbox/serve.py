"""The embedded portal over HTTP, for this machine only."""

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from sandbox.app import create_app
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH

HOST = "127.0.0.1"


def serve(port: int, announce: Callable[[str], object]) -> None:
    """Serve the portal of the seeded company on this machine until Ctrl-C; port 0 takes a free one.

    `announce` gets two lines: the setting with the address, and where the control API is.

    Raises:
        OSError: the port is taken.
    """
    # Only where the protocol is named does asyncio send at once; otherwise the half of each answer waits for 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        announce(f"OPENCHANNELS_WEBHOOK_URL={address}{ADMIN_WEBHOOK_PATH}")
        announce(f"Clients that write, state and switches: {address}/_sandbox/state. Ctrl-C stops it.")
        config = uvicorn.Config(create_app(), log_level="warning", access_log=False, lifespan="off")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
