"""Text for models and data for programs: either suffices alone, and neither is longer than its bound."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import httpx
import jsonschema
import pytest
from pydantic import SecretStr

from sandbox.app import create_app
from sandbox.seed import seed
from sandbox.seed.seed import APPLICATION_PATH
from sandbox.state.company import Company
from server.caller import Caller
from server.catalogue.definitions import describe_tool
from server.catalogue.documentation import Documentation
from server.config.answer_form import AnswerForm
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.protocol.results import Answer, Reply, make_result
from tests.assistant import EVERYTHING, text_of
from tests.server.protocol.sample_calls import CHANGES, DOCUMENTATION, FAILURES, reading_calls
from tools import TOOLSETS

TEXT, DATA = AnswerForm(), AnswerForm(structured=True)
FENCED = re.compile(r"<(\w+) ([0-9a-f]{6})>(.*?)</\2>", re.DOTALL)
NUMBER = re.compile(r"(?<![\w:.+-])\d{3,}(?![\w:-]| %)")
TOOL_NAMES = re.compile(rf"\b(?:{'|'.join(name for name in EVERYTHING if '_' in name)})\b")
WORDS = re.compile(r"\w{4,}")


def reply_all(
    folder: Path, calls: Iterable[tuple[str, Mapping[str, Any]]], company: Company | None = None, **bounds: Any
) -> list[tuple[str, Reply]]:
    """What calls come to, each on a portal that is as the ones before left it."""

    async def run() -> list[tuple[str, Reply]]:
        transport = httpx.ASGITransport(create_app(company or seed.create_seeded_company()))
        settings = Settings(webhook_url=SecretStr(f"http://127.0.0.1{APPLICATION_PATH}"), plan="self-hosted")
        async with Connection(settings, transport=transport) as connection:
            policy = Policy(frozenset(TOOLSETS), **bounds)
            caller = Caller("tests", policy, connection, Documentation(folder), GuardSettings(folder))
            return [(f"{tool} {given}", await caller.calls.reply(tool, given)) for tool, given in calls]

    return anyio.run(run)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a JSON value, names of fields included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


@pytest.fixture(scope="module")
def replies(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Reply]]:
    calls = [*reading_calls(), *DOCUMENTATION, *FAILURES, *CHANGES]
    drafts = [(tool, {**given, "dry_run": True}) for tool, given in CHANGES]
    return reply_all(tmp_path_factory.mktemp("forms"), [*drafts, *calls])


def test_an_answer_is_text_alone_unless_data_are_asked_for(replies: list[tuple[str, Reply]]) -> None:
    assert all(make_result(reply, TEXT).structured_content is None for _, reply in replies)


def test_data_hold_what_the_text_says(replies: list[tuple[str, Reply]]) -> None:
    """Everybody's words, the ids, and the tools that are named as advice."""
    for call, reply in replies:
        text, shown = text_of(make_result(reply, TEXT)), make_result(reply, DATA)
        data = shown.structured_content
        assert data, call
        words = " ".join(texts_in(data))
        numbers = json.dumps(data, ensure_ascii=False)
        said = {word for _, _, inside in FENCED.findall(text) for word in WORDS.findall(inside)}
        assert {word for word in said if word not in numbers} == set(), call
        assert {number for number in NUMBER.findall(FENCED.sub("", text)) if number not in numbers} == set(), call
        assert {name for name in TOOL_NAMES.findall(FENCED.sub("", text)) if name not in words} == set(), call


def test_the_text_holds_what_the_data_say_of_people(replies: list[tuple[str, Reply]]) -> None:
    for call, reply in replies:
        text, data = text_of(make_result(reply, TEXT)), make_result(reply, DATA).structured_content
        for part in texts_in(data):
            for author, _, inside in FENCED.findall(part):
                assert author in {"portal", "assistant"} or all(word in text for word in WORDS.findall(inside)), call


def test_what_clients_wrote_is_fenced_in_both(replies: list[tuple[str, Reply]]) -> None:
    assert any("<client " in text_of(make_result(reply, TEXT)) for _, reply in replies)
    for call, reply in replies:
        text, data = text_of(make_result(reply, TEXT)), make_result(reply, DATA).structured_content
        assert ("<client " in text) <= any("<client " in part for part in texts_in(data)), call
        outside = " ".join(FENCED.sub("", part) for part in texts_in(data))
        assert "invoice shows the wrong" not in outside, call


def test_the_text_beside_data_is_short(replies: list[tuple[str, Reply]]) -> None:
    for call, reply in replies:
        if isinstance(reply, Answer):
            assert len(text_of(make_result(reply, DATA))) < 300, call


def test_data_are_as_their_schema_says(replies: list[tuple[str, Reply]]) -> None:
    for call, reply in replies:
        tool = EVERYTHING.get(call.partition(" ")[0])
        if tool is None:
            continue
        listed = describe_tool(tool, structured=True)
        assert listed.output_schema is not None
        data = make_result(reply, DATA).structured_content or {}
        jsonschema.validate(data, listed.output_schema)
        if isinstance(reply, Answer) and tool.data_type and "draft" not in data and "'full'" not in call:
            assert {*listed.output_schema["properties"], "afterwards"} >= set(data), call
