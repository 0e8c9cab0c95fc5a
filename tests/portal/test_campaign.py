"""Thousands of calls through every fault at once: no write twice, no success that did not run, no failure that did.

What the sandbox executed is its own account of the matter; what the server said of each call is compared with it.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import pytest
from mcp.types import CallToolResult

from portal.application import Application
from portal.oauth import sign_in
from portal.tokens import TokenFile
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_ID, APPLICATION_SECRET, CONNECTOR
from tests.assistant import Assistant, assistant, text_of
from tests.served import ServedSandbox, allow, serve_sandbox
from tests.spawning import LONG
from tools import DEFAULT_TOOLSETS
from tools.method import Method
from tools.registry import methods

ROUNDS = 2 if LONG else 1
CALLS = 350 * ROUNDS
"""At least, for each kind of credentials."""
AT_ONCE = 80
EVERYWHERE: list[dict[str, Any]] = [
    {"kind": "delay", "rate": 0.03, "seconds": 0.02},
    {"kind": "drop_before", "rate": 0.03},
    {"kind": "drop_after", "rate": 0.03},
    {"kind": "reset", "rate": 0.02},
    *(
        {"kind": "status", "status": status, "executed": executed, "rate": 0.01}
        for status in (500, 502, 503, 504)
        for executed in (False, True)
    ),
    {"kind": "html", "rate": 0.02},
    {"kind": "truncate", "rate": 0.02},
    {"kind": "content_type", "rate": 0.02},
    {"kind": "trickle", "rate": 0.02, "seconds": 0.02},
    {"kind": "expired_token", "rate": 0.02},
    {"kind": "query_limit", "rate": 0.04},
    {"kind": "operation_limit", "rate": 0.02 / ROUNDS},
]
KINDS = {rule["kind"] for rule in EVERYWHERE}
UNKNOWN = "not known whether the portal executed"
FEWEST_ATTEMPTS = 3
"""Of five; what is dropped before its parameters are read is not in the portal's account."""
NOTHING_DONE = ("the portal answered false", "the portal answered 0")

Key = tuple[str, str]
Asked = tuple[type[Method], dict[str, Any]]


def _variants(method: type[Method], round_: int) -> Iterator[dict[str, Any]]:
    """Calls of a method that differ in what is sent, so that each can be found again in the portal's account."""
    for number in range(10 if method.toolset() in DEFAULT_TOOLSETS else 4):
        yield {name: _other(name, value, number, round_) for name, value in method.example.items()}


def _other(name: str, value: Any, number: int, round_: int) -> Any:
    session = 301 + number
    others = {
        "chat_id": str(201 + number) if isinstance(value, str) else 201 + number,
        "dialog_id": f"chat{201 + number}",
        "session_id": [session] if isinstance(value, list) else session,
        "config_id": 1 + number % 5,
        "message": f"{value} {round_}.{number}",
        "line_name": f"{value} {round_}.{number}",
        "comment": f"{value} {round_}.{number}",
        "crm_entity": 501 + number,
        "user_code": f"telegrambot|2|{9201 + number}|{101 + number}",
        "code": f"{number:032x}",
        "id": f"{value}_{number}",
        "connector": CONNECTOR,
        "line": 1,
    }
    if name == "messages":
        return [_renumbered(message, f"{round_}.{number}") for message in value]
    return others.get(name, value)


