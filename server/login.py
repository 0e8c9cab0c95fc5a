"""The first grant of an application: a person allows it in the browser, the code comes back here."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from server.settings import WrongSettings

if TYPE_CHECKING:
    from portal.application import Application
    from portal.tokens import Grant, TokenFile

HOST = "127.0.0.1"


class LoginFailed(Exception):  # noqa: N818
    """No grant was obtained; the message says why."""


class Redirect:
    """What came back from the browser."""

    def __init__(self, state: str) -> None:
        self._state = state

    def code(self, address: str) -> str:
        """The code in a redirect address, or the code itself as it was pasted."""
        text = address.strip()
        if "?" not in text and "=" not in text:
            return text
        query = parse_qs(urlsplit(text).query or text)
        if not secrets.compare_digest(query.get("state", [""])[0].encode(), self._state.encode()):
            raise LoginFailed("the answer does not belong to this sign-in (its state differs); start again")
        if not (code := query.get("code", [""])[0]):
            raise LoginFailed(f"the portal gave no code ({query.get('error', ['no reason'])[0][:100]})")
        return code


@contextmanager
def loopback(port: int) -> Iterator[tuple[str, Callable[[], str]]]:
    """An address on this machine for the redirect, and a function that waits for the browser to come there."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if "code=" in self.path or "error=" in self.path:
                seen.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"You can close this window and go back to the terminal.\n")

        def log_message(self, *_: object) -> None:
            """The address holds the code, which is a secret."""

    def wait() -> str:
        while not seen:
            server.handle_request()
        return seen[0]

    try:
        server = HTTPServer((HOST, port), Handler)
    except OSError as error:
        raise WrongSettings(f"port {port} cannot be used for the redirect: {error.strerror}") from None
    with server:
        yield f"http://{HOST}:{server.server_port}/", wait


async def exchange(application: "Application", file: "TokenFile", code: str) -> "Grant":
    """Tokens for the code, kept in the file."""
    from portal.errors import PortalError
    from portal.oauth import sign_in

    try:
        return await sign_in(application, file, code)
    except PortalError as error:
        raise LoginFailed(f"{error.description}{f' ({error.code})' if error.code else ''}") from None
