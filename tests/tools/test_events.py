"""Tools of events and of the bot API: what would lose data is refused, and no secret is shown or written down."""

from typing import Any

import pytest

from sandbox.seed import seed
from sandbox.seed.seed import APPLICATION_PATH, BOT_CLIENT_ID
from server.audit.redaction import redact_arguments
from tests.assistant import text_of
from tests.tools.employee import Employee
from tools.registry import methods
from tools.secrets import hide_secrets
from tools.tool import InvalidArgumentsError

HANDLER = "https://app.example.com/events"
LOSING = [
    ("event_offline_get", {"clear": 1}, "give a limit, at most 10"),
    ("event_offline_get", {"clear": 1, "limit": 50}, "give a limit, at most 10"),
    ("event_offline_get", {"clear": 1, "limit": 5, "process_id": "p1"}, "would delete the whole process"),
    ("event_offline_clear", {"process_id": "p1"}, "whole_process=true"),
    ("event_offline_clear", {"process_id": "p1", "id": [1], "whole_process": True}, "whole_process=true"),
    ("event_offline_clear", {"process_id": "p1", "id": [1], "message_id": ["a"]}, "only one of id, message_id"),
    ("event_offline_get", {"filter": {"=WHEN": 1}}, "none of the fields"),
    ("event_bind", {"event": "OnSessionStart"}, "handler: required"),
    ("event_bind", {"event": "OnSessionStart", "event_type": "offline", "handler": HANDLER}, "leave it out"),
    ("event_bind", {"event": "OnSessionStart", "handler": f"{HANDLER}/{'x' * 255}"}, "255 characters"),
    ("event_unbind", {"event": "OnSessionStart"}, "handler: required"),
    ("events", {"scope": "im", "full": True}, "only one of scope, full"),
    ("imbot_v2_bot_get", {"bot_token": "t"}, "exactly one of bot_id, code"),
    ("imbot_v2_bot_update", {"bot_id": 1, "fields": {}}, "at least one of"),
    ("imbot_v2_chat_message_send", {"bot_id": 1, "dialog_id": "7", "fields": {"message": "Hi"}}, "alone is a person"),
    ("imbot_v2_chat_message_send", {"bot_id": 1, "dialog_id": "chat7", "fields": {}}, "at least one of message"),
    (
        "imbot_v2_bot_register",
        {"fields": {"code": "a", "properties": {"name": "A"}, "event_mode": "webhook"}},
        "webhook_url",
    ),
    (
        "imbot_v2_bot_register",
        {"fields": {"code": "a", "properties": {"name": "A"}, "bot_token": "x" * 41}},
        "40",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "why"), LOSING)
def test_what_would_lose_data_or_cannot_work_is_refused_before_it_is_sent(
    tool: str, arguments: dict[str, Any], why: str
) -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()[tool].from_tool(arguments)

    assert why in str(refused.value)


def test_offline_events_are_reserved_unless_deleting_is_asked_for() -> None:
    assert methods()["event_offline_get"].from_tool({}).to_wire() == {"clear": 0}
    assert methods()["event_offline_get"].from_tool({"process_id": "p1"}).to_wire() == {"clear": 0, "process_id": "p1"}
    assert methods()["event_offline_get"].from_tool({"clear": 1, "limit": 3}).to_wire() == {"clear": 1, "limit": 3}
    cleared = methods()["event_offline_clear"].from_tool({"process_id": "p1", "whole_process": True})
    assert cleared.to_wire() == {"process_id": "p1"}


@pytest.mark.parametrize("tool", ["im_event_get", "imbot_v2_event_get", "event_offline_get"])
def test_reading_that_deletes_is_no_reading(tool: str) -> None:
    assert not methods()[tool].reads()
    assert "destructive" in methods()[tool].effects.names


@pytest.mark.parametrize("tool", ["im_event_get", "imbot_v2_event_get"])
def test_events_that_do_not_fit_into_an_answer_are_not_acknowledged_by_its_offset(tool: str) -> None:
    given = {"bot_id": 1} if tool.startswith("imbot") else {}
    call = methods()[tool].from_tool({**given, "offset": 100})
    logged = [{"eventId": str(number), "data": {"message": {"chatId": 7}}} for number in range(100, 200)]
    page = call.result({"events": logged, "nextOffset": 200, "hasMore": False})

    shorter = call.shorten(page, 0.5)
    again = call.shorten(shorter, 0.5)

    for less in (shorter, again):
        assert less is not None
        assert less["nextOffset"] == less["events"][-1]["eventId"] + 1 < 200
        assert less["hasMore"] is True
        assert less["cut"]["parts"]["events"] == {"shown": len(less["events"]), "of": 100}
    assert call.client_chats(page) == {7}


def test_events_without_a_number_are_counted() -> None:
    call = methods()["im_event_get"].from_tool({})

    assert call.result({"events": [{"eventId": 5}, {"type": "X"}, "odd"], "nextOffset": 6})["unreadable"] == 2


SECRETS = ("s3cret-one", "s3cret-two", "s3cret-three")


