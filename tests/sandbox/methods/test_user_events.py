from typing import Any

import pytest

from sandbox.seed.seed import (
    ADMIN_WEBHOOK_PATH,
    OPERATOR_WEBHOOK_PATH,
    SECOND_OPERATOR_WEBHOOK_PATH,
    SUPERVISOR_WEBHOOK_PATH,
)
from tests.sandbox.channel_client import call_method, make_message, send_messages
from tests.sandbox.client import SandboxClient

SUBSCRIBE, GET, UNSUBSCRIBE = "im.v2.Event.subscribe", "im.v2.Event.get", "im.v2.Event.unsubscribe"
OLGA, MARTIN = OPERATOR_WEBHOOK_PATH, SUPERVISOR_WEBHOOK_PATH


@pytest.fixture
def olga(portal: SandboxClient) -> SandboxClient:
    """A portal on which Olga's messenger writes down its events."""
    assert portal.call(SUBSCRIBE, path=OLGA) is True
    return portal


def fetch(portal: SandboxClient, path: str = OLGA, **params: Any) -> Any:
    return portal.call(GET, params, path=path)


def list_texts(page: Any) -> list[str]:
    return [event["data"]["message"]["text"] for event in page["events"]]


def test_a_client_who_writes_is_in_the_log_with_the_types_of_json(olga: SandboxClient) -> None:
    sent = olga.write_as_client(207, "Where is my order?")
    page = fetch(olga)
    (event,) = page["events"]
    assert (event["type"], page["nextOffset"], page["hasMore"]) == ("ONIMV2MESSAGEADD", event["eventId"] + 1, False)
    assert event["date"] == event["data"]["message"]["date"]
    message, chat, user = (event["data"][name] for name in ("message", "chat", "user"))
    assert message == {
        "id": sent["message_id"],
        "chatId": 207,
        "authorId": 107,
        "date": event["date"],
        "text": "Where is my order?",
        "isSystem": False,
        "uuid": message["uuid"],
        "forward": None,
        "params": {},
        "viewedByOthers": False,
    }
    assert (chat["dialogId"], chat["entityType"], chat["type"]) == ("chat207", "LINES", "lines")
    assert (chat["entityId"], chat["entityData1"].split("|")[5]) == ("livechat|1|9207|107", "307")
    assert not {"role", "muteList", "messageCount", "lastId"} & set(chat)
    assert (user["id"], user["connector"], user["bot"], user["type"]) == (107, True, False, "user")
    assert [user[name] for name in ("idle", "lastActivityDate", "mobileLastDate", "desktopLastDate")] == [False] * 4
    assert event["data"]["language"] == "en"


def test_only_real_members_are_told_and_an_offer_makes_none(olga: SandboxClient) -> None:
    olga.call(SUBSCRIBE, path=MARTIN)
    olga.write_as_client(202, "Is anybody there?")
    olga.write_as_client(207, "Hello?")
    assert [event["data"]["chat"]["id"] for event in fetch(olga)["events"]] == [207]
    assert fetch(olga, MARTIN)["events"] == []
    olga.call("imopenlines.operator.answer", {"CHAT_ID": 202}, path=OLGA)
    olga.write_as_client(202, "Thank you")
    page = fetch(olga)
    assert next(event["type"] for event in page["events"] if event["data"]["chat"]["id"] == 202) == "ONIMV2JOINCHAT"
    assert list_texts({"events": page["events"][-1:]}) == ["Thank you"]


def test_nothing_is_written_for_whoever_did_not_subscribe(portal: SandboxClient) -> None:
    portal.write_as_client(207, "Hello?")
    listeners = len(portal.company.happenings.listeners)
    assert portal.send("GET", "/_sandbox/logs").json() == {"rows": {}}
    assert fetch(portal, offset=7) == {"events": [], "nextOffset": 7, "hasMore": False}
    portal.call(SUBSCRIBE, path=OLGA)
    assert fetch(portal) == {"events": [], "nextOffset": 0, "hasMore": False}
    portal.call(SUBSCRIBE, path=MARTIN)
    assert len(portal.company.happenings.listeners) == listeners + 1


def test_an_offset_acknowledges_and_nothing_else_does(olga: SandboxClient) -> None:
    for text in ("one", "two", "three"):
        olga.write_as_client(207, text)
    first = fetch(olga)
    assert list_texts(first) == ["one", "two", "three"]
    assert fetch(olga, offset=0) == first
    assert list_texts(fetch(olga, offset=first["events"][1]["eventId"])) == ["two", "three"]
    assert list_texts(fetch(olga)) == ["two", "three"]
    done = fetch(olga, offset=first["nextOffset"])
    assert done == {"events": [], "nextOffset": first["nextOffset"], "hasMore": False}
    assert fetch(olga)["events"] == []


@pytest.mark.parametrize(("limit", "rows", "more"), [(2, 2, True), (3, 3, True), (4, 3, False), (0, 1, True)])
def test_a_full_page_says_that_there_is_more(olga: SandboxClient, limit: int, rows: int, more: bool) -> None:
    for text in ("one", "two", "three"):
        olga.write_as_client(207, text)
    page = fetch(olga, limit=limit)
    assert (len(page["events"]), page["hasMore"]) == (rows, more)
    assert page["nextOffset"] == page["events"][-1]["eventId"] + 1


def test_a_page_has_a_hundred_rows_unless_more_are_asked_for_and_never_more_than_a_thousand(
    olga: SandboxClient,
) -> None:
    for number in range(1001):
        olga.company.say(olga.company.chats[207], 107, str(number))
    assert (len(fetch(olga)["events"]), len(fetch(olga, limit=5000)["events"])) == (100, 1000)


