"""Hosts that cannot be reached or trusted: what is said, and that a certificate is not tried again."""

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
    ("host", "days", "words"),
    [
        ("127.0.0.1", 2, "unable to get local issuer certificate"),
        ("127.0.0.1", -1, "certificate has expired"),
        ("other.example", 2, "IP address mismatch"),
        ("127.0.0.1", 2, ""),
    ],
)
def test_a_certificate_that_cannot_be_trusted_is_told_with_its_flaw_and_not_tried_again(
    authority: Authority, environment: pytest.MonkeyPatch, host: str, days: int, words: str
) -> None:
    if "issuer" not in words:
        environment.setenv("SSL_CERT_FILE", str(authority.file))
    with secure_portal(authority.make_certificate(host, days=days)) as address:
        got, again = _call(address)

    assert again == 0
    if not words:
        assert got == 1
        return
    assert isinstance(got, CertificateError)
    assert "the certificate of 127.0.0.1" in got.description
    assert words in got.description
    assert SECRET not in got.description


@pytest.mark.usefixtures("environment")
def test_plain_http_where_tls_was_expected_is_told() -> None:
    with answering(Reply()) as served:
        got, again = _call(served.address.replace("http:", "https:"))

    assert isinstance(got, NotReachableError)
    assert "no TLS connection to 127.0.0.1" in got.description
    assert again == 4


@pytest.mark.usefixtures("environment")
def test_a_name_that_nobody_knows_is_told() -> None:
    got, _ = _call("https://no-such-portal.invalid")

    assert isinstance(got, NotReachableError)
    assert got.description == "the name of no-such-portal.invalid is not known (DNS)"


@pytest.mark.usefixtures("environment")
def test_an_address_that_no_request_can_be_made_for_is_told() -> None:
    got, _ = _call(f"https://{'x' * 70}.example")

    assert isinstance(got, NotReachableError)
    assert got.description
