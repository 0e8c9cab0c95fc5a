"""The way to the keys of an authorisation server, where the environment names proxies."""

import httpx
import pytest

from portal.proxies import ProxySettingError
from server.http.auth.jwks import discover_jwks_url

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
