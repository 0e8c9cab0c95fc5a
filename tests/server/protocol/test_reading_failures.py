"""What a tool that only reads says when it fails: whoever wanted to read is not told that nothing was done."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr

from server.caller import Caller
from server.catalogue.documentation import Documentation
from server.catalogue.gateway import GATEWAY
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import DEFAULT_POLICY, Policy, PolicyRule
from tests.assistant import EVERYTHING, text_of
from tests.callers import answer
from tests.server.catalogue.policies import arguments_of
from tools import TOOLSETS
from tools.effect import Effect
from tools.tool import Tool

READERS: Mapping[str, type[Tool]] = {name: tool for name, tool in EVERYTHING.items() if tool.reads()}
GATEWAY_READERS: Mapping[str, type[Tool]] = {name: tool for name, tool in GATEWAY.items() if tool.reads()}
WORDS = re.compile(r"\b(sent|executed|changed)\b", re.IGNORECASE)
"""Of what happens to a change."""
EVERY = frozenset(TOOLSETS)
REFUSING: Mapping[str, Policy] = {
    "toolsets": Policy(frozenset()),
    "default tools": DEFAULT_POLICY,
    "effects": Policy(EVERY, Effect.WRITE),
    "allow": Policy(EVERY, rules=(PolicyRule(allow=frozenset({"operator_skip"})),)),
    "deny": Policy(EVERY, rules=(PolicyRule(deny=frozenset({"read"})),)),
    "gateway": Policy(EVERY, mode="gateway"),
}
ANSWERS: Mapping[str, Any] = {"false": False, "a text": "no", "a list of numbers": [1, 2], "null": None}


def _caller(policy: Policy, connection: Connection, settings: Settings) -> Caller:
    documentation = Documentation(settings.state_folder)
    return Caller("tests", policy, connection, documentation, GuardSettings.from_settings(settings))


def _fail(
    calls: Iterator[tuple[str, Mapping[str, Any]]],
    policy: Policy,
    settings: Settings,
    portal: Callable[[httpx.Request], httpx.Response] | None = None,
) -> list[str]:
    """The texts of those calls that fail; of these none may speak of a change."""
    failures: list[str] = []

    async def run() -> None:
        transport = httpx.MockTransport(portal) if portal else None
        async with Connection(settings, transport=transport) as connection:
            of = _caller(policy, connection, settings)
            for name, arguments in calls:
                reply = await answer(of, name, arguments)
                if reply.is_error:
                    failures.append(text_of(reply))
                    assert not WORDS.search(failures[-1]), (name, arguments, failures[-1])

    anyio.run(run)
    return failures


def _settings(folder: Path, **more: Any) -> Settings:
    given = {"webhook_url": SecretStr("https://portal.example/rest/1/token/"), "state_folder": folder, **more}
    return Settings(plan="self-hosted", **given)


def _examples() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, tool in READERS.items():
        yield name, arguments_of(tool)


def _wrong_calls(readers: Mapping[str, type[Tool]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, tool in readers.items():
        example = arguments_of(tool)
        yield name, {**example, "no_such_argument": 1}
        yield name, {**example, "dry_run": True}
        for field in tool.model_fields:
            yield name, {**example, field: {"nobody": ["expects", 1.5]}}
            yield name, {**example, field: "\ud800"}


@pytest.mark.parametrize("mode", ["tools", "gateway"])
def test_wrong_arguments_of_a_reader_are_called_that_and_no_more(tmp_path: Path, mode: Any) -> None:
    readers = READERS if mode == "tools" else GATEWAY_READERS
    failures = _fail(_wrong_calls(readers), Policy(EVERY, mode=mode), _settings(tmp_path))

    assert len(failures) == len(list(_wrong_calls(readers)))
    assert all("failed. The arguments are not right." in failure for failure in failures)


@pytest.mark.parametrize("way", REFUSING)
def test_a_reader_that_is_out_of_bounds_says_why_and_no_more(tmp_path: Path, way: str) -> None:
    policy = REFUSING[way]
    hidden = [(name, arguments) for name, arguments in _examples() if name not in policy.listed]
    failures = _fail(iter(hidden), policy, _settings(tmp_path))

    assert hidden
    assert len(failures) == len(hidden)
    start = "This server shows its tools through a gateway" if way == "gateway" else "It is not available here: "
    assert all(f"failed. {start}" in failure for failure in failures)


def test_where_the_portal_is_not_set_up_a_reader_says_so_and_no_more(tmp_path: Path) -> None:
    application: dict[str, Any] = {
        "portal": "https://portal.example",
        "client_id": "local.1",
        "client_secret": SecretStr("secret"),
    }
    settings = Settings(state_folder=tmp_path, token_file=tmp_path / "none.json", **application)
    failures = _fail(_examples(), Policy(EVERY), settings)

    asking = [tool for tool in READERS.values() if tool.uses_portal]
    assert sum("failed. The portal is not set up." in failure for failure in failures) >= len(asking) - 1


def test_where_the_state_folder_cannot_be_used_a_reader_that_needs_it_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.write_text("a file in the place of the folder")
    kept = _settings(folder, mask_pii=True)
    chat = {"id": 5, "name": "Emma Wilson - Sales", "entity_id": "livechat|3|9|101", "phone": "+49 170 1234567"}
    approval = ("approval_status", arguments_of(EVERYTHING["approval_status"]))
    calls = iter([approval, ("user_current", {})])
    failures = _fail(calls, Policy(EVERY), kept, lambda _: httpx.Response(200, json={"result": chat}))

    assert len(failures) == 2
    for failure in failures:
        assert "failed. It takes what this server keeps in its state folder" in failure
        assert "look at its state folder" in failure


@pytest.mark.parametrize("way", ANSWERS)
def test_what_a_reader_cannot_understand_is_no_word_about_a_change(tmp_path: Path, way: str) -> None:
    result = {"result": ANSWERS[way]}
    failures = _fail(_examples(), Policy(EVERY), _settings(tmp_path), lambda _: httpx.Response(200, json=result))

    assert failures


def test_what_a_reader_advises_on_its_own_codes_is_no_word_about_a_change() -> None:
    for name, tool in READERS.items():
        told = [*getattr(tool, "errors", {}).values(), *getattr(tool, "refusals", {}).values()]
        assert not [words for words in told if WORDS.search(words)], name


def test_a_change_is_told_that_it_was_not_made(tmp_path: Path) -> None:
    """The other side: who wanted a change has to know."""

    async def run() -> None:
        settings = _settings(tmp_path)
        async with Connection(settings) as connection:
            of = _caller(Policy(frozenset({"operators"})), connection, settings)
            for name, arguments in (("operator_skip", {"chat": 5}), ("session_join", {"chat_id": 5})):
                assert "Nothing was sent" in text_of(await answer(of, name, arguments))

    anyio.run(run)
