"""What may stand before a portal, over a real connection: it answers as it is told, and counts the requests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anyio

from portal.client import Portal
from portal.errors import PortalError
from portal.webhook import Webhook
from tests.pauses import skip_pause

SECRET = "front-end-t0ken-x1"


@dataclass(frozen=True)
class Reply:
    """One answer: `body` as it goes over the wire; `cut` ends the connection after it, however much was announced."""

    status: int = 200
    body: bytes = b'{"result": 1}'
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    cut: bool = False


READ, WRITE = "imopenlines.dialog.get", "imopenlines.operator.answer"
LONGEST = 20
"""Seconds that a story may take before it has failed."""
PAGE = b"<!DOCTYPE html><html><title>Blocked</title></html>"
HTML = {"content-type": "text/html"}
Answer = Callable[[str, int], Reply]
"""Makes the reply to a method; the number of the request counts from 1."""


class FrontEnd:
    """Where it answers, and which methods it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.address = ""

    @property
    def webhook(self) -> str:
        """The address to configure."""
        return f"{self.address}/rest/1/{SECRET}/"


@contextmanager
def front_end(answer: Answer) -> Iterator[FrontEnd]:
    """Serve on a free port of this machine."""
    served = FrontEnd(answer)
    counting = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            with counting:
                served.asked.append(self.path.rpartition("/")[2])
                number = len(served.asked)
            reply = served.answer(served.asked[-1], number)
            self.send_response(reply.status)
            for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(reply.body)
            self.close_connection = self.close_connection or reply.cut

        def do_CONNECT(self) -> None:
            """As a proxy; no way is ever opened."""
            self.headers.add_header("content-length", "0")
            self.do_POST()

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        served.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield served
        server.shutdown()
        thread.join(timeout=30)


@contextmanager
def answering(*replies: Reply) -> Iterator[FrontEnd]:
    """One that gives these answers in their order, and then the last one for ever."""
    with front_end(lambda _, number: replies[min(number, len(replies)) - 1]) as served:
        yield served


def set_replies(served: FrontEnd, *replies: Reply) -> None:
    """Answer with these in their order, and then with the last one for ever; forget what was asked."""
    served.asked.clear()
    served.answer = lambda _, number: replies[min(number, len(replies)) - 1]


def call_portal(served: FrontEnd, *, count: int = 1, repeatable: bool = True, seconds: float = 60.0) -> list[Any]:
    """What so many calls at once came to, without pauses."""
    got: list[Any] = [None] * count

    async def one(portal: Portal, number: int) -> None:
        try:
            got[number] = await portal.call(READ if repeatable else WRITE, {"ID": number}, repeatable=repeatable)
        except PortalError as error:
            got[number] = error

    async def run() -> None:
        with anyio.fail_after(LONGEST):
            portal = Portal(Webhook.parse(served.webhook), plan=None, seconds=seconds, sleep=skip_pause)
            async with portal, anyio.create_task_group() as tasks:
                for number in range(count):
                    tasks.start_soon(one, portal, number)

    anyio.run(run)
    return got
