"""The sandbox behind a real HTTP server on a free port, as long as a test needs it."""

import asyncio
import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import uvicorn

from sandbox.app import create_app
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from sandbox.state.company import Company

HOST = "127.0.0.1"
TIMEOUT = 10
"""Seconds that anything here may take."""


class HttpSandbox:
    def __init__(self, port: int) -> None:
        self.port = port
        self.app = create_app()

    @property
    def webhook(self) -> str:
        """The address to configure."""
        return f"http://{HOST}:{self.port}{ADMIN_WEBHOOK_PATH}"

    @property
    def company(self) -> Company:
        company: Company = self.app.state.company
        return company

    def post(self, path: str, body: Any = None) -> http.client.HTTPResponse:
        """Send a request and return the answer with its body unread; the connection closes with the answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT)
        headers = {"Content-Type": "application/json", "Connection": "close"}
        try:
            connection.request("POST", path, json.dumps(body or {}), headers)
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def call(self, method: str, params: Any = None) -> http.client.HTTPResponse:
        return self.post(ADMIN_WEBHOOK_PATH + method, params)

    def control(self, action: str, body: Any) -> Any:
        with self.post(f"/_sandbox/{action}", body) as answer:
            return json.load(answer)

    def strike(self, **rule: Any) -> None:
        shown = self.control("faults", {"rules": [rule]})
        assert "rules" in shown, shown

    def exchange(self, request: bytes) -> bytes:
        """Send bytes and return all that comes back until the connection ends."""
        with socket.create_connection((HOST, self.port), timeout=TIMEOUT) as connection:
            connection.sendall(request)
            received = b""
            while piece := connection.recv(65536):
                received += piece
            return received


@contextmanager
def serve_over_http() -> Iterator[HttpSandbox]:
    # Only where the protocol is named does asyncio send at once; otherwise half of each answer waits for 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind((HOST, 0))
        listener.listen()
        sandbox = HttpSandbox(listener.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(sandbox.app, log_config=None, lifespan="off"))
        thread = Thread(target=asyncio.run, args=(server.serve(sockets=[listener]),), daemon=True)
        thread.start()
        try:
            yield sandbox
        finally:
            server.should_exit = True
            thread.join(TIMEOUT)
            assert not thread.is_alive(), "the server did not stop"
