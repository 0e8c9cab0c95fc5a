"""What happens without a command: one client is served over standard input and output."""

import gc
import signal

import click

from server.cli.options import make_caller, read_settings
from server.config.settings import Settings


def serve_one_client(context: click.Context) -> None:
    """Serve until the client leaves."""
    _serve(read_settings(context))


def _serve(settings: Settings) -> None:
    # What start-up imports stays to the end, so looking for garbage in it is lost time: about a tenth of the start.
    gc.disable()
    import anyio

    from server.app import serve_stdio

    caller = make_caller(settings, "stdio")
    gc.freeze()
    gc.enable()
    # A thread waits for standard input, so that nothing but the end of the process answers Ctrl-C.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    anyio.run(serve_stdio, caller)
