"""The command that serves a team over HTTP."""

import logging
from typing import Any

import click

from server.cli.options import WrongUsageError, read_server_settings, settings_options
from server.config.settings import SettingsError


@click.command()
@click.option("--transport", type=click.Choice(["http", "sse", "all", "stdio"]), default="http", show_default=True)
@click.option("--host", help="Address to listen on; others than this machine's need authentication.  [127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="0 takes a free one.  [8023]")
@click.option("--stateless", is_flag=True, default=None, help="No sessions, so that any replica answers any request.")
@click.option("--allowed-hosts", metavar="A,B", help="Names that clients reach the server by.")
@click.option("--allowed-origins", metavar="A,B", help="Web pages that may send requests.")
@click.option("--cors-origins", metavar="A,B", help="Web pages that may also read answers.")
@click.option("--trusted-proxies", metavar="A,B", help="Proxies whose X-Forwarded headers are believed.")
@click.option("--log-format", type=click.Choice(["json", "text"]), help="Of the lines on stderr.  [json]")
@click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), help="From here on.  [info]")
@settings_options
def serve(context: click.Context, *, transport: str, **given: Any) -> None:
    """Serve a team over HTTP: /mcp for every client, /sse for old ones; who may come in is in the tokens' file.

    Each option is also a key of [server] in the settings file and a variable OPENCHANNELS_HTTP_*.
    """
    if transport == "stdio":
        from server.cli.stdio import serve_one_client

        serve_one_client(context)
        return
    try:
        _serve_http({name: value for name, value in given.items() if value is not None}, context.obj, transport)
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


def _serve_http(given: dict[str, Any], options: dict[str, Any], transport: Any) -> None:
    settings = read_server_settings(**given)
    from server.http.serving import create_application
    from server.http.serving import serve as serve_team
    from server.telemetry import logs

    logs.set_up(settings.log_format, settings.log_level)
    access, team = create_application(settings, options, transport)
    notes = [_describe_sandbox()] if options.get("sandbox") else []
    serve_team(settings, access, team, announce=logging.getLogger("openchannels").info, notes=notes)


def _describe_sandbox() -> str:
    """The embedded portal's application, and where it can be used: nothing outside reaches a portal in here."""
    from sandbox.seed.seed import APPLICATION_ID, APPLICATION_SECRET

    return (
        f"The portal is embedded. Its application: client_id {APPLICATION_ID}, client_secret {APPLICATION_SECRET}. To "
        "sign it in, serve the portal with `openchannels-mcp sandbox`; then it is allowed at "
        f"http://127.0.0.1:8024/oauth/authorize/?client_id={APPLICATION_ID}"
    )
