"""The tokens of an application on one portal, and the file that keeps them."""

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from portal.private_file import UnsafeFileError, check_secret_file, lock_file_async, write_private_file


class NoGrantError(Exception):
    """There are no tokens, or the file that should hold them cannot be used; the message says which."""


@dataclass(frozen=True)
class Grant:
    """What a portal granted an application; the tokens are in no text that this object gives away by itself."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    scope: str = ""
    user_id: int = 0

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote."""
        known = {item.name for item in fields(cls)}
        grant = cls(**{name: value for name, value in content.items() if name in known})
        return grant.check()

    def check(self) -> Self:
        """Itself.

        Raises:
            ValueError: One of the tokens is missing.
        """
        for token in (self.access_token, self.refresh_token):
            if not isinstance(token, str) or not token:
                raise ValueError("a token is missing")
        return self

    def as_json(self) -> dict[str, Any]:
        """All of it; secret."""
        return asdict(self)


class TokenFile:
    """A file only its owner can read; it always holds one whole grant, whenever the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Grant:
        """The present grant.

        Raises:
            NoGrantError: There is no file, or it holds no grant; the message says how to sign in.
        """
        try:
            check_secret_file(self.path)
            return Grant.from_json(json.loads(self.path.read_text(encoding="utf-8")))
        except UnsafeFileError as error:
            raise NoGrantError(str(error)) from None
        except FileNotFoundError:
            raise NoGrantError(f"{self.path} does not exist yet: sign in with `openchannels-mcp login`") from None
        except (OSError, ValueError, TypeError, AttributeError):
            raise NoGrantError(f"{self.path} cannot be read: sign in again with `openchannels-mcp login`") from None

    def save(self, grant: Grant) -> None:
        """Replace the grant.

        Raises:
            OSError: The file cannot be written; the grant before is still in it.
        """
        write_private_file(self.path, json.dumps(grant.as_json()))

    def lock(self) -> AbstractAsyncContextManager[None]:
        """While this is held nobody else renews the grant, in this process or another.

        Raises:
            OSError: There can be no lock in the file's folder.
        """
        return lock_file_async(self.path)
