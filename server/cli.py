"""The command line: serve over stdio, or use the same tools by hand."""

import gc
import io
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from openchannels_mcp import VERSION
from server.connection import Connection, application_settings
from server.policy import Policy
from server.settings import Settings, WrongSettings, check_environment


class WrongUsage(click.ClickException):
    """Settings or words that cannot work; one message, exit code 2."""

    exit_code = 2


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which portal and which tools; they are taken before and after a command's name."""

    @click.option("--profile", metavar="NAME", help="A portal of the settings file.")
    @click.option("--sandbox", is_flag=True, default=None, help="Use the embedded portal with made-up dialogs.")
    @click.option("--toolsets", metavar="A,B", help="Only these toolsets.")
    @click.option("--read-only", is_flag=True, default=None, help="Only tools that change nothing.")
    @click.pass_context
    @wraps(command)
    def with_settings(context: click.Context, /, **options: Any) -> Any:
        names = ("profile", "sandbox", "toolsets", "read_only")
        given = {name: value for name in names if (value := options.pop(name)) is not None}
        context.obj = {**(context.obj or {}), **given}
        return command(context, **options)

    return with_settings


def read_settings(context: click.Context) -> Settings:
    """Environment and options together; a mistake ends the program with one clear message."""
    from pydantic import ValidationError

    try:
        check_environment(os.environ)
        return Settings(**context.obj)
    except ValidationError as error:
        problems = "; ".join(
            f"{_setting(item['loc'])}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise WrongUsage(problems) from None
    except WrongSettings as error:
        raise WrongUsage(str(error)) from None


def _setting(location: tuple[int | str, ...]) -> str:
    return f"OPENCHANNELS_{'.'.join(str(part) for part in location).upper()}"


def policy_of(settings: Settings) -> Policy:
    """The bounds that the settings draw."""
    return Policy(settings.toolsets, read_only=settings.read_only)


def connect(settings: Settings) -> Connection:
    """The portal of the settings; without one the program ends with one clear message."""
    try:
        return Connection(settings)
    except WrongSettings as error:
        raise WrongUsage(str(error)) from None


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


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="openchannels-mcp")
@settings_options
def cli(context: click.Context) -> None:
    """MCP server for Bitrix24 Open Channels. Without a command it serves over standard input and output.

    The portal is the inbound webhook in OPENCHANNELS_WEBHOOK_URL, or the embedded one with --sandbox.
    """
    if context.invoked_subcommand is None:
        settings = read_settings(context)
        _serve(policy_of(settings), connect(settings))


@cli.command()
@click.option("--markdown", is_flag=True, help="As a Markdown table.")
@settings_options
def tools(context: click.Context, *, markdown: bool) -> None:
    """List the tools with their effects and what each costs in bytes."""
    from server.tables import tools_in_markdown, tools_in_text

    listed = policy_of(read_settings(context)).tools.values()
    click.echo(tools_in_markdown(listed) if markdown else tools_in_text(listed))


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

    from server.manual import BadArguments, call_by_hand

    settings = read_settings(context)
    try:
        answered = anyio.run(call_by_hand, policy_of(settings), connect(settings), tool, arguments, as_json)
    except BadArguments as error:
        raise WrongUsage(str(error)) from None
    click.echo(answered.text, err=answered.failed and not as_json)
    sys.exit(1 if answered.failed else 0)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the structured result.")
@settings_options
def doctor(context: click.Context, *, as_json: bool) -> None:
    """Check address, credentials, scopes, rights and plan, and say what to do about each gap."""
    import anyio

    from server.manual import call_by_hand

    settings = read_settings(context)
    answered = anyio.run(call_by_hand, policy_of(settings), connect(settings), "portal_check", (), as_json)
    click.echo(answered.text)
    sys.exit(0 if answered.data.get("ok") else 1)


@cli.command()
@click.option("--paste", is_flag=True, help="Paste the address that the browser ends at, instead of waiting for it.")
@click.option("--port", type=click.IntRange(0, 65535), default=8025, show_default=True, help="For the redirect.")
@click.option("--browser/--no-browser", default=True, help="Open the page, or only print its address.")
@settings_options
def login(context: click.Context, *, paste: bool, port: int, browser: bool) -> None:
    """Sign an application in: a person allows it in the browser, its tokens are kept in a file."""
    import secrets

    import anyio

    from server.login import LoginFailed, Redirect, check_writable, exchange, loopback

    settings = read_settings(context)
    state = secrets.token_urlsafe(24)
    redirect = Redirect(state)
    try:
        application, file = application_settings(settings)
        check_writable(file)
        if paste:
            _show(application.authorize_url(state), browser=browser)
            question = "Address that the browser ended at, or the code"
            came_back = click.prompt(question, hide_input=sys.stdin.isatty())
        else:
            with loopback(port, redirect) as (address, wait):
                _show(application.authorize_url(state, address), browser=browser)
                came_back = wait()
        grant = anyio.run(exchange, application, file, redirect.code(came_back))
    except (WrongSettings, LoginFailed) as error:
        raise WrongUsage(str(error)) from None
    click.echo(f"Signed in at {application.origin} as user {grant.user_id}, scopes {grant.scope}. Kept in {file.path}.")


def _show(address: str, *, browser: bool) -> None:
    click.echo(f"Allow the application in the browser (the code is good for half a minute):\n{address}")
    if browser:
        click.launch(address)


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8024, show_default=True, help="0 takes a free one.")
def sandbox(port: int) -> None:
    """Serve the embedded portal over HTTP on this machine and print its webhook."""
    from sandbox.serve import serve

    try:
        serve(port, announce=click.echo)
    except OSError as error:
        raise click.ClickException(f"port {port} cannot be used: {error.strerror}") from None


@cli.command()
def demo() -> None:
    """Show a whole conversation: an MCP client drives this server on the embedded portal."""
    import anyio

    from server.demo import Demo

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `demo | head` ends quietly
    sys.exit(0 if anyio.run(Demo(click.echo).run) else 1)


def main() -> None:
    """Entry point of `openchannels-mcp`."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    cli(prog_name="openchannels-mcp")
