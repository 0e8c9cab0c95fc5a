"""The webhook's address: what is taken, what is refused, and that it stays secret."""

import pytest

from portal.address import InvalidAddressError
from portal.webhook import Webhook

SECRET = "a1b2c3d4e5f6g7h8"
ADDRESS = f"https://p.bitrix24.com/rest/1/{SECRET}"
PASTED = (
    '"{}/"',
    "'{}/'",
    "<{}/>",
    "`{}/`,",
    "\ufeff{}/\u00a0",
    "\u201c{}/\u201d",
    "{}/?auth=1",
    "{}/#top",
    "{}/profile.json?ID=1",
    "{}/imopenlines.v2.Session.list/",
    "{}//",
)
"""What comes with an address that is copied out of a page, a chat or an example."""


@pytest.mark.parametrize(
    ("given", "used"),
    [
        (f"https://p.bitrix24.com/rest/1/{SECRET}/", f"https://p.bitrix24.com/rest/1/{SECRET}/"),
        (f"https://p.bitrix24.com/rest/1/{SECRET}", f"https://p.bitrix24.com/rest/1/{SECRET}/"),
        (f" https://p.bitrix24.com/rest/1/{SECRET}/profile.json\n", f"https://p.bitrix24.com/rest/1/{SECRET}/"),
        (
            f"https://p.example:8443/rest/ann@example.com/{SECRET}/",
            f"https://p.example:8443/rest/ann@example.com/{SECRET}/",
        ),
        (f"http://127.0.0.1:8024/rest/1/{SECRET}/", f"http://127.0.0.1:8024/rest/1/{SECRET}/"),
        (f"http://localhost/rest/1/{SECRET}/", f"http://localhost/rest/1/{SECRET}/"),
        (f"http://[::1]:80/rest/1/{SECRET}/", f"http://[::1]:80/rest/1/{SECRET}/"),
        *(
            (form.format(f"https://p.bitrix24.com/rest/1/{SECRET}"), f"https://p.bitrix24.com/rest/1/{SECRET}/")
            for form in PASTED
        ),
        (f"https://p.bitrix24.com/rest/api/1/{SECRET}/", f"https://p.bitrix24.com/rest/1/{SECRET}/"),
        (
            f"https://p.bitrix24.com/rest/api/1/{SECRET}/tasks.task.list.json",
            f"https://p.bitrix24.com/rest/1/{SECRET}/",
        ),
        (f"https://p.bitrix24.com/rest/api/{SECRET}/", f"https://p.bitrix24.com/rest/api/{SECRET}/"),
        (f"https://p.bitrix24.com/rest/api/{SECRET}/profile", f"https://p.bitrix24.com/rest/api/{SECRET}/"),
    ],
)
def test_a_webhook_is_taken_as_the_portal_shows_it(given: str, used: str) -> None:
    assert Webhook.parse(given).url() == used


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (f"http://p.bitrix24.com/rest/1/{SECRET}/", "https"),
        (f"http://127.0.0.1.example.com/rest/1/{SECRET}/", "https"),
        (f"ftp://p.bitrix24.com/rest/1/{SECRET}/", "https"),
        (f"p.bitrix24.com/rest/1/{SECRET}/", "https"),
        (f"https://p.bitrix24.com/{SECRET}/", "/rest/USER/TOKEN/"),
        (f"https://p.bitrix24.com/rest/1/{SECRET}/../../x", "/rest/USER/TOKEN/"),
        (f"https://user:pass@p.bitrix24.com/rest/1/{SECRET}/", "https"),
        (f"https://p.bitrix24.com/?x=/rest/1/{SECRET}/", "/rest/USER/TOKEN/"),
        ("https://p.bitrix24.com/rest/api/1/", "cut short"),
        ("https://p.bitrix24.com/rest/1/1/", "cut short"),
        ("https://p.bitrix24.com/rest/1/x/profile", "cut short"),
        ("https://p.bitrix24.com/rest/api/USER/TOKEN/", "still the example"),
        (f"https://[p/rest/1/{SECRET}/", "not a URL"),
        (f"https://p.bitrix24.com:99999/rest/1/{SECRET}/", "not a URL"),
        ("", "https"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused_with_a_reason_and_without_the_secret(given: str, reason: str) -> None:
    with pytest.raises(InvalidAddressError, match=reason) as refused:
        Webhook.parse(given)

    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_token_is_not_in_the_representation() -> None:
    webhook = Webhook.parse(f"https://p.bitrix24.com/rest/1/{SECRET}/")

    assert SECRET not in f"{webhook!r} {webhook!s}"
    assert webhook.conceal(f"<{webhook.url()}>".encode()) == b"<https://p.bitrix24.com/rest/1/***/>"
