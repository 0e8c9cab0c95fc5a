"""What all commands share: the options that choose a portal and tools, and how a mistake in them is told."""

import os
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from server.config.environment import check_environment
from server.config.settings import Settings, SettingsError
from server.connection import Connection
from server.policy import Policy

if TYPE_CHECKING:
    from pydantic import ValidationError

    from server.caller import Caller
    from server.config.guard_settings import GuardSettings
    from server.config.http_settings import ServerSettings


class WrongUsageError(click.ClickException):
    """Settings or words that cannot work; one message, exit code 2."""

    exit_code = 2


CHOSEN = (
    "profile",
    "sandbox",
    "toolsets",
    "read_only",
    "mode",
    "structured",
    "allow",
    "deny",
    "confirm",
    "customer_lines",
    "customer_per_hour",
    "destructive_per_hour",
    "taint",
    "mask_pii",
    "channel",
)
"""The settings that are options too."""


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which portal and which tools; they are taken before and after a command's name."""

    @click.option("--profile", metavar="NAME", help="A portal of the settings file.")
    @click.option("--sandbox", is_flag=True, default=None, help="Use the embedded portal with made-up dialogs.")
    @click.option("--toolsets", metavar="A,B", help="These toolsets; `default` is what is on without, `all` every one.")
    @click.option("--read-only", is_flag=True, default=None, help="Only tools that change nothing.")
    @click.option("--mode", type=click.Choice(["tools", "gateway"]), help="gateway: three tools stand for most.")
    @click.option("--structured", is_flag=True, default=None, help="Answers as data for programs, not text for models.")
    @click.option("--allow", metavar="A,B", help="Only these effects, toolsets or tools.")
    @click.option("--deny", metavar="A,B", help="None of these effects, toolsets or tools.")
    @click.option("--confirm", metavar="A,B", help="Effects that a person has to agree to; `none` for none.")
    @click.option("--customer-lines", metavar="1,3", help="Only clients of these lines may get something to read.")
    @click.option("--customer-per-hour", type=click.IntRange(0), help="So many calls that clients see.")
    @click.option("--destructive-per-hour", type=click.IntRange(0), help="So many destructive calls.")
    @click.option("--taint", is_flag=True, default=None, help="Ask before writing to others than those read.")
    @click.option("--mask-pii", is_flag=True, default=None, help="Pseudonyms in place of clients' data.")
    @click.option(
        "--channel",
        is_flag=False,
        flag_value="count",
        type=click.Choice(["count", "text", "off"]),
        help="Tell a Claude Code session when clients write: how many, or (text) their words too.",
    )
    @click.pass_context
    @wraps(command)
    def with_settings(context: click.Context, /, **options: Any) -> Any:
        given = {name: value for name in CHOSEN if (value := options.pop(name)) is not None}
        context.obj = {**(context.obj or {}), **given}
        return command(context, **options)

    return with_settings


def read_settings(context: click.Context) -> Settings:
    """The settings of environment, file and options together.

    Raises:
        WrongUsageError: They cannot work; click shows it and ends the program with 2.
    """
    from pydantic import ValidationError

    try:
        check_environment(os.environ)
        return Settings(**context.obj)
    except ValidationError as error:
        raise WrongUsageError(_describe_problems(error, "OPENCHANNELS_")) from None
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


def read_server_settings(**given: Any) -> "ServerSettings":
    """The settings of the server that a team shares; `given` are options of the command line.

    Raises:
        WrongUsageError: They cannot work; click shows it and ends the program with 2.
    """
    from pydantic import ValidationError

    from server.config.http_settings import PREFIX, ServerSettings

    try:
        check_environment(os.environ)
        return ServerSettings(**given)
    except ValidationError as error:
        raise WrongUsageError(_describe_problems(error, PREFIX)) from None
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


def _describe_problems(error: "ValidationError", prefix: str) -> str:
    """Each wrong setting by the name of its variable; never its value, which may be a secret."""
    return "; ".join(
        f"{prefix}{'__'.join(map(str, item['loc'])).upper()}: {item['msg'].removeprefix('Value error, ')}"
        for item in error.errors(include_url=False, include_input=False)
    )


def make_policy(settings: Settings) -> Policy:
    """The policy of the settings; the program ends with one clear message if they cannot work."""
    try:
        return Policy.from_settings(settings)
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


def make_connection(settings: Settings) -> Connection:
    """The connection to the portal of the settings; without one the program ends with one clear message."""
    try:
        return Connection(settings)
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


def make_guard_settings(settings: Settings) -> "GuardSettings":
    """The settings of what stands before a change; the program ends with one clear message if they cannot work."""
    from server.config.guard_settings import GuardSettings

    try:
        return GuardSettings.from_settings(settings)
    except SettingsError as error:
        raise WrongUsageError(str(error)) from None


def make_caller(settings: Settings, name: str) -> "Caller":
    """The caller of this name with the bounds and the portal of the settings; it exits with 2 if they cannot work.

    Only such a caller, on the machine of whoever made the settings, may send files of it.
    """
    from server.caller import Caller
    from server.catalogue.documentation import Documentation

    documentation = Documentation(settings.docs_folder.expanduser())
    guard_settings = replace(make_guard_settings(settings), files_folder=settings.files_folder)
    policy, connection = make_policy(settings), make_connection(settings)
    return Caller(name, policy, connection, documentation, guard_settings, channel=settings.channel)
