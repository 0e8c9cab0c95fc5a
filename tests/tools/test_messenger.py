"""Dialogs and messages of the messenger as an assistant meets them: what is refused, and what is answered."""

from typing import Any

import pytest

from tests.assistant import text_of, words_of
from tests.tools.employee import Employee
from tools.dialog_view import render_message
from tools.message_view import Conversation, view_message
from tools.registry import methods
from tools.tool import InvalidArgumentsError

LONG_AGO = "2026-03-16T09:00:00+01:00"


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("im_message_add", {"dialog_id": "3", "message": "Hi"}, "3 alone is a person to the portal"),
    ("im_message_add", {"dialog_id": 207, "message": "Hi"}, "for chat 207 give chat207"),
    ("im_message_add", {"dialog_id": "sg3", "message": "Hi"}, "should be chat and the number of the chat"),
    ("im_message_add", {"dialog_id": "chat0", "message": "Hi"}, "should be chat and the number of the chat"),
    ("im_message_add", {"dialog_id": "chat٣", "message": "Hi"}, "should be chat and the number of the chat"),
    ("im_message_add", {"dialog_id": "chat207"}, "message is required"),
    ("im_message_add", {"dialog_id": "chat207", "message": " "}, "message: must not be blank"),
    ("im_message_add", {"dialog_id": "chat207", "message": "a" * 20001}, "at most 20000 characters"),
    ("im_dialog_messages_get", {"dialog_id": "5"}, "5 alone is a person"),
    (
        "im_dialog_messages_get",
        {"dialog_id": "chat5", "last_id": 1, "first_id": 2},
        "give only one of last_id, first_id",
    ),
    ("im_dialog_messages_get", {"dialog_id": "chat5", "limit": 51}, "limit: should be less than or equal to 50"),
    ("im_recent_list", {"offset": 50, "last_message_date": LONG_AGO}, "give offset or last_message_date"),
    ("im_recent_list", {"last_message_date": "yesterday"}, "last_message_date: should be an ISO 8601 date"),
    ("im_recent_list", {"limit": 201}, "limit: should be less than or equal to 200"),
    ("user_search", {}, "filter is required"),
    ("user_search", {"filter": {"FIND": "ol"}}, "FIND needs 3 letters"),
    ("user_search", {"filter": {"FIND": "olga", "NAME": "Olga"}}, "FIND excludes the other fields"),
    ("user_search", {"filter": {"EMAIL": "olga@sandbox.example"}}, "filter.EMAIL: should be one of FIND"),
    ("user_get", {"filter": {"LASTNAME": "Smirnova"}}, "no field of a user is called 'LASTNAME'"),
    ("user_get", {"filter": {"~ID": 3}}, "no field of a user is called"),
    ("user_get", {"filter": {}}, "filter: "),
    ("user_get", {"select": ["ID", "AGE"]}, "no field of a user is called 'AGE'"),
    ("user_get", {"sort": "ID"}, "sort and order go together"),
    ("user_get", {"sort": "age", "order": "ASC"}, "no field of a user is called 'age'"),
    ("user_get", {"start": -1}, "start: must not be below 0"),
]


@pytest.mark.parametrize(("tool", "arguments", "problem"), REFUSED)
def test_what_the_portal_would_misread_is_refused(tool: str, arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidArgumentsError) as refused:
        methods()[tool].from_tool(arguments)
    assert problem in str(refused.value)


def test_a_date_is_sent_in_the_one_form_that_the_messenger_reads() -> None:
    for given in ("2026-03-16 09:00:00.5+01:00", "20260316T090000+0100"):
        body = methods()["im_recent_list"].from_tool({"last_message_date": given}).to_wire()
        assert body["LAST_MESSAGE_DATE"] == LONG_AGO


def test_the_inbox_tells_at_a_glance_who_waits_for_whom(olga: Employee) -> None:
    reply = olga.say("im_recent_list")

    dialogs = {dialog["dialog_id"]: dialog for dialog in reply.structured_content["dialogs"]}
    assert list(dialogs) == ["chat208", "chat207", "chat218", "chat202"]
    assert dialogs["chat202"] == {
        "kind": "line",
        "dialog_id": "chat202",
        "chat_id": 202,
        "title": "Liam Brown - Website support",
        "unread": 1,
        "pinned": False,
        "date": "2026-03-16T09:48:00+01:00",
        "last_message": {
            "id": 1053,
            "date": "2026-03-16T09:48:00+01:00",
            "author_id": 102,
            "role": "client",
            "text": "Hi, my discount code SPRING10 does not work.",
        },
        "line_id": 1,
        "connector": "livechat",
        "user_code": "livechat|1|9202|102",
        "session_id": 302,
        "status": "new",
        "client_waits": True,
        "operator_id": 0,
        "silent": False,
        "crm": [],
    }
    assert dialogs["chat207"]["crm"] == [{"type": "lead", "id": 501}, {"type": "contact", "id": 701}]
    assert (dialogs["chat207"]["status"], dialogs["chat207"]["client_waits"]) == ("operator wrote", False)
    assert reply.structured_content["more"] is False
    assert "chat202 Liam Brown - Website support: new, in the queue, unread 1" in words_of(reply)


