"""Who may come in: tokens of the team's file, access tokens of an authorisation server, or anybody on this machine."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken

from server.caller import Caller, is_always_valid
from server.config.settings import SettingsError
from server.http.auth.token_file import PREFIX, Stamp, TeamToken, TeamTokenFile, find_token
from server.http.errors import RequestRefusedError
from server.http.portals import Portals
from server.policy import Policy
from tools import TOOLSETS

if TYPE_CHECKING:
    from server.http.auth.jwt import JwtVerifier

logger = logging.getLogger(__name__)

NOBODY = ""
"""The credential of whoever needs none."""
ANYBODY = Policy(frozenset(TOOLSETS))
HOW = "Send the header `Authorization: Bearer TOKEN`; who runs this server makes one with `openchannels-mcp token add`"


def ignore(_: str | None) -> None:
    """Note nothing."""


def make_plain_challenge(error: str | None = None) -> dict[str, str]:
    """The header `WWW-Authenticate` of a refusal where tokens come from the file alone."""
    return {"WWW-Authenticate": 'Bearer realm="openchannels"' + (f', error="{error}"' if error else "")}


@dataclass(frozen=True, eq=False)
class Principal:
    """Whom a request comes from: the caller, and the credential that its sessions and limits belong to."""

    caller: Caller
    key: str = NOBODY
    """The same for all requests with one credential, and for no others; it holds no secret."""
    expires: float | None = None
    """Unix time at which the credential ends; None if it does not."""

    @property
    def user(self) -> AuthenticatedUser | None:
        """As the SDK tells owners of sessions apart; it never sees a token."""
        if self.key == NOBODY:
            return None
        return AuthenticatedUser(AccessToken(token="", client_id=self.key, scopes=[]))


@dataclass
class CredentialChanges:
    """Keys of credentials that changed since somebody asked last."""

    revoked: set[str] = field(default_factory=set)
    """Nobody may go on with these."""
    changed: set[str] = field(default_factory=set)
    """These have other tools than before."""


class Authenticator:
    """Says whom a request comes from; a token that is taken out of the file is out at the next request.

    Without `oauth` only tokens of the file are let in. `challenge` makes the header of a refusal, for an error's name
    or None.
    """

    def __init__(
        self,
        portals: Portals,
        file: TeamTokenFile,
        oauth: "JwtVerifier | None" = None,
        challenge: Callable[[str | None], dict[str, str]] = make_plain_challenge,
    ) -> None:
        self._portals = portals
        self._file = file
        self._oauth = oauth
        self._challenge = challenge
        self._stamp: Stamp = None
        self._tokens: dict[str, TeamToken] | None = {}
        """None while the file is damaged: then nobody is let in by it."""
        self._changes = CredentialChanges()
        self._closed = oauth is not None

    @property
    def needs_token(self) -> bool:
        """Whether there is any authentication; once there was a tokens' file, there is until the end."""
        self.refresh()
        return self._closed

    def check(self) -> None:
        """Check at the start that everybody who may come in can be served.

        Raises:
            SettingsError: The tokens' file, or the portal of somebody it lets in, cannot be used.
        """
        tokens = self._file.load()
        for profile in {token.profile for token in tokens if not token.has_expired()}:
            self._portals.get_settings(profile)
        if self._oauth is None and not tokens and self._file.read_stamp() is None:
            self._portals.get_settings(None)

    def refresh(self) -> None:
        """Read the tokens' file again if it was written since; a damaged one lets nobody in until it is right."""
        stamp = self._file.read_stamp()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        if stamp is not None and not self._closed:
            self._closed = True
            self._changes.revoked.add(NOBODY)
        before = self._tokens or {}
        try:
            self._tokens = {_make_key(token): token for token in self._file.load()}
        except SettingsError as error:
            logger.error("Nobody is let in with a token until this is corrected: %s", error)  # noqa: TRY400
            self._tokens = None
        now = self._tokens or {}
        self._changes.revoked |= set(before) - set(now)
        self._changes.changed |= {key for key in set(before) & set(now) if before[key].bound != now[key].bound}

    def take_changes(self) -> CredentialChanges:
        """The changes since this was called last."""
        changes, self._changes = self._changes, CredentialChanges()
        return changes

    async def find_caller(self, key: str) -> Caller | None:
        """Who has the token of this key, as it is in the file now; None where nobody has it."""
        token = (self._tokens or {}).get(key)
        try:
            return await self._make_token_caller(token) if token else None
        except RequestRefusedError:
            return None

    async def authenticate(
        self, headers: Iterable[tuple[bytes, bytes]], note_known: Callable[[str | None], object] = ignore
    ) -> Principal:
        """Whom a request with these headers comes from; their names are in lower case, as in ASGI.

        `note_known` is called with the key of a token that was found right, or with None where none is needed, before
        the portal is opened, which may take a while.

        Raises:
            RequestRefusedError: 401 for a token that is missing or wrong, 403 for one that may do nothing here, 503 if
                tokens cannot be checked now, 400 for two at once.
        """
        if not self.needs_token:
            note_known(None)
            return Principal(await self._get_caller("anybody", NOBODY, None, ANYBODY, lambda: not self.needs_token))
        given = [value.decode("latin-1") for name, value in headers if name == b"authorization"]
        if len(given) > 1:
            raise RequestRefusedError(400, "invalid_request", "The header Authorization is there more than once")
        scheme, _, secret = (given[0] if given else "").strip().partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise RequestRefusedError(401, "unauthorized", HOW, self._challenge(None))
        return await self._authenticate_token(secret.strip(), note_known)

    async def _authenticate_token(self, secret: str, note_known: Callable[[str | None], object]) -> Principal:
        if self._oauth is not None and not secret.startswith(PREFIX):
            verified = await self._oauth.verify(secret)
            note_known(verified.key)
            caller = await self._get_caller(
                verified.name, verified.key, verified.profile, verified.bound, is_always_valid
            )
            return Principal(caller, verified.key, verified.expires)
        token = self._find_token(secret)
        note_known(_make_key(token))
        caller = await self._make_token_caller(token)
        return Principal(caller, _make_key(token), token.expires.timestamp() if token.expires else None)

    async def _make_token_caller(self, token: TeamToken) -> Caller:
        return await self._get_caller(
            token.name, _make_key(token), token.profile, token.bound, lambda: self._still_holds(token)
        )

    def _find_token(self, secret: str) -> TeamToken:
        if self._tokens is None:
            text = "Tokens cannot be checked now; who runs this server finds the reason in its log"
            raise RequestRefusedError.with_retry_after(503, "temporarily_unavailable", text, 5)
        token = find_token(secret, tuple(self._tokens.values()))
        if token is None:
            raise RequestRefusedError(
                401, "invalid_token", f"The token is not known here. {HOW}", self._challenge("invalid_token")
            )
        if token.has_expired():
            when = (token.expires or datetime.now(UTC)).isoformat()
            raise RequestRefusedError(
                401, "invalid_token", f"The token expired at {when}", self._challenge("invalid_token")
            )
        return token

    def _still_holds(self, token: TeamToken) -> bool:
        """Whether it is in the file as it was, now that something is to be done for it."""
        self.refresh()
        now = (self._tokens or {}).get(_make_key(token))
        return now is not None and now.bound == token.bound and not now.has_expired()

    async def _get_caller(
        self, name: str, key: str, profile: str | None, bound: Policy, is_still_valid: Callable[[], bool]
    ) -> Caller:
        try:
            return await self._portals.get_caller(name, profile, bound, key, is_still_valid)
        except SettingsError as error:
            logger.error("%s cannot be let in: %s", name, error)  # noqa: TRY400
            text = "The portal of this token is not set up; who runs this server finds the reason in its log"
            raise RequestRefusedError(403, "access_denied", text) from None


def _make_key(token: TeamToken) -> str:
    """A token that is given to another portal is another one."""
    return f"{token.sha256} @{token.profile}"
