"""A note for colleagues: what the client gets of it, and when there is none."""

import pytest

from sandbox.seed import seed
from tests.workflows.tool_calls import ToolCaller

NOTE = "She is a wholesale client [b]since May[/b]."
DIALOGS = {
    "waits in the queue": 201,
    "a channel's own connector, answered": 205,
    "live chat, with a colleague": 204,
    "live chat, waits": 203,
    "with the line's bot": 217,
}


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def _take_state(caller: ToolCaller, chat: int) -> tuple[object, ...]:
    session = caller.session(chat + 100)
    return caller.chat(chat).owner, session.status, session.wait_answer, session.modified, len(caller.company.sessions)


@pytest.mark.parametrize("chat", DIALOGS.values(), ids=DIALOGS)
@pytest.mark.parametrize("silent", ["", "Y"])
def test_the_client_gets_nothing_and_the_dialog_stays_as_it_is(caller: ToolCaller, chat: int, silent: str) -> None:
    caller.chat(chat).silent = silent
    before, had = _take_state(caller, chat), caller.messages(chat)
    text, data = caller.call_ok("note", dialog=chat, note=NOTE)

    (left,) = caller.messages(chat)[len(had) :]
    assert left.text == f"Anna Keller: {NOTE}"
    assert (left.system, left.to_client, left.sending) == (True, False, False)
    assert _take_state(caller, chat) == before
    assert (data["message_id"], data["client_gets_it"], data["proven"]) == (left.id, False, True)
    assert "for colleagues only: the client does not get it" in text


def _list_waiting(caller: ToolCaller) -> list[tuple[object, ...]]:
    dialogs = (caller.call("inbox").structured_content or {})["dialogs"]
    return [(one["chat_id"], one["since"], one["state"], one["last_message"]) for one in dialogs]


def test_a_closed_dialog_takes_a_note_and_stays_closed(caller: ToolCaller) -> None:
    (closed,) = [chat for chat in caller.company.chats if chat == 206]
    caller.call_ok("close_dialog", dialog=closed)
    sessions = len(caller.company.sessions)
    caller.call_ok("note", dialog=closed, note=NOTE)

    assert not caller.messages(closed)[-1].to_client
    assert len(caller.company.sessions) == sessions


def test_it_waits_as_long_as_before(caller: ToolCaller) -> None:
    before = _list_waiting(caller)
    caller.call_ok("note", dialog=201, note=NOTE)

    assert _list_waiting(caller) == before


def test_without_the_messengers_scope_it_is_refused_with_the_reason() -> None:
    james = ToolCaller(seed.SECOND_OPERATOR_WEBHOOK_PATH)
    had = len(james.company.messages)
    text, error = james.call_refused("note", dialog=204, note=NOTE)

    assert "a note needs the scope im, and there is no other way to leave one" in text
    assert "im" in error["advice"]
    assert len(james.company.messages) == had


def test_where_the_portal_takes_no_notice_from_the_caller_its_reason_is_told(caller: ToolCaller) -> None:
    caller.company.employees[1].extranet = True
    caller.chat(204).members = [one for one in caller.chat(204).members if one != 1]
    had = len(caller.company.messages)
    text, error = caller.call_refused("note", dialog=204, note=NOTE)

    assert "Nothing was changed: the note could not be left" in text
    assert error["code"] == "CANCELED"
    assert "session_join" in error["advice"]
    assert len(caller.company.messages) == had


def test_a_lost_answer_leaves_one_note(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=True)
    caller.call_ok("note", dialog=204, note=NOTE)

    assert sum(NOTE in one.text for one in caller.messages(204)) == 1


def test_a_note_that_is_lost_before_it_came_is_not_repeated(caller: ToolCaller) -> None:
    caller.lose_answers("im.message.add", executed=False)
    text, _ = caller.call_refused("note", dialog=204, note=NOTE)

    assert "It is not known whether the note was left" in text
    assert not any(NOTE in one.text for one in caller.messages(204))


@pytest.mark.parametrize("note", ["", " \n", "x" * 2001])
def test_a_note_has_words_and_not_too_many(caller: ToolCaller, note: str) -> None:
    text, _ = caller.call_refused("note", dialog=204, note=note)

    assert "note" in text
