"""How a client who never wrote before gets a user, a user code and a chat."""

from typing import Any

from sandbox.state.company import Company
from sandbox.state.people import Client
from sandbox.state.records import Chat
from sandbox.state.validation import BadInputError, read_required


def open_chat_for_new_client(company: Company, body: dict[str, Any]) -> Chat:
    """The new chat of a new client: of the line `line_id`, with the given `name` and through the given `connector`.

    `crm`, for example `{"CONTACT": 701}`, are the CRM records as whose client the portal recognises them.

    Raises:
        BadInputError: there is no such line or CRM record.
    """
    line = company.lines.get(read_required(body, "line_id", (int,)))
    if line is None:
        raise BadInputError("line_id: no such line")
    connector = str(body.get("connector") or next(iter(line.connectors), "livechat"))
    first, _, last = str(body.get("name") or "Guest").partition(" ")
    client = Client(company.issue_id("user"), first, last, connector=connector)
    bindings = _read_bindings(company, body)
    company.clients[client.id] = client
    chat = open_chat(company, client, line.id)
    chat.crm_bindings, chat.crm_main = bindings, next(iter(bindings.items()), None)
    return chat


def _read_bindings(company: Company, body: dict[str, Any]) -> dict[str, int]:
    bindings = body.get("crm", {})
    if not isinstance(bindings, dict) or not all(one in company.crm for one in bindings.items()):
        raise BadInputError("crm: a map of types to numbers of CRM records that exist")
    return dict(bindings)


def open_chat(company: Company, client: Client, line_id: int) -> Chat:
    """The new chat of a client and a line; no session is started in it."""
    external = company.issue_id("chat")
    chat_id = company.issue_id("chat")
    line_name = company.lines[line_id].settings["LINE_NAME"]
    code = f"{client.connector}|{line_id}|{external}|{client.id}"
    chat = Chat(chat_id, f"{client.name} - {line_name}", company.clock(), user_code=code, members=[client.id])
    company.chats[chat.id] = chat
    return chat
