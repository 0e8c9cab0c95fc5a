import base64
from typing import Any
from urllib.parse import parse_qsl

import pytest

from sandbox.seed.seed import APPLICATION_ID, OPERATOR_WEBHOOK_PATH
from sandbox.state.records import Status
from sandbox.wire.deliveries import make_form
from tests.sandbox.bot_client import EVENTS, SEND, TOKEN, call_as_bot, make_fields, put_on_line, refuse_bot, register
from tests.sandbox.client import SandboxClient

SUBSCRIBE = "im.v2.Event.subscribe"
UPLOAD, DOWNLOAD = "imbot.v2.File.upload", "imbot.v2.File.download"
NOBODY_LISTENS = "http://127.0.0.1:9/bot"
CONTENT = base64.b64encode(b"Two lamps").decode()


@pytest.fixture
def bot(portal: SandboxClient) -> int:
    """A bot in fetch mode that meets the clients of line 1."""
    number = register(portal)
    put_on_line(portal, number)
    return number


def meet(portal: SandboxClient, text: str = "Hello?") -> Any:
    return portal.control("client-message", {"line_id": 1, "text": text})


def fetch(portal: SandboxClient, bot: int, **params: Any) -> list[Any]:
    events: list[Any] = call_as_bot(portal, EVENTS, bot, **params)["events"]
    return events


def list_texts(events: list[Any]) -> list[str]:
    return [event["data"]["message"]["text"] for event in events if event["type"].endswith("MESSAGEADD")]


def test_a_welcome_bot_hears_the_client_whom_it_meets(portal: SandboxClient, bot: int) -> None:
    met = meet(portal)
    events = fetch(portal, bot)
    assert [event["type"] for event in events] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD"]
    assert portal.read_session(met["session_id"])["operator_id"] == bot
    joined, added = (event["data"] for event in events)
    assert (joined["dialogId"], joined["bot"]["code"]) == (f"chat{met['chat_id']}", "acme")
    assert (added["message"]["text"], added["user"]["connector"]) == ("Hello?", True)
    assert (added["chat"]["dialogId"], added["chat"]["entityType"]) == (f"chat{met['chat_id']}", "LINES")
    assert (added["bot"]["id"], added["language"]) == (bot, "en")


def test_a_bot_hears_everybody_in_a_line_but_no_bots(portal: SandboxClient, bot: int) -> None:
    portal.company.lines[1].settings["WELCOME_BOT_LEFT"] = "close"
    chat = meet(portal)["chat_id"]
    call_as_bot(portal, SEND, bot, dialogId=f"chat{chat}", fields={"message": "I am Acme."})
    portal.call("imopenlines.bot.session.transfer", {"CHAT_ID": chat, "USER_ID": 3, "CLIENT_ID": TOKEN})
    portal.call("im.message.add", {"DIALOG_ID": f"chat{chat}", "MESSAGE": "I take over"}, path=OPERATOR_WEBHOOK_PATH)
    portal.write_as_client(chat, "Thank you")
    heard = list_texts(fetch(portal, bot))
    assert [text for text in heard if text in ("Hello?", "I am Acme.", "I take over", "Thank you")] == [
        "Hello?",
        "I take over",
        "Thank you",
    ]


@pytest.mark.parametrize("kind", ["bot", "supervisor", "personal"])
def test_a_bot_without_support_of_lines_hears_nothing_in_them(portal: SandboxClient, kind: str) -> None:
    number = register(portal, isSupportOpenline=False, type=kind)
    put_on_line(portal, number)
    meet(portal)
    assert list_texts(fetch(portal, number)) == []
    assert register(portal, code="line", type="openline", isSupportOpenline=False)


def test_elsewhere_a_bot_hears_what_names_it_and_watchers_hear_all(portal: SandboxClient) -> None:
    named, watcher = register(portal), register(portal, code="watcher", type="supervisor")
    group = portal.company.chats[220]
    for number in (named, watcher):
        portal.company.add_member(group, number)
    for text in ("Among us", f"[USER={named}]Acme[/USER], help"):
        portal.call("im.message.add", {"DIALOG_ID": "chat220", "MESSAGE": text})
    assert list_texts(fetch(portal, named)) == [f"[USER={named}]Acme[/USER], help"]
    assert list_texts(fetch(portal, watcher)) == ["Among us", f"[USER={named}]Acme[/USER], help"]


