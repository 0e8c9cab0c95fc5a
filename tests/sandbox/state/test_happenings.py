import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import sandbox
from sandbox.seed.seed import APPLICATION_ID, APPLICATION_PATH, BOT_CLIENT_ID, CONNECTOR
from sandbox.state.happenings import Cause, Happening, HappeningKind
from tests.sandbox.channel_client import EMMA, call_method, confirm_delivery, make_message, make_params, send_messages
from tests.sandbox.client import SandboxClient

KIND = HappeningKind


@pytest.fixture
def heard(portal: SandboxClient) -> Iterator[list[Happening]]:
    found: list[Happening] = []
    portal.company.happenings.listeners.append(found.append)
    yield found
    assert all(one.at <= portal.company.clock() for one in found)


def list_kinds(heard: list[Happening]) -> list[str]:
    return [one.kind.value for one in heard]


def find(heard: list[Happening], kind: HappeningKind) -> Happening:
    found = [one for one in heard if one.kind is kind]
    assert found, (kind, list_kinds(heard))
    return found[0]


def start_dialog(portal: SandboxClient) -> tuple[int, int]:
    """A dialog of the application's connector that operator 3 has answered: its chat and the operator's message."""
    send_messages(portal, make_message("m1"))
    chat = max(portal.company.chats)
    portal.call("imopenlines.operator.answer", {"CHAT_ID": chat})
    return chat, portal.call("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Good morning"})


def test_a_first_message_of_a_channel_tells_what_it_sets_off_in_order(
    portal: SandboxClient, heard: list[Happening]
) -> None:
    send_messages(portal, make_message("m1"))
    kinds = [kind for kind in list_kinds(heard) if kind != "message_handed_over"]
    assert kinds[:5] == ["member_joined", "session_started", "message_added", "chat_offered", "message_added"]
    received = find(heard, KIND.MESSAGE_RECEIVED)
    assert received.details["received"] == make_message("m1")
    assert (received.line_id, received.connector) == (1, CONNECTOR)
    client = portal.company.chats[received.chat_id].client_id
    assert received.cause == Cause(client, APPLICATION_ID)
    added = [one for one in heard if one.kind is KIND.MESSAGE_ADDED]
    assert [one.details["by"] for one in added][:2] == ["system", "client"]


def test_an_answer_is_taken_and_handed_over(portal: SandboxClient, heard: list[Happening]) -> None:
    chat, message = start_dialog(portal)
    taken = find(heard, KIND.OWNER_CHANGED)
    assert (taken.chat_id, taken.user_id, dict(taken.details)) == (
        chat,
        1,
        {"how": "taken", "owner": 1, "previous": 0},
    )
    sent = [one for one in heard if one.message_id == message]
    assert list_kinds(sent) == ["message_added", "message_handed_over"]
    assert (sent[0].details["by"], sent[0].user_id) == ("operator", 1)
    portal.call("imopenlines.operator.transfer", {"CHAT_ID": chat, "TRANSFER_ID": 4})
    moved = heard[-1 - list_kinds(heard)[::-1].index("owner_changed")]
    assert dict(moved.details) == {"how": "transferred", "owner": 4, "previous": 1}


