"""The public keys of an authorisation server: PyJWT's client fetches and keeps them, in a thread beside the server."""

import json
import logging
import time
from typing import Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWKClient, PyJWKSet, PyJWTError
from jwt.exceptions import PyJWKClientConnectionError, PyJWKClientError

from portal import address
from portal.proxies import BlockingProxyTransport, ProxySettingError

logger = logging.getLogger(__name__)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only of key pairs: with any other, whoever knows the public key could sign."""
RSA_ALGORITHMS = frozenset(ALGORITHMS[:6])
SECONDS = 5.0
"""For each step of a request to the authorisation server; all steps together have twice as long."""
BETWEEN_FETCHES = 30.0
"""Seconds, however many tokens name keys that do not exist."""
OLDEST = 3600.0
"""After so many seconds keys are fetched again, so that one which the issuer withdrew is forgotten."""
LARGEST = 512 * 1024
"""Bytes of the issuer's metadata, and of its keys."""


class KeysUnavailableError(Exception):
    """No keys could be fetched; the message says why."""


class _BoundedClient(PyJWKClient):
    """PyJWT's client, but the answer is bounded, and goes the way of all requests."""

    def fetch_data(self) -> Any:
        """Fetch the keys, and keep them.

        Raises:
            PyJWKClientConnectionError: They did not come.
            PyJWTError: They are none.
        """
        try:
            with httpx.Client(timeout=self.timeout, transport=BlockingProxyTransport()) as client:
                keys = _read(client, self.uri)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise PyJWKClientConnectionError(f"the keys did not come: {error}") from error
        if self.jwk_set_cache is not None:
            self.jwk_set_cache.put(keys)
        self._last_successful_fetch = time.monotonic()
        return keys


class SigningKeys:
    """The keys of one issuer, at `jwks_url` or where the issuer's metadata say."""

    def __init__(self, issuer: str, jwks_url: str | None = None) -> None:
        self._issuer = issuer
        self._jwks_url = jwks_url
        self._client: PyJWKClient | None = None
        self._newest: PyJWKSet | None = None
        """What the last fetch brought; good for as long as the issuer cannot be reached."""
        self._next_try = float("-inf")
        self._fetching = anyio.Lock()
        self._thread = anyio.CapacityLimiter(1)  # an issuer that never ends its answer holds one thread, not all

    async def find_key(self, name: str | None, algorithm: str) -> PyJWK | RSAPublicKey | None:
        """The key of this name, or the only one where a token names none; None if there is no such key.

        `algorithm` is what the token says that it was signed with. Known keys are answered at once; for others the
        issuer is asked, at most once in `BETWEEN_FETCHES` seconds.

        Raises:
            KeysUnavailableError: There are no keys at all.
        """
        key = _match(self._cached_set(), name)
        if key is None and self._fetching.locked():
            key = _match(self._newest, name)
        if key is None:
            async with self._fetching:
                key = _match(self._cached_set(), name) or await self._fetch_key(name)
        return None if key is None else _use_for(key, algorithm)

    def _cached_set(self) -> PyJWKSet | None:
        cache = self._client.jwk_set_cache if self._client else None
        return cache.get() if cache else None

    async def _fetch_key(self, name: str | None) -> PyJWK | None:
        if anyio.current_time() >= self._next_try:
            try:
                with anyio.fail_after(2 * SECONDS):
                    self._newest = await anyio.to_thread.run_sync(
                        self._fetch_set, name, abandon_on_cancel=True, limiter=self._thread
                    )
            except (PyJWTError, httpx.HTTPError, OSError, ValueError) as error:
                logger.warning("The keys of %s cannot be fetched: %s", self._issuer, str(error) or type(error).__name__)
                self._client = None
                self._next_try = anyio.current_time() + (BETWEEN_FETCHES if self._newest else SECONDS)
        if self._newest is None:
            raise KeysUnavailableError("the keys of the authorisation server cannot be fetched")
        return _match(self._newest, name)

    def _fetch_set(self, name: str | None) -> PyJWKSet:
        """All keys, fetched again if they are old or this one is not among them; runs in a thread."""
        if self._client is None:
            self._client = _BoundedClient(
                self._jwks_url or discover_jwks_url(self._issuer),
                lifespan=OLDEST,
                timeout=SECONDS,
                cooldown_duration=BETWEEN_FETCHES,
            )
        client = self._client
        keys = client.get_jwk_set()
        if name is not None and _match(keys, name) is None:
            try:
                client.get_signing_key(name)
            except PyJWKClientConnectionError:
                raise
            except PyJWKClientError:
                logger.info("The issuer has no key of the name that a token gives")
            keys = client.get_jwk_set()
        return keys


def _match(keys: PyJWKSet | None, name: str | None) -> PyJWK | None:
    signing = [
        key
        for key in (keys.keys if keys else ())
        if key.public_key_use in {"sig", None} and key.algorithm_name in ALGORITHMS
    ]
    if name is None:
        return signing[0] if len(signing) == 1 else None
    return next((key for key in signing if key.key_id == name), None)


def _use_for(key: PyJWK, algorithm: str) -> PyJWK | RSAPublicKey:
    """PyJWT takes an RSA key that declares no algorithm for one of RS256; it is good for all algorithms of RSA."""
    return key.key if key.algorithm_name == "RS256" and algorithm in RSA_ALGORITHMS else key


def discover_jwks_url(issuer: str) -> str:
    """The address of the keys, from the issuer's metadata in any place where there may be some.

    Raises:
        ValueError: No metadata name it as the issuer, the address is none, or the environment's proxy cannot be used.
        httpx.HTTPError: It cannot be reached.
    """
    with httpx.Client(timeout=SECONDS, transport=BlockingProxyTransport()) as client:
        for url in list_metadata_addresses(issuer):
            try:
                metadata = _read(client, url)
            except ProxySettingError:
                raise
            except (httpx.HTTPStatusError, ValueError):
                continue
            if metadata.get("issuer") == issuer:
                address.parse_address(str(metadata.get("jwks_uri")), "jwks_uri")
                return str(metadata["jwks_uri"])
    raise ValueError("it has no metadata that name it as the issuer")


def list_metadata_addresses(issuer: str) -> list[str]:
    """Where an issuer may describe itself: by RFC 8414, then by OpenID Connect Discovery 1.0."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    return [
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    ]


def _read(client: httpx.Client, url: str) -> dict[str, Any]:
    """A JSON object; an answer that is larger than any metadata or keys is not read to its end.

    It is asked for unpacked: what is packed could be of any size once it is unpacked.
    """
    content = bytearray()
    with client.stream("GET", url, headers={"Accept": "application/json", "Accept-Encoding": "identity"}) as response:
        response.raise_for_status()
        for piece in response.iter_raw():
            content += piece
            if len(content) > LARGEST:
                raise ValueError("the answer is too large")
    try:
        read = json.loads(content)
    except RecursionError:
        raise ValueError("the answer is too deep") from None
    if not isinstance(read, dict):
        raise ValueError("the answer is no JSON object")  # noqa: TRY004  (what came, not what was asked)
    return read
