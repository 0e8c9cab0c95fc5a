"""What drafts say: of each tool the right words, values before and after, and nothing sent."""

from typing import Any

import pytest

from sandbox.seed import seed
from sandbox.seed.people_and_lines import BOT
from server.policy import Policy, PolicyRule
from tests.assistant import text_of
from tests.workflows.tool_calls import ToolCaller
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect
from tools.registry import methods
from workflows.drafts.drafting import OF_DIALOG, OF_OTHERS

HELLO = "I have sent the invoice once more."


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def draft(caller: ToolCaller, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    """Text and data of a draft, which changes nothing."""
    messages = len(caller.company.messages)
    reply = caller.call(tool, dry_run=True, **arguments)
    assert not reply.is_error, text_of(reply)
    assert len(caller.company.messages) == messages
    return text_of(reply), reply.structured_content or {}


def change_of(data: dict[str, Any], what: str) -> tuple[str, str]:
    (found,) = [change for change in data["changes"] if change["what"] == what]
    return found["before"], found["after"]


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("hand_over", {"dialog": "204", "to": "Sofia"}, "is not in the queue of Website support (1)"),
        ("hand_over", {"dialog": "209", "to": "Olga"}, "is closed"),
        ("hand_over", {"dialog": "203", "to": "queue"}, "waits in that queue already"),
        ("reply", {"dialog": "215", "message": HELLO}, "is in silent mode, and the client would not get it"),
        ("reply", {"dialog": "209", "message": HELLO}, "is closed"),
        ("reply", {"dialog": "218", "message": HELLO, "take_over": True}, "is switched off"),
        ("reply", {"dialog": "999", "message": HELLO}, "there is no chat and no session 999"),
        ("close_dialog", {"dialog": "209", "as_spam": True}, "is closed"),
        ("operator_finish", {"chat_id": 207}, "you are not the operator of chat 207"),
        ("operator_answer", {"chat_id": 206}, "you are the operator of chat 206"),
        ("operator_skip", {"chat_id": 201}, "offers dialogs to everyone"),
        ("operator_transfer", {"chat_id": 204, "user_id": 6}, "dismissed"),
        ("operator_transfer", {"chat_id": 204, "queue_id": 99}, "there is no line 99"),
        ("bot_session_operator", {"chat_id": 204}, "no bot has chat 204"),
        ("session_head_vote", {"session_id": 9999, "rating": 5}, "there is no session 9999"),
        ("crm_chat_user_add", {"crm_entity_type": "lead", "crm_entity": 501, "user_id": 3}, "is in chat 207"),
        ("config_update", {"config_id": 99, "line_name": "Other"}, "there is no line 99"),
    ],
)
def test_what_the_call_would_be_refused_for_is_what_the_draft_says(
    caller: ToolCaller, tool: str, arguments: dict[str, Any], why: str
) -> None:
    text, data = draft(caller, tool, **arguments)

    assert text.startswith("Draft: nothing was sent. This call would be refused:")
    assert why in text
    assert data["would_be_refused"] is True
    assert why in str(data["refusal"])
    assert data["changes"] == data["client_gets"] == data["effects"] == []
    assert caller.call(tool, **arguments).is_error


def test_spam_gives_the_client_nothing(caller: ToolCaller) -> None:
    for tool, arguments in (("operator_spam", {"chat_id": 202}), ("close_dialog", {"dialog": "202", "as_spam": True})):
        text, data = draft(caller, tool, **arguments)
        assert "gets something to read" not in text
        assert data["client_gets"] == []
        assert change_of(data, "state") == ("open", "closed as spam")
        assert "customer" not in data["effects"]


def test_closing_shows_the_very_words_and_what_nobody_has_answered(caller: ToolCaller) -> None:
    text, data = draft(caller, "close_dialog", dialog="206")
    line = caller.company.lines[1].settings

    assert [text for text in data["client_gets"] if "Thank you for contacting us." in text]
    assert line["VOTE_MESSAGE_2_TEXT"] in data["client_gets"][1]
    assert change_of(data, "state") == ("open", "closed")
    assert "Nobody has answered the client's last 1 message" in text
    assert "Miller Garden Design Ltd." in text


def test_closing_on_a_line_without_texts_gives_the_client_nothing(caller: ToolCaller) -> None:
    text, data = draft(caller, "close_dialog", dialog="214")

    assert data["client_gets"] == []
    assert "The client gets nothing." in text


