"""The handlers of the guide to events, run as the programs that they are."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from reference.pages.guides import read_guides
from tests.reference.handwritten import fences
from tests.waiting import wait_until
from tools.event import encode_form, events

TOKEN, PORTAL = "application-token-of-the-tests", "member-of-the-tests"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PROGRAMS = {
    "python": ("handler.py", [sys.executable, "-W", "error", "handler.py"]),
    "js": ("handler.mjs", ["node", "handler.mjs"]),
    "php": ("handler.php", ["php", "-S", "127.0.0.1:{port}", "handler.php"]),
}


def _find_program(language: str) -> str:
    """The block of the guide that says how it is run."""
    [code] = [code for code in fences(read_guides()["events-subscribe"], language) if "Run with:" in code]
    return code


def _find_free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Program:
    """A handler that runs, and what it has worked on."""

    def __init__(self, language: str, folder: Path, port: int) -> None:
        self.address, self._language, self._folder = f"http://127.0.0.1:{port}/", language, folder

    def post(self, body: str) -> int:
        return httpx.post(self.address, content=body, headers=FORM, trust_env=False).status_code

    def is_up(self) -> bool:
        try:
            return self.post("x=1") == 403
        except httpx.TransportError:
            return False

    def read_worked(self) -> list[Any]:
        """The lines of JSON so far."""
        if self._language == "php":
            with (self._folder / "out").open("ab") as out:
                subprocess.run(["php", "handler.php"], cwd=self._folder, stdout=out, timeout=20, check=True)
        return [json.loads(line) for line in (self._folder / "out").read_text(encoding="utf-8").splitlines() if line]


@contextmanager
def _run(language: str, folder: Path) -> Iterator[Program]:
    name, command = PROGRAMS[language]
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed: the {language} handler of the guide was not run")
    (folder / name).write_text(_find_program(language), encoding="utf-8")
    port = _find_free_port()
    environment = {**os.environ, "INSTALLATIONS": json.dumps({PORTAL: TOKEN}), "PORT": str(port)}
    words = [word.format(port=port) for word in command]
    with (
        (folder / ("served" if language == "php" else "out")).open("wb") as out,
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(words, cwd=folder, env=environment, stdout=out, stderr=errors) as process,
    ):
        (folder / "out").touch()
        try:
            program = Program(language, folder, port)
            assert wait_until(program.is_up, seconds=20)
            yield program
        finally:
            process.kill()


def _make_body(name: str, **auth: str) -> str:
    event = events()[name]
    body = event.body(event.variants[0])
    body["auth"] = {**body["auth"], "member_id": PORTAL, "application_token": TOKEN, **auth}
    return urlencode(list(encode_form(body)))


@pytest.mark.parametrize("language", PROGRAMS)
def test_a_handler_of_the_guide_answers_works_and_trusts_nobody_else(language: str, tmp_path: Path) -> None:
    with _run(language, tmp_path) as program:
        forged = [
            _make_body("OnSessionStart", application_token="forged"),
            _make_body("OnSessionStart", member_id="another-portal"),
            _make_body("OnSessionStart", application_token=""),
            "auth=x",
            "auth[member_id][a]=b&auth[application_token][]=c",
            f"auth[member_id]=__proto__&auth[application_token]={TOKEN}",
            "",
        ]
        assert [program.post(body) for body in forged] == [403] * len(forged)
        assert program.post(_make_body("OnSessionStart")) == 200
        deep = f"{_make_body('OnOpenLineMessageAdd')}&data{'[x]' * 5000}=1"
        assert program.post(deep) == 200
        assert wait_until(lambda: len(program.read_worked()) == 2, seconds=20)
        started, added = program.read_worked()
    variant = events()["OnSessionStart"].variants[0]
    assert started == {"event": "ONSESSIONSTART", "data": json.loads(json.dumps(variant.data))}
    assert added["event"] == "ONOPENLINEMESSAGEADD"
    assert added["data"]["DATA"]["message"]


@pytest.mark.parametrize("language", ["python", "js"])
def test_a_handler_of_the_guide_takes_no_flood(language: str, tmp_path: Path) -> None:
    with _run(language, tmp_path) as program:
        with suppress(httpx.TransportError):  # cut off while it was still sending
            assert program.post("a=" + "x" * 5_000_000) in {403, 413}
        assert program.post(_make_body("OnSessionStart")) == 200


def test_a_new_message_is_worked_on_once(tmp_path: Path) -> None:
    with _run("python", tmp_path) as program:
        for name in ("OnOpenLineMessageAdd", "OnOpenLineMessageAdd", "OnSessionStart", "OnSessionStart"):
            assert program.post(_make_body(name)) == 200
        assert wait_until(lambda: len(program.read_worked()) == 3, seconds=20)


def test_each_program_says_how_it_is_run() -> None:
    for language, (name, _) in PROGRAMS.items():
        assert re.search(rf"Run with: .*{re.escape(name)}", _find_program(language))