def test_no_secret_of_an_event_or_a_handler_is_shown() -> None:
    record = {
        "ID": "1",
        "EVENT_DATA": {"auth": {"access_token": SECRETS[0]}, "data": [{"refresh_token": SECRETS[1]}]},
    }
    fetched = methods()["event_offline_get"].from_tool({}).result({"process_id": "p", "events": [record]})
    bound = (
        methods()["event_get"]
        .from_tool({})
        .result([{"handler": f"https://u:{SECRETS[1]}@x.example/?token={SECRETS[2]}&a=1"}])
    )
    logged = {"events": [{"eventId": 1, "data": {"bot": {"id": 2, "auth": SECRETS[0]}}}], "nextOffset": 2}
    heard = methods()["imbot_v2_event_get"].from_tool({"bot_id": 2}).result(logged)
    found = methods()["imbot_v2_file_download"].from_tool({"bot_id": 2, "file_id": 3})

    shown = f"{fetched} {bound} {heard} {found.result({'downloadUrl': f'https://x/?token={SECRETS[0]}'})}"
    assert not [secret for secret in SECRETS if secret in shown]
    assert bound[0]["handler"] == "https://x.example/?token=(hidden)&a=1"
    said = {"message": "See https://shop.example/?code=SALE10"}
    assert hide_secrets({"clientId": "", "botToken": "t", **said}) == {"clientId": "", "botToken": "(hidden)", **said}


@pytest.mark.parametrize("name", ["bot_token", "botToken", "BOT_TOKEN", "client_id", "webhook_url", "handler"])
@pytest.mark.parametrize("texts", [True, False])
def test_no_secret_is_in_the_audit_log(name: str, texts: bool) -> None:
    kept = redact_arguments({"fields": {name: SECRETS[0]}, name: SECRETS[1]}, texts=texts)

    assert SECRETS[0] not in str(kept)
    assert SECRETS[1] not in str(kept)


def test_a_webhook_is_told_that_events_take_an_application() -> None:
    anna = Employee(seed.ADMIN_WEBHOOK_PATH)
    replies = anna.replies(
        ("event_get", {}),
        ("events", {}),
        ("event_bind", {"event": "OnSessionStart", "handler": HANDLER}),
        ("event_offline_get", {}),
    )

    for reply in replies:
        assert reply.structured_content["error"]["code"] == "WRONG_AUTH_TYPE"
        assert "openchannels-mcp login" in reply.structured_content["error"]["advice"]


def test_an_application_binds_looks_and_unbinds() -> None:
    application = Employee(APPLICATION_PATH)
    bind = {"event": "OnSessionStart", "handler": HANDLER}
    bound, listed, again, ended, nothing = application.replies(
        ("event_bind", bind), ("event_get", {}), ("event_bind", bind), ("event_unbind", bind), ("event_unbind", bind)
    )

    assert bound.structured_content["result"] is True
    assert [one["event"] for one in listed.structured_content["result"]] == ["ONSESSIONSTART"]
    assert "bound already" in text_of(again)
    assert ended.structured_content["count"] == 1
    assert nothing.structured_content["count"] == 0


def test_a_draft_of_events_reads_alone() -> None:
    application = Employee(APPLICATION_PATH)
    bind = {"event": "OnSessionStart", "handler": HANDLER}
    drafts = application.replies(
        ("event_unbind", {**bind, "dry_run": True}),
        ("event_test", {"dry_run": True}),
        ("event_offline_get", {"dry_run": True}),
        ("event_bind", {**bind, "dry_run": True}),
        ("event_get", {}),
        ("event_bind", bind),
        ("event_bind", {**bind, "dry_run": True}),
        ("event_unbind", {**bind, "dry_run": True}),
    )
    texts = [text_of(draft) for draft in drafts]

    assert "Nothing: no such subscription" in texts[0]
    assert "no handler is bound to OnAppTest" in texts[1]
    assert "0 records would be reserved" in texts[2]
    assert "are posted to" in texts[3]
    assert drafts[4].structured_content["result"] == []
    assert "bound like this already" in texts[6]
    assert "1 subscription to OnSessionStart would end" in texts[7]


def test_a_webhook_has_a_bot_that_hears_and_answers() -> None:
    anna = Employee(seed.ADMIN_WEBHOOK_PATH)
    helpie = {"bot_id": 9, "bot_token": BOT_CLIENT_ID}
    said = {"fields": {"message": "A colleague will help."}, "dialog_id": "chat217"}
    shown, drafted, sent, outside, stranger, revision = anna.replies(
        ("imbot_v2_bot_get", helpie),
        ("imbot_v2_chat_message_send", {**helpie, **said, "dry_run": True}),
        ("imbot_v2_chat_message_send", {**helpie, **said}),
        ("imbot_v2_chat_message_send", {**helpie, **said, "dialog_id": "chat206"}),
        ("imbot_v2_bot_get", {"bot_id": 9, "bot_token": "another"}),
        ("imbot_v2_revision_get", {}),
    )

    assert shown.structured_content["bot"]["code"] == "helpie"
    assert "A colleague will help." in text_of(drafted)
    assert sent.structured_content["id"] > 0
    assert outside.structured_content["error"]["code"] == "ACCESS_DENIED"
    assert BOT_CLIENT_ID not in "".join(map(text_of, (shown, drafted, sent, outside, stranger)))
    assert revision.structured_content["rest"]


def test_a_webhook_reads_its_own_log_of_messages() -> None:
    olga = Employee(seed.OPERATOR_WEBHOOK_PATH)
    assert olga.say("im_event_subscribe").structured_content["result"] is True
    assert olga.say("im_message_add", dialog_id="chat207", message="On its way").structured_content["result"]
    first = olga.say("im_event_get").structured_content
    again = olga.say("im_event_get").structured_content
    after = olga.say("im_event_get", offset=first["nextOffset"]).structured_content

    assert [event["type"] for event in first["events"]] == ["ONIMV2MESSAGEADD"]
    assert again["events"] == first["events"]
    assert (after["events"], after["nextOffset"]) == ([], first["nextOffset"])
