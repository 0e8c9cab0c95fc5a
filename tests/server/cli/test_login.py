"""An application from signing in to working, against the sandbox's authorisation server."""

import re
import stat
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.seed.seed import APPLICATION_ID, APPLICATION_SECRET
from tests import spawning
from tests.assistant import PLAIN_ENVIRONMENT, ROOT, assistant, text_of
from tests.served import ServedSandbox, allow, serve_sandbox


@pytest.fixture
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def application(sandbox: ServedSandbox, tmp_path: Path) -> dict[str, str]:
    return {
        "OPENCHANNELS_PORTAL": sandbox.address,
        "OPENCHANNELS_CLIENT_ID": APPLICATION_ID,
        "OPENCHANNELS_CLIENT_SECRET": APPLICATION_SECRET,
        "OPENCHANNELS_OAUTH_SERVER": sandbox.address,
        "OPENCHANNELS_TOKEN_FILE": str(tmp_path / "tokens.json"),
    }


def _login(application: dict[str, str], *options: str, paste: str | None = None) -> tuple[int, str]:
    with subprocess.Popen(
        spawning.command("login", "--no-browser", *options),
        cwd=ROOT,
        env={**PLAIN_ENVIRONMENT, **application},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        process.stdout.readline()
        address = process.stdout.readline().strip()
        if paste is not None:
            printed, _ = process.communicate(paste.format(redirect=allow(address)) + "\n", timeout=30)
        else:
            threading.Thread(target=urllib.request.urlopen, args=(allow(address),)).start()
            printed, _ = process.communicate(timeout=30)
    return process.returncode, address + printed


def test_an_application_signs_in_through_the_browser_and_works(
    sandbox: ServedSandbox, application: dict[str, str]
) -> None:
    status, printed = _login(application, "--port", "0")

    assert status == 0, printed
    assert "as user 1" in printed
    file = Path(application["OPENCHANNELS_TOKEN_FILE"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with assistant(**application) as client:
        assert not client.call("dialog_get", chat_id=201).is_error
        sandbox.control("oauth", {"expire": True})
        renewed = client.call("operator_answer", chat_id=201)
        assert not renewed.is_error, text_of(renewed)
        sandbox.control("oauth", {"revoke": True})
        revoked = client.call("dialog_get", chat_id=201)
    assert revoked.is_error
    assert "openchannels-mcp login" in text_of(revoked)
    assert sandbox.look("oauth")["refreshes"] == 1
    assert not re.search(rf"{APPLICATION_SECRET}|code=(?!\s)", printed.replace("client_id", ""))


def test_the_address_can_be_pasted(application: dict[str, str]) -> None:
    status, printed = _login(application, "--paste", paste="{redirect}")

    assert status == 0, printed
    assert "Signed in" in printed


@pytest.mark.parametrize(
    ("paste", "words"),
    [
        ("http://127.0.0.1/?code=stolen&state=other", "its state differs"),
        ("wrong-code", "invalid_grant"),
        ("http://127.0.0.1/?error=access_denied", "its state differs"),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_kept(application: dict[str, str], paste: str, words: str) -> None:
    status, printed = _login(application, "--paste", paste=paste)

    assert status == 2
    assert words in printed
    assert not Path(application["OPENCHANNELS_TOKEN_FILE"]).exists()


def test_tokens_for_another_portal_are_refused(sandbox: ServedSandbox, application: dict[str, str]) -> None:
    sandbox.control("oauth", {"endpoint": "https://evil.example/rest/"})
    status, printed = _login(application, "--paste", paste="{redirect}")

    assert status == 2
    assert "another portal" in printed


def test_a_server_without_a_grant_starts_and_says_what_to_do(application: dict[str, str]) -> None:
    with assistant(**application) as client:
        refused = client.call("dialog_get", chat_id=201)

    assert refused.is_error
    assert "openchannels-mcp login" in text_of(refused)
