"""Nothing that belongs to clients reaches an assistant, and what it writes with pseudonyms reaches the portal whole."""

# ruff: noqa: RUF001  clients write in their own letters

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import CallToolResult, ElicitResult
from pydantic import SecretStr

from sandbox.seed.seed import CONNECTOR
from server.caller import Caller
from server.catalogue.documentation import Documentation, find_page
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.privacy.masking import open_masks
from server.privacy.pseudonyms import FORM
from server.telemetry import logs
from tests.assistant import EVERYTHING, Assistant, assistant, attended, stage_of, text_of, words_of
from tests.logging_state import restored_logging
from tests.server.embedded import run_command
from tests.server.privacy.clients_data import (
    BOT_CALLS,
    CARD,
    EMAIL,
    LINE,
    MAY_FAIL,
    NAME,
    PERIOD,
    PHONE,
    RUSSIAN,
    SPACED,
    VOTES,
    Planted,
    call_rest,
    find_leaks,
    meet_clients,
    serve_masked,
)
from tests.waiting import wait_until
from tools import TOOLSETS


def list_reading_calls(planted: Planted, seen: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every reading tool, concise and full; `seen` is the USER_CODE as the assistant knows it."""
    arguments: dict[str, list[dict[str, Any]]] = {
        "config_get": [{"config_id": LINE}],
        "config_list_get": [{"queue": True, "config_queue": True}],
        "dialog": [{"dialog": f"chat{planted.chat_id}"}, {"dialog": seen}],
        "dialog_get": [{"chat_id": planted.chat_id}, {"user_code": seen}, {"session_id": planted.session_id}],
        "file_get": [{"dialog": seen}],
        "quick_replies": [{"line": "2"}],
        "session_open": [{"user_code": seen}],
        "session_history_get": [{"chat_id": planted.chat_id}, {"session_id": planted.session_id, "last": 1}],
        "crm_chat_get": [{"crm_entity_type": "lead", "crm_entity": planted.lead_id, "active_only": False}],
        "crm_chat_get_last_id": [{"crm_entity_type": "lead", "crm_entity": planted.lead_id}],
        "v2_stat_get": [PERIOD],
        "v2_session_list": [{"limit": 200}],
        "v2_session_stat_get": [{"session_id": [planted.session_id]}],
        "v2_session_rating_list": [VOTES],
        "v2_session_transfer_list": [{"session_id": [planted.session_id]}],
        **BOT_CALLS,
        "imconnector_status": [{"connector": CONNECTOR, "line": LINE}],
        "im_dialog_messages_get": [{"dialog_id": f"chat{planted.chat_id}"}],
        "user_get": [{"filter": {"ACTIVE": True}}],
        "user_search": [{"filter": {"FIND": "Olga"}}],
        "channel_report": [{"period": "today"}],
        "channel_overview": [{"line": str(LINE)}, {"line": "2"}],
        "docs_search": [{"query": f"operator {PHONE}"}],
        "docs_read": [{"uri": "openchannels://docs/index"}],
        "approval_status": [{"approval_id": "abcdefgh"}],
        "wait_for_update": [{"seconds": 1, "kinds": "all"}],
    }
    for name, tool in EVERYTHING.items():
        details = ["concise", "full"] if "detail" in tool.model_fields else [None]
        for given in arguments.get(name, [{}]) if tool.reads() else []:
            yield from ((name, {**given, **({"detail": detail} if detail else {})}) for detail in details)


@pytest.mark.parametrize("application", [False, True], ids=["webhook", "application"])
def test_no_reading_tool_tells_anything_of_a_client(
    planted: Planted, tmp_path: Path, capfd: pytest.CaptureFixture[str], application: bool
) -> None:
    with serve_masked(planted, tmp_path, application=application) as client:
        meet_clients(client, planted)
        first = client.read("dialog_get", chat_id=planted.chat_id)
        seen = first.structured_content["user_code"]
        assert seen.startswith(f"{CONNECTOR}|{LINE}|[phone ")
        replies = {
            (name, str(arguments)): client.read(name, arguments)
            for name, arguments in list_reading_calls(planted, seen)
        }
    assert {name for (name, _), reply in replies.items() if reply.is_error} <= MAY_FAIL
    assert {key: found for key, reply in replies.items() if (found := find_leaks(reply))} == {}
    assert find_leaks(first, *capfd.readouterr()) == []
    told = "".join(reply.model_dump_json() for reply in replies.values())
    assert "order 48213, 1 250 000 руб." in told, "what is nobody's stays"
    assert "2026-03-16T" in told


REFUSED = [
    ({"hold": {"code": "SOMETHING", "status": 400, "text": f"{NAME}, {SPACED}, {EMAIL}", "calls": 1}}, "dialog_get"),
    ({"hold": {"code": f"CODE_{PHONE}", "status": 200, "text": RUSSIAN, "calls": 1}}, "session_history_get"),
    ({"hold": {"code": "INVALID_CREDENTIALS", "status": 401, "text": NAME, "calls": 1}}, "im_recent_list"),
    ({"hold": {"code": "X", "status": 403, "text": f"{CARD} {RUSSIAN}", "calls": 1}}, "channel_overview"),
    ({"pending": {"code": "ACCESS_DENIED_KICK", "text": f"{NAME} {PHONE}"}}, "operator_skip"),
]


@pytest.mark.parametrize(("switches", "tool"), REFUSED, ids=[tool for _, tool in REFUSED])
def test_no_failure_tells_it_in_the_portals_words(
    planted: Planted, client: Assistant, switches: Any, tool: str
) -> None:
    arguments: dict[str, Any] = {"chat_id": planted.chat_id}
    arguments = {"im_recent_list": {}, "channel_overview": {"line": "1"}}.get(tool, arguments)
    planted.portal.control("switches", switches)
    reply = client.call(tool, arguments)
    planted.portal.control("switches", {"hold": None, "pending": None})
    assert reply.is_error
    assert find_leaks(reply) == []


def test_no_refused_argument_comes_back_as_the_original(planted: Planted, client: Assistant) -> None:
    name, phone = FORM.findall(text_of(client.call("dialog_get", chat_id=planted.chat_id)))
    replies = [
        client.call("channel_overview", line=f"{name} of nowhere"),
        client.call("user_search", filter={phone: "x"}),
        client.call("docs_read", uri=f"openchannels://{phone}"),
        client.call("dialog_get", {phone: 5}),
        client.call(phone, {}),
        client.call("dialog_get", dialog_id=phone),
    ]
    assert [text_of(reply) for reply in replies if not reply.is_error] == []
    assert find_leaks(*replies) == []
    assert f"nothing fits '{name} of nowhere'" in text_of(replies[0])


def test_a_message_with_pseudonyms_arrives_with_the_originals(planted: Planted, client: Assistant) -> None:
    told = text_of(client.call("session_history_get", chat_id=planted.chat_id))
    forms = dict.fromkeys(FORM.findall(told))
    where = {"dialog_id": f"chat{planted.chat_id}"}
    draft = client.call("im_message_add", where, message=told, dry_run=True)
    sent = client.call("im_message_add", where, message=f"Is it {', '.join(forms)}?".upper())
    assert len(forms) >= 6
    assert not sent.is_error
    assert find_leaks(draft, sent) == []
    arrived = call_rest(planted.portal, "im.dialog.messages.get", {"DIALOG_ID": f"chat{planted.chat_id}"})["messages"]
    text = next(message["text"] for message in arrived if message["text"].startswith("IS IT"))
    assert FORM.search(text.lower()) is None
    for original in (PHONE, SPACED, EMAIL, CARD, NAME, NAME.upper(), NAME.lower(), RUSSIAN):
        assert original in text


def test_pseudonyms_outlive_the_server_and_are_the_same_for_all(
    planted: Planted, client: Assistant, folder: Path
) -> None:
    with serve_masked(planted, folder) as other:
        rating = other.call("v2_session_rating_list", VOTES)
        told = other.call("session_history_get", chat_id=planted.chat_id)
    assert find_leaks(rating) == [], "what one server has learned, the others know"
    assert words_of(told) == words_of(client.call("session_history_get", chat_id=planted.chat_id))
    for name in ("masks.key", "state.sqlite"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_a_pseudonym_that_was_never_given_is_refused(planted: Planted, client: Assistant) -> None:
    before = len(planted.portal.look("requests")["requests"])
    reply = client.call("im_message_add", dialog_id=f"chat{planted.chat_id}", message="Call [phone 0123abcd]")
    assert reply.is_error
    assert "copy pseudonyms exactly" in text_of(reply)
    assert len(planted.portal.look("requests")["requests"]) == before


class Person:
    """Agrees to everything and remembers what was asked."""

    def __init__(self) -> None:
        self.asked = ""

    async def __call__(self, context: Any, params: Any) -> ElicitResult:  # noqa: ARG002
        self.asked = params.message
        return ElicitResult(action="accept", content={"approve": True})


def test_a_person_is_shown_the_originals_and_the_log_is_not(planted: Planted, tmp_path: Path) -> None:
    person = Person()
    with attended(
        person,
        webhook=planted.webhook,
        mode="legacy",
        OPENCHANNELS_MASK_PII="true",
        OPENCHANNELS_STATE_FOLDER=str(tmp_path),
        OPENCHANNELS_CONFIRM="customer,takeover",
    ) as client:
        client.call("dialog_get", chat_id=planted.chat_id)
        name = FORM.findall(text_of(client.call("session_history_get", chat_id=planted.chat_id)))[0]
        reply = client.call("im_message_add", dialog_id=f"chat{planted.chat_id}", message=f"Dear {name}, {PHONE}")
    assert not reply.is_error
    assert f"Dear {NAME}, {PHONE}" in person.asked
    assert f"client: “{NAME}" in person.asked
    assert find_leaks(reply, (tmp_path / "audit.jsonl").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("texts", [False, True])
def test_the_log_holds_originals_only_where_texts_are_wanted(planted: Planted, tmp_path: Path, texts: bool) -> None:
    with serve_masked(planted, tmp_path, OPENCHANNELS_AUDIT_TEXTS=str(texts)) as client:
        client.call("dialog_get", chat_id=planted.chat_id)
        client.call("session_head_vote", session_id=planted.session_id, rating=2, comment=NAME.split()[1])
    log = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert bool(find_leaks(log)) is texts


def run_approvals(*words: str, folder: Path) -> str:
    ended = run_command(folder, "approvals", *words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def wait_until_settled(client: Assistant, approval: str) -> CallToolResult:
    def look() -> CallToolResult | None:
        status = client.call("approval_status", approval_id=approval)
        is_open = stage_of(text_of(status)) in {"pending", "approved", "running"}
        return None if is_open else status

    settled = wait_until(look, seconds=30)
    assert settled
    return settled


def test_an_approval_shows_originals_to_the_person_and_pseudonyms_to_the_assistant(
    planted: Planted, tmp_path: Path
) -> None:
    arguments = {"crm_entity_type": "lead", "crm_entity": planted.lead_id, "user_id": 2, "chat_id": planted.chat_id}
    with serve_masked(planted, tmp_path, OPENCHANNELS_CONFIRM="write") as client:
        meet_clients(client, planted)
        waiting = client.call("crm_chat_user_add", arguments)
        (approval,) = [line.split()[0] for line in run_approvals("list", folder=tmp_path).splitlines()]
        assert f"client: “{NAME}" in run_approvals("show", approval, folder=tmp_path)
        planted.portal.control("switches", {"pending": {"code": "FAILED", "text": f"{NAME} has +{PHONE}"}})
        run_approvals("approve", approval, folder=tmp_path)
        told = wait_until_settled(client, approval)
    assert "FAILED" in text_of(told)
    assert f"portal: “{NAME} has +{PHONE}”" in run_approvals("show", approval, folder=tmp_path)
    assert find_leaks(waiting, told) == []


def call_in_process(webhook: str, folder: Path, broken: bool) -> tuple[CallToolResult, CallToolResult]:
    class BrokenConnection(Connection):
        async def portal(self) -> Any:
            raise ValueError(f"invalid literal: {NAME}, {SPACED}, {EMAIL}")

    async def run() -> Any:
        settings = Settings(webhook_url=SecretStr(webhook), state_folder=folder, mask_pii=True)
        async with BrokenConnection(settings) as connection:
            if broken:
                (folder / "state.sqlite").unlink()
                (folder / "state.sqlite").mkdir()
            policy, guard_settings = Policy(frozenset(TOOLSETS)), GuardSettings.from_settings(settings)
            calls = Caller("tests", policy, connection, Documentation(folder), guard_settings).calls
            return await calls.answer("dialog_get", {"chat_id": 5}), await calls.answer(
                "operator_answer", {"chat_id": 5}
            )

    replies: tuple[CallToolResult, CallToolResult] = anyio.run(run)
    return replies


@pytest.mark.parametrize("broken", [False, True], ids=["", "and its state cannot be written"])
def test_a_fault_of_the_server_tells_it_neither_to_the_assistant_nor_to_the_log(tmp_path: Path, broken: bool) -> None:
    open_masks(tmp_path, "https://portal.example user 1").listen({"connector": True, "name": NAME})
    stderr = io.StringIO()
    with restored_logging():
        logs.set_up("text", "warning", stderr)
        replies = call_in_process("https://portal.example/rest/1/token/", tmp_path, broken)
    assert [text_of(reply) for reply in replies if not reply.is_error] == []
    assert "failed inside" in stderr.getvalue()
    assert find_leaks(*replies, stderr.getvalue()) == []


@pytest.mark.parametrize("name", ["guides/identifiers", "methods/imopenlines.dialog.get"])
def test_pages_of_the_documentation_are_not_touched(client: Assistant, name: str) -> None:
    uri = f"openchannels://docs/{name}"
    assert (
        find_page(uri)
        .text()
        .startswith(text_of(client.call("docs_read", uri=uri)).partition("\n(The page")[0].rstrip())
    )


def test_without_the_setting_nothing_is_hidden(planted: Planted, tmp_path: Path) -> None:
    with assistant(webhook=planted.webhook, OPENCHANNELS_STATE_FOLDER=str(tmp_path)) as client:
        assert NAME in text_of(client.call("dialog_get", chat_id=planted.chat_id))
        assert "pseudonym" not in (client.client.instructions or "")
    assert not (tmp_path / "masks.key").exists()
