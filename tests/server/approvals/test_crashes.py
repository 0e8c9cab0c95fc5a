"""A server that ends at any step of an approved call: the call is made at most once, and what is said of it is true."""

import json
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import anyio
import pytest
from pydantic import SecretStr

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from server.approvals.store import Approval, ApprovalStore, NotPendingError
from server.audit.log import AuditLog
from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.storage.database import State
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.callers import answer
from tests.served import ServedSandbox, serve_sandbox
from tests.server.approvals.dying import STEPS
from tests.spawning import command, fresh_command
from tests.waiting import wait_until, wait_until_async

METHOD = "imopenlines.bot.session.message.send"
TOOL = "bot_session_message_send"
WORKING = "working"
"""The portal works on the call when the server ends."""
AT_ONCE = 4
CALLS = ("first", "second", "refused", "disputed")
ROUNDS = [
    (WORKING, "command line"),
    *((step, "command line") for step in STEPS if step != "never"),
    *((step, "person") for step in ("claimed", "sending", "answered")),
]
"""Where the server ends, and who approves: on the command line, or at the client."""


class Server:
    """The server over its standard streams, which may end in the middle of a word."""

    def __init__(self, portal: ServedSandbox, folder: Path, step: str = "never", *, person: bool = False) -> None:
        environment = {
            **PLAIN_ENVIRONMENT,
            "OPENCHANNELS_WEBHOOK_URL": f"{portal.address}{ADMIN_WEBHOOK_PATH}",
            "OPENCHANNELS_STATE_FOLDER": str(folder),
            "OPENCHANNELS_CONFIRM": "customer",
        }
        # One that does not end by itself is killed from outside: it has to be dead as soon as its process is.
        start = fresh_command if step == "never" else command
        self.process = subprocess.Popen(
            start(step, module="tests.server.approvals.dying"),
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        capabilities: dict[str, Any] = {"elicitation": {}} if person else {}
        about = {"protocolVersion": "2025-11-25", "clientInfo": {"name": "raw", "version": "1"}}
        self.ask("initialize", {**about, "capabilities": capabilities})
        self._write({"method": "notifications/initialized"})

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any] | None:
        """The answer to a request; None if the server ended first. A person who is asked says yes."""
        self._write({"id": 1, "method": method, "params": params})
        assert self.process.stdout
        for line in self.process.stdout:
            message: dict[str, Any] = json.loads(line)
            if message.get("method") == "elicitation/create":
                self._write({"id": message["id"], "result": {"action": "accept", "content": {"approve": True}}})
            elif message.get("id") == 1:
                return message
        return None

    def say(self, text: str) -> bool:
        """Call the tool that has to be approved; false if the server ended before it answered."""
        arguments = {"chat_id": 201, "name": "DEFAULT", "message": text}
        return self.ask("tools/call", {"name": TOOL, "arguments": arguments}) is not None

    def _write(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        try:
            self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=30)
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()


