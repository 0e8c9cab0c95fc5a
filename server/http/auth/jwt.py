"""Access tokens of an authorisation server: JSON Web Tokens made for this server, checked with the issuer's keys."""

import logging
from dataclasses import dataclass
from typing import Any, NoReturn

import jwt

from server.config.http_settings import OAuthSettings
from server.http.auth.jwks import ALGORITHMS, KeysUnavailableError, SigningKeys
from server.http.auth.resource_metadata import make_challenge
from server.http.errors import RequestRefusedError
from server.policy import Policy
from tools.effect import Effect

logger = logging.getLogger(__name__)

LEEWAY = 10.0
"""Seconds that clocks may differ."""
TIMES = ("exp", "nbf", "iat", "auth_time")
LATEST = 253_402_300_799
"""Unix time of the end of the year 9999."""
WRONG = "The access token is not accepted: it has to be valid, and made by the configured issuer for this server"


@dataclass(frozen=True)
class VerifiedToken:
    """What an access token that was verified allows."""

    key: str
    """The same for each token of one person and one application, and of nobody else."""
    name: str
    profile: str | None
    bound: Policy
    expires: float
    """Unix time."""


class JwtVerifier:
    """Verifies access tokens that an authorisation server made for this server, by RFC 7519 and RFC 8725."""

    def __init__(self, settings: OAuthSettings, keys: SigningKeys) -> None:
        self._settings = settings
        self._keys = keys

    async def verify(self, token: str) -> VerifiedToken:
        """What the token allows.

        Raises:
            RequestRefusedError: 401 if it is not for this server now, 403 if it allows nothing here, 503 if nobody can
                check it at the moment.
        """
        claims = await self._verify_claims(token)
        if not all(_is_time(claims[name]) for name in TIMES if name in claims):
            self._refuse()
        effects = self._find_effects(claims)
        subject, client = str(claims["sub"]), str(claims.get("client_id") or claims.get("azp") or "")
        name = "".join(character for character in subject[:64] if character.isprintable()).strip()
        if not name:
            self._refuse()
        profile = self._find_profile(claims)
        return VerifiedToken(
            key=f"{self._settings.issuer} {client} {subject} @{profile}",
            name=name,
            profile=profile,
            bound=Policy(self._settings.toolsets, effects),
            expires=float(claims["exp"]),
        )

    async def _verify_claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            algorithm, name = header.get("alg"), header.get("kid")
            key = await self._keys.find_key(name, algorithm) if algorithm in ALGORITHMS else None
            if key is None:
                self._refuse()
            return jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self._settings.resource,
                issuer=self._settings.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
            )
        except KeysUnavailableError as error:
            raise RequestRefusedError.with_retry_after(
                503, "temporarily_unavailable", f"Your token cannot be checked: {error}", 5
            ) from None
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as error:
            logger.info("An access token was refused: %s", type(error).__name__)
            self._refuse()

    def _find_effects(self, claims: dict[str, Any]) -> Effect:
        allowed = Effect(0)
        for scope in _list_scopes(claims):
            allowed |= self._settings.scopes.get(scope, Effect(0))
        if not allowed:
            known = ", ".join(self._settings.scopes)
            text = f"The access token needs one of these scopes: {known}"
            headers = make_challenge(self._settings, "insufficient_scope")
            raise RequestRefusedError(403, "insufficient_scope", text, headers)
        return allowed

    def _find_profile(self, claims: dict[str, Any]) -> str | None:
        if self._settings.profile_claim is None:
            return self._settings.profile
        profile = claims.get(self._settings.profile_claim)
        if not isinstance(profile, str) or not profile:
            text = f"The access token names no profile in its claim {self._settings.profile_claim}"
            raise RequestRefusedError(403, "access_denied", text)
        return profile

    def _refuse(self) -> NoReturn:
        """Turn away a token that is wrong, in whatever way."""
        raise RequestRefusedError(401, "invalid_token", WRONG, make_challenge(self._settings, "invalid_token"))


def _is_time(value: Any) -> bool:
    """Whether a claim is a NumericDate (RFC 7519, section 2) of a year that a clock can show."""
    return not isinstance(value, bool) and isinstance(value, int | float) and abs(value) <= LATEST


def _list_scopes(claims: dict[str, Any]) -> list[str]:
    """The scopes of a token, in either form that issuers use."""
    given = claims.get("scope", claims.get("scp", ""))
    if isinstance(given, str):
        return given.split()
    return [str(scope) for scope in given] if isinstance(given, list) else []
