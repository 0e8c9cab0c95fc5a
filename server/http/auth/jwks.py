"""The public keys of an authorisation server, fetched when a token names one that is not known."""

import json
import logging
from typing import Any
from urllib.parse import urlsplit

import anyio
import httpx
from jwt import PyJWK

from portal import address

logger = logging.getLogger(__name__)

SECONDS = 5.0
BETWEEN_FETCHES = 30.0
"""However many tokens name keys that do not exist."""
OLDEST = 3600.0
"""After so many seconds keys are fetched again, so that one which the issuer withdrew is forgotten."""
LARGEST = 512 * 1024


class KeysUnavailableError(Exception):
    """No keys could be fetched; the message says why."""


class SigningKeys:
    """Knows the issuer's keys; `transport` is the seam for tests."""

    def __init__(
        self, issuer: str, jwks_url: str | None = None, *, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._transport = transport
        self._keys: dict[str | None, dict[str, Any]] = {}
        self._fetched = float("-inf")
        self._asked = float("-inf")
        self._fetching = anyio.Lock()

    async def key(self, name: str | None, algorithm: str) -> PyJWK | None:
        """The key of this name, or the only one where a token names none; None if there is no such key.

        It is for the algorithm that the issuer declared for it, or else for the given one. KeysUnavailableError if
        there are no keys at all, PyJWTError if the key is of no use for the algorithm.
        """
        if not self._is_fresh(name) and not (name in self._keys and self._fetching.locked()):
            async with self._fetching:
                await self._refresh(name)
        if not self._keys:
            raise KeysUnavailableError("the keys of the authorisation server cannot be fetched")
        found = self._keys.get(name)
        return None if found is None else PyJWK(found, found.get("alg", algorithm))

    def _is_fresh(self, name: str | None) -> bool:
        return name in self._keys and anyio.current_time() - self._fetched <= OLDEST

    async def _refresh(self, name: str | None) -> None:
        now = anyio.current_time()
        if self._is_fresh(name) or now - self._asked < (BETWEEN_FETCHES if self._keys else SECONDS):
            return
        self._asked = now
        try:
            with anyio.fail_after(2 * SECONDS):
                self._keys = await self._fetch()
            self._fetched = now
        except (httpx.HTTPError, ValueError, TimeoutError) as error:
            logger.warning("The keys of %s cannot be fetched: %s", self._issuer, str(error) or type(error).__name__)

    async def _fetch(self) -> dict[str | None, dict[str, Any]]:
        async with httpx.AsyncClient(timeout=SECONDS, transport=self._transport) as client:
            url = self._jwks_url or await self._discover(client)
            keys = (await _read(client, url)).get("keys")
        if not isinstance(keys, list):
            raise ValueError("the answer holds no keys")  # noqa: TRY004  (what came, not what was asked)
        signing = [key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        named: dict[str | None, dict[str, Any]] = {str(key["kid"]): key for key in signing if "kid" in key}
        if len(signing) == 1:
            named[None] = signing[0]
        return named

    async def _discover(self, client: httpx.AsyncClient) -> str:
        """The address of the keys, from the issuer's metadata in either place where there may be some."""
        for url in metadata_addresses(self._issuer):
            try:
                metadata = await _read(client, url)
            except (httpx.HTTPStatusError, ValueError):
                continue
            if metadata.get("issuer") == self._issuer:
                address.parse_address(str(metadata.get("jwks_uri")), "jwks_uri")
                return str(metadata["jwks_uri"])
        raise ValueError("it has no metadata that name it as the issuer")


def metadata_addresses(issuer: str) -> list[str]:
    """Where an issuer may describe itself: RFC 8414, then OpenID Connect."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    ]


async def _read(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """A JSON object; an answer that is larger than any set of keys is not read to its end."""
    content = bytearray()
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as response:
        response.raise_for_status()
        async for piece in response.aiter_bytes():
            content += piece
            if len(content) > LARGEST:
                raise ValueError("the answer is too large")
    read = json.loads(content)
    if not isinstance(read, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004  (what came, not what was asked)
    return read