def test_a_user_writes_to_a_bot_and_is_answered(portal: SandboxClient) -> None:
    number = register(portal)
    portal.call("im.message.add", {"DIALOG_ID": number, "MESSAGE": "Hello, bot"})
    (heard,) = fetch(portal, number)
    assert (heard["data"]["chat"]["dialogId"], heard["data"]["chat"]["type"]) == ("1", "private")
    sent = call_as_bot(portal, SEND, number, dialogId="1", fields={"message": "Hello, Anna"})
    assert portal.company.messages[sent["id"]].chat_id == heard["data"]["chat"]["id"]


def test_the_offset_of_a_bot_acknowledges_too(portal: SandboxClient, bot: int) -> None:
    meet(portal)
    events = fetch(portal, bot)
    assert fetch(portal, bot, limit=1) == events[:1]
    assert fetch(portal, bot, offset=events[0]["eventId"] + 1) == events[1:]
    assert fetch(portal, bot) == events[1:]


def test_the_events_of_the_user_come_along_and_are_acknowledged_together(portal: SandboxClient, bot: int) -> None:
    assert refuse_bot(portal, EVENTS, bot, withUserEvents=True) == (400, "USER_NOT_SUBSCRIBED")
    portal.call(SUBSCRIBE)
    meet(portal)
    portal.call("im.message.add", {"DIALOG_ID": "chat220", "MESSAGE": "Good morning"})
    events = fetch(portal, bot, withUserEvents=True)
    assert [event["type"] for event in events] == ["ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD", "ONIMV2MESSAGEADD"]
    assert [event["eventId"] for event in events] == sorted(event["eventId"] for event in events)
    assert fetch(portal, bot, withUserEvents=True, offset=events[-1]["eventId"] + 1) == []
    assert portal.call("im.v2.Event.get")["events"] == []


def test_the_events_of_the_user_need_the_scope_of_the_messenger(portal: SandboxClient, bot: int) -> None:
    path = portal.control("webhooks", {"token": "bots", "user_id": 1, "scopes": ["imbot"]})["path"]
    params = {"botId": bot, "botToken": TOKEN, "withUserEvents": True}
    assert portal.expect_refusal(EVENTS, params, path=path) == (400, "SCOPE_ERROR")
    assert portal.call(EVENTS, params | {"withUserEvents": False}, path=path)["events"] == []


def use_address(portal: SandboxClient, bot: int, address: str) -> None:
    fields = {"eventMode": "webhook", "webhookUrl": address}
    call_as_bot(portal, "imbot.v2.Bot.update", bot, fields=fields)


def read_forms(portal: SandboxClient) -> list[dict[str, str]]:
    """The forms of all that was handed to the outbox."""
    company = portal.company
    return [dict(parse_qsl(make_form(company, one, "http://portal"), True)) for one in company.outbox.log]


def test_a_bot_in_webhook_mode_is_posted_to_with_its_token_as_proof(portal: SandboxClient, bot: int) -> None:
    use_address(portal, bot, f"{NOBODY_LISTENS}?CLIENT_ID={TOKEN}")
    meet(portal)
    assert fetch(portal, bot) == []
    joined, added = read_forms(portal)
    assert (joined["event"], added["event"]) == ("ONIMBOTV2JOINCHAT", "ONIMBOTV2MESSAGEADD")
    shown = {name: added[f"data[{name}]"] for name in ("bot][code", "message][text", "user][connector", "user][idle")}
    assert shown == {"bot][code": "acme", "message][text": "Hello?", "user][connector": "1", "user][idle": "0"}
    assert added["data[message][forward]"] == ""
    assert added["auth[application_token]"] == f"custom{TOKEN}"
    assert "auth[access_token]" not in added


def test_a_bot_of_a_webhook_is_posted_to_only_at_an_address_with_its_token(portal: SandboxClient, bot: int) -> None:
    for query in ("", "?CLIENT_ID=other"):
        use_address(portal, bot, NOBODY_LISTENS + query)
        meet(portal)
    assert read_forms(portal) == []
    use_address(portal, bot, f"{NOBODY_LISTENS}?CLIENT_ID={TOKEN}")
    call_as_bot(portal, "imbot.v2.Bot.unregister", bot)
    assert read_forms(portal)[-1]["event"] == "ONIMBOTV2DELETE"


