"""The commands about events: have the portal post them, see how they are heard, try a handler of one's own."""

import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from server.cli.options import WrongUsageError, make_connection, read_server_settings, read_settings, settings_options
from server.config.settings import Settings, SettingsError
from tools.untrusted import escape_invisible, escape_invisible_in_json

if TYPE_CHECKING:
    from server.cli.event_setup import EventSetup

Answer = TypeVar("Answer")
SECONDS = 20.0
"""For which a test event is waited for: the portal posts within seconds."""
ADDRESS = "Where the portal reaches this server, e.g. https://mcp.example.com.  [events_address of [server]]"


@click.group()
def events() -> None:
    """Events of the portal: bind them, see how they are heard, forward them to a handler."""


def run_command(work: Callable[[], Awaitable[Answer]]) -> Answer:
    """Run what a command does; whatever cannot work ends the program with one message, 2 for settings and 1 else."""
    import anyio

    from portal.errors import PortalError
    from server.storage.errors import StorageError

    try:
        return anyio.run(work)
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None
    except PortalError as error:
        words = ", ".join(filter(None, (error.description, error.code)))
        raise click.ClickException(escape_invisible(f"{error.happened}: {words}")) from None
    except StorageError as error:
        raise _describe_storage_error(error) from None
    except BaseExceptionGroup as group:
        found = group.subgroup(StorageError)
        if found is None:
            raise
        raise _describe_storage_error(found) from None


def _describe_storage_error(error: BaseException) -> click.ClickException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return click.ClickException(escape_invisible(f"the state folder cannot be used: {error}"))


async def _with_setup(settings: Settings, act: Callable[["EventSetup"], Awaitable[Answer]]) -> Answer:
    from server.cli.event_setup import open_setup

    async with open_setup(settings) as setup:
        return await act(setup)


def _find_handler(settings: Settings, address: str | None) -> str:
    from server.cli.event_setup import make_handler

    try:
        return make_handler(address or read_server_settings().events_address, settings.profile)
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


@events.command()
@click.option("--address", metavar="URL", help=ADDRESS)
@click.option("--connectors", is_flag=True, help="The seven events of the application's own connectors too.")
@click.option("--wait", type=click.FloatRange(0.1, 600), default=SECONDS, show_default=True, help="Seconds.")
@settings_options
def bind(context: click.Context, *, address: str | None, connectors: bool, wait: float) -> None:
    """Have an application's portal post its events to a running `openchannels-mcp serve`, and test that they arrive.

    What is bound already stays; it may be run again at any time.
    """
    from server.http.deliveries.bindings import ALWAYS, WITH_CONNECTORS

    settings = read_settings(context)
    handler = _find_handler(settings, address)
    wanted = WITH_CONNECTORS if connectors or "connectors" in settings.toolsets else ALWAYS

    async def act(setup: "EventSetup") -> Any:
        for event, outcome in (await setup.bind(handler, wanted)).items():
            click.echo(f"{event}: {outcome}")
        click.echo("Testing ...", err=True)
        return await setup.test(handler, wait)

    _finish(run_command(lambda: _with_setup(settings, act)))


def _finish(outcome: Any) -> None:
    click.echo(escape_invisible(outcome.text))
    sys.exit(0 if outcome.arrived else 1)


@events.command()
@click.option("--address", metavar="URL", help=ADDRESS)
@settings_options
def unbind(context: click.Context, *, address: str | None) -> None:
    """Have the portal post nothing to this server any more; bindings of other handlers stay."""
    settings = read_settings(context)
    handler = _find_handler(settings, address)
    taken = run_command(lambda: _with_setup(settings, lambda setup: setup.unbind(handler)))
    for event in taken:
        click.echo(f"{event}: no longer posted to {handler}")
    if not taken:
        click.echo(f"Nothing was bound to {handler}.")


@events.command("test")
@click.option("--address", metavar="URL", help=ADDRESS)
@click.option("--wait", type=click.FloatRange(0.1, 600), default=SECONDS, show_default=True, help="Seconds.")
@settings_options
def test_delivery(context: click.Context, *, address: str | None, wait: float) -> None:
    """Have the portal post a test event, and see that it arrives."""
    settings = read_settings(context)
    handler = _find_handler(settings, address)
    _finish(run_command(lambda: _with_setup(settings, lambda setup: setup.test(handler, wait))))


@events.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@settings_options
def status(context: click.Context, *, as_json: bool) -> None:
    """Show how events are heard here, what each way can and cannot see, what is bound and what is kept."""
    import json

    from server.events.status import describe_bindings, describe_feed, describe_sources, read_status
    from server.storage.errors import StorageError

    settings = read_settings(context)
    try:
        found = read_status(settings, make_connection(settings).key)
    except StorageError as error:
        raise _describe_storage_error(error) from None
    is_application = not settings.sandbox and settings.portal is not None
    if is_application:
        bound = run_command(lambda: _with_setup(settings, lambda setup: setup.list_bindings()))
        found = replace(found, bindings=[asdict(one) for one in bound])
    if as_json:
        click.echo(escape_invisible_in_json(json.dumps(asdict(found), ensure_ascii=False, indent=2)))
        return
    lines = [*describe_sources(found), *describe_feed(found.feed)]
    for line in [*lines, *(describe_bindings(found.bindings) if is_application else ())]:
        click.echo(escape_invisible(line))
