"""What the person who starts the server decides: command line over environment over the profile in the file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import click
from pydantic import Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from portal.private_file import UnsafeFileError, check_secret_file
from server.config.answer_form import AnswerForm
from tools import TOOLSETS
from tools.effect import Effect
from tools.suggestions import suggest

FOLDER = Path(click.get_app_dir("openchannels-mcp"))
"""Where this system keeps settings of programs."""
ALL, DEFAULT = "all", "default"
"""Stand for every toolset, and for the tools that are on unless something else is said."""


ChannelMode = Literal["off", "count", "text"]


class SettingsError(Exception):
    """Settings that cannot work; the message says what to change and holds no secret."""


Words = Annotated[frozenset[str], NoDecode]
"""Given as `a,b` in the environment and on the command line, as that or a list in the file."""


class Settings(BaseSettings):
    """Environment variables are the names below in upper case after `OPENCHANNELS_`."""

    model_config = SettingsConfigDict(
        env_prefix="OPENCHANNELS_", extra="forbid", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    profile: str | None = None
    """Name of a portal in the settings file; its `default_profile` unless given."""
    settings_file: Path = FOLDER / "settings.toml"

    webhook_url: SecretStr | None = None
    webhook_url_file: Path | None = None
    webhook_url_keyring: str | None = None
    """`SERVICE/USER` in the keyring of the operating system."""

    portal: str | None = None
    """Address of the portal, for an application."""
    client_id: str | None = None
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    client_secret_keyring: str | None = None
    oauth_server: str | None = None
    token_file: Path | None = None
    """Where the application's tokens are kept; one file for each portal in the settings' folder unless given."""

    events: Literal["auto", "polling", "application", "offline", "bot", "off"] = "auto"
    """How the server hears what happens at the portal: by what the credentials allow unless given."""
    bot_id: int | None = Field(default=None, ge=1)
    """A chat bot of the second API in fetch mode, whose events are heard too."""
    bot_token: SecretStr | None = None
    """What the bot was registered with, where that was with a webhook."""
    bot_token_file: Path | None = None
    bot_token_keyring: str | None = None

    docs_folder: Path = FOLDER / "official-docs"
    """Where the official documentation is kept once it was synchronised."""

    sandbox: bool = False
    """Use the embedded portal; it wins over everything above, so that a try-out never touches a real portal."""
    plan: Literal["standard", "enterprise", "self-hosted"] = "standard"
    toolsets: Words = frozenset({DEFAULT})
    """Names of toolsets; `all` is every one, `default` the tools of server/catalogue/order.py."""
    read_only: bool = False
    mode: Literal["tools", "gateway"] = "tools"
    """`gateway`: three tools stand for all, for clients that take few."""
    structured: bool = False
    """Answers are data for programs, with an output schema for each tool, beside one line of text."""
    answer_characters: int = Field(default=AnswerForm.characters, ge=2_000, le=1_000_000)
    """Of the longest answer; what is cut is said, with the call that goes on."""
    allow: Words = frozenset()
    deny: Words = frozenset()
    """Effects, toolsets or tools."""
    confirm: Words = frozenset({"destructive"})
    """Effects that a person has to agree to; `none` for none."""
    customer_lines: Annotated[frozenset[int] | None, NoDecode] = None
    """The only lines whose clients may get something to read."""
    customer_per_hour: int | None = Field(default=None, ge=0)
    destructive_per_hour: int | None = Field(default=None, ge=0)
    channel: ChannelMode = "off"
    """What is pushed into a Claude Code session when clients write: `count`, or their words too (`text`)."""
    taint: bool = False
    mask_pii: bool = False
    audit_texts: bool = False
    """Whether the audit log holds the texts of messages too."""
    audit_megabytes: float = Field(default=50.0, gt=0, le=100_000)
    """Size at which a file of the audit log is put aside and the next one begun."""
    audit_anchor: str | None = None
    """Where the end of the audit log is told after each line: a file elsewhere, or `syslog`."""
    seal_key: SecretStr | None = None
    """What seals the audit log and approvals; a file beside the state unless given."""
    seal_key_file: Path | None = None
    seal_key_keyring: str | None = None
    approval_seconds: float = Field(default=900.0, ge=10, le=86_400)
    """How long a call waits for a person."""
    files_folder: Path | None = None
    """Folder whose files may be sent to clients, by a server over standard input and output only."""
    state_folder: Path = FOLDER / "state"
    """Where approvals, hourly limits and the audit log are kept."""
    timeout: float = Field(default=45.0, ge=1, le=600)
    """Seconds for one call with all its attempts; many clients give up after 60."""

    @field_validator("docs_folder")
    @classmethod
    def _expand_home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("toolsets", "allow", "deny", "confirm", "customer_lines", mode="before")
    @classmethod
    def _split_words(cls, value: Any) -> Any:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value

    @field_validator("confirm")
    @classmethod
    def _check_effects(cls, value: frozenset[str]) -> frozenset[str]:
        chosen = value - {"none"}
        Effect.from_names(chosen)
        return chosen

    @field_validator("toolsets")
    @classmethod
    def _check_toolsets(cls, value: frozenset[str]) -> frozenset[str]:
        if not value or (unknown := value - {*TOOLSETS, ALL, DEFAULT}):
            named = f"unknown toolset {', '.join(sorted(unknown))}" if value else "no toolset is named"
            raise ValueError(f"{named}; choose from {', '.join(TOOLSETS)}, {ALL} or {DEFAULT}")
        return frozenset(TOOLSETS) if ALL in value else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Earlier sources win."""
        return init_settings, env_settings, ProfileSource(settings_cls)


