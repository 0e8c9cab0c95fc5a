"""What this server tells clients about where to get access tokens, by RFC 9728; the SDK makes the documents."""

from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from pydantic import AnyHttpUrl, ConfigDict, TypeAdapter
from starlette.routing import Route

from server.config.http_settings import OAuthSettings

PLAIN_PATH = "/.well-known/oauth-protected-resource"
_URL = TypeAdapter(AnyHttpUrl, config=ConfigDict(url_preserve_empty_path=True))  # an issuer is compared by each letter


def make_metadata_routes(settings: OAuthSettings) -> list[Route]:
    """The document that says who gives tokens for this server, at the resource's own address and at the plain one."""
    routes = create_protected_resource_routes(
        _URL.validate_python(settings.resource),
        [_URL.validate_python(settings.issuer)],
        scopes_supported=list(settings.scopes),
        resource_name="Bitrix24 Open Channels",
    )
    if all(route.path != PLAIN_PATH for route in routes):
        routes.append(Route(PLAIN_PATH, routes[0].endpoint, methods=routes[0].methods))
    return routes


def make_challenge(settings: OAuthSettings, error: str | None = None) -> dict[str, str]:
    """The header that sends a client there, with the scope to ask for: the first, unless it has too little."""
    scopes = list(settings.scopes)
    wanted = " ".join(scopes) if error == "insufficient_scope" else scopes[0]
    address = str(build_resource_metadata_url(_URL.validate_python(settings.resource)))
    values = {**({"error": error} if error else {}), "resource_metadata": address, "scope": wanted}
    return {"WWW-Authenticate": "Bearer " + ", ".join(f'{name}="{value}"' for name, value in values.items())}
