"""What holds for the whole server that a team shares: the table `[server]` of the settings file, or variables."""

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from server.config.settings import FOLDER, WholeSource, read_settings_file
from server.telemetry.logs import Format, Level
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect

PREFIX = "OPENCHANNELS_HTTP_"
CHOICES = f"choose from {', '.join(TOOLSETS)}"
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1)]


def _split_words(value: Any) -> Any:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def parse_effects(value: Any) -> Any:
    """The effects of a list, or of words between commas; other values go on to pydantic as they are.

    Raises:
        ValueError: No effect is named, or an unknown one.
    """
    names = _split_words(value)
    if not isinstance(names, list | tuple):
        return value
    if not names:
        raise ValueError(f"no effect is named; choose from {', '.join(EVERY_EFFECT.names)}")
    return Effect.from_names(map(str, names))


def parse_toolsets(value: Any) -> Any:
    """The toolsets of a list, or of words between commas; other values go on to pydantic as they are.

    Raises:
        ValueError: No toolset is named, or an unknown one.
    """
    names = _split_words(value)
    if isinstance(names, list | tuple) and (not names or (set(map(str, names)) - set(TOOLSETS))):
        unknown = ", ".join(sorted(set(map(str, names)) - set(TOOLSETS)))[:80]
        raise ValueError(f"{f'unknown toolset {unknown}' if unknown else 'no toolset is named'}; {CHOICES}")
    return names


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_words)]
Toolsets = Annotated[frozenset[str], BeforeValidator(parse_toolsets)]
Effects = Annotated[Effect, BeforeValidator(parse_effects)]


class LimitSettings(BaseModel):
    """How much anybody may ask of the server; what is beyond is refused, never queued without end."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    body: Count = 1024 * 1024
    """Bytes of one request."""
    headers: Count = 32 * 1024
    """Bytes of the head of one request."""
    connections: Count = 500
    """Open at once. Beyond that the oldest one closes that waits for a request, of the address that has most of them;
    where all are being answered, requests but those of probes are refused with 503."""
    per_address: Count = 32
    """Requests of one address at once that have shown no token, deliveries too; beyond that, slow ones are closed.
    For a moment there may be four times as many."""
    requests: Count = 256
    """At once, of all together."""
    requests_per_token: Count = 128
    streams: Count = 400
    """Open streams of events at once, of all together."""
    streams_per_token: Count = 32
    sessions: Count = 1000
    """Of the older protocol revisions."""
    sessions_per_token: Count = 100
    session_idle: Seconds = 1800
    """A session without a request or an open stream for so long ends."""
    rate: Annotated[float, Field(gt=0)] = 20
    """Requests a second of one token, in the long run."""
    burst: Count = 200
    """Requests of one token at once before the rate counts."""
    receive: Seconds = 15
    """Seconds in which the head of a request has to arrive, and then its body."""
    send: Seconds = 30
    """Seconds in which a client has to take each part of an answer."""
    idle: Seconds = 15
    """Seconds that a connection may wait for its next request."""
    answer: Seconds = 330
    """Seconds for an answer; calls to a portal have their own `timeout`, which should be shorter, and
    `wait_for_update` waits for at most 300."""
    stop: Seconds = 30
    """Seconds that running calls have left when the server is told to stop."""


class OAuthSettings(BaseModel):
    """An authorisation server whose access tokens are let in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    resource: str
    """Address of this server as clients know it, e.g. https://mcp.example.com/mcp; tokens have to be made for it."""
    jwks_url: str | None = None
    """Where the issuer's keys are; its metadata tell unless given."""
    scopes: Annotated[dict[str, Effects], Field(min_length=1)]
    """Scope of a token -> effects that it allows."""
    toolsets: Toolsets = frozenset(TOOLSETS)
    profile: str | None = None
    """Whose portal the tokens are for; the server's own unless given."""
    profile_claim: str | None = None
    """Or the claim that names the profile."""

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        from portal.address import parse_address

        for what in ("issuer", "resource", "jwks_url"):
            if (url := getattr(self, what)) is not None:
                parse_address(url, what)
        if self.profile is not None and self.profile_claim is not None:
            raise ValueError("give profile or profile_claim, not both")
        return self


class ServerSettings(BaseSettings):
    """Variables are the names below in upper case after `OPENCHANNELS_HTTP_`; `__` leads into `limits` and `oauth`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    settings_file: Path = Field(
        default=FOLDER / "settings.toml",
        validation_alias=AliasChoices("settings_file", "OPENCHANNELS_SETTINGS_FILE"),
    )

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8023
    """0 takes a free one."""
    stateless: bool = False
    """No sessions for the older protocol revisions, so that any replica can answer any request."""
    tokens_file: Path | None = None
    """Whom to let in; `access.json` beside the settings file unless given."""
    oauth: OAuthSettings | None = None
    allowed_hosts: Words = ()
    """Names under which clients reach the server; those of this machine are always among them, `*` is any."""
    allowed_origins: Words = ()
    """Origins of web pages that may send requests, e.g. https://app.example.com; the server's own is among them."""
    cors_origins: Words = ()
    """Origins of web pages that may also read the answers."""
    trusted_proxies: Words = ()
    """Addresses or networks of proxies whose X-Forwarded-For and -Proto are believed."""
    events_address: str | None = None
    """Where portals reach this server, e.g. https://mcp.example.com: they post events to `/events/PROFILE` there."""
    log_format: Format = "json"
    log_level: Level = "info"
    metrics_token: SecretStr | None = None
    """What has to be shown for the figures of /metrics, which are not served without."""
    metrics_token_file: Path | None = None
    metrics_token_keyring: str | None = None
    limits: LimitSettings = LimitSettings()

    @property
    def access_file(self) -> Path:
        """Where the tokens are."""
        return (self.tokens_file or self.settings_file.with_name("access.json")).expanduser()

    def list_profiles(self) -> list[str]:
        """The names of the profiles in the settings file.

        Raises:
            SettingsError: The file cannot be read.
        """
        path = self.settings_file.expanduser()
        return list(read_settings_file(path).get("profiles", {})) if path.exists() else []

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
        return init_settings, env_settings, TableSource(settings_cls)


class TableSource(WholeSource):
    """The table `[server]` in the TOML file."""

    def __call__(self) -> dict[str, Any]:
        """The table, of the file that the stronger sources name."""
        chosen = self.current_state
        named = chosen.get("settings_file") or chosen.get("OPENCHANNELS_SETTINGS_FILE")
        path = Path(named or ServerSettings.model_fields["settings_file"].default).expanduser()
        table = read_settings_file(path).get("server", {}) if path.exists() else {}
        return dict(table)


def list_variables() -> set[str]:
    """The names of all variables that these settings can be given by, in upper case."""
    fields = set(ServerSettings.model_fields) - {"settings_file"}
    nested: dict[str, type[BaseModel]] = {"limits": LimitSettings, "oauth": OAuthSettings}
    inner = {f"{name}__{field}" for name, model in nested.items() for field in model.model_fields}
    return {f"{PREFIX}{name.upper()}" for name in fields | inner}
