"""The command line: serve over stdio, or use the same tools by hand."""

import io
import signal
import sys

import click

from openchannels_mcp import VERSION
from server.cli.approvals import approvals, audit
from server.cli.docs import docs_commands
from server.cli.event_handler import events
from server.cli.options import WrongUsageError, make_caller, make_policy, read_settings, settings_options
from server.cli.serve import serve
from server.cli.stdio import serve_one_client
from server.cli.token import token
from server.cli.watch import watch
from server.config.credentials import read_application
from server.config.settings import SettingsError
from server.telemetry import logs

BY_HAND = "command line"
"""Name of whoever calls tools from the terminal."""


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="openchannels-mcp")
@settings_options
def cli(context: click.Context) -> None:
    """MCP server for Bitrix24 Open Channels. Without a command it serves over standard input and output.

    The portal is the inbound webhook in OPENCHANNELS_WEBHOOK_URL, or the embedded one with --sandbox.
    """
    if context.invoked_subcommand is None:
        serve_one_client(context)


@cli.command()
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
@settings_options
def tools(context: click.Context, *, markdown: bool) -> None:
    """List the tools with their effects and what each costs in bytes."""
    from server.cli.tables import format_tools_as_markdown, format_tools_as_text

    listed = make_policy(read_settings(context)).listed.values()
    click.echo(format_tools_as_markdown(listed) if markdown else format_tools_as_text(listed))


@cli.command()
@click.argument("tool")
@click.argument("arguments", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--json", "as_json", is_flag=True, help="Print the structured result.")
@settings_options
def call(context: click.Context, *, tool: str, arguments: tuple[str, ...], as_json: bool) -> None:
    """Call one tool, for example: call dialog_get chat_id=2043.

    Values are JSON where the argument is not a text: queue='[{"entity_type":"user","entity_id":1}]'.
    """
    import anyio

    from server.cli.call import BadArgumentsError, call_by_hand

    settings = read_settings(context).model_copy(update={"structured": as_json})
    try:
        output = anyio.run(call_by_hand, make_caller(settings, BY_HAND), tool, arguments, as_json)
    except BadArgumentsError as error:
        raise WrongUsageError(str(error)) from None
    click.echo(output.text, err=output.failed and not as_json)
    sys.exit(1 if output.failed else 0)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the structured result.")
@settings_options
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Check address, credentials, scopes, rights and plan, and say what to do about each gap."""
    import anyio

    from server.cli.call import call_by_hand
    from tools.fence import remove_fences

    settings = read_settings(context)
    output = anyio.run(call_by_hand, make_caller(settings, BY_HAND), "portal_check", (), as_json)
    click.echo(remove_fences(output.text))
    sys.exit(0 if output.data.get("ok") else 1)


@cli.command()
@click.option("--paste", is_flag=True, help="Paste the address that the browser ends at, instead of waiting for it.")
@click.option("--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="For the redirect.")
@click.option("--browser/--no-browser", default=True, help="Open the page, or only print its address.")
@settings_options
def login(context: click.Context, *, paste: bool, port: int, browser: bool) -> None:
    """Sign an application in: a person allows it in the browser, its tokens are kept in a file."""
    import secrets

    import anyio

    from server.cli.login import LoginError, LoginRedirect, check_writable, exchange_code, wait_for_redirect

    settings = read_settings(context)
    state = secrets.token_urlsafe(24)
    redirect = LoginRedirect(state)
    try:
        application, file = read_application(settings)
        check_writable(file)
        if paste:
            _show_address(application.authorize_url(state), browser=browser)
            question = "Address that the browser ended at, or the code"
            came_back = click.prompt(question, hide_input=sys.stdin.isatty())
        else:
            with wait_for_redirect(port, redirect) as (address, wait):
                _show_address(application.authorize_url(state, address), browser=browser)
                came_back = wait()
        grant = anyio.run(exchange_code, application, file, redirect.read_code(came_back))
    except (SettingsError, LoginError) as error:
        raise WrongUsageError(str(error)) from None
    click.echo(f"Signed in at {application.origin} as user {grant.user_id}, scopes {grant.scope}. Kept in {file.path}.")


def _show_address(address: str, *, browser: bool) -> None:
    click.echo(f"Allow the application in the browser (the code is good for half a minute):\n{address}")
    if browser:
        click.launch(address)


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8024, show_default=True, help="0 takes a free one.")
@click.option("--handler", metavar="URL", default="", help="Of the application's events; it gets ONAPPINSTALL first.")
def sandbox(port: int, handler: str) -> None:
    """Serve the embedded portal over HTTP on this machine and print its webhook and its application."""
    from sandbox.serve import serve
    from sandbox.state.errors import RefusalError

    try:
        serve(port, announce=click.echo, handler=handler)
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}") from None
    except RefusalError as refusal:
        raise WrongUsageError(f"--handler {handler}: {refusal.text}; http or https and a host with a dot") from None


@cli.command()
def demo() -> None:
    """Show a whole conversation: an MCP client drives this server on the embedded portal."""
    import anyio

    from server.cli.demo import Demo

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `demo | head` ends quietly
    sys.exit(0 if anyio.run(Demo(click.echo).run) else 1)


for command in (docs_commands, serve, token, approvals, audit, events, watch):
    cli.add_command(command)


def main() -> None:
    """Entry point of `openchannels-mcp`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logs.set_up("text", "warning")
    cli(prog_name="openchannels-mcp")
