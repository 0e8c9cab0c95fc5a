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


def _with_defaults(facts: Facts) -> dict[str, Any]:
    """Paging is always sent, because its defaults differ between versions of the server."""
    body = facts.sent
    if {"offset", "limit"} <= {param.name for param in facts.params}:
        body = {"offset": 0, "limit": 50, **body}
    return body
