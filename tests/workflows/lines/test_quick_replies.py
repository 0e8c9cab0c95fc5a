"""Quick answers: read, saved from an operator's message, and not from a client's."""

import pytest

from sandbox.methods.system import find
from sandbox.wire import dispatch
from tests.assistant import text_of, words_of
from tests.workflows.portal_context import run_tool
from tests.workflows.tool_calls import ToolCaller
from workflows.lines.quick_replies import QuickReplies


def test_the_quick_answers_of_a_line_are_found_by_words() -> None:
    everything, _ = run_tool(QuickReplies, line="Website support")
    found, text = run_tool(QuickReplies, line=1, search="refund")

    assert (everything["total"], len(everything["replies"])) == (2, 2)
    assert [one["text"] for one in found["replies"]] == ["Your refund is on its way and will arrive within five days."]
    assert text.startswith("1 quick answer of Website support (1):")


def test_a_saved_answer_is_shown_and_can_be_sent() -> None:
    caller = ToolCaller()
    saved = caller.call("message_quick_save", chat_id=206, message_id=1027)
    listed = caller.call("quick_replies", line=1, search="what should it say")
    text = (listed.structured_content or {})["replies"][0]["text"]

    assert "Saved as a quick answer: Sorry about that, Grace. What should it say?" in words_of(saved)
    assert "Sorry about that, Grace. What should it say?" in text


def test_a_clients_message_is_refused_unless_told() -> None:
    caller = ToolCaller()
    before = len(caller.company.quick_answers)
    refused = caller.call("message_quick_save", chat_id=206, message_id=1028)

    assert refused.is_error
    assert "message 1028 is the client's: Miller Garden Design Ltd." in words_of(refused)
    assert len(caller.company.quick_answers) == before
    assert not caller.call("message_quick_save", chat_id=206, message_id=1028, any_author=True).is_error
    assert len(caller.company.quick_answers) == before + 1


def test_an_older_portal_says_what_can_be_done_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "find", lambda name: None if "QuickReply" in name else find(name))
    reply = ToolCaller().call("quick_replies", line="Sales")

    assert reply.is_error
    assert "has no method that reads quick answers" in text_of(reply)
    assert "message_quick_save" in text_of(reply)