def _renumbered(message: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The same message of a channel with another id there."""
    content = message["message"]
    outside = [number] if isinstance(content["id"], list) else number
    return {**message, "message": {**content, "id": outside}}


def _calls(round_: int) -> list[Asked]:
    """Each call once."""
    unique: dict[Key, Asked] = {}
    for method in methods().values():
        for arguments in _variants(method, round_):
            unique[_key(method.rest, method.from_tool(arguments).to_wire())] = (method, arguments)
    calls = list(unique.values())
    random.Random(round_).shuffle(calls)  # noqa: S311  (a campaign that can be repeated)
    return calls


def _key(rest: str, body: Any) -> Key:
    """A call as the portal's account shows it: in a batch its numbers and switches are texts."""
    return rest, repr(_texts(body))


def _texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((str(name), _texts(item)) for name, item in value.items())
    if isinstance(value, list):
        return _texts(dict(enumerate(value)))
    return {True: "1", False: "0"}[value] if isinstance(value, bool) else str(value)


async def _all_at_once(client: Assistant, calls: list[Asked]) -> list[CallToolResult]:
    replies: list[Any] = [None] * len(calls)
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def one(index: int, tool: str, arguments: dict[str, Any]) -> None:
        async with limiter:
            replies[index] = await client.client.call_tool(tool, arguments)

    async with anyio.create_task_group() as tasks:
        for index, (method, arguments) in enumerate(calls):
            tasks.start_soon(one, index, method.tool(), arguments)
    return replies


class Judge:
    """Compares what was said with what was done."""

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.executed = Counter(_key(record["method"], record["params"]) for record in records if record["executed"])
        self.attempts = Counter(_key(record["method"], record["params"]) for record in records)

    def verdict(self, method: type[Method], arguments: dict[str, Any], reply: CallToolResult) -> str | None:
        """What is wrong with a reply, or None."""
        key = _key(method.rest, method.from_tool(arguments).to_wire())
        times, text = self.executed[key], text_of(reply)
        if not method.reads() and times > 1:
            return f"executed {times} times"
        if not reply.is_error:
            return None if times else "reported as a success, but never executed"
        if any(words in text.lower() for words in NOTHING_DONE):
            return None
        if method.reads():
            return self._of_a_read(key, reply)
        certain = UNKNOWN not in text and "probably executed" not in text
        return "reported as a failure, but executed" if certain and times else None

    def _of_a_read(self, key: Key, reply: CallToolResult) -> str | None:
        """A read may fail for a reason of the portal's, or after several attempts."""
        refused_by_method = "Portal's code:" in text_of(reply)
        gave_up_late = self.attempts[key] >= FEWEST_ATTEMPTS
        return None if refused_by_method or gave_up_late or not self.executed[key] else "a read gave up too early"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


def _webhook(sandbox: ServedSandbox, _: Path) -> dict[str, str]:
    return {"OPENCHANNELS_WEBHOOK_URL": f"{sandbox.address}{ADMIN_WEBHOOK_PATH}"}


def _application(sandbox: ServedSandbox, file: Path) -> dict[str, str]:
    """Signed in anew, because a reset portal has forgotten its tokens."""
    application = Application(sandbox.address, APPLICATION_ID, APPLICATION_SECRET, sandbox.address)
    back = allow(application.authorize_url("state", "http://127.0.0.1/"))
    code = parse_qs(urlsplit(back).query)["code"][0]
    anyio.run(sign_in, application, TokenFile(file), code)
    return {
        "OPENCHANNELS_PORTAL": sandbox.address,
        "OPENCHANNELS_CLIENT_ID": APPLICATION_ID,
        "OPENCHANNELS_CLIENT_SECRET": APPLICATION_SECRET,
        "OPENCHANNELS_OAUTH_SERVER": sandbox.address,
        "OPENCHANNELS_TOKEN_FILE": str(file),
    }


def _secrets(file: Path) -> set[str]:
    known = {ADMIN_WEBHOOK_PATH.split("/")[3], APPLICATION_SECRET}
    if file.exists():
        grant = TokenFile(file).load()
        known |= {grant.access_token, grant.refresh_token}
    return known


@pytest.mark.parametrize(
    ("credentials", "not_struck"),
    [(_webhook, {"expired_token"}), (_application, set())],
    ids=["webhook", "application"],
)
def test_a_campaign_of_faults_doubles_loses_and_hides_nothing(
    credentials: Callable[[ServedSandbox, Path], dict[str, str]],
    not_struck: set[str],
    sandbox: ServedSandbox,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "tokens.json"
    said: list[str] = []
    secrets: set[str] = set()
    struck: set[str] = set()
    for round_ in range(ROUNDS):
        sandbox.control("reset")
        environment = credentials(sandbox, file)
        secrets |= _secrets(file)
        sandbox.control("faults", {"rules": EVERYWHERE, "seed": round_})
        calls = _calls(round_)
        with assistant(**environment, OPENCHANNELS_TIMEOUT="20") as client:
            replies = client.run_async(partial(_all_at_once, client, calls))
        assert _what_is_wrong(Judge(sandbox.look("requests")["requests"]), calls, replies) == []
        said += [reply.model_dump_json() for reply in replies]
        secrets |= _secrets(file)
        struck |= {rule["kind"] for rule in sandbox.look("faults")["rules"] if rule["struck"]}

    assert len(said) >= CALLS
    assert KINDS - struck == not_struck
    everything = "".join([*said, *capfd.readouterr()])
    assert [secret for secret in secrets if secret in everything] == []


def _what_is_wrong(judge: Judge, calls: list[Asked], replies: list[CallToolResult]) -> list[tuple[str, Any, str, str]]:
    return [
        (method.tool(), arguments, verdict, text_of(reply))
        for (method, arguments), reply in zip(calls, replies, strict=True)
        if (verdict := judge.verdict(method, arguments, reply))
    ]
