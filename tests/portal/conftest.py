"""What the tests of the portal's client share."""

from collections.abc import Iterator

import pytest

from tests.portal.front_end import FrontEnd, Reply, answering

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One in which nobody has named a proxy or authorities; what it sets is undone."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.fixture(scope="module")
def served() -> Iterator[FrontEnd]:
    """What stands before a portal; `set_replies` says what it answers."""
    with answering(Reply()) as front_end:
        yield front_end
