"""The code in the pages that people wrote: valid, accepted, and doing what the page says."""

import ast
import asyncio
import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from reference.pages.guides import Guide, read_guides
from sandbox.state import php
from tests.reference.handwritten import EVERY_PAGE, FENCE, PAGES, fences, prose, run_code
from tools.event import Event, Variant, encode_form, events
from tools.registry import methods


@EVERY_PAGE
def test_every_fence_is_closed_and_says_its_language(page: Guide) -> None:
    assert "```" not in prose(page)
    for language, _ in FENCE.findall(page.body):
        assert language in {"bash", "js", "json", "php", "python", "text"}


@EVERY_PAGE
def test_json_and_python_are_valid(page: Guide) -> None:
    for code in fences(page, "json"):
        json.loads(code)
    for code in fences(page, "python"):
        ast.parse(code)


CHECKERS: dict[str, Callable[[Path], list[str]]] = {
    "bash": lambda path: ["bash", "-n", str(path)],
    "php": lambda path: ["php", "-l", str(path)],
    "js": lambda path: ["node", "--check", str(path)],
}


@pytest.mark.parametrize("language", CHECKERS)
def test_code_of_other_languages_is_valid(language: str, tmp_path: Path) -> None:
    command = CHECKERS[language]
    if not shutil.which(command(tmp_path)[0]):
        pytest.skip(f"{command(tmp_path)[0]} is not installed: the {language} of the guides was not checked")
    snippets = [code for page in PAGES.values() for code in fences(page, language)]
    assert snippets
    for number, code in enumerate(snippets):
        path = tmp_path / f"{number}.{'mjs' if language == 'js' else language}"
        path.write_text(code, encoding="utf-8")
        checked = subprocess.run(command(path), capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr + code


@EVERY_PAGE
def test_tool_calls_in_the_examples_are_accepted(page: Guide) -> None:
    for call in (item for code in fences(page, "json") if isinstance(item := json.loads(code), list)):
        for example in call:
            if example["tool"] in methods():
                methods()[example["tool"]].from_tool(example["arguments"])


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("working-hours", "config_update"),
        ("crm-binding", "crm_message_add"),
        ("statistics", "v2_session_list"),
    ],
)
def test_the_example_of_a_guide_is_accepted_by_its_tool(name: str, tool: str) -> None:
    [arguments] = map(json.loads, fences(read_guides()[name], "json"))
    methods()[tool].from_tool(arguments)


ARRIVALS = [(event, variant) for event in events().values() for variant in event.variants]


@pytest.mark.parametrize(("event", "variant"), ARRIVALS, ids=[f"{e.name}: {v.title}" for e, v in ARRIVALS])
def test_the_handler_of_the_guide_reads_every_event(event: type[Event], variant: Variant) -> None:
    handler = run_code("events-subscribe", "def decode")
    received = handler.decode(urlencode(list(encode_form(event.body(variant)))))
    assert received["event"] == event.name.upper()
    assert handler.trusted(received, {"your-member-id": "your-application-token"})
    if isinstance(variant.data, dict) and "DATA" in variant.data:
        data = variant.data["DATA"]
        assert len(handler.entries(received)) == (len(data) if isinstance(data, list) else 1)


@pytest.mark.parametrize(
    "installations",
    [{}, {"your-member-id": "another-token"}, {"another-portal": "your-application-token"}, {"your-member-id": ""}],
)
def test_the_handler_of_the_guide_trusts_nobody_else(installations: dict[str, str]) -> None:
    handler = run_code("events-subscribe", "def decode")
    event = events()["OnSessionStart"]
    received = handler.decode(urlencode(list(encode_form(event.body(event.variants[0])))))
    assert not handler.trusted(received, installations)


@pytest.mark.parametrize("body", ["", "auth=x", "auth=x&auth[member_id]=y", "auth[member_id][a]=b", "a[b]=1&a[b][c]=2"])
def test_the_handler_of_the_guide_stands_a_malicious_form(body: str) -> None:
    handler = run_code("events-subscribe", "def decode")
    assert not handler.trusted(handler.decode(body), {"your-member-id": "your-application-token"})


