"""Which names of this server and which web pages a request may come by: the protection against rebound DNS names."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.http.errors import RequestRefusedError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANY = "*"


class HostCheck:
    """Lets in what names a host and an origin that are allowed, whatever the path; outside of everything else."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str], origins: Iterable[str]) -> None:
        self._app = app
        self._hosts = {host.lower() for host in (*LOOPBACK, *hosts)}
        self._origins = {origin.lower().rstrip("/") for origin in origins}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request.

        Raises:
            RequestRefusedError: 421 for a host, 403 for an origin that is not allowed.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._allows_host(host):
            text = "This server is not known by that name; who runs it can add it to allowed_hosts"
            raise RequestRefusedError(421, "misdirected_request", text)
        origin = headers.get("origin")
        if origin is not None and not self._allows_origin(origin, host):
            raise RequestRefusedError(403, "forbidden_origin", "Web pages of that origin may not use this server")
        await self._app(scope, receive, _add_headers(send))

    def _allows_host(self, host: str) -> bool:
        """With or without a port."""
        if ANY in self._hosts:
            return True
        return host.lower() in self._hosts or _strip_port(host) in self._hosts

    def _allows_origin(self, origin: str, host: str) -> bool:
        """Those that are listed, and the server's own pages."""
        own = {f"http://{host}".lower(), f"https://{host}".lower()}
        return origin.lower() in self._origins | own


def _strip_port(host: str) -> str | None:
    """The name without the port; None for what is no host."""
    try:
        parts = urlsplit(f"//{host}")
        port = parts.port
    except ValueError:
        return None
    return parts.hostname if port != 0 and parts.netloc == host else None


def _add_headers(send: Send) -> Send:
    """A `send` that says that answers are for whoever asked, and are what they say they are."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "no-store")
            headers["X-Content-Type-Options"] = "nosniff"
        await send(message)

    return send_with_headers
