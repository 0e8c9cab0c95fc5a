"""An application's tokens: renewed once, kept whole, used for one portal only."""

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from portal.application import Application
from portal.client import Portal
from portal.errors import AuthRefusedError, NotReachableError, OutcomeUnknownError, PortalError
from portal.oauth import ApplicationAuth, sign_in
from portal.tokens import Grant, NoGrantError, TokenFile
from tests.pauses import skip_pause

APPLICATION = Application("https://p.bitrix24.com", "local.app", "client-secret-1")
READ, WRITE = "imopenlines.dialog.get", "imopenlines.operator.answer"


class Cloud:
    """A portal and its authorisation server: one good pair of tokens at a time."""

    def __init__(self) -> None:
        self.generation = 1
        self.renewals = 0
        self.rejected = 0
        self.executed = 0
        self.endpoint = "https://p.bitrix24.com/rest/"
        self.oauth: httpx.Response | Exception | None = None

    def grant(self) -> dict[str, Any]:
        return {
            "access_token": f"access-{self.generation}",
            "refresh_token": f"refresh-{self.generation}",
            "expires_in": 3600,
            "client_endpoint": self.endpoint,
            "scope": "imopenlines",
            "user_id": 1,
        }

    async def answer(self, request: httpx.Request) -> httpx.Response:
        await anyio.lowlevel.checkpoint()
        if request.url.host == "oauth.bitrix.info":
            return self._token(dict(request.url.params))
        if request.headers["authorization"] != f"Bearer access-{self.generation}":
            return httpx.Response(401, json={"error": "expired_token", "error_description": "x"})
        self.executed += 1
        if request.url.path.endswith("/batch"):
            commands = json.loads(request.content)["cmd"]
            return httpx.Response(200, json={"result": {"result": dict.fromkeys(commands, True), "result_error": []}})
        return httpx.Response(200, json={"result": True})

    def _token(self, query: dict[str, str]) -> httpx.Response:
        if isinstance(self.oauth, Exception):
            raise self.oauth
        if self.oauth is not None:
            return self.oauth
        if query.get("refresh_token", query.get("code")) not in {f"refresh-{self.generation}", "code-1"}:
            self.rejected += 1
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": "x"})
        self.generation += 1
        self.renewals += 1
        return httpx.Response(200, json=self.grant())


LARGE = httpx.Response(200, content=b'{"access_token": "' + b"x" * 2**21 + b'"}')
PACKED = httpx.Response(200, content=gzip.compress(b" " * 2**22), headers={"content-encoding": "gzip"})


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    file = TokenFile(tmp_path / "tokens" / "p.json")
    file.save(Grant("access-0", "refresh-1", user_id=1))
    return file


def _calls(cloud: Cloud, file: TokenFile, count: int = 1, *, repeatable: bool = True) -> list[Any]:
    got: list[Any] = []

    async def one(portal: Portal) -> None:
        try:
            got.append(await portal.call(READ if repeatable else WRITE, {"CHAT_ID": 5}, repeatable=repeatable))
        except PortalError as error:
            got.append(error)

    async def run() -> None:
        auth = ApplicationAuth(APPLICATION, file, sleep=skip_pause)
        async with (
            Portal(auth, plan=None, transport=httpx.MockTransport(cloud.answer), sleep=skip_pause) as portal,
            anyio.create_task_group() as tasks,
        ):
            for _ in range(count):
                tasks.start_soon(one, portal)

    anyio.run(run)
    return got


@pytest.mark.parametrize("repeatable", [True, False])
def test_fifty_calls_that_find_the_token_expired_cause_one_renewal(file: TokenFile, repeatable: bool) -> None:
    cloud = Cloud()

    assert _calls(cloud, file, 50, repeatable=repeatable) == [True] * 50
    assert (cloud.renewals, cloud.rejected) == (1, 0)
    assert file.load().refresh_token == "refresh-2"


def test_a_token_that_another_process_renewed_is_taken_from_the_file(file: TokenFile) -> None:
    cloud = Cloud()
    auth_made_before = file.load()
    file.save(Grant("access-1", "refresh-1"))

    async def run() -> Any:
        file.save(auth_made_before)
        auth = ApplicationAuth(APPLICATION, file)
        file.save(Grant("access-1", "refresh-1"))
        async with Portal(auth, transport=httpx.MockTransport(cloud.answer)) as portal:
            return await portal.call(READ, {}, repeatable=True)

    assert anyio.run(run) is True
    assert cloud.renewals == 0


