"""Fetching a file from an address that lets in whoever has it."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import httpx
import pytest

from portal.bucket import Plan
from portal.client import Portal
from portal.download import DownloadedFile, FileTooLargeError
from portal.errors import PortalError, PortalFaultError, RefusedError
from portal.webhook import Webhook

SECRET = "a1b2c3d4e5f6g7h8"
SIGNATURE = "signature-of-the-file"
WEBHOOK = Webhook.parse(f"https://p.bitrix24.com/rest/1/{SECRET}/")
ADDRESS = f"https://p.bitrix24.com/rest/1/***/download/?token=disk%7C{SIGNATURE}"
ATTACHED = {"Content-Disposition": 'attachment; filename="photo.jpg"', "Content-Type": "image/jpeg"}
Answer = Callable[[httpx.Request], httpx.Response]


def download(answer: Answer, address: str = ADDRESS, *, seconds: float = 60.0, plan: Plan | None = None) -> Any:
    async def run() -> DownloadedFile:
        transport = httpx.MockTransport(answer)
        async with Portal(WEBHOOK, seconds=seconds, plan=plan, transport=transport) as portal:
            return await portal.download(address, most_bytes=1000)

    return anyio.run(run)


def test_the_file_is_asked_for_with_the_secret_that_answers_do_not_show() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, content=b"bytes", headers=ATTACHED)

    assert download(answer) == DownloadedFile(b"bytes", "image/jpeg", "photo.jpg")
    assert [str(request.url) for request in asked] == [ADDRESS.replace("***", SECRET)]
    assert (asked[0].method, asked[0].headers["accept"]) == ("GET", "*/*")
    assert asked[0].headers["accept-encoding"] == "identity"


NAMES = [
    ('attachment; filename="a b.txt"', "a b.txt"),
    ("attachment; filename=a.txt", "a.txt"),
    ("attachment; filename=\"x\"; filename*=utf-8''%D1%81%D1%87%D1%91%D1%82.pdf", "счёт.pdf"),
    ("inline", ""),
]


@pytest.mark.parametrize(("disposition", "name"), NAMES)
def test_its_name_is_read(disposition: str, name: str) -> None:
    headers = {"Content-Disposition": disposition}
    assert download(lambda _: httpx.Response(200, content=b"x", headers=headers)).name == name


async def _stream(pieces: int) -> AsyncIterator[bytes]:
    for _ in range(pieces):
        yield bytes(100)


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (lambda _: httpx.Response(200, content=bytes(1001), headers=ATTACHED), 1001),
        (lambda _: httpx.Response(200, content=_stream(10**6), headers=ATTACHED), None),
    ],
    ids=["told", "not told"],
)
def test_no_more_is_read_than_is_wanted(answer: Answer, size: int | None) -> None:
    with pytest.raises(FileTooLargeError) as caught:
        download(answer)
    assert caught.value.size == size


@pytest.mark.parametrize("content", [bytes(1000), _stream(10)], ids=["told", "not told"])
def test_a_file_of_just_that_size_comes(content: Any) -> None:
    assert len(download(lambda _: httpx.Response(200, content=content, headers=ATTACHED)).content) == 1000


@pytest.mark.parametrize(("redirects", "comes"), [(3, True), (4, False)])
def test_three_redirects_are_followed(redirects: int, *, comes: bool) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("number", 0))
        if number == redirects:
            return httpx.Response(200, content=b"x", headers=ATTACHED)
        return httpx.Response(302, headers={"Location": f"/?number={number + 1}"})

    if comes:
        assert download(answer).content == b"x"
    else:
        with pytest.raises(PortalFaultError, match="too often"):
            download(answer)


def redirect(to: str) -> Answer:
    return lambda request: (
        httpx.Response(302, headers={"Location": to})
        if "moved" not in str(request.url)
        else httpx.Response(200, content=b"moved", headers=ATTACHED)
    )


def test_a_redirect_within_the_portal_is_followed() -> None:
    assert download(redirect("/upload/moved?x=1")).content == b"moved"
    assert download(redirect("https://p.bitrix24.com/moved")).content == b"moved"


def refuse(error: str, status: int = 403) -> Answer:
    return lambda _: httpx.Response(status, json={"error": error, "error_description": f"{SECRET} is wrong"})


def fail(error: Exception) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        error.args = (f"{error} {request.url}",)
        raise error

    return answer


FAULTS: list[tuple[str, Answer, str]] = [
    ("another host", redirect("https://evil.example/moved"), "another server"),
    ("another port", redirect("https://p.bitrix24.com:8443/moved"), "another server"),
    ("another scheme", redirect("http://p.bitrix24.com/moved"), "another server"),
    ("with a user", redirect("https://me@p.bitrix24.com/moved"), "another server"),
    ("an inner address", redirect("http://169.254.169.254/moved"), "another server"),
    ("a file", redirect("file:///etc/passwd"), "another server"),
    ("no address", redirect("https://[moved"), "another server"),
    ("nowhere", lambda _: httpx.Response(302), "HTTP 302"),
    ("a circle", redirect("/rest/again"), "too often"),
    ("a login page", lambda _: httpx.Response(200, html="<form>"), "a page came"),
    ("a server's page", lambda _: httpx.Response(502, html=f"<p>{SECRET}</p>"), "HTTP 502"),
    ("packed", lambda _: httpx.Response(200, content=b"x", headers={"Content-Encoding": "br"}), "packed"),
    ("an error of the portal", refuse("INTERNAL_SERVER_ERROR", 500), "HTTP 500"),
    ("no connection", fail(httpx.ConnectError("failed")), "did not come (ConnectError)"),
    ("a broken one", fail(httpx.ReadError("failed")), "did not come (ReadError)"),
    ("too slow", fail(httpx.ReadTimeout("failed")), "did not come (ReadTimeout)"),
]


@pytest.mark.parametrize(("answer", "said"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_what_goes_wrong_is_told_without_the_address(
    answer: Answer, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="portal")
    with pytest.raises(PortalFaultError) as caught:
        download(answer)

    assert said in str(caught.value)
    assert caught.value.__cause__ is None
    assert not any(secret in f"{caught.value} {caplog.text}" for secret in (SECRET, SIGNATURE, "evil", "169.254"))


@pytest.mark.parametrize("address", ["https://evil.example/?token=1", "//evil.example/", "/rest/x", "https://[", ""])
def test_an_address_elsewhere_is_not_asked(address: str) -> None:
    asked: list[httpx.Request] = []
    with pytest.raises(PortalFaultError):
        download(lambda request: asked.append(request) or httpx.Response(200), address)  # type: ignore[func-returns-value]
    assert asked == []


@pytest.mark.parametrize("status", [200, 401, 403])
def test_a_refusal_of_the_portal_keeps_its_code(status: int) -> None:
    with pytest.raises(PortalError) as caught:
        download(refuse("ACCESS_DENIED", status))
    assert (caught.value.code, caught.value.description) == ("ACCESS_DENIED", "*** is wrong")


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/plain", ""])
def test_a_file_that_looks_like_a_refusal_is_none(kind: str) -> None:
    content = b'{"error": "of somebody else"}'
    headers = {"Content-Disposition": 'attachment; filename="a.json"', "Content-Type": kind}
    assert download(lambda _: httpx.Response(200, content=content, headers=headers)).content == content


def test_a_file_may_come_without_a_name() -> None:
    headers = {"Content-Type": "Text/Plain; charset=utf-8"}
    found = download(lambda _: httpx.Response(200, content=b"x", headers=headers))
    assert found == DownloadedFile(b"x", "text/plain", "")
    assert download(lambda _: httpx.Response(200, headers={"Content-Disposition": 'inline; filename=""'})).name == ""


@pytest.mark.parametrize("body", [[], {}, {"result": True}, {"error": None}, "x"])
def test_json_that_is_no_file_and_no_refusal_is_a_fault(body: Any) -> None:
    for status in (200, 403):
        with pytest.raises(PortalFaultError, match=f"HTTP {status}"):
            download(lambda _, status=status: httpx.Response(status, json=body))  # type: ignore[misc]


def test_a_download_takes_no_longer_than_a_call_may() -> None:
    async def trickle() -> AsyncIterator[bytes]:
        while True:
            await anyio.sleep(0.01)
            yield b"x"

    began = time.monotonic()
    with pytest.raises(PortalFaultError, match="within"):
        download(lambda _: httpx.Response(200, content=trickle(), headers=ATTACHED), seconds=0.2)
    assert time.monotonic() - began < 5


def test_a_download_counts_against_the_limit_on_requests() -> None:
    full = Plan(capacity=1, leak=0.001)
    with pytest.raises(PortalFaultError, match="within"):
        download(lambda _: httpx.Response(200), seconds=0.1, plan=full)


def test_a_refusal_without_a_code_is_a_fault() -> None:
    with pytest.raises(PortalFaultError):
        download(lambda _: httpx.Response(404, json={}))
    with pytest.raises(RefusedError):
        download(refuse("ERROR_NOT_FOUND", 404))
