"""A law over many states of a dialog: what is offered works when it is called so, and what helps is offered."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from sandbox.domain.closing import close_session, finish_session, mark_spam
from sandbox.domain.queues import distribute
from sandbox.domain.sessions import answer_dialog, join_chat, set_silent_mode
from sandbox.state.company import Company
from sandbox.state.records import Status
from tests.assistant import text_of
from tests.spawning import LONG
from tests.workflows.drafts.states import CALLERS, State
from tests.workflows.tool_calls import ToolCaller

STATES_APART, LEAST_STEPS = (1, 300) if LONG else (3, 100)
CHATS = (203, 215, 201)
"""A live chat of a line that asks for a rating, one with a CRM record, a line that offers to everybody."""
OWNERS = ("queue", "offered to me", "me", "colleague")
ENDINGS = ("open", "closing", "closed", "spam")
ME, COLLEAGUE, OTHER = 1, 4, 3
OF_OTHERS_APART, LEAST_OF_OTHERS = (1, 500) if LONG else (13, 30)
NOBODY_FREE = "could take it now"
"""Whether a colleague has a free place is read by the draft alone: it takes a request more, for one way of many."""
WORDS: dict[str, dict[str, Any]] = {
    "reply": {"message": "We look into it."},
    "im_message_add": {"message": "We look into it."},
    "hand_over": {"to": f"user {OTHER}", "even_if_offline": True},
}
"""What a caller says, or to whom: the rest has to be in the step."""


def _prepare(company: Company, number: int, owner: str, ending: str, *, silent: bool, joined: bool) -> None:
    chat = company.chats[number]
    session = company.sessions[chat.session_id]
    session.status, chat.owner, session.operator_id, session.wait_action = Status.NEW, 0, 0, False
    chat.members = [member for member in chat.members if member in company.clients]
    if owner in {"queue", "offered to me"}:
        distribute(company, chat, session)
        if owner == "offered to me" and session.operator_id:  # a line may offer to everybody
            session.operator_id = ME
    else:
        answer_dialog(company, chat, ME if owner == "me" else COLLEAGUE)
    if joined:
        join_chat(company, chat, ME)
    set_silent_mode(company, chat, on=silent)
    if ending == "closing":
        finish_session(company, chat, session)
    if ending == "closed":
        close_session(company, chat, session, Status.CLOSED, "operator")
    if ending == "spam":
        mark_spam(company, chat, session, COLLEAGUE)


def _list_states() -> Iterator[tuple[int, str, str, bool, bool]]:
    """Whoever finishes what waits in the queue has taken it: no dialog is closing there."""
    states = product(CHATS, OWNERS, ENDINGS, (False, True), (False, True))
    possible = (state for state in states if state[2] != "closing" or state[1] in {"me", "colleague"})
    yield from islice(possible, 0, None, STATES_APART)


def test_each_step_that_is_offered_works_when_it_is_called_as_it_says() -> None:
    steps = 0
    for number, owner, ending, silent, joined in _list_states():
        state = {"silent": silent, "joined": joined}
        caller = ToolCaller()
        _prepare(caller.company, number, owner, ending, **state)
        for step in _read_steps(caller, number):
            fresh = ToolCaller()
            _prepare(fresh.company, number, owner, ending, **state)
            reply = fresh.call(step["tool"], **step["arguments"], **WORDS.get(step["tool"], {}))
            assert not reply.is_error, (number, owner, ending, state, step, text_of(reply))
            steps += 1
    assert steps > LEAST_STEPS


def _read_steps(caller: ToolCaller, number: int) -> list[dict[str, Any]]:
    reply = caller.call("dialog", dialog=number)
    assert not reply.is_error, text_of(reply)
    steps: list[dict[str, Any]] = (reply.structured_content or {})["next"]
    return steps


def test_what_helps_in_a_state_is_offered_and_what_would_do_nothing_is_not() -> None:
    for number, owner, ending, silent, joined in _list_states():
        caller = ToolCaller()
        _prepare(caller.company, number, owner, ending, silent=silent, joined=joined)
        state, tools = (number, owner, ending, silent, joined), {one["tool"] for one in _read_steps(caller, number)}
        chat = caller.company.chats[number]
        if not chat.session_id:
            assert tools == {"session_start"}, state
            continue
        assert "close_dialog" in tools, state
        assert ("reply" in tools) is not silent, state
        assert ("session_mode_silent" in tools) is silent, state
        assert ("session_join" in tools) is (chat.owner not in {0, ME} and ME not in chat.members), state
        assert ("operator_answer" in tools) is (not chat.owner), state
        assert ("hand_over" in tools) is (ending == "open"), state
        if "operator_skip" in tools:
            assert caller.company.sessions[chat.session_id].operator_id == ME, state


def test_what_is_offered_to_whoever_calls_works_and_its_draft_says_so() -> None:
    """Administrators, supervisors, operators with and without the dialog or the queue, people without rights."""
    steps, callers = 0, set[str]()
    for state in map(State, range(0, 240, OF_OTHERS_APART)):
        caller = ToolCaller(state.webhook, company=state.build())
        reply = caller.call("dialog", dialog=state.chat_id)
        if reply.is_error:
            continue
        offered = (reply.structured_content or {})["next"]
        to = min({OTHER, COLLEAGUE, 5} - {caller.chat(state.chat_id).owner, CALLERS[state.caller]})
        words = {**WORDS, "hand_over": {"to": f"user {to}", "even_if_offline": True}}
        words["crm_message_add"] = words["reply"]
        calls = [(step["tool"], {**step["arguments"], **words.get(step["tool"], {})}) for step in offered]
        drafts = [(tool, {**given, "dry_run": True}) for tool, given in calls]
        for (tool, given), (answer, _) in zip(
            [*drafts, *calls], caller.call_each([*drafts, *calls], state.build), strict=True
        ):
            told = answer.structured_content or {}
            case = (state.number, state.caller, state.chat_id, tool, given, text_of(answer))
            if tool == "operator_skip" and (NOBODY_FREE in text_of(answer) or answer.is_error):
                continue
            assert not answer.is_error, case
            assert not told.get("would_be_refused"), case
        steps, callers = steps + len(calls), callers | ({state.caller} if calls else set())
    assert steps > LEAST_OF_OTHERS
    assert callers >= set(CALLERS) - {"no rights"}