def test_a_token_that_stays_expired_is_renewed_only_once(file: TokenFile) -> None:
    cloud = Cloud()
    cloud.oauth = httpx.Response(200, json={**cloud.grant(), "access_token": "access-77"})

    (error,) = _calls(cloud, file)
    assert isinstance(error, AuthRefusedError)
    assert error.code == "expired_token"


def test_a_revoked_grant_is_refused_and_keeps_the_file(file: TokenFile) -> None:
    cloud = Cloud()
    cloud.generation = 9

    (error,) = _calls(cloud, file)
    assert isinstance(error, AuthRefusedError)
    assert error.code == "invalid_grant"
    assert file.load().refresh_token == "refresh-1"


@pytest.mark.parametrize(
    "answer",
    [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.Response(502, html="<h1>Bad gateway</h1>"), LARGE, PACKED],
)
def test_without_the_authorisation_server_nothing_is_executed_and_the_call_says_so(
    file: TokenFile, answer: httpx.Response | Exception
) -> None:
    cloud = Cloud()
    cloud.oauth = answer

    (error,) = _calls(cloud, file, repeatable=False)
    assert isinstance(error, NotReachableError)
    assert not isinstance(error, OutcomeUnknownError)
    assert cloud.executed == 0
    assert file.load().refresh_token == "refresh-1"


@pytest.mark.parametrize(
    "endpoint", ["https://evil.example/rest/", "http://p.bitrix24.com/rest/", "", "p.bitrix24.com"]
)
def test_tokens_for_another_portal_are_neither_used_nor_kept(file: TokenFile, endpoint: str) -> None:
    cloud = Cloud()
    cloud.endpoint = endpoint

    (error,) = _calls(cloud, file)
    assert isinstance(error, AuthRefusedError)
    assert "another portal" in error.description
    assert file.load().refresh_token == "refresh-1"


def test_a_renewal_goes_on_when_the_call_that_needed_it_is_cancelled(file: TokenFile) -> None:
    cloud = Cloud()

    async def run() -> None:
        auth = ApplicationAuth(APPLICATION, file)
        async with (
            httpx.AsyncClient(transport=httpx.MockTransport(cloud.answer)) as http,
            anyio.create_task_group() as tasks,
        ):
            tasks.start_soon(auth.renew, http, "access-0")
            await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()

    anyio.run(run)
    assert file.load().refresh_token == "refresh-2"


def test_signing_in_exchanges_a_code_for_tokens_and_keeps_them(file: TokenFile) -> None:
    cloud = Cloud()

    grant = anyio.run(sign_in, APPLICATION, file, "code-1", httpx.MockTransport(cloud.answer))
    assert grant == file.load()
    assert grant.access_token == "access-2"


def test_the_file_is_its_owners_alone(file: TokenFile) -> None:
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [entry.name for entry in file.path.parent.iterdir()] == ["p.json"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"access_token": "a"}'])
def test_a_broken_file_says_to_sign_in_again(file: TokenFile, content: str) -> None:
    file.path.write_text(content)

    with pytest.raises(NoGrantError, match="sign in again"):
        file.load()


def test_secrets_are_in_no_representation(file: TokenFile) -> None:
    auth = ApplicationAuth(APPLICATION, file)

    assert "client-secret-1" not in repr(APPLICATION)
    assert "refresh-1" not in repr(file.load())
    assert auth.conceal(b"x client-secret-1 refresh-1 access-0 y") == b"x *** *** *** y"


WRITER = """
import sys
from pathlib import Path
from portal.tokens import Grant, TokenFile

file = TokenFile(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    file.save(Grant(f"access-{number}", f"refresh-{number}"))
    if number == 1:
        print("written", flush=True)
"""


def test_killing_the_process_while_it_writes_leaves_a_whole_grant(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    path = tmp_path / "p.json"
    for _ in range(15):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(root)},
        ) as process:
            assert process.stdout
            assert process.stdout.readline() == b"written\n"
            process.send_signal(signal.SIGKILL)
        grant = TokenFile(path).load()
        assert grant.access_token.removeprefix("access-") == grant.refresh_token.removeprefix("refresh-")
