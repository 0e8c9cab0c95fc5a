"""Tokens of a team: what each may do, and a file that keeps no token but what it is recognised by."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_serializer

from portal.private_file import lock_file, write_private_file
from server.config.http_settings import Effects, Toolsets
from server.config.settings import SettingsError
from server.policy import Policy
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect

PREFIX = "ocm_"
"""By which people and scanners of secrets recognise a token."""
ENTROPY = 32
WRITABLE_BY_OTHERS = 0o022

Stamp = tuple[int, ...] | None
"""By which a changed file, or one with other rights, is noticed; None where there is none."""


def hash_token(secret: str) -> str:
    """The hash that a token is recognised by, as 64 hexadecimal digits.

    A plain SHA-256: slow hashes protect what people can think up, and nobody can go through 256 random bits.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


class TeamToken(BaseModel):
    """What is kept of a token: whose it is, the portal that its calls go to, and the bounds of what they may do."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[\w][\w.@-]{0,63}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
    profile: str | None = None
    """Whose portal it is for; the server's own where none is named."""
    toolsets: Toolsets = frozenset(TOOLSETS)
    effects: Effects = EVERY_EFFECT
    structured: bool | None = None
    """Whether its answers are data for programs; as the server's settings say where nothing is said."""
    created: AwareDatetime
    expires: AwareDatetime | None = None

    @property
    def bound(self) -> Policy:
        """What it may do at most."""
        return Policy(self.toolsets, self.effects, structured=self.structured)

    def has_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires is not None and self.expires <= datetime.now(UTC)

    @field_serializer("toolsets")
    def _sort_toolsets(self, value: frozenset[str]) -> list[str]:
        return [name for name in TOOLSETS if name in value]

    @field_serializer("effects")
    def _name_effects(self, value: Effect) -> list[str]:
        return list(value.names)

    @classmethod
    def issue(cls, name: str, **bounds: Any) -> tuple[str, Self]:
        """A new token, and what is kept of it; `bounds` are fields of this class.

        Raises:
            ValueError: The name, a bound or the time cannot be.
        """
        secret = PREFIX + secrets.token_urlsafe(ENTROPY)
        token = cls(name=name, sha256=hash_token(secret), created=datetime.now(UTC).replace(microsecond=0), **bounds)
        if token.has_expired():
            raise ValueError("expires: the token would have expired before it was made")
        return secret, token


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    tokens: tuple[TeamToken, ...] = ()


class TeamTokenFile:
    """Reads and writes the file of a team's tokens."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read_stamp(self) -> Stamp:
        """A value that differs whenever the file, its mode or its owner was changed; None where there is no file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError:
            return (0,)
        return (found.st_ino, found.st_mtime_ns, found.st_size, found.st_mode, found.st_uid)

    def load(self) -> tuple[TeamToken, ...]:
        """All tokens; none where there is no file.

        Raises:
            SettingsError: The file cannot be read, is damaged, or others than its owner can change it.
        """
        try:
            found = self.path.stat()
            content = self.path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError:
            raise SettingsError(f"the tokens' file {self.path} cannot be read") from None
        # Who reads it learns nothing that lets them in, so mounted secrets of any mode will do; who writes it would.
        if os.name == "posix" and found.st_mode & WRITABLE_BY_OTHERS:
            raise SettingsError(f"others than its owner can change {self.path}: chmod 600 {self.path}")
        if os.name == "posix" and found.st_uid not in {0, os.getuid()}:
            raise SettingsError(f"{self.path} belongs to another user: chown it to who runs this")
        try:
            return _Content.model_validate_json(content).tokens
        except ValidationError as error:
            wrong = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, wrong["loc"]))
            raise SettingsError(f"{self.path} is damaged: {where}: {wrong['msg']}") from None

    def add(self, token: TeamToken) -> None:
        """Let one more in.

        Raises:
            SettingsError: The name is taken, or the file cannot be written.
        """
        with self._lock():
            tokens = self.load()
            if any(other.name == token.name for other in tokens):
                raise SettingsError(f"there is a token {token.name} already; revoke it first, or choose another name")
            self._save((*tokens, token))

    def revoke(self, name: str) -> None:
        """Let the token of this name in no more.

        Raises:
            SettingsError: There is none of this name, or the file cannot be written.
        """
        with self._lock():
            tokens = self.load()
            kept = tuple(token for token in tokens if token.name != name)
            if len(kept) == len(tokens):
                raise SettingsError(f"there is no token {name[:64]}; there are: {_list_names(tokens)}")
            self._save(kept)

    def _save(self, tokens: tuple[TeamToken, ...]) -> None:
        write_private_file(self.path, _Content(tokens=tokens).model_dump_json(indent=2) + "\n")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with ExitStack() as stack:
            try:
                stack.enter_context(lock_file(self.path))
            except OSError as error:
                raise SettingsError(f"{self.path} cannot be written: {error.strerror}") from None
            yield


def find_token(secret: str, tokens: tuple[TeamToken, ...]) -> TeamToken | None:
    """The token that a secret stands for, or None; the time that this takes tells nothing about the other tokens."""
    found = None
    given = hash_token(secret)
    for token in tokens:
        if hmac.compare_digest(given, token.sha256):
            found = token
    return found


def _list_names(tokens: tuple[TeamToken, ...]) -> str:
    return ", ".join(token.name for token in tokens) or "none"
