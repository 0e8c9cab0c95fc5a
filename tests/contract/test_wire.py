"""What arrives at the portal, compared with the examples of the official pages."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.assistant import Assistant, assistant, text_of
from tests.contract.facts import METHODS, Facts
from tests.recording import Recording, recording_portal
from tools.naming import make_tool_name
from tools.registry import methods

RESULTS: dict[str, Any] = {
    "imopenlines.revision.get": {"rest": 2, "web": 1, "mobile": 1},
    "imopenlines.config.path.get": {"SERVER_ADDRESS": "https://example.com", "PUBLIC_PATH": "/services/openlines/"},
    "imopenlines.config.get": {"ID": "15"},
    "imopenlines.config.list.get": [{"ID": "15"}],
    "imopenlines.config.add": 16,
    "imopenlines.network.join": 5,
    "imopenlines.dialog.get": {"id": 1777, "owner": 27, "entity_id": "livechat|1|1373|211", "dialog_id": "chat1777"},
    "imopenlines.session.open": {"chatId": "1763"},
    "imopenlines.session.history.get": {"chatId": 1763, "sessionId": 321, "message": {}},
    "imopenlines.session.mode.pinAll": [],
    "imopenlines.session.mode.unpinAll": [],
    "imopenlines.crm.message.add": 900,
    "imopenlines.crm.chat.get": [{"CHAT_ID": "1763"}],
    "imopenlines.crm.chat.getLastId": 1763,
    "imopenlines.crm.chat.user.add": 1763,
    "imopenlines.crm.chat.user.delete": 1763,
    "imopenlines.v2.Stat.get": {"statResult": {"totalSessions": 0}},
    "imopenlines.v2.Operator.list": {"operators": [], "hasNextPage": False},
    "imopenlines.v2.Session.list": {"sessions": [], "hasNextPage": False},
    "imopenlines.v2.Session.Stat.get": {"sessions": []},
    "imopenlines.v2.Session.Rating.list": {"ratings": [], "hasNextPage": False},
    "imopenlines.v2.Session.Transfer.list": {"transfers": []},
    "im.recent.list": {"items": [], "hasMore": False},
    "im.message.add": 34239,
    "im.dialog.messages.get": {"chat_id": 1489, "messages": [], "users": [], "files": []},
    "im.dialog.read": {"dialogId": "chat1489", "chatId": 1489, "lastId": 84875, "counter": 3},
    "user.current": {"ID": "3"},
    "user.get": [{"ID": "1"}],
    "user.search": [{"ID": "1"}],
    "event.unbind": {"count": 1},
    "event.get": [{"event": "ONAPPTEST", "handler": "https://app.example.com/", "auth_type": "0", "offline": 0}],
    "event.test": 1,
    "events": ["ONAPPTEST"],
    "event.offline.get": {"process_id": None, "events": []},
    "event.offline.list": [],
    "im.v2.Event.get": {"events": [], "nextOffset": 2000, "hasMore": False},
    "imbot.v2.Bot.register": {"bot": {"id": 456}, "users": []},
    "imbot.v2.Bot.update": {"bot": {"id": 456}, "users": []},
    "imbot.v2.Bot.get": {"bot": {"id": 456}, "users": []},
    "imbot.v2.Bot.list": {"bots": [], "users": [], "hasNextPage": False},
    "imbot.v2.Bot.unregister": {"result": True},
    "imbot.v2.Event.get": {"events": [], "nextOffset": 1000, "hasMore": False},
    "imbot.v2.Chat.Message.send": {"id": 789, "uuidMap": []},
    "imbot.v2.Chat.InputAction.notify": {"result": True},
    "imbot.v2.File.upload": {"file": {"id": 138}, "messageId": 123, "chatId": 5, "dialogId": "chat5"},
    "imbot.v2.File.download": {"downloadUrl": "https://example.com/rest/download.json?token=imbot"},
    "imbot.v2.Chat.get": {"chat": {"id": 5}},
    "imbot.v2.Chat.User.list": [{"id": 1}],
    "imbot.v2.Chat.leave": {"result": True},
    "imbot.v2.Revision.get": {"rest": 36, "web": 130, "mobile": 23, "desktop": 6},
    "imbot.v2.Chat.Message.get": {"message": {"id": 789}, "user": {"id": 1}},
    "imbot.v2.Chat.Message.getContext": {"messages": [], "users": [], "hasPrevPage": False, "hasNextPage": False},
    "scope": ["user"],
    "methods": ["user.get"],
    "imconnector.list": {"livechat": "Live Chat"},
    "imconnector.register": {"result": True},
    "imconnector.unregister": {"result": True},
    "imconnector.status": {"LINE": 12, "CONNECTOR": "myconnector", "ERROR": False, "CONFIGURED": True, "STATUS": True},
    "imconnector.send.messages": {"SUCCESS": True, "DATA": {"RESULT": [{"user": "585", "SUCCESS": True}]}},
    "imconnector.update.messages": {"SUCCESS": True, "DATA": {"RESULT": [{"user": "585", "SUCCESS": True}]}},
    "imconnector.delete.messages": {"SUCCESS": True, "DATA": {"RESULT": [{"user": "585", "SUCCESS": True}]}},
    "imconnector.send.status.delivery": {"SUCCESS": True, "DATA": []},
    "imconnector.send.status.reading": {"SUCCESS": True, "DATA": []},
    "imconnector.chat.name.set": {"SUCCESS": True, "DATA": {"RESULT": {}}},
}
"""What a portal answers to each method; `true` to all others."""


NAMES = {"imopenlines.config.list.get", "user.get", "imopenlines.dialog.get", "batch"}
"""What is asked for names beside the ids of an answer."""
METHODS_BY_NAME = {method.rest: method for method in methods().values()}


@pytest.fixture(scope="module")
def portal() -> Iterator[Recording]:
    with recording_portal() as recording:
        yield recording


@pytest.fixture(scope="module")
def client(portal: Recording) -> Iterator[Assistant]:
    with assistant("--structured", webhook=portal.webhook) as connected:
        yield connected


LOOKING_FIRST = {"imopenlines.message.quick.save"}
"""Methods before which the tool reads what they are about to change."""


@pytest.mark.parametrize("facts", METHODS.values(), ids=METHODS)
def test_the_example_of_the_official_page_arrives_as_it_is_written_there(
    facts: Facts, portal: Recording, client: Assistant
) -> None:
    portal.requests.clear()
    portal.result = RESULTS.get(facts.rest, True)

    reply = client.call(make_tool_name(facts.rest), facts.arguments)

    assert not reply.is_error, text_of(reply)
    assert reply.structured_content is not None
    if facts.rest in LOOKING_FIRST:
        assert portal.requests[-1] == (facts.rest, _with_defaults(facts))
        return
    assert portal.requests[0] == (facts.rest, _with_defaults(facts))
    asked_beside = {rest for rest, _ in portal.requests[1:]}
    assert asked_beside <= (NAMES if METHODS_BY_NAME[facts.rest].names else set())


DEFAULTS: dict[str, dict[str, Any]] = {
    **{rest: {"offset": 0, "limit": 50} for rest in METHODS if rest.startswith("imopenlines.v2.")},
    "event.offline.get": {"clear": 0},
}
"""What is always sent: paging, whose defaults differ between versions of the server, and that nothing is deleted."""


def _with_defaults(facts: Facts) -> dict[str, Any]:
    names = {param.name for param in facts.params}
    return {**{name: value for name, value in DEFAULTS.get(facts.rest, {}).items() if name in names}, **facts.sent}
