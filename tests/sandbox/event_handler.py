"""An application's handler of events: a real HTTP server that keeps what it is posted."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from sandbox.seed.seed import APPLICATION_PATH
from sandbox.state import php
from tests.sandbox.client import SandboxClient
from tests.waiting import wait_until

TIMEOUT = 10


class EventHandler:
    """What was posted so far: whole forms as PHP reads them, and the headers of each."""

    def __init__(self) -> None:
        self.address = ""
        self.forms: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[str] = []
        self.status = 200
        self.held = Event()
        self.held.set()

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        """The forms, once there are so many; more than that are a failure."""
        wait_until(lambda: len(self.forms) >= count, TIMEOUT)
        assert len(self.forms) == count, [form["event"] for form in self.forms]
        return self.forms


@contextmanager
def serve_handler() -> Iterator[EventHandler]:
    kept = EventHandler()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            kept.held.wait(TIMEOUT)
            kept.bodies.append(body)
            kept.headers.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
            kept.forms.append(php.parse_query(body))
            self.send_response(kept.status)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    kept.address = f"http://127.0.0.1:{server.server_port}/handler"
    try:
        yield kept
    finally:
        kept.held.set()
        server.shutdown()
        server.server_close()
        thread.join(TIMEOUT)
        assert not thread.is_alive()


def bind(portal: SandboxClient, event: str, handler: str = "", **params: Any) -> Any:
    kind = {"handler": handler} if handler else {"event_type": "offline"}
    return portal.call("event.bind", {"event": event, **kind, **params}, path=APPLICATION_PATH)


def list_deliveries(portal: SandboxClient) -> list[Any]:
    found: list[Any] = portal.send("GET", "/_sandbox/events/deliveries").json()["deliveries"]
    return found


def wait_for_deliveries(portal: SandboxClient, count: int) -> list[Any]:
    """The deliveries, once there are so many and none waits."""

    def look() -> list[Any]:
        found = list_deliveries(portal)
        return found if len(found) >= count and all(one["state"] != "waiting" for one in found) else []

    found = wait_until(look, TIMEOUT)
    assert len(found) == count, found
    return found
