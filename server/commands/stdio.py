"""What happens without a command: one client is served over standard input and output."""

import gc
import signal

import click

from server.commands.options import connect, policy_of, read_settings
from server.connection import Connection
from server.policy import Policy


def serve_one_client(context: click.Context) -> None:
    """Serve until the client leaves."""
    settings = read_settings(context)
    _serve(policy_of(settings), connect(settings))


def _serve(policy: Policy, connection: Connection) -> None:
    # What start-up imports stays to the end, so looking for garbage in it is lost time: about a tenth of the start.
    gc.disable()
    import anyio

    from server.app import serve_stdio

    gc.freeze()
    gc.enable()
    # A thread waits for standard input, so that nothing but the end of the process answers Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(serve_stdio, policy, connection)
