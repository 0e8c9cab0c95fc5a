"""Hosts that cannot be reached or trusted: what is said, and that a certificate is not tried again."""

from pathlib import Path

import anyio
import pytest

from portal.client import Portal
from portal.errors import CertificateError, NotReachableError, PortalError
from portal.observer import Observer
from portal.webhook import Webhook
from tests.pauses import skip_pause
from tests.portal.certificates import Authority, secure_portal
from tests.portal.front_end import Reply, answering

SECRET = "a1b2c3d4e5f6g7h8"


class Pauses(Observer):
    """Counts how often a call was tried again."""

    def __init__(self) -> None:
        self.count = 0

    def on_pause(self, error: PortalError, seconds: float) -> None:  # noqa: ARG002
        """Another one."""
        self.count += 1


def _call(address: str) -> tuple[object, int]:
    """The result or the error, and how often it was tried again."""
    pauses = Pauses()

    async def run() -> object:
        webhook = Webhook.parse(f"{address}/rest/1/{SECRET}/")
        with anyio.fail_after(20):
            async with Portal(webhook, plan=None, sleep=skip_pause, observer=pauses) as portal:
                try:
                    return await portal.call("imopenlines.operator.answer", {}, repeatable=False)
                except PortalError as error:
                    return error

    return anyio.run(run), pauses.count


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize(
    ("host", "days", "known", "words"),
    [
        ("127.0.0.1", 2, False, "unable to get local issuer certificate"),
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("other.example", 2, True, "IP address mismatch"),
        ("127.0.0.1", 2, True, None),
    ],
)
def test_a_certificate_that_cannot_be_trusted_is_told_with_its_flaw_and_not_tried_again(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, host: str, days: int, known: bool, words: str | None
) -> None:
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    else:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with secure_portal(authority.make_certificate(host, days=days)) as address:
        got, again = _call(address)

    assert again == 0
    if words is None:
        assert got == 1
        return
    assert isinstance(got, CertificateError)
    assert "the certificate of 127.0.0.1" in got.description
    assert words in got.description
    assert SECRET not in got.description


def test_plain_http_where_tls_was_expected_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with answering(Reply()) as served:
        got, again = _call(served.address.replace("http:", "https:"))

    assert isinstance(got, NotReachableError)
    assert "no TLS connection to 127.0.0.1" in got.description
    assert again == 4


def test_a_name_that_nobody_knows_is_told() -> None:
    got, _ = _call("https://no-such-portal.invalid")

    assert isinstance(got, NotReachableError)
    assert got.description == "the name of no-such-portal.invalid is not known (DNS)"


def test_an_address_that_no_request_can_be_made_for_is_told(tmp_path: Path) -> None:
    got, _ = _call(f"https://{'x' * 70}.example")

    assert isinstance(got, NotReachableError)
    assert not list(tmp_path.iterdir())
