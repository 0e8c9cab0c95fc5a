"""The embedded portal as `openchannels-mcp sandbox` serves it, in a process of its own."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import Any

from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.spawning import command

TIMEOUT = 30
"""Seconds that a start, a stop or an answer may take; a busy machine needs some."""


class ServedSandbox:
    """Its address, and its control API."""

    def __init__(self, address: str) -> None:
        self.address = address

    def control(self, action: str, body: Any = None) -> Any:
        """Do something to the portal."""
        status, answer = self.post(f"/_sandbox/{action}", body or {})
        assert status == 200, answer
        return answer

    def look(self, what: str) -> Any:
        """See something of the portal."""
        with urllib.request.urlopen(f"{self.address}/_sandbox/{what}", timeout=TIMEOUT) as answer:  # noqa: S310
            return json.load(answer)

    def post(self, path: str, body: Any) -> tuple[int, Any]:
        """Status and content of an answer."""
        data = json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}{path}", data, {"Content-Type": "application/json"})  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


@contextmanager
def serve_sandbox() -> Iterator[ServedSandbox]:
    """Serve on a free port."""
    sandbox = command("sandbox", "--port", "0")
    with subprocess.Popen(sandbox, cwd=ROOT, env=PLAIN_ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        with kill_after_timeout(process):
            line = process.stdout.readline()
        announced = re.search(r"OPENCHANNELS_WEBHOOK_URL=(http://[\d.:]+)/rest/", line)
        assert announced, f"the sandbox did not start within {TIMEOUT} seconds: {line!r}"
        try:
            yield ServedSandbox(announced[1])
        finally:
            process.kill()
            process.wait(TIMEOUT)


@contextmanager
def kill_after_timeout(process: subprocess.Popen[str]) -> Iterator[None]:
    """Kill the process if the block takes too long, so that no wait for it is without an end."""
    timer = Timer(TIMEOUT, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Show where it would go instead of going there."""


def allow(address: str) -> str:
    """A person allows an application in the browser; the address to which the portal sends it back."""
    try:
        urllib.request.build_opener(_NoRedirect).open(address, timeout=TIMEOUT)
    except urllib.error.HTTPError as redirect:
        with redirect:
            return str(redirect.headers["location"])
    raise AssertionError("the portal did not redirect")
