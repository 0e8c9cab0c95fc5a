"""Nothing that belongs to clients reaches an assistant, and what it writes with pseudonyms reaches the portal whole."""

# ruff: noqa: RUF001  clients write in their own letters

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import CallToolResult, ElicitResult
from pydantic import SecretStr

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH, CONNECTOR
from server.caller import Caller
from server.catalogue.library import Library
from server.config.guard_settings import GuardSettings
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from server.privacy.masking import Masks, masks_of
from server.privacy.pseudonyms import FORM
from server.protocol.resources import page
from server.telemetry import logs
from tests.assistant import EVERYTHING, ROOT, Assistant, assistant, attended, text_of
from tests.logging_state import restored_logging
from tests.served import ServedSandbox, served_sandbox
from tests.server.embedded import run_command
from tools import TOOLSETS

PHONE, SPACED, EMAIL, CARD = "79995550101", "+7 (999) 555-01-02", "v.lindqvist@example.com", "4111 1111 1111 1111"
NAME, RUSSIAN = "Viveka Lindqvist", "Степанида Оболенская"
ORIGINALS = (
    PHONE,
    "555-01-02",
    EMAIL,
    "41111111",
    *(form for word in (*NAME.split(), *RUSSIAN.split()) for form in (word, word.upper(), word.lower())),
    "Степаниде",
    "Оболенской",
)
LINE = 1
PERIOD = {"date_from": "2026-03-01T00:00:00+01:00", "date_to": "2026-03-31T23:59:59+01:00"}
VOTES = {f"date_vote_{end}": PERIOD[f"date_{end}"] for end in ("from", "to")}


@dataclass(frozen=True)
class Planted:
    """A portal full of clients' data, and where it is."""

    portal: ServedSandbox
    chat_id: int
    session_id: int
    lead_id: int
    other_chat_id: int

    @property
    def webhook(self) -> str:
        return f"{self.portal.address}{ADMIN_WEBHOOK_PATH}"


def rest(portal: ServedSandbox, method: str, body: Mapping[str, Any], path: str = ADMIN_WEBHOOK_PATH) -> Any:
    status, answer = portal.post(f"{path}{method}", body)
    assert status == 200, answer
    return answer["result"]


def plant(portal: ServedSandbox) -> Planted:
    """A client whose chat outside is a phone, one with a Russian name, and both in words, files, settings, comments."""
    words = f"I am {NAME.upper()}. Call {SPACED}\nor {PHONE}, {EMAIL}, card {CARD}; order 48213, 1 250 000 руб."
    client = {
        "id": "u1",
        "name": NAME.split(maxsplit=1)[0],
        "last_name": NAME.split()[1],
        "phone": PHONE,
        "email": EMAIL,
    }
    message = {"user": client, "message": {"id": "m1", "text": words}, "chat": {"id": PHONE}}
    connector = {"CONNECTOR": CONNECTOR, "LINE": LINE}
    rest(portal, "imconnector.activate", {**connector, "ACTIVE": 1}, APPLICATION_PATH)
    rest(portal, "imconnector.send.messages", {**connector, "MESSAGES": [message]}, APPLICATION_PATH)
    chat = next(chat for chat in portal.look("state")["chats"] if f"|{PHONE}|" in chat["user_code"])
    portal.control("client-message", {"chat_id": chat["id"], "text": words, "files": [{"name": f"{NAME} {PHONE}.pdf"}]})
    rest(portal, "imopenlines.operator.answer", {"CHAT_ID": chat["id"]})
    said = f"Здравствуйте, {RUSSIAN}! {NAME.lower()} просит {RUSSIAN.split(maxsplit=1)[0][:-1]}е и Оболенской: {EMAIL}"
    portal.control("operator-message", {"chat_id": chat["id"], "user_id": 1, "text": said})
    russian = portal.control("client-message", {"line_id": LINE, "name": RUSSIAN, "text": f"Это {RUSSIAN}, {PHONE}"})
    state = next(chat for chat in portal.look("state")["chats"] if chat["user_code"] == russian["user_code"])
    vote = {"SESSION_ID": chat["session_id"], "RATING": 2, "COMMENT": f"Call {NAME} back: {SPACED}"}
    rest(portal, "imopenlines.session.head.vote", vote)
    for number, text in ((LINE, f"Write to {EMAIL}"), (2, f"Line of {NAME}")):
        params = {"LINE_NAME": text, "WELCOME_MESSAGE_TEXT": f"{RUSSIAN}: {SPACED}", "WELCOME_MESSAGE": "Y"}
        rest(portal, "imopenlines.config.update", {"CONFIG_ID": number, "PARAMS": params})
    rest(portal, "imopenlines.crm.lead.create", {"CHAT_ID": chat["id"]})
    rest(portal, "imopenlines.operator.answer", {"CHAT_ID": state["id"]})
    lead = next(record["id"] for record in portal.look("state")["crm"] if NAME in record["title"])
    return Planted(portal, chat["id"], chat["session_id"], lead, state["id"])