def test_the_bot_of_an_application_is_posted_its_own_tokens(portal: SandboxClient) -> None:
    key = {"token": "app", "user_id": 1, "kind": "application", "client_id": APPLICATION_ID, "scopes": ["imbot"]}
    path = portal.control("webhooks", key)["path"]
    fields = make_fields(botToken=None, eventMode="webhook", webhookUrl=NOBODY_LISTENS)
    number = portal.call("imbot.v2.Bot.register", {"fields": fields}, path=path)["bot"]["id"]
    put_on_line(portal, number)
    meet(portal)
    form = read_forms(portal)[-1]
    assert (form["event"], form["auth[user_id]"]) == ("ONIMBOTV2MESSAGEADD", str(number))
    assert form["auth[application_token]"] == portal.company.oauth.applications[APPLICATION_ID].application_token
    assert form["auth[access_token]"]
    assert form["auth[refresh_token]"]


def test_a_bot_answers_the_client_and_keeps_the_session(portal: SandboxClient, bot: int) -> None:
    met = meet(portal)
    dialog = f"chat{met['chat_id']}"
    sent = call_as_bot(
        portal, SEND, bot, dialogId=dialog, fields={"message": "Good morning", "replyId": met["message_id"]}
    )
    message = portal.company.messages[sent["id"]]
    assert (message.author_id, message.to_client, message.reply_to) == (bot, True, met["message_id"])
    assert (portal.read_session(met["session_id"])["operator_id"], sent["uuidMap"]) == (bot, [])
    notice = call_as_bot(portal, SEND, bot, dialogId=dialog, fields={"message": "A notice", "system": True})
    assert portal.company.messages[notice["id"]].system


@pytest.mark.parametrize(
    ("dialog", "fields", "refusal"),
    [
        ("own", {"message": " "}, (400, "EMPTY_MESSAGE")),
        ("own", {"message": "Hi", "attach": "none"}, (400, "ATTACH_ERROR")),
        ("own", {"message": "Hi", "keyboard": [{}]}, (400, "KEYBOARD_ERROR")),
        ("own", {"message": "Hi", "replyId": 1001}, (400, "REPLY_FROM_OTHER_CHAT_ERROR")),
        ("chat207", {"message": "Hi"}, (403, "ACCESS_DENIED")),
        ("chat99999", {"message": "Hi"}, (400, "CHAT_NOT_FOUND")),
    ],
)
def test_a_message_of_a_bot_is_refused(
    portal: SandboxClient, bot: int, dialog: str, fields: dict[str, Any], refusal: tuple[int, str]
) -> None:
    own = f"chat{meet(portal)['chat_id']}"
    assert refuse_bot(portal, SEND, bot, dialogId=dialog.replace("own", own), fields=fields) == refusal


def test_nothing_is_sent_into_a_line_that_is_off(portal: SandboxClient, bot: int) -> None:
    chat = meet(portal)["chat_id"]
    portal.company.lines[1].settings["ACTIVE"] = "N"
    assert refuse_bot(portal, SEND, bot, dialogId=f"chat{chat}", fields={"message": "Hi"}) == (400, "SENDING_FAILED")


@pytest.mark.parametrize(("text", "kept"), [("0", False), (" 0 ", False), ("0 please", True), ("00", True)])
def test_a_client_who_writes_only_0_leaves_the_bot(portal: SandboxClient, bot: int, text: str, kept: bool) -> None:
    met = meet(portal)
    portal.write_as_client(met["chat_id"], text)
    session, chat = portal.read_session(met["session_id"]), portal.read_chat(met["chat_id"])
    assert (session["operator_id"] == bot, bot in chat["members"]) == (kept, kept)
    assert session["status"] == (Status.NEW if kept else Status.SKIPPED)
    assert list_texts(fetch(portal, bot))[-1] == text


def test_a_bot_hands_over_and_finishes_by_its_token(portal: SandboxClient, bot: int) -> None:
    first, second = meet(portal)["chat_id"], meet(portal)["chat_id"]
    portal.call("imopenlines.bot.session.operator", {"CHAT_ID": first})
    assert bot not in portal.read_chat(first)["members"]
    for _ in range(2):
        assert portal.call("imopenlines.bot.session.finish", {"CHAT_ID": second, "CLIENT_ID": TOKEN}) is True
    assert portal.read_chat(second)["session_id"] == 0


