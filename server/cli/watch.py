"""The command that shows events at a terminal as they come."""

import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from types import FrameType

import click

from server.cli.events import run_command
from server.cli.options import read_settings, settings_options


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--line", "line_id", type=click.IntRange(1), metavar="ID", help="Only events of this line.")
@click.option("--client", default="", metavar="NAME", help="Only events of clients of this name.")
@click.option("--all", "everything", is_flag=True, help="The portal's own notices in dialogs too.")
@settings_options
def watch(context: click.Context, *, as_json: bool, line_id: int | None, client: str, everything: bool) -> None:
    """Print what happens at the portal as it happens, a line an event, until Ctrl-C.

    How it is heard, and what trouble there is, goes to standard error.
    """
    from server.cli.event_lines import dump_event, format_event
    from server.cli.watching import Watched, note_on_stderr
    from server.cli.watching import watch as watch_events
    from server.events.feed.event import FeedEvent

    settings = read_settings(context)

    def write(noted: FeedEvent) -> None:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        click.echo(dump_event(noted) if as_json else format_event(noted, columns))

    wanted = Watched(line_id, client, everything)
    run_until_stopped(lambda: watch_events(settings, wanted, write, note_on_stderr))


def run_until_stopped(work: Callable[[], Awaitable[object]]) -> None:
    """Run something that only Ctrl-C ends; that is no failure, nor is a reader that goes away.

    A second Ctrl-C ends the program at once: it would tear up what is being closed, with a traceback of that.
    """
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `watch | head` ends quietly

    async def run() -> object:
        first = signal.getsignal(signal.SIGINT)  # the event loop's own, which cancels what runs

        def stop(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGINT, _exit_at_once)
            if callable(first):
                first(number, frame)

        signal.signal(signal.SIGINT, stop)
        return await work()

    try:
        run_command(run)
    except KeyboardInterrupt:
        sys.exit(0)


def _exit_at_once(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)
