"""Access tokens of an authorisation server: JSON Web Tokens made for this server, checked with the issuer's keys."""

import logging
from dataclasses import dataclass
from typing import Any, NoReturn

import jwt

from server.config.http_settings import OAuth
from server.http.auth.jwks import KeysUnavailableError, SigningKeys
from server.http.auth.resource_metadata import challenge
from server.http.errors import RequestRefusedError
from server.policy import Policy
from tools.effect import Effect

logger = logging.getLogger(__name__)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Only of key pairs: with any other, whoever knows the public key could sign."""
LEEWAY = 10.0
"""Seconds that clocks may differ."""
WRONG = "The access token is not accepted: it has to be valid, and made by the configured issuer for this server"


@dataclass(frozen=True)
class Granted:
    """What an access token allows."""

    key: str
    """The same for each token of one person and one application, and of nobody else."""
    name: str
    profile: str | None
    bound: Policy
    expires: float


class AccessTokens:
    """Says what an access token allows, or refuses it."""

    def __init__(self, settings: OAuth, keys: SigningKeys) -> None:
        self._settings = settings
        self._keys = keys

    async def granted(self, token: str) -> Granted:
        """What the token allows; RequestRefusedError if it is not ours, allows nothing, or cannot be checked now."""
        claims = await self._claims(token)
        effects = self._effects(claims)
        subject, client = str(claims["sub"]), str(claims.get("client_id") or claims.get("azp") or "")
        profile = self._profile(claims)
        return Granted(
            key=f"{self._settings.issuer} {client} {subject} @{profile}",
            name="".join(character for character in subject[:64] if character.isprintable()),
            profile=profile,
            bound=Policy(self._settings.toolsets, effects),
            expires=float(claims["exp"]),
        )

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            algorithm, name = header.get("alg"), header.get("kid")
            key = await self._keys.key(name, algorithm) if algorithm in ALGORITHMS else None
            if key is None:
                self._refuse()
            return jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.resource,
                issuer=self._settings.issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"], "enforce_minimum_key_length": True},
            )
        except KeysUnavailableError as error:
            raise RequestRefusedError.for_now(
                503, "temporarily_unavailable", f"Your token cannot be checked: {error}", 5
            ) from None
        except (jwt.PyJWTError, ValueError) as error:
            logger.info("An access token was refused: %s", type(error).__name__)
            self._refuse()

    def _effects(self, claims: dict[str, Any]) -> Effect:
        allowed = Effect(0)
        for scope in _scopes(claims):
            allowed |= self._settings.scopes.get(scope, Effect(0))
        if not allowed:
            known = ", ".join(self._settings.scopes)
            text = f"The access token needs one of these scopes: {known}"
            raise RequestRefusedError(403, "insufficient_scope", text, challenge(self._settings, "insufficient_scope"))
        return allowed

    def _profile(self, claims: dict[str, Any]) -> str | None:
        if self._settings.profile_claim is None:
            return self._settings.profile
        profile = claims.get(self._settings.profile_claim)
        if not isinstance(profile, str) or not profile:
            text = f"The access token names no profile in its claim {self._settings.profile_claim}"
            raise RequestRefusedError(403, "access_denied", text)
        return profile

    def _refuse(self) -> NoReturn:
        """Turn away a token that is wrong, in whatever way."""
        raise RequestRefusedError(401, "invalid_token", WRONG, challenge(self._settings, "invalid_token"))


def _scopes(claims: dict[str, Any]) -> list[str]:
    """The scopes of a token, in either form that issuers use."""
    given = claims.get("scope", claims.get("scp", ""))
    if isinstance(given, str):
        return given.split()
    return [str(scope) for scope in given] if isinstance(given, list) else []
