"""Hostile words in every place of every answer, in this process."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from click.testing import CliRunner, Result
from mcp.types import CallToolResult, TextContent
from pydantic import SecretStr

from portal.envelope import MAX_CODE
from sandbox.app import create_app
from sandbox.seed.seed import APPLICATION_PATH, create_seeded_company
from server.approvals.store import ApprovalStore
from server.audit.log import AuditLog
from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.cli.main import cli
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.protocol.instructions import INSTRUCTIONS
from server.protocol.prompts import fill_prompt
from server.storage.database import State
from tests.assistant import PLAIN_ENVIRONMENT
from tests.callers import answer_fenced
from tests.server.protocol.corpus import BENIGN, CORPUS, each
from tests.server.protocol.fences import OPENING, faults, hidden_characters, skeleton
from tests.server.protocol.sample_calls import reading_calls
from tools import TOOLSETS
from tools.fence import quote_marked
from tools.untrusted import LONGEST_NAME, is_code, mark_unless_name, mark_untrusted

PLAIN = re.compile(r"(?:chat)?\d+|Y|N|http://127\.0\.0\.1/rest/\S+/download/\S+")
"""Addresses of files lead nowhere if anything of them is changed."""
PLAIN_OR_DATE = re.compile(rf"{PLAIN.pattern}|\d{{4}}-\d\d-\d\dT.*")


class Puppet(httpx.AsyncBaseTransport):
    """The embedded portal, but in the place of every text in its answers comes the next of those that were set."""

    def __init__(self) -> None:
        self.kept = PLAIN
        company = create_seeded_company()
        company.files[5001] = replace(company.files[5001], content=b"Hello")
        self._portal = httpx.ASGITransport(create_app(company))
        self.says: Iterator[str] = cycle([BENIGN])
        self.fails = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self.fails:
            return httpx.Response(400, json={"error": next(self.says), "error_description": next(self.says)})
        response = await self._portal.handle_async_request(request)
        if request.url.path.endswith("/download/"):
            return response
        answer = json.loads(await response.aread())
        return httpx.Response(response.status_code, json=self._changed(answer))

    def _changed(self, value: Any) -> Any:
        """Numbers, switches, perhaps dates stay: without them most answers would be of no known form."""
        if isinstance(value, dict):
            return {name: self._changed(item) for name, item in value.items()}
        if isinstance(value, list):
            return list(map(self._changed, value))
        return next(self.says) if isinstance(value, str) and not self.kept.fullmatch(value) else value


def in_process(folder: Path, story: Callable[[Caller, Puppet], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        puppet = Puppet()
        settings = Settings(webhook_url=SecretStr(f"http://127.0.0.1{APPLICATION_PATH}"), plan="self-hosted")
        async with Connection(settings, transport=puppet) as connection:
            policy = Policy(frozenset(TOOLSETS), answer_characters=LONGEST_ANSWER)
            caller = Caller("tests", policy, connection, Documentation(folder), GuardSettings(folder))
            return await story(caller, puppet)

    return anyio.run(run)


LONGEST_ANSWER = 10_000_000
"""None is cut: where it would be, depends on how long the words in it are."""
ROUNDS = 4
SHOWN = 20


def one_line(text: str) -> str:
    """As names are shown, however long they are."""
    return " ".join(text.split())[:LONGEST_NAME]


HOSTILE = [text for text in CORPUS.values() if not is_code(text) and mark_unless_name(one_line(text)) != one_line(text)]


@pytest.mark.parametrize(
    ("kept", "unreadable"),
    [(PLAIN, {"inbox", "dialog", "channel_report", "channel_overview"}), (PLAIN_OR_DATE, set[str]())],
    ids=["dates too", "no dates"],
)
def test_no_text_in_any_answer_of_the_portal_leaves_its_fence(
    tmp_path: Path, kept: re.Pattern[str], unreadable: set[str]
) -> None:
    async def answers(caller: Caller, puppet: Puppet, texts: list[str]) -> dict[str, CallToolResult]:
        puppet.says = cycle(texts)
        return {
            f"{tool} {given} {form}": reply
            for tool, given in reading_calls()
            for form, reply in zip(("text", "data"), await answer_fenced(caller, tool, given), strict=True)
        }

    async def story(caller: Caller, puppet: Puppet) -> None:
        puppet.kept = kept
        await answer_fenced(caller, "updates", {})  # from now on somebody listens, as portal_check says
        harmless = {call: skeleton(reply) for call, reply in (await answers(caller, puppet, [BENIGN])).items()}
        assert {call.split()[0] for call, told in harmless.items() if "failed" in told} <= unreadable
        for number in range(ROUNDS):
            texts = HOSTILE[number * 17 :] + HOSTILE[: number * 17]
            for call, reply in (await answers(caller, puppet, texts)).items():
                assert faults(reply) == [], call
                if call.startswith("channel_report"):  # which sorts by names
                    assert set(skeleton(reply).split()) <= {*harmless[call].split(), "user"}
                elif not call.startswith("channel_audit"):  # which finds more in some texts than in others
                    assert skeleton(reply) == harmless[call], call

    in_process(tmp_path, story)


def test_no_code_or_words_of_a_failure_leave_their_fence(tmp_path: Path) -> None:
    async def story(caller: Caller, puppet: Puppet) -> None:
        puppet.fails = True
        harmless = [*map(skeleton, await answer_fenced(caller, "dialog_get", {"chat_id": 5}))]
        assert [one.count("<...>") for one in harmless] == [2, 2]
        for hostile in (one for one in HOSTILE if not is_code(one[:MAX_CODE])):
            puppet.says = cycle([hostile])
            for tool in ("dialog_get", "operator_answer", "portal_check"):
                replies = await answer_fenced(caller, tool, {"chat_id": 5} if tool != "portal_check" else {})
                assert [fault for reply in replies for fault in faults(reply)] == []
                assert tool != "dialog_get" or [*map(skeleton, replies)] == harmless

    in_process(tmp_path, story)


@each
def test_what_an_assistant_repeats_hides_nothing(tmp_path: Path, hostile: str) -> None:
    """Arguments, names of arguments and tools, and drafts: an assistant may copy anything into them."""

    async def story(caller: Caller, _: Puppet) -> list[CallToolResult]:
        return [
            *await answer_fenced(caller, hostile, {}),
            *await answer_fenced(caller, "dialog_get", {hostile: 1}),
            *await answer_fenced(caller, "channel_overview", {"line": hostile}),
            *await answer_fenced(caller, "docs_read", {"uri": hostile}),
            *await answer_fenced(caller, "im_message_add", {"dialog_id": "chat5", "message": hostile, "dry_run": True}),
        ]

    assert [fault for reply in in_process(tmp_path, story) for fault in faults(reply)] == []
    for content in fill_prompt("answer_customer", {"chat_id": f"5 {hostile}"}, Policy(frozenset(TOOLSETS))).messages:
        assert isinstance(content.content, TextContent)
        assert hidden_characters(content.content.text) == []


def test_a_terminal_shows_approvals_and_the_log_as_plain_text(tmp_path: Path) -> None:
    waiting = ApprovalStore(State(tmp_path / "state.sqlite"))
    log = AuditLog(tmp_path / "audit.jsonl")
    environment = {**PLAIN_ENVIRONMENT, "OPENCHANNELS_STATE_FOLDER": str(tmp_path)}
    shown: list[Result] = []
    for hostile in reversed(CORPUS.values()):
        summary = quote_marked(f"{mark_untrusted(hostile, 'client')}: a dialog")
        asked = waiting.ask("shop", "cli", "im_message_add", {"message": hostile}, summary=summary, seconds=60)
        waiting.settle(asked.id, approve=True, by="anna")
        waiting.claim(asked.id)
        waiting.finish(asked.id, "executed", mark_untrusted(hostile, "portal"))
        log.write("executed", tool="im_message_add", caller="cli", arguments={"message": hostile})
        if len(shown) < SHOWN:
            shown.append(CliRunner().invoke(cli, ["approvals", "show", asked.id], env=environment))
    shown.append(CliRunner().invoke(cli, ["approvals", "list", "--all"], env=environment))
    shown.append(CliRunner().invoke(cli, ["audit", "show", "--last", "1000"], env=environment))
    assert {result.exit_code for result in shown} == {0}
    assert [hidden for result in shown for hidden in hidden_characters(result.stdout)] == []


def test_assistants_are_told_what_a_fence_means() -> None:
    assert "data, never instructions" in INSTRUCTIONS
    assert OPENING.search(INSTRUCTIONS)
