"""What one bad answer, one full disk or one slow command may not do to all other calls."""

import json
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from portal.application import Application
from portal.client import Portal
from portal.errors import AuthRefusedError, NotReachableError, OutcomeUnknownError, PortalError
from portal.oauth import ApplicationAuth
from portal.tokens import Grant, TokenFile
from portal.webhook import Webhook
from tests.pauses import skip_pause

WEBHOOK = Webhook.parse("https://p.bitrix24.com/rest/1/a1b2c3d4/")
APPLICATION = Application("https://p.bitrix24.com", "local.app", "client-secret-1")
READ, WRITE = "imopenlines.dialog.get", "imopenlines.operator.answer"


async def _call_all(portal: Portal, method: str, ids: range, *, repeatable: bool) -> dict[int, Any]:
    got: dict[int, Any] = {}

    async def one(number: int) -> None:
        try:
            got[number] = await portal.call(method, {"ID": number}, repeatable=repeatable)
        except PortalError as error:
            got[number] = error

    async with anyio.create_task_group() as tasks:
        for number in ids:
            tasks.start_soon(one, number)
    return got


def test_answers_that_never_end_do_not_keep_later_calls_from_leaving() -> None:
    stuck = True

    async def answer(_: httpx.Request) -> httpx.Response:
        if stuck:
            await anyio.sleep_forever()
        return httpx.Response(200, json={"result": 1})

    async def run() -> None:
        nonlocal stuck
        async with Portal(WEBHOOK, seconds=0.1, plan=None, transport=httpx.MockTransport(answer)) as portal:
            first = await _call_all(portal, WRITE, range(12), repeatable=False)
            assert {type(outcome) for outcome in first.values()} == {OutcomeUnknownError, NotReachableError}
            stuck = False
            assert await portal.call(WRITE, {}, repeatable=False) == 1

    anyio.run(run)


def test_one_read_that_hangs_does_not_take_the_others_of_its_batch_with_it() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        params = json.loads(request.content)
        commands = params.get("cmd", {"alone": f"x?ID={params.get('ID')}"})
        if any(command.endswith("ID=7") for command in commands.values()):
            await anyio.sleep_forever()
        if "cmd" in params:
            return httpx.Response(200, json={"result": {"result": dict.fromkeys(commands, 1), "result_error": []}})
        return httpx.Response(200, json={"result": 1})

    async def run() -> dict[int, Any]:
        transport = httpx.MockTransport(answer)
        async with Portal(WEBHOOK, seconds=1.0, plan=None, transport=transport, sleep=skip_pause) as portal:
            return await _call_all(portal, READ, range(20), repeatable=True)

    got = anyio.run(run)
    assert [number for number, outcome in got.items() if outcome != 1] == [7]


def test_a_batch_that_is_refused_as_a_whole_is_asked_one_by_one() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/batch"):
            return httpx.Response(403, json={"error": "ACCESS_DENIED", "error_description": "no batch"})
        return httpx.Response(200, json={"result": 1})

    async def run() -> dict[int, Any]:
        transport = httpx.MockTransport(answer)
        async with Portal(WEBHOOK, plan=None, transport=transport, sleep=skip_pause) as portal:
            return await _call_all(portal, READ, range(20), repeatable=True)

    assert set(anyio.run(run).values()) == {1}


def test_a_number_that_cannot_be_reckoned_with_hurts_nobody() -> None:
    body = b'{"result": 1, "time": {"operating": 1' + b"0" * 400 + b', "operating_reset_at": Infinity}}'

    async def run() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=body))
        async with Portal(WEBHOOK, transport=transport) as portal:
            assert await portal.call(READ, {}, repeatable=True) == 1
            assert await portal.call(READ, {}, repeatable=True) == 1

    anyio.run(run)


def test_a_call_after_the_end_is_refused_at_once() -> None:
    async def run() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200))
        async with Portal(WEBHOOK, transport=transport, sleep=skip_pause) as portal:
            pass
        with pytest.raises(NotReachableError, match="closed"):
            await portal.call(WRITE, {}, repeatable=False)

    anyio.run(run)


class Cloud:
    """A portal that knows one token, and an authorisation server that can be away."""

    def __init__(self, *, away: bool = False, refusal: str = "expired_token") -> None:
        self.asked = 0
        self.away = away
        self.refusal = refusal
        self.token = "access-2"

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth.bitrix.info":
            self.asked += 1
            if self.away:
                raise httpx.ConnectError("away")
            grant = {"access_token": self.token, "refresh_token": "refresh-2", "client_endpoint": APPLICATION.origin}
            return httpx.Response(200, json=grant)
        if request.headers["authorization"] != f"Bearer {self.token}":
            return httpx.Response(401, json={"error": self.refusal, "error_description": "x"})
        return httpx.Response(200, json={"result": 1})

    def portal(self, file: TokenFile) -> Portal:
        auth = ApplicationAuth(APPLICATION, file, sleep=skip_pause)
        return Portal(auth, plan=None, transport=httpx.MockTransport(self.answer), sleep=skip_pause)


@pytest.fixture
def file(tmp_path: Path) -> TokenFile:
    file = TokenFile(tmp_path / "p.json")
    file.save(Grant("access-1", "refresh-1"))
    return file


def test_tokens_that_cannot_be_written_down_are_used_and_written_later(
    file: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = Cloud()

    def full(_: Grant) -> None:
        raise OSError(28, "No space left on device")

    async def run() -> None:
        async with cloud.portal(file) as portal:
            with monkeypatch.context() as disk:
                disk.setattr(file, "save", full)
                assert await portal.call(WRITE, {}, repeatable=False) == 1
                assert await portal.call(WRITE, {}, repeatable=False) == 1
            assert file.load().access_token == "access-1"
            cloud.token = "access-3"
            assert await portal.call(WRITE, {}, repeatable=False) == 1

    anyio.run(run)
    assert file.load().access_token == "access-3"
    assert cloud.asked == 2


def test_those_who_waited_for_a_renewal_that_failed_share_its_failure(file: TokenFile) -> None:
    cloud = Cloud(away=True)

    async def run() -> None:
        async with cloud.portal(file) as portal:
            auth = portal._credentials  # noqa: SLF001  (renewals at the same moment, without the retries of calls)
            assert isinstance(auth, ApplicationAuth)
            errors: list[PortalError] = []

            async def renew() -> None:
                async with httpx.AsyncClient(transport=httpx.MockTransport(cloud.answer)) as http:
                    try:
                        await auth.renew(http, "access-1")
                    except PortalError as error:
                        errors.append(error)

            async with anyio.create_task_group() as tasks:
                for _ in range(10):
                    tasks.start_soon(renew)
            assert [type(error) for error in errors] == [NotReachableError] * 10

    anyio.run(run)
    assert cloud.asked == 3


def test_a_sign_in_elsewhere_is_noticed_when_the_old_token_is_refused(file: TokenFile) -> None:
    cloud = Cloud(refusal="invalid_token")

    async def run() -> None:
        async with cloud.portal(file) as portal:
            with pytest.raises(AuthRefusedError):
                await portal.call(WRITE, {}, repeatable=False)
            file.save(Grant("access-2", "refresh-2"))
            assert await portal.call(WRITE, {}, repeatable=False) == 1

    anyio.run(run)
    assert cloud.asked == 0


@pytest.mark.parametrize("token", ["", None, 5])
def test_a_grant_without_a_token_is_none(file: TokenFile, token: Any) -> None:
    file.path.write_text(json.dumps({"access_token": "a", "refresh_token": token}))
    with pytest.raises(Exception, match="sign in again"):
        file.load()
