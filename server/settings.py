"""What the person who starts the server decides, from the environment and the command line."""

from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from tools import TOOLSETS


class Settings(BaseSettings):
    """Environment variables are the names below in upper case after `OPENCHANNELS_`."""

    model_config = SettingsConfigDict(
        env_prefix="OPENCHANNELS_", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    webhook_url: SecretStr | None = None
    sandbox: bool = False
    """Use the embedded portal; it wins over a webhook, so that a try-out never touches a real portal."""
    toolsets: Annotated[frozenset[str], NoDecode] = frozenset(TOOLSETS)
    read_only: bool = False
    timeout: float = Field(default=60.0, ge=1, le=600)
    """Seconds for one call with all its attempts."""

    @field_validator("toolsets", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value

    @field_validator("toolsets")
    @classmethod
    def _known(cls, value: frozenset[str]) -> frozenset[str]:
        if not value or (unknown := value - set(TOOLSETS)):
            named = f"unknown toolset {', '.join(sorted(unknown))}" if value else "no toolset is named"
            raise ValueError(f"{named}; choose from {', '.join(TOOLSETS)}")
        return value