def settle_at_once(approvals: ApprovalStore, decisions: list[tuple[str, bool]]) -> None:
    """Several people decide at the same moment; for each call only one of them counts."""

    def decide(approval_id: str, approve: bool) -> None:
        try:
            approvals.settle(approval_id, approve=approve, by=threading.current_thread().name)
        except NotPendingError:
            return

    threads = [threading.Thread(target=decide, args=decision) for decision in decisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()


@dataclass(frozen=True)
class Round:
    """What became of the calls of one server, by the message that each was to send."""

    decided: dict[str, str]
    """What people had decided when the server had ended."""
    told: dict[str, dict[str, Any]]
    """What the assistant is told after a restart."""
    approvals: dict[str, Approval]
    log: AuditLog


@dataclass(frozen=True)
class Campaign:
    """All rounds, and what the portal did."""

    rounds: dict[tuple[str, str], Round]
    executed: Counter[str]
    """How often each message was sent, by the portal's own account."""


def interrupted(portal: ServedSandbox, folder: Path, step: str, flow: str) -> None:
    """A server that asks for several calls, and ends at a step of the first that may be made."""
    approvals = ApprovalStore(State(folder / "state.sqlite"))
    texts = [f"{step}, {flow}: {what}" for what in CALLS]
    person = flow == "person"
    with Server(portal, folder, "never" if step == WORKING else step, person=person) as server:
        if step == WORKING:
            portal.control("faults", {"rules": [{"kind": "delay", "methods": [METHOD], "seconds": 10, "count": 1}]})
        for text in texts[:1] if person else texts:
            if not server.say(text):
                break
        asked = {one.arguments["message"]: one.id for one in approvals.list_all() if one.stage == "pending"}
        decisions = [(asked[text], not text.endswith("refused")) for text in texts if text in asked] * 3
        decisions += [(asked[text], False) for text in texts if text in asked and text.endswith("disputed")] * 3
        settle_at_once(approvals, decisions)
        if step == WORKING:
            reached(portal, texts[0])
            server.process.kill()
            portal.control("faults/clear")
        assert server.process.wait(timeout=60) == -9


def reached(portal: ServedSandbox, text: str) -> None:
    """The portal has got the call."""
    wait_until(lambda: executed(portal)[text])


def executed(portal: ServedSandbox) -> Counter[str]:
    """How often each message was sent, by the portal's own account."""
    requests = portal.look("requests")["requests"]
    return Counter(one["params"]["MESSAGE"] for one in requests if one["method"] == METHOD and one["executed"])


async def resumed(portal: ServedSandbox, folder: Path) -> dict[str, dict[str, Any]]:
    """What another server on the same state says of each call, once it has made what it may."""
    webhook = SecretStr(f"{portal.address}{ADMIN_WEBHOOK_PATH}")
    settings = Settings(webhook_url=webhook, state_folder=folder, confirm="customer", toolsets="all")
    known = {one.arguments["message"]: one.id for one in ApprovalStore(State(folder / "state.sqlite")).list_all()}
    async with Connection(settings) as connection:
        policy, guard_settings = Policy.from_settings(settings), GuardSettings.from_settings(settings)
        caller = Caller("stdio", policy, connection, Documentation(folder), guard_settings)
        return {text: await _status(caller, approval_id) for text, approval_id in known.items()}


async def _status(caller: Caller, approval_id: str) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        told: dict[str, Any] = (
            await answer(caller, "approval_status", {"approval_id": approval_id})
        ).structured_content
        return None if told["stage"] in {"approved", "running"} else told

    return await wait_until_async(look, seconds=30) or {}


def play(portal: ServedSandbox, folder: Path, step: str, flow: str) -> Round:
    interrupted(portal, folder, step, flow)
    approvals = ApprovalStore(State(folder / "state.sqlite"))
    decided = {one.arguments["message"]: one.stage for one in approvals.list_all()}
    told = anyio.run(resumed, portal, folder)
    settled = {one.arguments["message"]: one for one in approvals.list_all()}
    return Round(dict(decided), told, settled, AuditLog(folder / "audit.jsonl"))


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with serve_sandbox() as portal, ThreadPoolExecutor(AT_ONCE) as pool:
        folders = {key: tmp_path_factory.mktemp("state") for key in ROUNDS}
        first, *others = ROUNDS
        rounds = {first: play(portal, folders[first], *first)}
        playing = {key: pool.submit(play, portal, folders[key], *key) for key in others}
        rounds |= {key: played.result() for key, played in playing.items()}
        yield Campaign(rounds, executed(portal))


TRUE_AFTERWARDS = {
    "asked": ("executed", 1),
    "approved": ("executed", 1),
    "claimed": ("unknown", 0),
    "sending": ("unknown", 0),
    WORKING: ("unknown", 1),
    "answered": ("unknown", 1),
    "finished": ("executed", 1),
    "half noted": ("executed", 1),
}
"""What is said of the interrupted call after the restart, and how often the portal has made it."""


@pytest.mark.parametrize(("step", "flow"), ROUNDS)
def test_the_interrupted_call_is_made_at_most_once_and_truly_told(campaign: Campaign, step: str, flow: str) -> None:
    text = f"{step}, {flow}: first"
    told = campaign.rounds[step, flow].told[text]
    assert (told["stage"], campaign.executed[text]) == TRUE_AFTERWARDS[step]


@pytest.mark.parametrize(("step", "flow"), ROUNDS)
def test_what_was_approved_is_made_once_and_nothing_else_at_all(campaign: Campaign, step: str, flow: str) -> None:
    played = campaign.rounds[step, flow]
    assert len(played.told) == (1 if step == "asked" or flow == "person" else len(CALLS))
    for text, told in played.told.items():
        stage, times = told["stage"], campaign.executed[text]
        if not text.endswith("first"):
            assert stage == ("denied" if played.decided[text] == "denied" else "executed")
            assert times == (stage == "executed")
            assert stage == "denied" or not text.endswith("refused")
        assert played.approvals[text].stage == stage


@pytest.mark.parametrize(("step", "flow"), ROUNDS)
def test_the_log_verifies_and_tells_what_became_of_each_call(campaign: Campaign, step: str, flow: str) -> None:
    played = campaign.rounds[step, flow]
    assert played.log.verify().problem == ""
    noted = Counter((one["approval"], one["event"]) for one in played.log.entries() if "approval" in one)
    assert max(noted.values()) == 1
    for text, approval in played.approvals.items():
        if approval.stage in {"executed", "unknown"} and not (step == "finished" and text.endswith("first")):
            assert noted[approval.id, approval.stage] == 1, text


def test_what_expired_is_never_made(campaign: Campaign, tmp_path: Path) -> None:
    assert campaign.rounds
    with serve_sandbox() as portal:
        late = ApprovalStore(State(tmp_path / "state.sqlite"), now=lambda: time.time() - 1000)
        arguments = {"chat_id": 201, "name": "DEFAULT", "message": "too late"}
        asked = late.ask(f"{portal.address} user 1", "stdio", TOOL, arguments, summary="", seconds=900)
        late.settle(asked.id, approve=True, by="anna")
        assert anyio.run(resumed, portal, tmp_path)["too late"]["stage"] == "expired"
        assert executed(portal) == {}


@pytest.mark.parametrize("spoil", ["change", "remove", "swap"])
def test_a_log_with_one_line_spoilt_does_not_verify(campaign: Campaign, tmp_path: Path, spoil: str) -> None:
    for number, played in enumerate(campaign.rounds.values()):
        log = AuditLog(tmp_path / f"{number}.jsonl")
        head = played.log.path.with_name("audit.jsonl.head").read_text(encoding="ascii")
        log.path.with_name(f"{number}.jsonl.head").write_text(head, encoding="ascii")
        whole = played.log.path.read_text(encoding="utf-8").splitlines()
        for place in range(len(whole) - 1):
            lines = list(whole)
            if spoil == "change":
                lines[place] = lines[place].replace('"caller":"', '"caller":"x', 1)
            elif spoil == "remove":
                del lines[place]
            else:
                lines[place], lines[place + 1] = lines[place + 1], lines[place]
            log.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            assert log.verify().problem, place