def test_people_and_groups_are_in_the_list_only_when_they_are_asked_for(olga: Employee) -> None:
    reply = olga.say("im_recent_list", skip_dialog=False, skip_chat=False)

    kinds = [(dialog["kind"], dialog["dialog_id"]) for dialog in reply.structured_content["dialogs"]]
    assert kinds[:3] == [("person", "2"), ("group", "chat223"), ("group", "chat220")]
    assert reply.structured_content["dialogs"][0]["line_id"] is None


def test_a_full_page_says_how_to_go_on(olga: Employee) -> None:
    by_offset, second = olga.replies(("im_recent_list", {"limit": 2}), ("im_recent_list", {"limit": 2, "offset": 2}))
    assert by_offset.structured_content["next_offset"] == 2
    assert "More with offset=2." in text_of(by_offset)
    assert "next_offset" not in second.structured_content

    by_date = olga.say("im_recent_list", limit=1, last_message_date="2026-03-16T10:00:00+01:00")
    assert by_date.structured_content["next_last_message_date"] == "2026-03-16T09:20:00+01:00"


def test_what_is_no_dialog_of_a_line_is_left_out_and_none_comes_twice() -> None:
    found = {"chat": {"type": "lines"}, "type": "chat", "id": "chat7", "chat_id": 7, "user": []}
    collab = {"chat": {"type": "collab"}, "type": "chat", "id": "chat8", "chat_id": 8}
    call = methods()["im_recent_list"].from_tool({})

    view = call.result({"items": [found, collab, {**found, "counter": 5}], "hasMore": False})

    assert [dialog["dialog_id"] for dialog in view["dialogs"]] == ["chat7"]
    assert view["dialogs"][0]["unread"] == 0


def test_a_conversation_is_a_transcript_that_says_where_it_goes_on(anna: Employee) -> None:
    reply = anna.say("im_dialog_messages_get", dialog_id="chat206")

    view = reply.structured_content
    assert [(message["role"], message["author"]) for message in view["messages"]] == [
        ("client", "Grace Miller"),
        ("operator", "Anna Keller"),
        ("client", "Grace Miller"),
    ]
    assert view["messages"][-1]["unread"] is True
    assert f"Older ones: last_id={view['oldest_id']}. Newer ones: first_id={view['newest_id']}." in text_of(reply)
    assert text_of(reply).count("[unread]") == 1


def test_a_file_in_a_conversation_has_a_name_and_no_address(anna: Employee) -> None:
    messages = anna.say("im_dialog_messages_get", dialog_id="chat219").structured_content["messages"]

    (file,) = messages[-1]["files"]
    assert (file["name"], file["type"]) == ("checkout-error.png", "image")
    assert set(file) == {"id", "name", "type", "size"}


def test_a_reply_in_silent_mode_is_marked_as_hidden_from_the_client(anna: Employee) -> None:
    _, sent, read, history = anna.replies(
        ("session_mode_silent", {"chat_id": 206}),
        ("im_message_add", {"dialog_id": "chat206", "message": "Ask the accountant.", "reply_id": 1028}),
        ("im_dialog_messages_get", {"dialog_id": "chat206", "limit": 1}),
        ("session_history_get", {"chat_id": 206}),
    )

    assert history.structured_content["messages"][-1]["hidden"] is True
    last = words_of(history).splitlines()[-1]
    assert "hidden from the client" in last
    assert last.endswith("Ask the accountant.")
    message = read.structured_content["messages"][-1]
    assert message["id"] == sent.structured_content["result"]
    assert (message["hidden"], message["reply_to"]) == (True, 1028)
    assert words_of(read).splitlines()[-2].endswith("Ask the accountant. [answers #1028]")
    assert "hidden from the client" in words_of(read).splitlines()[-2]


def test_answering_a_client_reads_the_dialog_and_says_how_to_see_it(anna: Employee) -> None:
    sent, listed, state = anna.replies(
        ("im_message_add", {"dialog_id": "chat206", "message": "It is corrected."}),
        ("im_recent_list", {}),
        ("dialog_get", {"chat_id": 206}),
    )

    assert "im_dialog_messages_get shows the message" in text_of(sent)
    found = next(dialog for dialog in listed.structured_content["dialogs"] if dialog["chat_id"] == 206)
    assert (found["unread"], found["status"], found["client_waits"]) == (0, "operator wrote", False)
    assert state.structured_content["unread"] == 0


def test_marking_as_read_answers_what_is_left_and_a_waiting_dialog_says_what_to_do(anna: Employee) -> None:
    read, waiting = anna.replies(
        ("im_dialog_read", {"dialog_id": "chat206"}), ("im_dialog_read", {"dialog_id": "chat201"})
    )

    assert read.structured_content["counter"] == 0
    assert waiting.is_error
    assert "operator_answer takes it" in text_of(waiting)


@pytest.mark.parametrize(
    ("params", "is_odd"), [("odd", True), (7, True), (["x"], True), ([], False), (None, False), ({}, False)]
)
def test_a_message_whose_parameters_cannot_be_read_says_so(params: object, *, is_odd: bool) -> None:
    row = {"id": 7, "author_id": 3, "date": "2026-03-16T10:00:00+01:00", "text": "Hello", "params": params}
    seen = view_message(row, Conversation({3: {"name": "Olga"}}, {}))

    assert seen.get("odd_params", False) is is_odd
    assert ("parameters that cannot be read" in render_message(seen)) is is_odd