@pytest.fixture(scope="module")
def served() -> Iterator[ServedSandbox]:
    with served_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def planted(served: ServedSandbox) -> Planted:
    return plant(served)


def masked(planted: Planted, folder: Path, *, application: bool = False, **environment: str) -> Any:
    webhook = f"{planted.portal.address}{APPLICATION_PATH}" if application else planted.webhook
    environment = {"OPENCHANNELS_MASK_PII": "true", "OPENCHANNELS_STATE_FOLDER": str(folder), **environment}
    return assistant(webhook=webhook, **environment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def client(planted: Planted, folder: Path) -> Iterator[Assistant]:
    """One that hides, and has seen both clients."""
    with masked(planted, folder) as client:
        acquainted(client, planted)
        yield client


def acquainted(client: Assistant, planted: Planted) -> CallToolResult:
    """The server has seen both clients; the state of the dialog of one."""
    client.call("dialog_get", chat_id=planted.other_chat_id)
    return client.call("dialog_get", chat_id=planted.chat_id)


def leaks(*said: object) -> list[str]:
    """Originals in what was said, also where JSON was written without Cyrillic letters."""
    everything = "\n".join(one.model_dump_json() if isinstance(one, CallToolResult) else str(one) for one in said)
    everything += json.dumps(everything) + everything.replace(" ", "").replace("-", "")
    return [original for original in ORIGINALS if original in everything]


def reading_calls(planted: Planted, seen: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every reading tool, concise and full; `seen` is the USER_CODE as the assistant knows it."""
    arguments: dict[str, list[dict[str, Any]]] = {
        "config_get": [{"config_id": LINE}],
        "config_list_get": [{"queue": True, "config_queue": True}],
        "dialog": [{"dialog": f"chat{planted.chat_id}"}, {"dialog": seen}],
        "dialog_get": [{"chat_id": planted.chat_id}, {"user_code": seen}, {"session_id": planted.session_id}],
        "session_open": [{"user_code": seen}],
        "session_history_get": [{"chat_id": planted.chat_id}, {"session_id": planted.session_id, "last": 1}],
        "crm_chat_get": [{"crm_entity_type": "lead", "crm_entity": planted.lead_id, "active_only": False}],
        "crm_chat_get_last_id": [{"crm_entity_type": "lead", "crm_entity": planted.lead_id}],
        "v2_stat_get": [PERIOD],
        "v2_session_list": [{"limit": 200}],
        "v2_session_stat_get": [{"session_id": [planted.session_id]}],
        "v2_session_rating_list": [VOTES],
        "v2_session_transfer_list": [{"session_id": [planted.session_id]}],
        "imconnector_status": [{"connector": CONNECTOR, "line": LINE}],
        "im_dialog_messages_get": [{"dialog_id": f"chat{planted.chat_id}"}],
        "user_get": [{"filter": {"ACTIVE": True}}],
        "user_search": [{"filter": {"FIND": "Olga"}}],
        "channel_report": [{"period": "today"}],
        "channel_overview": [{"line": str(LINE)}, {"line": "2"}],
        "docs_search": [{"query": f"operator {PHONE}"}],
        "docs_read": [{"uri": "openchannels://docs/index"}],
        "approval_status": [{"approval_id": "abcdefgh"}],
    }
    for name, tool in EVERYTHING.items():
        details = ["concise", "full"] if "detail" in tool.model_fields else [None]
        for given in arguments.get(name, [{}]) if tool.reads() else []:
            yield from ((name, {**given, **({"detail": detail} if detail else {})}) for detail in details)


@pytest.mark.parametrize("application", [False, True], ids=["webhook", "application"])
def test_no_reading_tool_tells_anything_of_a_client(
    planted: Planted, tmp_path: Path, capfd: pytest.CaptureFixture[str], application: bool
) -> None:
    with masked(planted, tmp_path, application=application) as client:
        first = acquainted(client, planted)
        seen = first.structured_content["user_code"]
        assert seen.startswith(f"{CONNECTOR}|{LINE}|[phone ")
        replies = {
            (name, str(arguments)): client.call(name, arguments) for name, arguments in reading_calls(planted, seen)
        }
    failed = {name for (name, _), reply in replies.items() if reply.is_error}
    assert failed <= {"approval_status", "imconnector_list", "imconnector_status"}
    assert {key: found for key, reply in replies.items() if (found := leaks(reply))} == {}
    assert leaks(first, *capfd.readouterr()) == []
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
    assert leaks(reply) == []


def test_no_refused_argument_comes_back_as_the_original(planted: Planted, client: Assistant) -> None:
    state = client.call("dialog_get", chat_id=planted.chat_id).structured_content
    (phone,), (name,) = FORM.findall(state["user_code"]), FORM.findall(state["title"])
    replies = [
        client.call("channel_overview", line=f"{name}'s"),
        client.call("user_search", filter={phone: "x"}),
        client.call("docs_read", uri=f"openchannels://{phone}"),
        client.call("dialog_get", {phone: 5}),
        client.call(phone, {}),
        client.call("dialog_get", dialog_id=phone),
    ]
    assert all(reply.is_error for reply in replies)
    assert leaks(*replies) == []
    assert f"nothing fits '{name}'s'" in text_of(replies[0])


def test_a_message_with_pseudonyms_arrives_with_the_originals(planted: Planted, client: Assistant) -> None:
    told = text_of(client.call("session_history_get", chat_id=planted.chat_id))
    forms = dict.fromkeys(FORM.findall(told))
    where = {"dialog_id": f"chat{planted.chat_id}"}
    draft = client.call("im_message_add", where, message=told, dry_run=True)
    sent = client.call("im_message_add", where, message=f"Is it {', '.join(forms)}?".upper())
    assert len(forms) >= 6
    assert not sent.is_error
    assert leaks(draft, sent) == []
    arrived = rest(planted.portal, "im.dialog.messages.get", {"DIALOG_ID": f"chat{planted.chat_id}"})["messages"]
    text = next(message["text"] for message in arrived if message["text"].startswith("IS IT"))
    assert FORM.search(text.lower()) is None
    for original in (PHONE, SPACED, EMAIL, CARD, NAME, NAME.upper(), NAME.lower(), RUSSIAN):
        assert original in text


def test_pseudonyms_outlive_the_server_and_are_the_same_for_all(
    planted: Planted, client: Assistant, folder: Path
) -> None:
    with masked(planted, folder) as other:
        rating = other.call("v2_session_rating_list", VOTES)
        told = other.call("session_history_get", chat_id=planted.chat_id)
    assert leaks(rating) == [], "what one server has learned, the others know"
    assert told.structured_content == client.call("session_history_get", chat_id=planted.chat_id).structured_content
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
    assert leaks(reply, (tmp_path / "audit.jsonl").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("texts", [False, True])
def test_the_log_holds_originals_only_where_texts_are_wanted(planted: Planted, tmp_path: Path, texts: bool) -> None:
    with masked(planted, tmp_path, OPENCHANNELS_AUDIT_TEXTS=str(texts)) as client:
        client.call("dialog_get", chat_id=planted.chat_id)
        client.call("session_head_vote", session_id=planted.session_id, rating=2, comment=NAME.split()[1])
    log = (tmp_path / "audit.jsonl").read_text(encoding="utf-8")
    assert bool(leaks(log)) is texts


def approvals(*words: str, folder: Path) -> str:
    ended = run_command(folder, "approvals", *words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


LOOKS = 100


def settled(client: Assistant, approval: str) -> CallToolResult:
    for _ in range(LOOKS):
        status = client.call("approval_status", approval_id=approval)
        if status.structured_content["stage"] not in {"pending", "approved", "running"}:
            return status
        client.run_async(lambda: anyio.sleep(0.05))
    raise AssertionError("nobody made the call")


def test_an_approval_shows_originals_to_the_person_and_pseudonyms_to_the_assistant(
    planted: Planted, tmp_path: Path
) -> None:
    arguments = {"crm_entity_type": "lead", "crm_entity": planted.lead_id, "user_id": 1, "chat_id": planted.chat_id}
    with masked(planted, tmp_path, OPENCHANNELS_CONFIRM="write") as client:
        acquainted(client, planted)
        waiting = client.call("crm_chat_user_add", arguments)
        (approval,) = [line.split()[0] for line in approvals("list", folder=tmp_path).splitlines()]
        assert f"client: “{NAME}" in approvals("show", approval, folder=tmp_path)
        planted.portal.control("switches", {"pending": {"code": "FAILED", "text": f"{NAME} has +{PHONE}"}})
        approvals("approve", approval, folder=tmp_path)
        told = settled(client, approval)
    assert "FAILED" in text_of(told)
    assert f"portal: “{NAME} has +{PHONE}”" in approvals("show", approval, folder=tmp_path)
    assert leaks(waiting, told) == []


def in_process(webhook: str, folder: Path, broken: bool) -> tuple[CallToolResult, CallToolResult]:
    class Broken(Connection):
        async def portal(self) -> Any:
            raise ValueError(f"invalid literal: {NAME}, {SPACED}, {EMAIL}")

    async def run() -> Any:
        settings = Settings(webhook_url=SecretStr(webhook), state_folder=folder, mask_pii=True)
        async with Broken(settings) as connection:
            if broken:
                (folder / "state.sqlite").unlink()
                (folder / "state.sqlite").mkdir()
            calls = Caller(
                "tests", Policy(frozenset(TOOLSETS)), connection, Library(folder), GuardSettings.of(settings)
            ).calls
            return await calls.call("dialog_get", {"chat_id": 5}), await calls.call("operator_answer", {"chat_id": 5})

    replies: tuple[CallToolResult, CallToolResult] = anyio.run(run)
    return replies


@pytest.mark.parametrize("broken", [False, True], ids=["", "and its state cannot be written"])
def test_a_fault_of_the_server_tells_it_neither_to_the_assistant_nor_to_the_log(tmp_path: Path, broken: bool) -> None:
    masks_of(tmp_path, "https://portal.example user 1").listen({"connector": True, "name": NAME})
    stderr = io.StringIO()
    with restored_logging():
        logs.set_up("text", "warning", stderr)
        replies = in_process("https://portal.example/rest/1/token/", tmp_path, broken)
    assert all(reply.is_error for reply in replies)
    assert "failed inside" in stderr.getvalue()
    assert leaks(*replies, stderr.getvalue()) == []


@pytest.fixture
def masks(tmp_path: Path) -> Masks:
    masks = masks_of(tmp_path, "shop")
    masks.listen({"users": [{"connector": True, "name": NAME}, {"connector": True, "name": "Will Smith"}]})
    return masks


TEXTS = [
    f"{NAME} {NAME.upper()} viveka {PHONE} {SPACED} {EMAIL} {CARD}",
    "Y|LEAD|1205|N|N|321|1773223732|0|0|0",
    f'{{"a":"\\n{PHONE}"}}',
    f"{PHONE}{PHONE}\u202a{SPACED}\u202c",
    "[phone 0123abcd] [client deadbeef] Will will WILL",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_was_hidden_comes_back_exactly(masks: Masks, text: str) -> None:
    value = {"text": [text, {"name": text}], "phone": 79995550101, "id": 5, "on": True, "none": None}
    hidden = masks.hidden(value)
    assert masks.hidden(hidden) == hidden
    if "deadbeef" not in text:
        assert masks.restored(hidden) == {**value, "phone": "79995550101"}


def test_the_same_phone_in_another_spelling_has_the_same_number(masks: Masks) -> None:
    first, second, third = FORM.findall(masks.hidden(f"{PHONE}, +{PHONE}; 79995550102"))
    assert second == first.replace("]", "-2]")
    assert third.split("-")[0] != first


def test_pseudonyms_of_one_portal_mean_nothing_on_another(masks: Masks, tmp_path: Path) -> None:
    hidden = masks.hidden(PHONE)
    other = masks_of(tmp_path, "other")
    assert other.hidden(PHONE) != hidden
    with pytest.raises(Exception, match="stands for nothing"):
        other.restored(hidden)


def test_a_pseudonym_is_understood_as_assistants_write_it(masks: Masks) -> None:
    kind, number = masks.hidden(PHONE).strip("[]").split()
    for written in (
        f"[{kind} {number}]",
        f"[{kind.upper()} {number.upper()}]",
        f"[ {kind}:{number} ]",
        f"[{kind}_{number}]",
    ):
        assert masks.restored(f"x {written}.") == f"x {PHONE}."


def test_fields_of_phones_hold_phones_of_any_length(masks: Masks) -> None:
    hidden = masks.hidden(
        {"WORK_PHONE": "555-0142", "UF_PHONE_INNER": "101", "order": "555-0142", "telegram": "5550142"}
    )
    assert FORM.fullmatch(hidden["WORK_PHONE"])
    assert (hidden["UF_PHONE_INNER"], hidden["order"], hidden["telegram"]) == ("101", "555-0142", "5550142")


def test_many_that_ask_at_once_get_the_same_pseudonyms(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from server.privacy.masking import masks_of\n"
        "print(masks_of(Path(sys.argv[1]), 'shop').hidden([f'7999555{n:04}' for n in range(30)]))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    asking = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({process.communicate(timeout=60)[0] for process in asking}) == 1


@pytest.mark.parametrize("name", ["guides/identifiers", "methods/imopenlines.dialog.get"])
def test_pages_of_the_documentation_are_not_touched(client: Assistant, name: str) -> None:
    uri = f"openchannels://docs/{name}"
    assert page(uri).text().startswith(text_of(client.call("docs_read", uri=uri)).partition("\n(The page")[0].rstrip())


def test_without_the_setting_nothing_is_hidden(planted: Planted, tmp_path: Path) -> None:
    with assistant(webhook=planted.webhook, OPENCHANNELS_STATE_FOLDER=str(tmp_path)) as client:
        assert NAME in text_of(client.call("dialog_get", chat_id=planted.chat_id))
        assert "pseudonym" not in (client.client.instructions or "")
    assert not (tmp_path / "masks.key").exists()