def test_a_bot_sends_and_reads_files(portal: SandboxClient, bot: int) -> None:
    chat = meet(portal)["chat_id"]
    fields = {"name": "offer.txt", "content": CONTENT, "message": "Our offer"}
    sent = call_as_bot(portal, UPLOAD, bot, dialogId=f"chat{chat}", fields=fields)
    assert (sent["chatId"], sent["dialogId"], sent["file"]["size"]) == (chat, f"chat{chat}", 9)
    assert portal.company.messages[sent["messageId"]].author_id == bot
    assert not {name for name in sent["file"] if name.startswith("url")}
    address = call_as_bot(portal, DOWNLOAD, bot, fileId=sent["file"]["id"])["downloadUrl"]
    assert portal.send("GET", address).content == b"Two lamps"
    assert refuse_bot(portal, DOWNLOAD, bot, fileId=99999) == (400, "FILE_NOT_FOUND")
    other = next(file.id for file in portal.company.files.values() if file.chat_id != chat)
    assert refuse_bot(portal, DOWNLOAD, bot, fileId=other) == (403, "FILE_ACCESS_ERROR")
    assert refuse_bot(portal, UPLOAD, bot, dialogId="chat207", fields=fields) == (403, "ACCESS_DENIED")
    empty = refuse_bot(portal, UPLOAD, bot, dialogId=f"chat{chat}", fields={"name": "a.txt"})
    assert empty == (400, "FILE_EMPTY")


def test_a_bot_sees_its_chat_and_the_people_in_it_and_leaves(portal: SandboxClient, bot: int) -> None:
    chat = meet(portal)["chat_id"]
    dialog = f"chat{chat}"
    shown = call_as_bot(portal, "imbot.v2.Chat.get", bot, dialogId=dialog)["chat"]
    assert (shown["id"], shown["dialogId"], shown["entityType"], shown["messageType"]) == (chat, dialog, "LINES", "L")
    assert (shown["userCounter"], shown["role"], shown["muteList"]) == (2, "member", [])
    assert shown["lastMessageId"] == portal.company.list_messages(chat)[-1].id
    people = call_as_bot(portal, "imbot.v2.Chat.User.list", bot, dialogId=dialog, order={"userId": "DESC"}, limit=2)
    assert [person["id"] for person in people] == sorted(portal.read_chat(chat)["members"], reverse=True)
    assert [person["connector"] for person in people if person["id"] != bot] == [True]
    assert call_as_bot(portal, "imbot.v2.Chat.InputAction.notify", bot, dialogId=dialog) == {"result": True}
    assert call_as_bot(portal, "imbot.v2.Chat.leave", bot, dialogId=dialog) == {"result": True}
    for method in ("Chat.get", "Chat.User.list", "Chat.InputAction.notify", "Chat.leave"):
        assert refuse_bot(portal, f"imbot.v2.{method}", bot, dialogId=dialog) == (403, "ACCESS_DENIED")


def test_only_a_bot_that_watches_reads_what_was_written(portal: SandboxClient, bot: int) -> None:
    message = meet(portal)["message_id"]
    for method in ("get", "getContext"):
        refusal = refuse_bot(portal, f"imbot.v2.Chat.Message.{method}", bot, messageId=message)
        assert refusal == (400, "BOT_TYPE_NOT_ALLOWED")


def test_a_bot_that_watches_reads_a_message_and_those_around_it(portal: SandboxClient) -> None:
    number = register(portal, type="supervisor")
    put_on_line(portal, number)
    met = meet(portal, "one")
    for text in ("two", "three"):
        portal.write_as_client(met["chat_id"], text)
    second = next(one.id for one in portal.company.list_messages(met["chat_id"]) if one.text == "two")
    found = call_as_bot(portal, "imbot.v2.Chat.Message.get", number, messageId=second)
    assert (found["message"]["text"], found["user"]["connector"]) == ("two", True)
    around = call_as_bot(portal, "imbot.v2.Chat.Message.getContext", number, messageId=second, range=1)
    assert [one["text"] for one in around["messages"]] == ["one", "two", "three"]
    assert (around["hasPrevPage"], around["hasNextPage"], len(around["users"])) == (True, False, 1)
    missing = refuse_bot(portal, "imbot.v2.Chat.Message.get", number, messageId=99999)
    assert missing == (400, "MESSAGE_NOT_FOUND")
    foreign = refuse_bot(portal, "imbot.v2.Chat.Message.get", number, messageId=1001)
    assert foreign == (403, "MESSAGE_ACCESS_DENIED")
