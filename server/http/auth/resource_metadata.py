"""What this server tells clients about where to get access tokens, by RFC 9728."""

from typing import Any
from urllib.parse import urlsplit

from server.config.http_settings import OAuth

PATH = "/.well-known/oauth-protected-resource"


def metadata(settings: OAuth) -> dict[str, Any]:
    """The resource, and who gives tokens for it."""
    return {
        "resource": settings.resource,
        "authorization_servers": [settings.issuer],
        "scopes_supported": list(settings.scopes),
        "bearer_methods_supported": ["header"],
        "resource_name": "Bitrix24 Open Channels",
    }


def metadata_address(resource: str) -> str:
    """Where a client finds that: the well-known part comes before the resource's own path."""
    parts = urlsplit(resource)
    return f"{parts.scheme}://{parts.netloc}{PATH}{parts.path.rstrip('/')}"


def challenge(settings: OAuth, error: str | None = None) -> dict[str, str]:
    """The header that sends a client there, with the scope to ask for: the first, unless it has too little."""
    scopes = list(settings.scopes)
    wanted = " ".join(scopes) if error == "insufficient_scope" else scopes[0]
    parts = {"resource_metadata": metadata_address(settings.resource), "scope": wanted}
    told = {"error": error, **parts} if error else parts
    return {"WWW-Authenticate": "Bearer " + ", ".join(f'{name}="{value}"' for name, value in told.items())}
