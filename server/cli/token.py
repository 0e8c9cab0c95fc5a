"""The commands that say who may come in: tokens are shown once, and only what recognises them is kept."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from server.cli.options import WrongUsageError, read_server_settings
from server.config.settings import Settings, SettingsError

if TYPE_CHECKING:
    from server.http.auth.token_file import TeamToken, TeamTokenFile

SPAN = re.compile(r"(\d{1,4})([hdw])")
HOURS = {"h": 1, "d": 24, "w": 7 * 24}


@click.group()
def token() -> None:
    """Let people and programs use `serve`: add, list and revoke their tokens."""


@token.command()
@click.argument("name")
@click.option("--profile", metavar="NAME", help="The portal it is for: a profile of the settings file.")
@click.option("--toolsets", metavar="A,B", help="Only these toolsets.  [all]")
@click.option("--effects", metavar="A,B", help="Only tools with these effects, e.g. read,write,customer.  [all]")
@click.option("--structured/--text", default=None, help="Answers as data for programs, or text.  [as the server]")
@click.option("--expires", metavar="WHEN", help="After 12h, 30d or 8w, or on a day such as 2027-01-31.  [never]")
def add(
    name: str,
    *,
    profile: str | None,
    toolsets: str | None,
    effects: str | None,
    structured: bool | None,
    expires: str | None,
) -> None:
    """Make a token and print it, this once.

    What the settings forbid, no token allows.
    """
    from pydantic import ValidationError

    from server.http.auth.token_file import TeamToken

    file = _open_token_file()
    given = {"toolsets": toolsets, "effects": effects, "structured": structured}
    bounds = {name: value for name, value in given.items() if value is not None}
    try:
        _check_profile(profile)
        secret, made = TeamToken.issue(name, profile=profile, expires=_parse_expiry(expires), **bounds)
        file.add(made)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        raise WrongUsageError(f"{wrong['loc'][0]}: {wrong['msg'].removeprefix('Value error, ')}") from None
    except (SettingsError, ValueError, OSError) as error:
        raise WrongUsageError(str(error)) from None
    click.echo(secret)
    click.echo(f"{_describe_token(made)}. It is not shown again; {file.path} keeps its hash.", err=True)


@token.command("list")
def list_tokens() -> None:
    """Show whose tokens there are and what they may do."""
    try:
        tokens = _open_token_file().load()
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None
    for one in tokens:
        click.echo(_describe_token(one))
    if not tokens:
        click.echo("There are no tokens.")


@token.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Let a token in no more: a running server refuses its next request and ends its streams within seconds."""
    try:
        _open_token_file().revoke(name)
    except (SettingsError, OSError) as error:
        raise WrongUsageError(str(error)) from None
    click.echo(f"{name} is revoked.")


def _open_token_file() -> "TeamTokenFile":
    from server.http.auth.token_file import TeamTokenFile

    return TeamTokenFile(read_server_settings().access_file)


def _check_profile(profile: str | None) -> None:
    if profile is not None:
        Settings(profile=profile)


def _parse_expiry(text: str | None) -> datetime | None:
    if text is None:
        return None
    now = datetime.now(UTC).replace(microsecond=0)
    if span := SPAN.fullmatch(text):
        return now + timedelta(hours=int(span[1]) * HOURS[span[2]])
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expires: '{text[:40]}' should be such as 12h, 30d, 8w or 2027-01-31") from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _describe_token(one: "TeamToken") -> str:
    """Never the hash in full: enough of it to tell two apart."""
    from tools import TOOLSETS

    toolsets: Any = "all toolsets" if one.toolsets == set(TOOLSETS) else ",".join(sorted(one.toolsets))
    until = "for ever" if one.expires is None else f"until {one.expires.isoformat()}"
    if one.has_expired():
        until = f"EXPIRED {one.expires:%Y-%m-%d}"
    profile = f"profile {one.profile}" if one.profile else "the server's own portal"
    effects = ",".join(one.effects.names)
    form = "" if one.structured is None else ", answers as data" if one.structured else ", answers as text"
    began = f"since {one.created:%Y-%m-%d}"
    return f"{one.name} ({one.sha256[:8]}): {profile}, {toolsets}, {effects}{form}, {began}, {until}"
