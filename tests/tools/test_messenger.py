"""The companions of Open Channels as an assistant meets them: what is refused, what is answered, what is missing."""

from collections.abc import Collection
from typing import Any

import anyio
import httpx
import pytest
from pydantic import SecretStr

from sandbox.app import create_app
from sandbox.seed import seed
from server.config.settings import Settings
from server.connection import Connection
from server.policy import Policy
from tests.assistant import EVERYTHING, text_of, words_of
from tests.callers import answer, caller
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.registry import methods
from tools.tool import InvalidArgumentsError

LONG_AGO = "2026-03-16T09:00:00+01:00"
Step = tuple[str, dict[str, Any]]


class Desk:
    """The place of one employee in a company of its own."""

    def __init__(self, webhook: str, toolsets: Collection[str] = TOOLSETS) -> None:
        self._webhook = webhook
        self._toolsets = frozenset(toolsets)
        self.company = seed.create_seeded_company()
        self._transport = httpx.ASGITransport(create_app(self.company))

    def replies(self, *steps: Step) -> list[Any]:
        """What a few calls in a row are answered."""

        async def run() -> list[Any]:
            url = SecretStr(f"http://127.0.0.1{self._webhook}")
            async with Connection(Settings(webhook_url=url), transport=self._transport) as connection:
                anybody = caller(Policy(self._toolsets), connection)
                return [await answer(anybody, name, arguments) for name, arguments in steps]

        return anyio.run(run)

    def say(self, name: str, /, **arguments: Any) -> Any:
        """What one call is answered."""
        (reply,) = self.replies((name, arguments))
        return reply


@pytest.fixture
def olga() -> Desk:
    return Desk(seed.OPERATOR_WEBHOOK_PATH)


@pytest.fixture
def anna() -> Desk:
    return Desk(seed.ADMIN_WEBHOOK_PATH)


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


def test_the_inbox_tells_at_a_glance_who_waits_for_whom(olga: Desk) -> None:
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


def test_people_and_groups_are_in_the_list_only_when_they_are_asked_for(olga: Desk) -> None:
    reply = olga.say("im_recent_list", skip_dialog=False, skip_chat=False)

    kinds = [(dialog["kind"], dialog["dialog_id"]) for dialog in reply.structured_content["dialogs"]]
    assert kinds[:3] == [("person", "2"), ("group", "chat223"), ("group", "chat220")]
    assert reply.structured_content["dialogs"][0]["line_id"] is None


def test_a_full_page_says_how_to_go_on(olga: Desk) -> None:
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


def test_a_conversation_is_a_transcript_that_says_where_it_goes_on(anna: Desk) -> None:
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


def test_a_file_in_a_conversation_has_a_name_and_an_address(anna: Desk) -> None:
    messages = anna.say("im_dialog_messages_get", dialog_id="chat219").structured_content["messages"]

    (file,) = messages[-1]["files"]
    assert (file["name"], file["type"]) == ("checkout-error.png", "image")
    assert file["urlDownload"].startswith("https://")


def test_a_reply_in_silent_mode_is_marked_as_hidden_from_the_client(anna: Desk) -> None:
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


def test_answering_a_client_reads_the_dialog_and_says_how_to_see_it(anna: Desk) -> None:
    sent, listed, state = anna.replies(
        ("im_message_add", {"dialog_id": "chat206", "message": "It is corrected."}),
        ("im_recent_list", {}),
        ("dialog_get", {"chat_id": 206}),
    )

    assert "im_dialog_messages_get shows the message" in text_of(sent)
    found = next(dialog for dialog in listed.structured_content["dialogs"] if dialog["chat_id"] == 206)
    assert (found["unread"], found["status"], found["client_waits"]) == (0, "operator wrote", False)
    assert state.structured_content["unread"] == 0


def test_marking_as_read_answers_what_is_left_and_a_waiting_dialog_says_what_to_do(anna: Desk) -> None:
    read, waiting = anna.replies(
        ("im_dialog_read", {"dialog_id": "chat206"}), ("im_dialog_read", {"dialog_id": "chat201"})
    )

    assert read.structured_content["counter"] == 0
    assert waiting.is_error
    assert "operator_answer takes it" in text_of(waiting)