def test_a_hand_over_names_who_gets_it_from_whom_and_the_note(caller: ToolCaller) -> None:
    text, data = draft(caller, "hand_over", dialog="204", to="Olga", note="She asks for an invoice.")

    assert change_of(data, "operator") == ("James Carter (4)", "Olga Smirnova (3)")
    assert "Olga Smirnova (3) gets chat 204" in text
    assert "Olga Smirnova (3) is online and in the queue of Website support (1)." in text
    assert "She asks for an invoice." in text
    assert [step["request"] for step in data["steps"]] == ["im.message.add", "imopenlines.operator.transfer"]


def test_a_note_shows_its_words_and_dialog_and_what_would_be_sent(caller: ToolCaller) -> None:
    text, data = draft(caller, "note", dialog="Noah Davies", note="He is a wholesale client.")

    assert "Colleagues find this note in chat 204" in data["does"]
    assert "Anna Keller: He is a wholesale client." in data["does"]
    assert "The client does not get it." in text
    assert data["client_gets"] == []
    assert [step["request"] for step in data["steps"]] == ["im.message.add"]


def test_a_note_without_the_messenger_would_be_refused(caller: ToolCaller) -> None:
    caller.company.access_keys[0].scopes = ("imopenlines", "user")
    reply = caller.call("note", dialog="204", note="He is a wholesale client.", dry_run=True)

    assert "This call would be refused" in text_of(reply)
    assert "a note needs the scope im" in text_of(reply)


def test_a_hand_over_all_the_same_says_what_speaks_against_it(caller: ToolCaller) -> None:
    text, _ = draft(caller, "hand_over", dialog="204", to="Sofia", even_if_offline=True)

    assert "All the same, as you want it: Sofia Marino (5) is not in the queue of Website support (1)" in text


def test_a_reply_names_client_channel_words_and_from_whom_it_is_taken(caller: ToolCaller) -> None:
    text, data = draft(caller, "reply", dialog="204", message=HELLO, take_over=True)

    assert change_of(data, "operator") == ("James Carter (4)", "you (1)")
    assert "Noah Davies" in data["does"]
    assert "Live chat" in data["does"]
    assert HELLO in data["client_gets"][0]
    assert "takeover" in data["effects"]
    assert "dialog changes hands" in text


def test_a_reply_in_ones_own_dialog_takes_nothing_over(caller: ToolCaller) -> None:
    _, data = draft(caller, "reply", dialog="206", message=HELLO)

    assert data["changes"] == []
    assert data["effects"] == ["customer"]


def test_the_settings_of_a_line_are_shown_before_and_after(caller: ToolCaller) -> None:
    _, data = draft(
        caller,
        "config_update",
        config_id=1,
        line_name="Web desk",
        close_rule="text",
        queue=[{"entity_type": "user", "entity_id": 3}],
    )

    assert "Website support" in change_of(data, "LINE_NAME")[0]
    assert "Web desk" in change_of(data, "LINE_NAME")[1]
    assert [change["what"] for change in data["changes"]] == ["LINE_NAME", "QUEUE", "operator"]
    assert data["does"] == "So already: CLOSE_RULE."
    assert data["warnings"] == ["Whoever leaves the queue loses all dialogs of the line."]


def test_the_comment_that_a_rating_would_erase_is_shown(caller: ToolCaller) -> None:
    _, data = draft(caller, "session_head_vote", session_id=309, rating=3)

    assert change_of(data, "rating") == ("5", "3")
    before, after = change_of(data, "comment")
    assert "Quick and friendly." in before
    assert after == "none"
    assert data["warnings"] == ["The comment is erased: give comment too, to keep it."]


def test_the_words_that_would_become_a_quick_answer_are_shown(caller: ToolCaller) -> None:
    number = next(message.id for message in caller.messages(207) if message.author_id == 3)
    text, _ = draft(caller, "message_quick_save", chat_id=207, message_id=number)

    assert "Алексей, приношу извинения." in text
    assert "a client's words" not in text


def test_a_clients_words_as_a_quick_answer_are_warned_of(caller: ToolCaller) -> None:
    number = caller.messages(207)[0].id
    refused, data = draft(caller, "message_quick_save", chat_id=207, message_id=number)
    text, _ = draft(caller, "message_quick_save", chat_id=207, message_id=number, any_author=True)

    assert data["would_be_refused"] is True
    assert f"message {number} is the client's" in refused
    assert "These are a client's words, not an operator's." in text


