"""What an assistant is told where something before the portal speaks, and how many requests a tool makes then."""

from typing import Any

import anyio
import httpx
import pytest

from sandbox.app import create_app
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import assistant, words_of
from tests.callers import answer, caller
from tests.pauses import skip_pause
from tests.portal.front_end import PAGE, SECRET, Reply, answering
from tools import TOOLSETS

READ = ("dialog_get", {"chat_id": 206})
WRITE = ("operator_answer", {"chat_id": 206})


class FrontEnd(httpx.AsyncBaseTransport):
    """Lets some requests through to the embedded portal, and then answers all of them itself."""

    def __init__(self, reply: httpx.Response | Exception, *, let_through: int = 0) -> None:
        self._portal = httpx.ASGITransport(create_app())
        self._reply = reply
        self._left = let_through
        self.refused: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        if self._left:
            self._left -= 1
            return await self._portal.handle_async_request(request)
        self.refused.append(request.url.path.rpartition("/")[2])
        if isinstance(self._reply, Exception):
            raise self._reply
        return httpx.Response(self._reply.status_code, headers=self._reply.headers, content=self._reply.content)


def _ask(front_end: FrontEnd, tool: str, arguments: dict[str, Any]) -> str:
    async def run() -> str:
        async with Connection(Settings(sandbox=True), transport=front_end, sleep=skip_pause) as connection:
            return words_of(await answer(caller(Policy(frozenset(TOOLSETS)), connection), tool, arguments))

    return anyio.run(run)


def _page(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(
        status, headers={name.replace("_", "-"): value for name, value in headers.items()}, content=PAGE
    )


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (_page(301, location="https://new.example/"), ("HTTP 301", "https://new.example", "not one that leads on")),
        (_page(400), ("HTTP 400", "Do not repeat it at once", "address in its settings")),
        (_page(401), ("HTTP 401", "sign-in page or a password")),
        (_page(403), ("HTTP 403", "firewall", "let it pass")),
        (_page(404), ("HTTP 404", "there is no REST of a portal")),
        (_page(407), ("HTTP 407", "HTTPS_PROXY")),
        (_page(413), ("HTTP 413", "send less")),
        (_page(451), ("HTTP 451", "legal")),
        (_page(429), ("HTTP 429", "limits the number of calls", "Wait a minute")),
        (_page(429, retry_after="3600"), ("HTTP 429", "Call again in 3600 s")),
        (httpx.ConnectError("x"), ("could not be reached", "(HTTPS_PROXY, NO_PROXY)")),
    ],
)
def test_a_refusal_before_the_portal_says_what_came_and_what_to_do(
    reply: httpx.Response | Exception, words: tuple[str, ...]
) -> None:
    for tool, arguments in (READ, WRITE):
        text = _ask(FrontEnd(reply), tool, arguments)

        assert text.startswith(f"{tool} failed. ")
        assert "execute" in text
        assert all(word in text for word in words), text
        assert "not known whether" not in text
        assert "failed inside" not in text
        assert ("HTTP " in text) != ("could not be reached" in text)


@pytest.mark.parametrize("status", [200, 502, 503])
def test_of_a_lost_answer_a_reader_is_told_to_come_back_and_a_change_to_look_first(status: int) -> None:
    read, write = (_ask(FrontEnd(_page(status)), *call) for call in (READ, WRITE))

    assert f"HTTP {status} without the portal's JSON (a page in its place)" in read
    assert "Call again in a minute" in read
    assert f"HTTP {status}" in write
    assert "It is not known whether" in write
    assert "dialog_get" in write


MANY = [
    ("inbox", {}),
    ("dialog", {"chat_id": 206}),
    ("channel_overview", {}),
    ("channel_audit", {}),
    ("channel_report", {"line": 1}),
    ("portal_check", {}),
]


@pytest.mark.parametrize(("tool", "arguments"), MANY)
def test_a_tool_of_many_calls_hammers_no_front_end(tool: str, arguments: dict[str, Any]) -> None:
    """From whichever request on it blocks, limits or is down; eight requests are under way at a time."""
    for status, most in ((403, 8), (404, 8), (302, 8), (429, 9), (502, 16)):
        for let_through in (0, 3, 7):
            front_end = FrontEnd(_page(status, location="/login"), let_through=let_through)
            text = _ask(front_end, tool, arguments)

            assert len(front_end.refused) <= most, (status, let_through, front_end.refused)
            assert "failed inside" not in text


@pytest.mark.parametrize("no_proxy", ["localhost,127.0.0.1,[::1]", "fd07:b51a:cc66:f0::/64 ["])
def test_the_program_works_where_no_proxy_has_entries_of_any_form(no_proxy: str) -> None:
    revision = Reply(body=b'{"result": {"rest": 2, "web": 1, "mobile": 1}}')
    with (
        answering(revision) as portal,
        assistant(webhook=portal.webhook, NO_PROXY=no_proxy, HTTP_PROXY="http://127.0.0.1:9") as client,
    ):
        assert not client.call("revision_get").is_error


def test_a_socks_proxy_is_a_setting_that_the_program_names() -> None:
    with assistant(
        webhook=f"https://portal.example/rest/api/1/{SECRET}/", ALL_PROXY="socks5://user:pa55word@127.0.0.1:9"
    ) as client:
        text = words_of(client.call("revision_get"))

    assert "not set up" in text
    assert "ALL_PROXY names a SOCKS proxy" in text
    assert "pa55word" not in text
    assert SECRET not in text
