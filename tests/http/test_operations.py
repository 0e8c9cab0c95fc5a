"""The place for routes and middleware of operations: behind the same gate, outside of everything."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.auth.middleware.auth_context import get_access_token
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.http.team import TeamServer, bearer, served_team

SEEN: list[tuple[str, int]] = []
FORWARDED = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}


class Recording:
    """Notes the status of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                SEEN.append((scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, noted)


async def _principal(_: Request) -> JSONResponse:
    token = get_access_token()
    return JSONResponse(token.model_dump() if token else None)


async def _who(request: Request) -> JSONResponse:
    return JSONResponse({"client": request.client.host if request.client else None, "scheme": request.url.scheme})


OPERATIONS: dict[str, Any] = {
    "routes": [Route("/healthz", _who), Route("/metrics", _who), Route("/principal", _principal)],
    "middleware": [Middleware(Recording)],
    "public": ["/healthz"],
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TeamServer]:
    with served_team(tmp_path, operations=OPERATIONS) as server:
        server.token("anna")
        yield server


def test_only_public_routes_need_no_token_and_none_is_without_the_gate(server: TeamServer) -> None:
    assert server.http.get("/healthz").status_code == 200
    assert server.http.get("/metrics").status_code == 401
    assert server.http.get("/metrics", headers=bearer(server.token("scraper"))).status_code == 200
    assert server.http.get("/healthz", headers={"Host": "evil.example"}).status_code == 421
    assert server.http.get("/healthz", headers={"Origin": "https://evil.example"}).status_code == 403
    for disguise in (
        "/healthz/",
        "/healthz/../metrics",
        "/HEALTHZ",
        "//healthz",
        "/healthz%2f..%2fmetrics",
        "/healthz;a",
    ):
        assert server.http.get(f"{server.address}{disguise}").status_code == 401, disguise


def test_what_is_inside_knows_who_asks_but_not_the_token(server: TeamServer) -> None:
    tokens = [server.token("ben"), server.token("carl")]
    known = [server.http.get("/principal", headers=bearer(token)).json() for token in tokens]

    assert known[0]["client_id"] != known[1]["client_id"]
    for token in tokens:
        assert token not in str(known)


def test_middleware_sees_what_is_turned_away(server: TeamServer) -> None:
    SEEN.clear()
    server.http.get("/metrics")
    server.http.get("/metrics", headers={"Host": "evil.example"})

    assert SEEN == [("/metrics", 401), ("/metrics", 421)]


def test_forwarded_headers_are_believed_of_nobody_unless_it_is_configured(server: TeamServer) -> None:
    assert server.http.get("/healthz", headers=FORWARDED).json() == {"client": "127.0.0.1", "scheme": "http"}


@pytest.mark.parametrize(
    ("proxies", "client"), [(("127.0.0.0/8",), "198.51.100.7"), (("10.0.0.1", "192.0.2.0/24"), "127.0.0.1")]
)
def test_forwarded_headers_are_believed_of_the_configured_proxies(
    tmp_path: Path, proxies: tuple[str, ...], client: str
) -> None:
    with served_team(tmp_path, operations=OPERATIONS, trusted_proxies=proxies, closed=True) as server:
        assert server.http.get("/healthz", headers=FORWARDED).json()["client"] == client
