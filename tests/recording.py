"""A portal that knows nothing: it records each request and answers what it was told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "recording-token-is-secret"


@dataclass
class Recording:
    """The requests so far, and the answers to come."""

    address: str = ""
    requests: list[tuple[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    """Used up one by one; then `result` answers."""
    result: Any = True
    held: threading.Event = field(default_factory=threading.Event)
    """Answers wait until it is set."""

    @property
    def webhook(self) -> str:
        """The address to configure."""
        return f"{self.address}/rest/1/{TOKEN}/"

    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """One more for each request."""

    def wait_for(self, requests: int) -> None:
        """Until so many more have come."""
        for _ in range(requests):
            assert self.arrived.acquire(timeout=30)

    def release(self) -> None:
        """Let the answers go."""
        self.held.set()

    def next_answer(self) -> tuple[int, bytes]:
        """Status and body."""
        return self.answers.pop(0) if self.answers else (200, json.dumps({"result": self.result}).encode())


@contextmanager
def recording_portal(*, hold: bool = False) -> Iterator[Recording]:
    """Serve on a free port of this machine; `hold` keeps the answers back until `release`."""
    recording = Recording()
    if not hold:
        recording.release()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece, not in two that wait for each other

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            method = self.path.removeprefix(f"/rest/1/{TOKEN}/")
            recording.requests.append((method, json.loads(body)))
            recording.headers.append(dict(self.headers))
            recording.connections.add(self.client_address)
            recording.arrived.release()
            recording.held.wait(timeout=30)
            status, answer = recording.next_answer()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        recording.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield recording
        server.shutdown()
        thread.join(timeout=30)
