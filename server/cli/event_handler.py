"""The commands for whoever writes a handler of events: have them posted to it, make one happen, post one again."""

import secrets
import sys
from typing import TYPE_CHECKING

import click

from server.cli.events import events, run_command
from server.cli.options import make_connection, read_settings, settings_options
from server.cli.watch import run_until_stopped
from tools.untrusted import escape_invisible

if TYPE_CHECKING:
    from server.events.sources.wire_form import Sender

__all__ = ["events"]

FORWARD_TO = "Address of the handler: on this machine, or https."


def _write(line: str) -> None:
    click.echo(escape_invisible(line))


def _note(line: str) -> None:
    click.echo(escape_invisible(line), err=True)


def _tell_proof(sender: "Sender") -> None:
    """What a handler that checks who posts has to know."""
    _note(f"The posts carry member_id {sender.member_id} and application_token {sender.application_token}")


@events.command("listen")
@click.option("--forward-to", required=True, metavar="URL", help=FORWARD_TO)
@click.option("--token", metavar="TEXT", help="The application_token of the posts; one is made unless given.")
@settings_options
def listen_for_handler(context: click.Context, *, forward_to: str, token: str | None) -> None:
    """Post events to a handler as they come, in the form in which the portal posts them, until Ctrl-C.

    The portal itself needs no binding: this hears as `watch` does. Each post is tried once, as the portal does it.
    """
    from server.cli.forwarding import Forwarding, check_handler, forward, make_sender
    from server.cli.watching import note_on_stderr

    settings = read_settings(context)

    async def work() -> None:
        sender = make_sender(settings, token or secrets.token_hex(16))
        forwarding = Forwarding(check_handler(forward_to), sender, _write)
        _tell_proof(sender)
        await forward(settings, forwarding, note_on_stderr)

    run_until_stopped(work)


@events.command("resend")
@click.argument("number", type=click.IntRange(1))
@click.option("--forward-to", required=True, metavar="URL", help=FORWARD_TO)
@click.option("--token", metavar="TEXT", help="The application_token of the post; one is made unless given.")
@settings_options
def resend_event(context: click.Context, *, number: int, forward_to: str, token: str | None) -> None:
    """Post an event of the feed to a handler once more; `events list` shows the numbers."""
    from server.cli.forwarding import Forwarding, check_handler, make_sender, resend

    settings = read_settings(context)

    async def work() -> bool:
        sender = make_sender(settings, token or secrets.token_hex(16))
        _tell_proof(sender)
        answer = await resend(settings, Forwarding(check_handler(forward_to), sender, _write), number)
        return answer is not None and answer.ok

    sys.exit(0 if run_command(work) else 1)


@events.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@settings_options
def list_kept(context: click.Context, *, limit: int, as_json: bool) -> None:
    """Show the last events that were heard, with their numbers."""
    from server.cli.event_lines import dump_event, format_event
    from server.cli.forwarding import list_events
    from server.cli.watching import open_event_masks

    settings = read_settings(context)

    async def work() -> None:
        masks = open_event_masks(settings, make_connection(settings).key)
        for noted in map(masks.hide, list_events(settings, limit)):
            click.echo(dump_event(noted) if as_json else f"{noted.number:>7}  {format_event(noted)}")

    run_command(work)


@events.command("trigger")
@click.argument("event")
@click.option("--dialog", type=click.IntRange(1), metavar="ID", help="Where it happens.  [one of the sandbox's]")
@click.option("--text", metavar="TEXT", help="What is written.")
@settings_options
def trigger_event(context: click.Context, *, event: str, dialog: int | None, text: str | None) -> None:
    """Have an event really happen in a sandbox that `openchannels-mcp sandbox` serves, e.g. OnSessionFinish."""
    from server.cli.forwarding import trigger

    wanted: dict[str, object] = {"chat_id": dialog, "text": text}
    settings = read_settings(context)
    given = {name: value for name, value in wanted.items() if value is not None}
    _write(run_command(lambda: trigger(settings, event.upper(), given)))
