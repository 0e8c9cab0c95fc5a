"""The ASGI application: REST under `/rest/`, authorization under `/oauth/`, the control API under `/_sandbox/`."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from sandbox.control.routes import make_control_routes
from sandbox.domain.events import check_handler, install
from sandbox.domain.identity import RequestCredentials
from sandbox.seed.seed import create_seeded_company
from sandbox.state.company import Company
from sandbox.wire import gate
from sandbox.wire.deliveries import Postman
from sandbox.wire.dispatch import Dispatcher
from sandbox.wire.envelope import read_params
from sandbox.wire.oauth_routes import make_oauth_routes

SUFFIX = ".json"
WEBHOOK_DEPTH = 3


def create_app(company: Company | None = None) -> Starlette:
    """The ASGI application of a company's portal; of a freshly seeded one if no company is given.

    The company is kept in `app.state.company`, where tests may look at it and change it.
    """
    app = Starlette(
        routes=[
            Route("/rest/{path:path}", _handle_call, methods=["GET", "POST"]),
            *make_oauth_routes(),
            Mount("/_sandbox", routes=make_control_routes()),
        ]
    )
    app.state.company = company or create_seeded_company()
    app.state.postman = Postman()
    return app


def install_application(app: Starlette, handler: str, origin: str) -> None:
    """Install the company's application with a handler for its events, which is posted ONAPPINSTALL.

    `origin` is where the portal is served.

    Raises:
        RefusalError: no portal would post to such an address.
    """
    company: Company = app.state.company
    check_handler(handler)
    install(company, next(iter(company.oauth.applications.values())), handler)
    app.state.postman.post(company, origin)


async def _handle_call(request: Request) -> Response:
    params = await read_params(request)
    login, secret, method = _split_path(request.path_params["path"])
    token = "" if secret else _find_access_token(request, params)
    connection = params.get("auth_connector")
    origin = f"{request.url.scheme}://{request.url.netloc}"
    credentials = RequestCredentials(login, secret, token, connection if isinstance(connection, str) else "", origin)
    company: Company = request.app.state.company
    try:
        return await gate.answer_request(Dispatcher(company), method, params, credentials)
    finally:
        request.app.state.postman.post(company, origin)


def _split_path(path: str) -> tuple[str, str, str]:
    parts = path.strip("/").split("/")
    parts[-1] = parts[-1].removesuffix(SUFFIX)
    if len(parts) == WEBHOOK_DEPTH:
        return parts[0], parts[1], parts[2]
    return "", "", "/".join(parts)


def _find_access_token(request: Request, params: dict[str, object]) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    given = params.get("auth") or params.get("access_token")
    return given if isinstance(given, str) else ""
