"""What is inside the entrance knows of whoever came in."""

from pathlib import Path

import anyio
import httpx
from mcp.server.auth.middleware.auth_context import get_access_token
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from server.config.http_settings import LimitSettings
from server.http.auth.authenticator import Authenticator
from server.http.auth.token_file import TeamTokenFile
from server.http.middleware.authentication import AuthenticationMiddleware
from server.http.middleware.limits import RequestLimiter
from server.http.portals import Portals
from tests.server.http.team_server import issue_token, make_bearer_header


async def _principal(scope: Scope, receive: Receive, send: Send) -> None:
    token = get_access_token()
    await JSONResponse(token.model_dump() if token else None)(scope, receive, send)


def test_it_knows_who_asks_but_not_the_token(tmp_path: Path) -> None:
    file = TeamTokenFile(tmp_path / "access.json")
    tokens = [issue_token(file, "ben"), issue_token(file, "carl")]

    async def run() -> list[dict[str, str]]:
        async with Portals({"sandbox": True}) as portals:
            entrance = AuthenticationMiddleware(
                _principal, Authenticator(portals, file), RequestLimiter(LimitSettings())
            )
            transport = httpx.ASGITransport(entrance)
            async with httpx.AsyncClient(transport=transport, base_url="http://server") as http:
                return [(await http.get("/", headers=make_bearer_header(token))).json() for token in tokens]

    known = anyio.run(run)

    assert known[0]["client_id"] != known[1]["client_id"]
    for token in tokens:
        assert token not in str(known)