def test_silent_mode_leaves_the_client_without_the_message(caller: ToolCaller) -> None:
    text, data = draft(caller, "im_message_add", dialog_id="chat215", message=HELLO)

    assert "The client gets nothing: silent mode is on" in text
    assert data["client_gets"] == []


def test_without_reports_a_bot_is_not_told_from_the_queue_and_the_draft_says_so() -> None:
    caller = ToolCaller()
    caller.company.switches.plan.reports = False
    _, data = draft(caller, "hand_over", dialog="217", to="queue", even_if_offline=True)

    assert caller.session(317).operator_id == BOT
    assert any("who the queue has chosen" in what for what in data["not_checked"])


APPLICATION = ToolCaller(seed.APPLICATION_PATH)
PLACE = {"connector": seed.CONNECTOR, "line": 1}


def test_a_connector_is_shown_on_or_off_before_and_after() -> None:
    _, data = draft(APPLICATION, "imconnector_activate", **PLACE, active=False)

    assert change_of(data, "connector on line 1") == ("on", "off")


@pytest.mark.parametrize(
    ("caller", "line", "why"),
    [
        (ToolCaller(), 1, "it takes an application, and these credentials are none"),
        (APPLICATION, 2, "the connector sandbox_chat is not on for line 2"),
    ],
)
def test_a_channel_that_is_off_and_a_webhook_are_refused_in_the_draft(caller: ToolCaller, line: int, why: str) -> None:
    people = {"user": {"id": "u1", "name": "Ann"}, "chat": {"id": "c1"}}
    arguments: dict[str, Any] = {
        **PLACE,
        "line": line,
        "messages": [{**people, "message": {"id": "m1", "text": HELLO}}],
    }
    text, _ = draft(caller, "imconnector_send_messages", **arguments)

    assert why in text
    assert caller.call("imconnector_send_messages", **arguments).is_error


class Nobody:
    """A person who must not be asked."""

    name = "a test"
    answered_approval = None

    async def ask(self, approval_id: str, question: str) -> bool:  # noqa: ARG002
        raise AssertionError(question)


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("reply", {"dialog": "215", "message": HELLO}),
        ("hand_over", {"dialog": "204", "to": "Sofia"}),
        ("operator_finish", {"chat_id": 207}),
    ],
)
def test_nobody_is_asked_about_a_call_that_would_be_refused(tool: str, arguments: dict[str, Any]) -> None:
    caller = ToolCaller(policy=Policy(frozenset(TOOLSETS), EVERY_EFFECT, confirm=EVERY_EFFECT))
    reply = caller.call(tool, person=Nobody(), **arguments)

    assert reply.is_error
    assert "Nothing was" in text_of(reply)


def test_a_policy_that_forbids_a_step_is_told_in_the_draft() -> None:
    allowed = Effect.READ | Effect.CUSTOMER | Effect.TAKEOVER
    caller = ToolCaller(policy=Policy(frozenset(TOOLSETS), allowed, (PolicyRule(deny=frozenset({"operator_answer"})),)))
    _, data = draft(caller, "reply", dialog="203", message=HELLO)

    assert data["would_be_refused"] is True
    assert "It takes operator_answer" in str(data["refusal"])


UNTOLD = {
    "session_mode_pin_all": "all of the caller's dialogs, which the answer names",
    "session_mode_unpin_all": "all of the caller's dialogs, which the answer names",
    "im_event_subscribe": "no method shows whether the log is on",
    "im_event_unsubscribe": "no method shows whether the log is on",
    "im_event_get": "what is in the log shows only by reading it",
    "imbot_v2_event_get": "what is in the log shows only by reading it",
    "network_join": "what another company has is not to be read before",
    "network_message_add": "no method lists what was sent to whom",
}
"""Changing methods whose draft is the request alone, and why."""


def test_every_changing_method_has_a_draft_or_a_reason_why_not() -> None:
    told = {method.tool() for method in (*OF_DIALOG, *OF_OTHERS)}
    changing = {
        method.tool() for method in methods().values() if not method.reads() and method.toolset() != "connectors"
    }

    assert told | set(UNTOLD) == changing
    assert not told & set(UNTOLD)
