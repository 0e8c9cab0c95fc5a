"""Who may come in: tokens of the team's file, access tokens of an authorisation server, or anybody on this machine."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from server.caller import Caller, always
from server.config.settings import SettingsError
from server.http.auth.token_file import PREFIX, Stamp, Token, TokensFile, recognise
from server.http.errors import RequestRefusedError
from server.http.portals import Portals
from server.policy import Policy
from tools import TOOLSETS

if TYPE_CHECKING:
    from server.http.auth.jwt import AccessTokens

logger = logging.getLogger(__name__)

NOBODY = ""
"""The credential of whoever needs none."""
ANYBODY = Policy(frozenset(TOOLSETS))
HOW = "Send the header `Authorization: Bearer TOKEN`; who runs this server makes one with `openchannels-mcp token add`"


def plain_challenge(error: str | None = None) -> dict[str, str]:
    """The header of a refusal where tokens come from the file alone."""
    return {"WWW-Authenticate": 'Bearer realm="openchannels"' + (f', error="{error}"' if error else "")}


@dataclass(frozen=True, eq=False)
class Guest:
    """Where a request comes from: the caller, and the credential that its sessions and limits belong to."""

    caller: Caller
    key: str = NOBODY
    expires: float | None = None
    """Unix time."""

    @property
    def user(self) -> AuthenticatedUser | None:
        """As the SDK tells owners of sessions apart; it never sees a token."""
        if self.key == NOBODY:
            return None
        return AuthenticatedUser(AccessToken(token="", client_id=self.key, scopes=[]))


@dataclass
class Changes:
    """What became of credentials since it was asked last."""

    gone: set[str] = field(default_factory=set)
    """Nobody may go on with these."""
    altered: set[str] = field(default_factory=set)
    """Other tools than before."""


class Access:
    """Decides on each request; a token that is taken out of the file is out at the next one."""

    def __init__(
        self,
        portals: Portals,
        file: TokensFile,
        oauth: "AccessTokens | None" = None,
        challenge: Callable[[str | None], dict[str, str]] = plain_challenge,
    ) -> None:
        self._portals = portals
        self._file = file
        self._oauth = oauth
        self._challenge = challenge
        self._stamp: Stamp = None
        self._tokens: dict[str, Token] | None = {}
        """None while the file is damaged: then nobody is let in by it."""
        self._changes = Changes()
        self._closed = oauth is not None

    @property
    def needs_token(self) -> bool:
        """Whether there is any authentication; once there was a tokens' file, there is until the end."""
        self.refresh()
        return self._closed

    def check(self) -> None:
        """SettingsError if the file, or a portal of those it lets in, cannot be used."""
        tokens = self._file.load()
        for profile in {token.profile for token in tokens if not token.expired()}:
            self._portals.settings(profile)
        if self._oauth is None and not tokens and self._file.stamp() is None:
            self._portals.settings(None)

    def refresh(self) -> None:
        """Read the file again if it was written since."""
        stamp = self._file.stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        if stamp is not None and not self._closed:
            self._closed = True
            self._changes.gone.add(NOBODY)
        before = self._tokens or {}
        try:
            self._tokens = {_key(token): token for token in self._file.load()}
        except SettingsError as error:
            logger.error("Nobody is let in with a token until this is corrected: %s", error)  # noqa: TRY400
            self._tokens = None
        now = self._tokens or {}
        self._changes.gone |= set(before) - set(now)
        self._changes.altered |= {key for key in set(before) & set(now) if before[key].bound != now[key].bound}

    def take_changes(self) -> Changes:
        """What happened since this was asked last."""
        changes, self._changes = self._changes, Changes()
        return changes

    async def guest(self, headers: Iterable[tuple[bytes, bytes]]) -> Guest:
        """Who sends a request with these headers, or RequestRefusedError."""
        if not self.needs_token:
            return Guest(await self._caller("anybody", NOBODY, None, ANYBODY, lambda: not self.needs_token))
        given = [value.decode("latin-1") for name, value in headers if name == b"authorization"]
        if len(given) > 1:
            raise RequestRefusedError(400, "invalid_request", "The header Authorization is there more than once")
        scheme, _, secret = (given[0] if given else "").strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise RequestRefusedError(401, "unauthorized", HOW, self._challenge(None))
        return await self._known(secret.strip())

    async def _known(self, secret: str) -> Guest:
        if self._oauth is not None and not secret.startswith(PREFIX):
            granted = await self._oauth.granted(secret)
            caller = await self._caller(granted.name, granted.key, granted.profile, granted.bound, always)
            return Guest(caller, granted.key, granted.expires)
        token = self._recognise(secret)
        caller = await self._caller(
            token.name, _key(token), token.profile, token.bound, lambda: self._still_holds(token)
        )
        return Guest(caller, _key(token), token.expires.timestamp() if token.expires else None)

    def _recognise(self, secret: str) -> Token:
        if self._tokens is None:
            text = "Tokens cannot be checked now; who runs this server finds the reason in its log"
            raise RequestRefusedError.for_now(503, "temporarily_unavailable", text, 5)
        token = recognise(secret, tuple(self._tokens.values()))
        if token is None:
            raise RequestRefusedError(
                401, "invalid_token", f"The token is not known here. {HOW}", self._challenge("invalid_token")
            )
        if token.expired():
            when = (token.expires or datetime.now(UTC)).isoformat()
            raise RequestRefusedError(
                401, "invalid_token", f"The token expired at {when}", self._challenge("invalid_token")
            )
        return token

    def _still_holds(self, token: Token) -> bool:
        """Whether it is in the file as it was, now that something is to be done for it."""
        self.refresh()
        now = (self._tokens or {}).get(_key(token))
        return now is not None and now.bound == token.bound and not now.expired()

    async def _caller(
        self, name: str, key: str, profile: str | None, bound: Policy, still: Callable[[], bool]
    ) -> Caller:
        try:
            return await self._portals.caller(name, profile, bound, key, still)
        except SettingsError as error:
            logger.error("%s cannot be let in: %s", name, error)  # noqa: TRY400
            text = "The portal of this token is not set up; who runs this server finds the reason in its log"
            raise RequestRefusedError(403, "access_denied", text) from None


def _key(token: Token) -> str:
    """A token that is given to another portal is another one."""
    return f"{token.sha256} @{token.profile}"
