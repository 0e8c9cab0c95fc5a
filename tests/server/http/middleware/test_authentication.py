"""What is inside the entrance knows of whoever came in."""

from pathlib import Path

import anyio
import httpx
from mcp.server.auth.middleware.auth_context import get_access_token
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from server.config.http_settings import Limits
from server.http.auth.authenticator import Access
from server.http.auth.token_file import TokensFile
from server.http.middleware.authentication import Entrance
from server.http.middleware.limits import Traffic
from server.http.portals import Portals
from tests.server.http.team import bearer, issue


async def _principal(scope: Scope, receive: Receive, send: Send) -> None:
    token = get_access_token()
    await JSONResponse(token.model_dump() if token else None)(scope, receive, send)


def test_it_knows_who_asks_but_not_the_token(tmp_path: Path) -> None:
    file = TokensFile(tmp_path / "access.json")
    tokens = [issue(file, "ben"), issue(file, "carl")]

    async def run() -> list[dict[str, str]]:
        async with Portals({"sandbox": True}) as portals:
            entrance = Entrance(_principal, Access(portals, file), Traffic(Limits()))
            transport = httpx.ASGITransport(entrance)
            async with httpx.AsyncClient(transport=transport, base_url="http://server") as http:
                return [(await http.get("/", headers=bearer(token))).json() for token in tokens]

    known = anyio.run(run)

    assert known[0]["client_id"] != known[1]["client_id"]
    for token in tokens:
        assert token not in str(known)
