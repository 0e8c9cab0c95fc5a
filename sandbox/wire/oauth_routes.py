"""The authorization server over HTTP: `/oauth/authorize/` for browsers, `/oauth/token/` for applications."""

import asyncio
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.oauth import ACCESS_LIFE, TokenPair
from sandbox.state.validation import is_loopback
from sandbox.wire.envelope import PortalResponse

MEMBER_ID = "5a4db0c05a4db0c05a4db0c05a4db0c0"
LOCAL = "L"
NO_APPLICATION = (
    "<html><head><title>Authorization error</title></head><body><h1>Application not found</h1>"
    "<p>Check the application's ID and its redirect address.</p></body></html>"
)


def make_oauth_routes() -> list[Route]:
    """The routes of the authorization server: `/oauth/authorize/` and `/oauth/token/`.

    Source: the official pages on OAuth 2.0.
    """
    return [
        Route("/oauth/authorize/", _authorize, methods=["GET"]),
        Route("/oauth/token/", _issue_tokens, methods=["GET"]),
    ]


async def _authorize(request: Request) -> Response:
    """Consent at once, as the application's own user would."""
    company: Company = request.app.state.company
    asked = request.query_params
    application = company.oauth.applications.get(asked.get("client_id", ""))
    if application is None:
        return HTMLResponse(NO_APPLICATION, 400)
    target = _split_address(asked.get("redirect_uri", application.redirect_uri))
    registered = target == _split_address(application.redirect_uri)
    if target is None or not (registered or is_loopback(target.hostname or "")):
        return HTMLResponse(NO_APPLICATION, 400)
    answer = {
        "code": company.oauth.issue_code(application, company.clock()),
        "state": asked.get("state", ""),
        "domain": request.url.netloc,
        "member_id": MEMBER_ID,
        "scope": ",".join(application.scopes),
        "server_domain": request.url.netloc,
    }
    query = urlencode([*parse_qsl(target.query), *answer.items()])
    return RedirectResponse(urlunsplit(target._replace(query=query)), 302)


def _split_address(address: str) -> SplitResult | None:
    """Take an address apart; None if no browser could be sent there."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


async def _issue_tokens(request: Request) -> Response:
    company: Company = request.app.state.company
    try:
        tokens = company.oauth.issue_tokens(request.query_params, company.clock())
        response = PortalResponse(_describe_tokens(tokens, request, company))
    except RefusalError as refusal:
        response = PortalResponse(refusal.make_body(), refusal.status)
    await asyncio.sleep(company.oauth.delay)
    return response


def _describe_tokens(tokens: TokenPair, request: Request, company: Company) -> dict[str, Any]:
    application = tokens.access.application
    own = f"{request.url.scheme}://{request.url.netloc}/rest/"
    return {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires": int(tokens.access.until.timestamp()),
        "expires_in": int(ACCESS_LIFE.total_seconds()),
        "client_endpoint": own if company.oauth.endpoint is None else company.oauth.endpoint,
        "server_endpoint": own,
        "domain": request.url.netloc,
        "member_id": MEMBER_ID,
        "scope": ",".join(application.scopes),
        "status": LOCAL,
        "user_id": tokens.access.user_id,
    }