def test_what_stays_inside_is_not_handed_over(portal: SandboxClient, heard: list[Happening]) -> None:
    chat, _ = start_dialog(portal)
    portal.call("imopenlines.session.mode.silent", {"CHAT_ID": chat, "ACTIVATE": "Y"})
    heard.clear()
    portal.call("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "Between us"})
    portal.call("im.message.add", {"DIALOG_ID": "chat206", "MESSAGE": "On the site"})
    portal.call("im.message.add", {"DIALOG_ID": "chat220", "MESSAGE": "Among colleagues"})
    assert set(list_kinds(heard)) == {"message_added"}


def test_nothing_is_handed_over_to_a_connector_that_is_off(portal: SandboxClient, heard: list[Happening]) -> None:
    chat, _ = start_dialog(portal)
    portal.company.connections[CONNECTOR, 1].error = True
    heard.clear()
    portal.company.announce(portal.company.chats[chat], "Anybody?", to_client=True)
    assert list_kinds(heard) == ["message_added"]


def test_a_batch_and_its_connection_are_the_cause(portal: SandboxClient, heard: list[Happening]) -> None:
    cmd = {"a": "imopenlines.operator.answer?CHAT_ID=202"}
    portal.call("batch", {"cmd": cmd, "auth_connector": "mine"}, path=APPLICATION_PATH)
    assert find(heard, KIND.OWNER_CHANGED).cause == Cause(1, APPLICATION_ID, "mine")
    assert portal.company.happenings.cause == Cause()


Act = Callable[[SandboxClient], Any]


def change_as_client(method: str) -> Act:
    def act(portal: SandboxClient) -> None:
        start_dialog(portal)
        call_method(portal, method, {"user": EMMA, **make_message("m1", "Hello again")})

    return act


def confirm(portal: SandboxClient) -> None:
    confirm_delivery(portal, start_dialog(portal)[1], "outside")


ACTS: dict[HappeningKind, Act] = {
    KIND.MESSAGE_ADDED: lambda portal: portal.write_as_client(201, "Hello?"),
    KIND.MESSAGE_RECEIVED: lambda portal: portal.write_as_client(201, "Hello?"),
    KIND.MESSAGE_HANDED_OVER: start_dialog,
    KIND.MESSAGE_UPDATED: change_as_client("update.messages"),
    KIND.MESSAGE_DELETED: change_as_client("delete.messages"),
    KIND.REACTION_CHANGED: lambda portal: portal.control("message-reaction", {"message_id": 1001, "user_id": 3}),
    KIND.CLIENT_READ: confirm,
    KIND.SESSION_STARTED: lambda portal: portal.write_as_client(209, "Hello?"),
    KIND.SESSION_FINISHED: lambda portal: portal.call("imopenlines.operator.spam", {"CHAT_ID": 202}),
    KIND.CHAT_OFFERED: lambda portal: portal.write_as_client(209, "Hello?"),
    KIND.MEMBER_JOINED: lambda portal: portal.call("imopenlines.session.join", {"CHAT_ID": 207}),
    KIND.MEMBER_LEFT: lambda portal: portal.call("imopenlines.operator.spam", {"CHAT_ID": 207}),
    KIND.OWNER_CHANGED: lambda portal: portal.call("imopenlines.operator.answer", {"CHAT_ID": 202}),
    KIND.BOT_DELETED: lambda portal: portal.call("imbot.v2.Bot.unregister", {"botId": 9, "botToken": BOT_CLIENT_ID}),
    KIND.CONNECTOR_STATUS_DELETED: lambda portal: portal.call(
        "imconnector.activate", make_params(ACTIVE=0), path=APPLICATION_PATH
    ),
    KIND.CONNECTOR_LINE_DELETED: lambda portal: portal.call("imopenlines.config.delete", {"CONFIG_ID": 4}),
}


@pytest.mark.parametrize("kind", HappeningKind)
def test_every_kind_happens(portal: SandboxClient, heard: list[Happening], kind: HappeningKind) -> None:
    ACTS[kind](portal)
    assert kind.value in list_kinds(heard)


def test_an_operators_message_is_changed_and_deleted_by_its_author(
    portal: SandboxClient, heard: list[Happening]
) -> None:
    message = portal.company.messages[start_dialog(portal)[1]]
    heard.clear()
    portal.company.edit_message(message, "Good evening")
    portal.company.delete_message(message)
    assert list_kinds(heard) == ["message_updated", "message_deleted"]
    assert [one.details["by"] for one in heard] == ["operator", "operator"]
    assert message.deleted


def test_what_listeners_are_told_of_is_changed_nowhere_past_the_company() -> None:
    """The owner, members, texts and messages are changed by the methods of `Company`, and set up by the seed."""
    changed = {"owner", "members", "deleted"}
    found = []
    root = Path(sandbox.__file__).parent
    for path in root.rglob("*.py"):
        if path.parent.name == "seed" or path.name == "company.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                targets = [one for item in node.targets for one in ast.walk(item) if isinstance(one, ast.expr)]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                targets = [node.func.value] if node.func.attr in {"append", "remove", "clear", "extend"} else []
            found += [
                f"{path.relative_to(root)}: {ast.unparse(one)}"
                for one in targets
                if isinstance(one, ast.Attribute) and one.attr in changed
            ]
    assert found == []