def test_a_row_is_kept_for_a_day(olga: SandboxClient) -> None:
    olga.write_as_client(207, "early")
    olga.control("advance", {"seconds": 23 * 3600})
    olga.write_as_client(207, "late")
    assert list_texts(fetch(olga)) == ["early", "late"]
    olga.control("advance", {"seconds": 2 * 3600})
    assert list_texts(fetch(olga)) == ["late"]


def test_who_unsubscribes_loses_what_was_not_fetched(olga: SandboxClient) -> None:
    olga.write_as_client(207, "Hello?")
    assert olga.call(UNSUBSCRIBE, path=OLGA) is True
    olga.write_as_client(207, "Hello!")
    assert fetch(olga)["events"] == []
    assert olga.call(SUBSCRIBE, path=OLGA) is True
    assert fetch(olga)["events"] == []


def test_subscribing_twice_loses_nothing_and_two_readers_of_a_user_take_from_each_other(olga: SandboxClient) -> None:
    olga.write_as_client(207, "Hello?")
    assert olga.call(SUBSCRIBE, path=OLGA) is True
    seen = fetch(olga)
    assert list_texts(seen) == ["Hello?"]
    fetch(olga, offset=seen["nextOffset"])
    assert fetch(olga)["events"] == []


def test_own_and_system_messages_come_too(olga: SandboxClient) -> None:
    olga.call("im.message.add", {"DIALOG_ID": "chat207", "MESSAGE": "Good morning"}, path=OLGA)
    olga.company.announce(olga.company.chats[207], "A notice")
    own, system = fetch(olga)["events"]
    assert (own["data"]["user"]["id"], own["data"]["user"]["connector"]) == (3, False)
    assert (system["data"]["message"]["authorId"], system["data"]["message"]["isSystem"]) == (0, True)
    assert system["data"]["user"] == {"id": 0}


def test_edits_deletions_and_reactions_have_their_own_types(olga: SandboxClient) -> None:
    sent = olga.write_as_client(207, "Helo?")["message_id"]
    olga.control("message-edit", {"message_id": sent, "text": "Hello?"})
    olga.control("message-reaction", {"message_id": sent, "user_id": 4, "action": "delete"})
    olga.control("message-delete", {"message_id": sent})
    added, edited, reacted, deleted = fetch(olga)["events"]
    assert [one["type"] for one in (added, edited, reacted, deleted)] == [
        "ONIMV2MESSAGEADD",
        "ONIMV2MESSAGEUPDATE",
        "ONIMV2REACTIONCHANGE",
        "ONIMV2MESSAGEDELETE",
    ]
    assert [one["data"]["message"]["text"] for one in (added, edited)] == ["Helo?", "Hello?"]
    assert (reacted["data"]["reaction"], reacted["data"]["action"]) == ("like", "delete")
    assert reacted["data"]["user"]["id"] == 4
    assert deleted["data"]["messageId"] == sent
    assert "message" not in deleted["data"]


def test_a_channel_changes_and_takes_back_what_its_client_wrote(portal: SandboxClient) -> None:
    send_messages(portal, make_message("m1"))
    chat = max(portal.company.chats)
    portal.call("imopenlines.operator.answer", {"CHAT_ID": chat}, path=OLGA)
    portal.call(SUBSCRIBE, path=OLGA)
    for method in ("update.messages", "delete.messages"):
        call_method(portal, method, make_message("m1", "Hello again"))
    assert [event["type"] for event in fetch(portal)["events"]] == ["ONIMV2MESSAGEUPDATE", "ONIMV2MESSAGEDELETE"]


def test_whoever_joins_is_told_to_all_members(olga: SandboxClient) -> None:
    olga.call("imopenlines.session.join", {"CHAT_ID": 207}, path=ADMIN_WEBHOOK_PATH)
    joined, notice = fetch(olga)["events"]
    assert (joined["type"], joined["data"]["dialogId"], joined["data"]["user"]["id"]) == (
        "ONIMV2JOINCHAT",
        "chat207",
        1,
    )
    assert notice["type"] == "ONIMV2MESSAGEADD"


def test_a_dialog_of_two_is_named_after_the_other_one(olga: SandboxClient) -> None:
    olga.call(SUBSCRIBE, path=MARTIN)
    olga.call("im.message.add", {"DIALOG_ID": 2, "MESSAGE": "Hello, Martin"}, path=OLGA)
    shown = {path: fetch(olga, path)["events"][-1]["data"]["chat"] for path in (OLGA, MARTIN)}
    assert [(chat["dialogId"], chat["type"]) for chat in shown.values()] == [("2", "private"), ("3", "private")]
    assert shown[OLGA]["name"] == "Martin Vogel"


def test_a_batch_fetches_the_log_and_the_state_at_once(olga: SandboxClient) -> None:
    olga.write_as_client(207, "Hello?")
    cmd = {"log": f"{GET}?limit=10", "state": "im.recent.get?ONLY_OPENLINES=Y"}
    result = olga.call("batch", {"cmd": cmd}, path=OLGA)["result"]
    assert list_texts(result["log"]) == ["Hello?"]
    assert result["state"][0]["chat_id"] == 207


@pytest.mark.parametrize("method", [SUBSCRIBE, GET, UNSUBSCRIBE])
def test_the_scope_and_the_module_of_the_messenger_are_needed(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method, path=SECOND_OPERATOR_WEBHOOK_PATH) == (401, "insufficient_scope")
    portal.switch(modules={"im": False})
    assert portal.expect_refusal(method) == (404, "ERROR_METHOD_NOT_FOUND")
    assert portal.expect_refusal(method.lower()) == (404, "ERROR_METHOD_NOT_FOUND")
