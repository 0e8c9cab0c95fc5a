"""Events as a portal posts them: what is written is read again as the same cue, and handlers see PHP's nested texts."""

import json
from typing import Any

import pytest

from server.events.feed.event import EventKind, PortalEvent
from server.events.feed.store import Post
from server.events.sources.application import read_post
from server.events.sources.wire import read_event
from server.events.sources.wire_form import Sender, write_form
from server.http.deliveries.form import parse_form

SENDER = Sender("portal.example.com", "m" * 32, "t" * 32)
AT = 1773651600.0
CODE = "telegrambot|2|9201|101"


def _write(kind: EventKind, **fields: Any) -> dict[str, Any]:
    form = write_form(PortalEvent(kind, "key", AT, **{"user_code": CODE, "line_id": 2, **fields}), SENDER, 7)
    assert form is not None
    return parse_form(form.encode())


def _read(form: dict[str, Any]) -> Any:
    (cue,) = read_event(form["event"], form["data"], float(form["ts"]))
    return cue


def test_every_value_is_a_text_and_the_sender_is_shown() -> None:
    form = _write(EventKind.MESSAGE_FROM_CLIENT, message_id=9, author_id=101, text="Hello", files=("a.png",))

    assert form["event"] == "ONOPENLINEMESSAGEADD"
    assert form["event_handler_id"] == "7"
    assert form["ts"] == "1773651600"
    assert form["auth"]["domain"] == "portal.example.com"
    assert (form["auth"]["member_id"], form["auth"]["application_token"]) == ("m" * 32, "t" * 32)
    assert form["data"]["DATA"]["connector"] == {
        "connector_id": "telegrambot",
        "line_id": "2",
        "chat_id": "9201",
        "user_id": "101",
    }
    assert form["data"]["DATA"]["message"]["files"] == {"0": {"name": "a.png"}}


@pytest.mark.parametrize("moment", ["9" * 400, "99999999999999", "0", "-1", "", "tomorrow", None])
def test_a_delivery_without_a_moment_that_can_be_one_has_that_at_which_it_came(moment: Any) -> None:
    form = _write(EventKind.SESSION_FINISHED, chat_id=201)
    (cue,) = read_post(Post(1, 1_773_000_000.0, json.dumps({**form, "ts": moment})))

    assert [event.at for event in cue.told] == [1_773_000_000.0]


@pytest.mark.parametrize("number", ["-5", "9" * 30, "9" * 5_000, "4294967296", "1.5", "x", ""])
def test_what_can_be_no_identifier_names_no_dialog_line_or_message(number: str) -> None:
    data = {"MESSAGES": {"0": {"im": {"chat_id": number, "message_id": number}}}, "LINE": number}
    (connector,) = read_event("ONIMCONNECTORMESSAGEADD", data, AT)
    (session,) = read_event("ONSESSIONSTART", {"DATA": {"chat": {"chat_id": number}}}, AT)

    assert (connector.chat_id, session.chat_id) == (0, 0)
    assert [(event.message_id, event.line_id) for event in connector.always] == [(0, 0)]


def test_a_client_message_is_read_as_one() -> None:
    cue = _read(_write(EventKind.MESSAGE_FROM_CLIENT, message_id=9, author_id=101, text="Hello", files=("a.png",)))

    assert cue.user_code == CODE
    assert [(one.text, one.files, one.kind) for one in cue.told] == [
        ("Hello", ("a.png",), EventKind.MESSAGE_FROM_CLIENT)
    ]


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        (EventKind.MESSAGE_FROM_OPERATOR, {"chat_id": 201, "message_id": 9, "author_id": 4}, {"chat_id": 201}),
        (EventKind.MESSAGE_FROM_SYSTEM, {"chat_id": 201, "message_id": 9}, {"chat_id": 201}),
        (
            EventKind.MESSAGE_EDITED,
            {"chat_id": 201, "message_id": 9, "author_id": 4, "details": {"role": "operator"}},
            {"chat_id": 201, "edited": {9}},
        ),
        (
            EventKind.MESSAGE_EDITED,
            {"chat_id": 201, "message_id": 9, "author_id": 101, "details": {"role": "client"}},
            {"user_code": CODE, "reread": True},
        ),
        (
            EventKind.MESSAGE_DELETED,
            {"chat_id": 201, "message_id": 9, "author_id": 4},
            {"chat_id": 201, "deleted": {9}},
        ),
        (
            EventKind.MESSAGE_DELETED,
            {"chat_id": 201, "message_id": 9, "author_id": 101},
            {"user_code": CODE, "reread": True},
        ),
        (EventKind.SESSION_STARTED, {"chat_id": 201}, {"chat_id": 201}),
        (EventKind.SESSION_FINISHED, {"chat_id": 201}, {"chat_id": 201}),
    ],
)
def test_what_was_written_is_read_as_the_same(kind: EventKind, fields: Any, expected: dict[str, Any]) -> None:
    cue = _read(_write(kind, **fields))

    assert {name: getattr(cue, name) for name in expected} == expected


@pytest.mark.parametrize(
    "name",
    [
        "ONIMCONNECTORMESSAGEADD",
        "ONIMCONNECTORDIALOGSTART",
        "ONIMCONNECTORSTATUSDELETE",
        "ONIMCONNECTORLINEDELETE",
    ],
)
def test_events_of_connectors_keep_their_names_and_their_line(name: str) -> None:
    (told,) = _read(_write(EventKind.CONNECTOR, user_code="acme", details={"event": name}, text="Hi")).always

    assert (told.details, told.line_id) == ({"event": name}, 2)


@pytest.mark.parametrize("kind", [EventKind.DIALOG_OFFERED, EventKind.DIALOG_TAKEN, EventKind.DIALOG_TRANSFERRED])
def test_nothing_is_posted_where_the_portal_has_no_event(kind: EventKind) -> None:
    assert write_form(PortalEvent(kind, "key", AT), SENDER, 7) is None
