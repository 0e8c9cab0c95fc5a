"""The authorization server: applications, and the codes and tokens they were given."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from secrets import token_hex

from sandbox.state.errors import RefusalError
from sandbox.state.people import AccessKey

CODE_LIFE = timedelta(seconds=30)
ACCESS_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=180)
TOKEN_BYTES = 35
UNAUTHORIZED = 401
_UNAUTHORIZED_CODES = frozenset({"invalid_client", "PAYMENT_REQUIRED"})
_BEARER_FIELDS = {"authorization_code": "code", "refresh_token": "refresh_token"}

APPLICATION_SECRET = "not-a-real-secret-of-the-sandbox"  # noqa: S105  nothing but the sandbox knows it
APPLICATION_REDIRECT = "http://localhost:8976/oauth/callback"
APPLICATION_TOKEN = "5a9db0c1e7d24f6b8c3a1f0e9d7b6c54"  # noqa: S105  nothing but the sandbox knows it
"""Proves to the application's handlers that an event comes from the portal."""
APPLICATION_SCOPES = ("imopenlines", "imconnector", "imbot", "im", "crm", "user")


@dataclass
class RegisteredApplication:
    """An application registered on the portal; its tokens act for one user, with the scopes it has now.

    `handler` is the address that its events of installation go to, empty for none.
    """

    client_id: str
    client_secret: str
    user_id: int
    redirect_uri: str = APPLICATION_REDIRECT
    scopes: tuple[str, ...] = APPLICATION_SCOPES
    application_token: str = APPLICATION_TOKEN
    handler: str = ""
    version: int = 1
    installed: bool = True


@dataclass(frozen=True)
class TokenGrant:
    """What a code or token stands for, and until when; `level` is that of the event that brought it, 0 for none."""

    application: RegisteredApplication
    until: datetime
    user_id: int
    level: int = 0


@dataclass(frozen=True)
class TokenPair:
    """A fresh pair of tokens."""

    access_token: str
    refresh_token: str
    access: TokenGrant


@dataclass
class OAuthCounters:
    """What the server has done so far."""

    codes_issued: int = 0
    tokens_issued: int = 0
    refreshes: int = 0
    refreshes_rejected: int = 0


@dataclass
class AuthorizationServer:
    """The authorization server: what it has issued, and how it misbehaves when told to."""

    applications: dict[str, RegisteredApplication] = field(default_factory=dict)
    counters: OAuthCounters = field(default_factory=OAuthCounters)
    delay: float = 0
    endpoint: str | None = None
    fail: str | None = None
    _codes: dict[str, TokenGrant] = field(default_factory=dict, repr=False)
    _refresh: dict[str, TokenGrant] = field(default_factory=dict, repr=False)
    _access: dict[str, TokenGrant] = field(default_factory=dict, repr=False)

    def register(self, application: RegisteredApplication) -> None:
        """Add an application."""
        self.applications[application.client_id] = application

    def issue_code(self, application: RegisteredApplication, now: datetime) -> str:
        """A new code for an application; it works once, for 30 seconds."""
        code = token_hex(TOKEN_BYTES)
        self._codes[code] = TokenGrant(application, now + CODE_LIFE, application.user_id)
        self.counters.codes_issued += 1
        return code

    def issue_tokens(self, asked: Mapping[str, str], now: datetime) -> TokenPair:
        """A new pair of tokens for a code or a refresh token, which is then used up.

        `asked` are the parameters of the request. Source: the official pages on OAuth 2.0.

        Raises:
            RefusalError: invalid_request, invalid_client, invalid_grant, or the code that the control API set.
        """
        refreshing = asked.get("grant_type") == "refresh_token"
        try:
            tokens = self._exchange(asked, now)
        except RefusalError:
            self.counters.refreshes_rejected += refreshing
            raise
        self.counters.refreshes += refreshing
        return tokens

    def _exchange(self, asked: Mapping[str, str], now: datetime) -> TokenPair:
        if self.fail is not None:
            raise make_oauth_error(self.fail, "The sandbox was told to refuse")
        bearer = asked.get(_BEARER_FIELDS.get(asked.get("grant_type", ""), ""), "")
        if not bearer:
            raise make_oauth_error("invalid_request", "A grant type, and the code or token it needs, are required")
        application = self.applications.get(asked.get("client_id", ""))
        if application is None or application.client_secret != asked.get("client_secret"):
            raise make_oauth_error("invalid_client", "The client credentials are invalid")
        tickets = self._codes if asked["grant_type"] == "authorization_code" else self._refresh
        ticket = tickets.get(bearer)
        if ticket is None or ticket.application is not application:
            raise make_oauth_error("invalid_grant", "The code or token is unknown, used or revoked")
        del tickets[bearer]
        if ticket.until <= now:
            raise make_oauth_error("invalid_grant", "The code or token has expired")
        return self.grant(application, ticket.user_id, now)

    def grant(self, application: RegisteredApplication, user_id: int, now: datetime, level: int = 0) -> TokenPair:
        """A new pair of tokens that acts for a user; an event of a cascade's `level` brings it along."""
        access = TokenGrant(application, now + ACCESS_LIFE, user_id, level)
        tokens = TokenPair(token_hex(TOKEN_BYTES), token_hex(TOKEN_BYTES), access)
        self._access[tokens.access_token] = tokens.access
        self._refresh[tokens.refresh_token] = TokenGrant(application, now + REFRESH_LIFE, user_id)
        self.counters.tokens_issued += 1
        return tokens

    def find_access_key(self, token: str, now: datetime) -> AccessKey:
        """The key that an access token stands for.

        Raises:
            RefusalError: invalid_token or expired_token, with 401.
        """
        ticket = self._access.get(token)
        if ticket is None:
            raise RefusalError("invalid_token", "Unable to get application by token", UNAUTHORIZED)
        if ticket.until <= now:
            raise make_expired_token_error()
        application = ticket.application
        return AccessKey(
            token, ticket.user_id, application.scopes, "application", application.client_id, level=ticket.level
        )

    def expire(self, now: datetime) -> None:
        """Let all access tokens expire now."""
        self._access = {token: replace(ticket, until=min(ticket.until, now)) for token, ticket in self._access.items()}

    def revoke(self, application: RegisteredApplication | None = None) -> None:
        """Take back all codes and tokens, or those of one application."""
        for tickets in (self._codes, self._refresh, self._access):
            for token in [token for token, ticket in tickets.items() if application in (None, ticket.application)]:
                del tickets[token]


def make_expired_token_error() -> RefusalError:
    """The refusal of an access token that is older than an hour, with 401."""
    return RefusalError("expired_token", "The access token provided has expired.", UNAUTHORIZED)


def make_oauth_error(code: str, text: str) -> RefusalError:
    """A refusal of the authorization server, with 401 or 400 by its code."""
    return RefusalError(code, text, UNAUTHORIZED if code in _UNAUTHORIZED_CODES else 400)