def test_users_come_in_the_usual_fields_and_in_others_where_they_are_selected(anna: Desk) -> None:
    found, chosen, me = anna.replies(
        ("user_get", {"filter": {"ID": [3, 6]}}),
        ("user_get", {"filter": {"ID": 3}, "select": ["ID", "UF_PHONE_INNER", "UF_USR_BADGE"]}),
        ("user_current", {}),
    )

    assert found.structured_content["users"][0] == {
        "id": 3,
        "name": "Olga Smirnova",
        "position": "Support Engineer",
        "departments": [5],
        "email": "olga@sandbox.example",
        "phone": "103",
        "active": True,
        "online": True,
        "type": "employee",
    }
    assert words_of(found).splitlines()[1].endswith("dismissed or blocked")
    assert chosen.structured_content == {"users": [{"ID": 3, "UF_PHONE_INNER": "103"}]}
    assert me.structured_content["name"] == "Anna Keller"


def test_nothing_selected_and_nobody_found_are_no_fault(anna: Desk) -> None:
    nothing, nobody = anna.replies(
        ("user_get", {"filter": {"ID": 3}, "select": ["UF_USR_BADGE"]}), ("user_search", {"filter": {"FIND": "zzz"}})
    )

    assert nothing.structured_content == {"users": [{}]}
    assert text_of(nobody) == "No users."


def test_a_page_of_fifty_users_says_where_the_next_begins() -> None:
    call = methods()["user_search"].from_tool({"filter": {"FIND": "olga"}, "start": 50})

    result = call.result([{"ID": str(number)} for number in range(50)])

    assert result["next_start"] == 100
    assert call.text(result).endswith("More with start=100.")


def test_the_names_of_methods_come_without_padding(anna: Desk) -> None:
    assert (
        text_of(anna.say("methods", scope="im")).split() == anna.say("methods", scope="im").structured_content["result"]
    )
    assert anna.say("scope").structured_content["result"] == ["imopenlines", "im", "user"]


@pytest.mark.parametrize(
    ("tool", "arguments", "tick"),
    [
        ("im_recent_list", {}, "tick Chat and Notifications (im)."),
        (
            "user_current",
            {},
            "tick Users (user_brief or user_basic or user).",
        ),
    ],
)
def test_a_missing_scope_is_named_with_what_to_tick(tool: str, arguments: dict[str, Any], tick: str) -> None:
    reply = Desk(seed.SECOND_OPERATOR_WEBHOOK_PATH).say(tool, **arguments)

    assert reply.structured_content["error"]["code"] == "insufficient_scope"
    assert tick in reply.structured_content["error"]["advice"]


def test_a_method_that_is_hidden_for_its_scope_is_told_from_one_that_is_missing() -> None:
    without, granted = Desk(seed.SECOND_OPERATOR_WEBHOOK_PATH), Desk(seed.OPERATOR_WEBHOOK_PATH)
    for desk in (without, granted):
        desk.company.switches.scope_hides_methods = True
        desk.company.switches.modules.im = False

    codes = [desk.say("im_recent_list").structured_content["error"]["code"] for desk in (without, granted)]
    assert codes == ["insufficient_scope", "ERROR_METHOD_NOT_FOUND"]
    assert without.say("user_current").structured_content["error"]["code"] == "insufficient_scope"
    assert not granted.say("user_current").is_error, "one of three scopes is enough"


def test_the_check_of_a_portal_names_the_scopes_that_the_chosen_tools_lack() -> None:
    desk = Desk(seed.SECOND_OPERATOR_WEBHOOK_PATH)
    report = desk.say("portal_check").structured_content

    (scopes,) = (check for check in report["checks"] if check["name"] == "scopes")
    assert not scopes["ok"]
    assert "tick Chat and Notifications (im) and Users (user_brief or user_basic or user)." in scopes["todo"]
    lacking = {name for name, why in report["unusable_tools"].items() if why.startswith("scope ")}
    assert lacking == {name for name, tool in EVERYTHING.items() if tool.toolset() == "messenger"} - {
        "scope",
        "methods",
    }


def test_tools_that_are_off_need_no_scope() -> None:
    report = Desk(seed.SECOND_OPERATOR_WEBHOOK_PATH, DEFAULT_TOOLSETS).say("portal_check").structured_content

    assert next(check for check in report["checks"] if check["name"] == "scopes")["ok"]
