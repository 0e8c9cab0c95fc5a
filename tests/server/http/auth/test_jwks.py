"""The way to the keys of an authorisation server, where the environment names proxies."""

import anyio
import httpx
import pytest

from portal.proxies import ProxySettingError
from server.http.auth.jwks import KeysUnavailableError, SigningKeys, discover_jwks_url
from tests.server.http.issuer import issuer

ISSUER = "https://issuer.invalid"


def test_a_proxy_that_cannot_be_used_is_the_reason_and_not_missing_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://user:pa55word@127.0.0.1:9")

    with pytest.raises(ProxySettingError, match="HTTPS_PROXY names a SOCKS proxy") as refused:
        discover_jwks_url(ISSUER)
    assert "pa55word" not in str(refused.value)


def test_an_entry_of_no_proxy_that_httpx_cannot_read_hinders_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "[::1],fd07::/64,issuer.invalid")

    with pytest.raises(httpx.ConnectError):
        discover_jwks_url(ISSUER)


def test_keys_of_this_machine_are_fetched_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with issuer() as serving:
        assert anyio.run(SigningKeys(serving.address).find_key, "first", "RS256") is not None


def test_keys_that_are_larger_than_any_are_not_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.http.auth.jwks.LARGEST", 100)
    with issuer() as serving:
        keys = SigningKeys(serving.address, f"{serving.address}/keys")
        with pytest.raises(KeysUnavailableError):
            anyio.run(keys.find_key, "first", "RS256")
        assert serving.asked == ["/keys"]
