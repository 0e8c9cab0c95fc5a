"""A model that asks for the calls of a story one by one, and keeps what a client shows it of their results."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from bench.clients.dialect import Body, Dialect
from bench.clients.story import Step


class Model(ThreadingHTTPServer):
    """Its address, and what it was shown so far."""

    def __init__(self, dialect: Dialect, story: Sequence[Step]) -> None:
        super().__init__(("127.0.0.1", 0), _Turn)
        self._dialect = dialect
        self._story = story
        self.results: list[str] = []
        """What it was shown, one text a call."""

    @property
    def address(self) -> str:
        """For the client's settings."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str, body: Body) -> Iterator[Body] | None:
        """Events of the next turn; None for a request of another kind, e.g. to count tokens."""
        speaks = self._dialect
        if not path.partition("?")[0].endswith(speaks.PATH):
            return None
        if speaks.is_turn(body):
            self.results = speaks.read_results(body)
            if (done := len(self.results)) < len(self._story):
                step = self._story[done]
                return speaks.write_call(done, speaks.name_tool(step.tool), step.arguments)
        return speaks.write_words("Done.")


class _Turn(BaseHTTPRequestHandler):
    server: Model

    def do_GET(self) -> None:
        self._send(404, b"{}")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        events = self.server.answer(self.path, body)
        if events is None:
            self._send(404, b"{}")
        else:
            self._send(200, "".join(map(_frame, events)).encode(), "text/event-stream")

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _send(self, status: int, content: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _frame(event: Body) -> str:
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n"


@contextmanager
def serve_model(dialect: Dialect, story: Sequence[Step]) -> Iterator[Model]:
    """Serve one for one conversation."""
    with Model(dialect, story) as model:
        thread = Thread(target=model.serve_forever, daemon=True)
        thread.start()
        try:
            yield model
        finally:
            model.shutdown()
            thread.join()