class WholeSource(PydanticBaseSettingsSource):
    """Base of sources that give all their settings at once."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Not asked: the settings come as a whole."""
        return None, field_name, False


class ProfileSource(WholeSource):
    """The settings of one profile in the TOML file."""

    def __call__(self) -> dict[str, Any]:
        """The profile, by what the stronger sources say of its name and file."""
        chosen = self.current_state
        named = chosen.get("profile")
        path = Path(chosen.get("settings_file") or Settings.model_fields["settings_file"].default).expanduser()
        if not path.exists():
            if named or chosen.get("settings_file"):
                raise SettingsError(f"there is no settings file {path}")
            return {}
        if _is_on(chosen.get("sandbox")):
            return {}
        content = read_settings_file(path)
        name = named or content.get("default_profile")
        if not name:
            return {}
        return {"profile": name, **_drop_replaced_secrets(_find_profile(content, name, path), chosen)}


def read_settings_file(path: Path) -> dict[str, Any]:
    """The settings file: profiles, and the table of the server that many clients share.

    Raises:
        SettingsError: It cannot be read, others could have written it, it is no TOML, or has settings outside of the
            tables.
    """
    try:
        check_secret_file(path)
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except UnsafeFileError as error:
        raise SettingsError(str(error)) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{path} cannot be read") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {str(error).partition(' (')[0]}{_locate(error)}") from None

    if unknown := set(content) - {"default_profile", "profiles", "server"}:
        raise SettingsError(f"{path}: {', '.join(sorted(unknown))} belongs into a [profiles.NAME]")
    return content


def _is_on(value: Any) -> bool:
    return str(value).lower() in {"true", "1", "yes", "on", "y", "t"}


def _drop_replaced_secrets(profile: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """A secret given by the environment replaces the profile's, whichever way each is given."""
    kept = dict(profile)
    for secret in ("webhook_url", "client_secret", "bot_token", "seal_key"):
        ways = {secret, f"{secret}_file", f"{secret}_keyring"}
        if ways & set(stronger):
            kept = {name: value for name, value in kept.items() if name not in ways}
    return kept


def _locate(error: tomllib.TOMLDecodeError) -> str:
    """Where the mistake is, without the text around it, which may be a secret."""
    _, parenthesis, place = str(error).partition(" (")
    return f" ({place}" if parenthesis else ""


def _find_profile(content: Mapping[str, Any], name: Any, path: Path) -> Mapping[str, Any]:
    profiles = content.get("profiles")
    known = profiles if isinstance(profiles, Mapping) else {}
    profile = known.get(name) if isinstance(name, str) else None
    if not isinstance(name, str) or not isinstance(profile, Mapping):
        there = f"there are {', '.join(known)}" if known else "it has no [profiles.NAME]"
        raise SettingsError(f"{path} has no profile {name}; {there}")
    settings = set(Settings.model_fields) - {"profile", "settings_file"}
    for key in profile:
        if key not in settings:
            near = suggest(key, settings)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingsError(f"{path}: profile {name} has no setting {key}{hint}")
    return profile