def _keys(event: Event | type[Event], **changes: str) -> list[Any]:
    handler = run_code("events-subscribe", "def decode")
    bodies = [urlencode(list(encode_form(event.body(variant)))) for variant in event.variants]
    for old, new in changes.items():
        bodies = [body.replace(old, new) for body in bodies]
    return [handler.key(handler.decode(body)) for body in bodies]


def test_the_key_of_the_guide_tells_messages_apart_and_knows_a_repetition() -> None:
    added = events()["OnOpenLineMessageAdd"]
    incoming, outgoing = _keys(added)
    assert incoming
    assert outgoing
    assert incoming != outgoing
    assert _keys(added, ts="tt") == [incoming, outgoing]
    other = _keys(added, **{"tg-5501": "tg-5502", "80965": "80966"})
    assert other[0] != incoming
    assert other[1] != outgoing


def test_the_key_of_the_guide_drops_nothing_that_cannot_be_told_apart() -> None:
    for name in ("OnSessionStart", "OnSessionFinish", "OnOpenLineMessageUpdate", "OnOpenLineMessageDelete"):
        assert not any(_keys(events()[name])), name


def test_the_upload_of_the_guide_carries_the_file(tmp_path: Path) -> None:
    file = tmp_path / "price list.pdf"
    file.write_bytes(b"%PDF-1.7")
    made = run_code("files-rest", "def make_upload").make_upload("chat2043", file, "Our prices")
    assert made["dialogId"] == "chat2043"
    assert (made["fields"]["name"], made["fields"]["message"]) == ("price list.pdf", "Our prices")
    assert base64.b64decode(made["fields"]["content"]) == b"%PDF-1.7"


def test_the_command_of_the_guide_is_read_back_by_the_portal() -> None:
    batch = run_code("batch", "def command")
    settings = {
        "LINE_NAME": "Sales & support [new]",
        "QUEUE": [{"ENTITY_TYPE": "user", "ENTITY_ID": "$result[me][ID]"}],
    }
    command = batch.command("imopenlines.config.update", {"CONFIG_ID": 15, "PARAMS": settings})
    method, _, query = command.partition("?")
    assert method == "imopenlines.config.update"
    assert php.parse_query(query) == {"CONFIG_ID": "15", "PARAMS": settings}


def test_the_request_of_the_guide_to_batches_asks_methods_that_exist() -> None:
    request = next(json.loads(code) for code in fences(read_guides()["batch"], "json"))
    for command in request["cmd"].values():
        assert command.partition("?")[0] in {method.rest for method in methods().values()}


def test_the_pause_of_the_guide_grows_and_has_an_end() -> None:
    pause = run_code("limits", "def pause").pause
    for attempt, longest in ((1, 0.5), (2, 1.0), (5, 8.0), (20, 8.0)):
        assert longest / 2 <= pause(attempt) <= longest


def test_the_client_of_the_guide_renews_once_for_all_callers() -> None:
    callers, renewals = 3, []

    async def call_side_by_side() -> list[Any]:
        all_refused = asyncio.Barrier(callers)

        async def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token/":
                renewals.append(dict(request.url.params))
                return httpx.Response(200, json=_grant("new"))
            if request.headers["Authorization"] == "Bearer new access":
                return httpx.Response(200, json={"result": True})
            await all_refused.wait()
            return httpx.Response(401, json={"error": "expired_token", "error_description": ""})

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            app = {"client_id": "id", "client_secret": "secret"}
            portal = run_code("auth-oauth", "class Portal").Portal(http, app, _grant("old"), saved.append)
            return await asyncio.gather(*(portal.call("imopenlines.revision.get", {}) for _ in range(callers)))

    saved: list[dict[str, str]] = []
    assert asyncio.run(call_side_by_side()) == [{"result": True}] * callers
    assert renewals == [
        {"client_id": "id", "client_secret": "secret", "grant_type": "refresh_token", "refresh_token": "old refresh"}
    ]
    assert saved == [_grant("new")]


def _grant(age: str) -> dict[str, str]:
    return {
        "access_token": f"{age} access",
        "refresh_token": f"{age} refresh",
        "client_endpoint": "https://your-portal.bitrix24.com/rest/",
        "member_id": "your-member-id",
    }
