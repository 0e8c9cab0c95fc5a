"""A portal full of clients' data, the servers that hide it, and the search for what they let through."""

# ruff: noqa: RUF001  clients write in their own letters

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp.types import CallToolResult

from sandbox.seed.people_and_lines import BOT, BOT_CLIENT_ID
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH, CONNECTOR
from tests.assistant import Assistant, assistant
from tests.served import ServedSandbox

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
_HELPIE = {"bot_id": BOT, "bot_token": BOT_CLIENT_ID}
BOT_CALLS: dict[str, list[dict[str, Any]]] = {
    "imbot_v2_bot_get": [_HELPIE],
    "imbot_v2_bot_list": [{"bot_token": BOT_CLIENT_ID}],
    "imbot_v2_chat_get": [{**_HELPIE, "dialog_id": "chat217"}],
    "imbot_v2_chat_user_list": [{**_HELPIE, "dialog_id": "chat217"}],
    "imbot_v2_chat_message_get": [],
    "imbot_v2_chat_message_get_context": [],
    "imbot_v2_file_download": [],
}
"""Reading tools of the bot API; the last three are for other bots than there are."""
PERIOD = {"date_from": "2026-03-01T00:00:00+01:00", "date_to": "2026-03-31T23:59:59+01:00"}
VOTES = {f"date_vote_{end}": PERIOD[f"date_{end}"] for end in ("from", "to")}
MAY_FAIL = {
    *("approval_status", "imconnector_list", "imconnector_status"),
    *("event_get", "events", "event_offline_list", "imbot_v2_revision_get", *BOT_CALLS),
}
"""Tools that only a webhook may use, or only an application."""


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


def call_rest(portal: ServedSandbox, method: str, body: Mapping[str, Any], path: str = ADMIN_WEBHOOK_PATH) -> Any:
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
    call_rest(portal, "imconnector.activate", {**connector, "ACTIVE": 1}, APPLICATION_PATH)
    call_rest(portal, "imconnector.send.messages", {**connector, "MESSAGES": [message]}, APPLICATION_PATH)
    chat = next(chat for chat in portal.look("state")["chats"] if f"|{PHONE}|" in chat["user_code"])
    files = [{"name": f"{NAME} {PHONE}.pdf"}, {"name": f"{PHONE}.txt", "content": b64encode(words.encode()).decode()}]
    portal.control("client-message", {"chat_id": chat["id"], "text": words, "files": files})
    call_rest(portal, "imopenlines.operator.answer", {"CHAT_ID": chat["id"]})
    said = f"Здравствуйте, {RUSSIAN}! {NAME.lower()} просит {RUSSIAN.split(maxsplit=1)[0][:-1]}е и Оболенской: {EMAIL}"
    portal.control("operator-message", {"chat_id": chat["id"], "user_id": 1, "text": said})
    russian = portal.control("client-message", {"line_id": LINE, "name": RUSSIAN, "text": f"Это {RUSSIAN}, {PHONE}"})
    state = next(chat for chat in portal.look("state")["chats"] if chat["user_code"] == russian["user_code"])
    vote = {"SESSION_ID": chat["session_id"], "RATING": 2, "COMMENT": f"Call {NAME} back: {SPACED}"}
    call_rest(portal, "imopenlines.session.head.vote", vote)
    for number, text in ((LINE, f"Write to {EMAIL}"), (2, f"Line of {NAME}")):
        params = {"LINE_NAME": text, "WELCOME_MESSAGE_TEXT": f"{RUSSIAN}: {SPACED}", "WELCOME_MESSAGE": "Y"}
        call_rest(portal, "imopenlines.config.update", {"CONFIG_ID": number, "PARAMS": params})
    call_rest(portal, "imopenlines.crm.lead.create", {"CHAT_ID": chat["id"]})
    call_rest(portal, "imopenlines.operator.answer", {"CHAT_ID": state["id"]})
    lead = next(record["id"] for record in portal.look("state")["crm"] if NAME in record["title"])
    return Planted(portal, chat["id"], chat["session_id"], lead, state["id"])


def serve_masked(planted: Planted, folder: Path, *, application: bool = False, **environment: str) -> Any:
    webhook = f"{planted.portal.address}{APPLICATION_PATH}" if application else planted.webhook
    environment = {"OPENCHANNELS_MASK_PII": "true", "OPENCHANNELS_STATE_FOLDER": str(folder), **environment}
    return assistant(webhook=webhook, **environment)


def meet_clients(client: Assistant, planted: Planted) -> None:
    """The server has seen both clients."""
    client.call("dialog_get", chat_id=planted.other_chat_id)
    client.call("dialog_get", chat_id=planted.chat_id)


def find_leaks(*said: object) -> list[str]:
    """Originals in what was said, also where JSON was written without Cyrillic letters."""
    everything = "\n".join(one.model_dump_json() if isinstance(one, CallToolResult) else str(one) for one in said)
    everything += json.dumps(everything) + everything.replace(" ", "").replace("-", "")
    return [original for original in ORIGINALS if original in everything]
