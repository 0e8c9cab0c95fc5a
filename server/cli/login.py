"""The first grant of an application: a person allows it in the browser, the code comes back here."""

import os
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from server.config.settings import SettingsError

if TYPE_CHECKING:
    from portal.application import Application
    from portal.tokens import Grant, TokenFile

HOST = "127.0.0.1"


class LoginError(Exception):
    """No grant was obtained; the message says why."""


class LoginRedirect:
    """What the browser brings back from one sign-in, which `state` tells from others."""

    def __init__(self, state: str) -> None:
        self._state = state

    def is_for_this_login(self, address: str) -> bool:
        """Whether an address answers this sign-in and not another."""
        state = parse_qs(urlsplit(address).query).get("state", [""])[0]
        return secrets.compare_digest(state.encode(), self._state.encode())

    def read_code(self, address: str) -> str:
        """The code in a redirect address, or the code itself as it was pasted.

        Raises:
            LoginError: The address is of another sign-in, or has no code.
        """
        text = address.strip()
        if "?" not in text and "=" not in text:
            return text
        if not self.is_for_this_login(text):
            raise LoginError("the answer does not belong to this sign-in (its state differs); start again")
        query = parse_qs(urlsplit(text).query)
        if not (code := query.get("code", [""])[0]):
            raise LoginError(f"the portal gave no code ({query.get('error', ['no reason'])[0][:100]})")
        return code


@contextmanager
def wait_for_redirect(port: int, redirect: LoginRedirect) -> Iterator[tuple[str, Callable[[], str]]]:
    """An address on this machine for the redirect, and a function that waits for the browser to come there.

    `port` 0 takes a free one. The function gives the path and query that the browser asked for.

    Raises:
        SettingsError: The port cannot be used.
    """
    seen: queue.Queue[str] = queue.Queue()

    class Handler(BaseHTTPRequestHandler):
        timeout = 5  # browsers open connections on which they say nothing

        def do_GET(self) -> None:
            if redirect.is_for_this_login(self.path):
                seen.put(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.end_headers()
            self.wfile.write(b"You can close this window and go back to the terminal.\n")

        def log_message(self, *_: object) -> None:
            """The address holds the code, which is a secret."""

    try:
        server = ThreadingHTTPServer((HOST, port), Handler)
    except OSError as error:
        raise SettingsError(f"port {port} cannot be used for the redirect: {error.strerror}") from None
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}/", seen.get
    finally:
        server.shutdown()
        server.server_close()


async def exchange_code(application: "Application", file: "TokenFile", code: str) -> "Grant":
    """Get tokens for the code from the portal's authorisation server, and keep them in the file.

    Raises:
        LoginError: The code is not accepted, or the file cannot be written.
    """
    from portal.errors import PortalError
    from portal.oauth import sign_in

    try:
        return await sign_in(application, file, code)
    except PortalError as error:
        raise LoginError(f"{error.description}{f' ({error.code})' if error.code else ''}") from None
    except OSError as error:
        raise LoginError(f"{file.path} cannot be written: {error.strerror}") from None


def check_writable(file: "TokenFile") -> None:
    """Check before the browser opens that tokens can be kept: the code from the browser is good for one try.

    Raises:
        SettingsError: The folder of the file cannot be written to.
    """
    try:
        file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError(f"{file.path} cannot be written: {error.strerror}") from None
    if not os.access(file.path.parent, os.W_OK):
        raise SettingsError(f"{file.path.parent} cannot be written to")
