"""The law of drafts: refused exactly where the call is, and the effects are those that the portal shows then."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.state.company import Company
from sandbox.state.records import Chat
from tests.assistant import text_of
from tests.workflows.drafts.states import BOT_KEY, State
from tests.workflows.tool_calls import ToolCaller
from tools.registry import methods

LONG = bool(os.environ.get("LONG_TESTS"))
CHUNKS = [range(first, first + 20) for first in range(0, 240, 20)] if LONG else [range(0, 240, 11)]
CALLS_APART = 4 if LONG else 7
"""Of the calls in a state one of so many is tried, in each state others."""
LEAST_COMPARED = 0.6
HELLO = "Good morning, here is the answer."
Call = tuple[str, dict[str, Any]]

CHANGING = {method.rest.lower() for method in methods().values() if not method.reads()}
ON_CHAT = (
    "operator_answer",
    "operator_skip",
    "operator_spam",
    "operator_finish",
    "operator_another_finish",
    "session_intercept",
    "session_join",
    "session_start",
    "crm_lead_create",
    "bot_session_operator",
)
"""Tools that need only the chat."""
NOT_TO_BE_READ = {
    "who the queue has chosen for it": "only the reports show it, and the plan or the caller's role has none",
    "whom the queue would choose": "the queue chooses when the session begins",
    "the dialog, which you do not see": "the queue may offer a dialog that dialog.get hides from the caller",
    "whether a bot belongs to": "no method lists bots without a scope of their own",
    "whether user": "without the scope of users nobody's account or CRM rights can be read",
    "whether this person": "nobody else's rights can be read",
    "whether you may remove people": "whether the caller is an administrator is not told",
    "whether anybody in the queue": "presence is in the reports alone",
    "whether the client has rated": "the rating is in the reports alone",
    "who takes part": "the history of another's session is not open to everybody",
    "the present rating and comment": "the history of another's session is not open to everybody",
    r"message \d+ was not found": "a message of another chat, or none: the portal looks at all chats",
    "whether the message is one": "the messages are not open to this caller",
    "whether the line's quick answers": "the right to the list is in no answer",
    r"whether .+ is online": "presence is in the reports alone",
    r"whether .+ is an employee who can take dialogs": "without the scope of users nobody's account can be read",
    "whether it goes back into the queue": "presence and free places are in the reports alone",
    "whether anybody in its queue is online": "presence is in the reports alone",
}
"""Pattern of how what could not be checked begins -> why nobody can read it before the call."""


@dataclass(frozen=True)
class Shown:
    """What of a dialog the portal shows."""

    owner: int
    closed: bool
    got: int
    """Messages that the client has got."""

    @classmethod
    def of(cls, company: Company, chat: Chat) -> "Shown":
        sent = sum(message.to_client for message in company.list_messages(chat.id))
        return cls(chat.owner, chat.session_id == 0, sent)


def list_calls(chat: Chat, company: Company) -> Iterator[Call]:
    """Every changing tool of dialogs, in the ways that differ."""
    here, named = {"chat_id": chat.id}, {"dialog": str(chat.id)}
    for flags in ({}, {"take": False}, {"take_over": True}, {"even_if_silent": True, "take_over": True}):
        yield "reply", {**named, "message": HELLO, **flags}
    for to in ("user 3", "user 4", "user 5", "user 6", "queue", "line 2", "line 4"):
        yield "hand_over", {**named, "to": to}
        yield "hand_over", {**named, "to": to, "even_if_offline": True, "note": "Please call back."}
    for flags in ({}, {"both_phases": False}, {"as_spam": True}):
        yield "close_dialog", {**named, **flags}
    yield "note", {**named, "note": "Please call back."}
    for tool in ON_CHAT:
        yield tool, here
    for target in ({"user_id": 3}, {"user_id": 5}, {"user_id": 6}, {"user_id": 9}, {"queue_id": 2}, {"queue_id": 99}):
        yield "operator_transfer", {**here, **target}
    for tool in ("session_mode_silent", "session_mode_pin"):
        yield tool, {**here, "activate": True}
        yield tool, {**here, "activate": False}
    own, foreign = (company.list_messages(number)[0].id for number in (chat.id, 220))
    for number in (own, foreign):
        yield "message_session_start", {**here, "message_id": number}
        yield "message_quick_save", {**here, "message_id": number}
    yield "bot_session_message_send", {**here, "name": "DEFAULT", "message": HELLO}
    yield "bot_session_message_send", {**here, "name": "WELCOME"}
    yield "bot_session_transfer", {**here, **BOT_KEY, "user_id": 4}
    yield "bot_session_finish", {**here, **BOT_KEY}
    yield from list_messenger_calls(chat, company)


def list_messenger_calls(chat: Chat, company: Company) -> Iterator[Call]:
    """Those of the messenger, of CRM and of ratings."""
    yield "im_message_add", {"dialog_id": f"chat{chat.id}", "message": HELLO}
    yield "im_message_add", {"dialog_id": f"chat{chat.id}", "message": HELLO, "system": True}
    yield "im_dialog_read", {"dialog_id": f"chat{chat.id}"}
    session = company.list_sessions(chat.id)[-1]
    yield "session_head_vote", {"session_id": session.id, "rating": 4}
    yield "session_head_vote", {"session_id": 9999, "rating": 4}
    kind, number = chat.crm_main or ("LEAD", 503)
    record = {"crm_entity_type": kind.lower(), "crm_entity": number, "chat_id": chat.id}
    for person in (1, 3, 4):
        yield "crm_message_add", {**record, "user_id": person, "message": HELLO}
        yield "crm_chat_user_add", {**record, "user_id": person}
        yield "crm_chat_user_delete", {**record, "user_id": person}


def look(state: State) -> tuple[list[str], int, int]:
    """What is wrong with the drafts of one state, how many calls were compared, and how many could not be."""
    company = state.build()
    calls = list(list_calls(company.chats[state.chat_id], company))[state.number % CALLS_APART :: CALLS_APART]
    before = Shown.of(company, company.chats[state.chat_id])
    drafts = [make_caller(state, company).call(tool, dry_run=True, **given) for tool, given in calls]
    problems = [f"a draft sent {request.method}" for request in company.requests if request.method.lower() in CHANGING]
    problems += [] if Shown.of(company, company.chats[state.chat_id]) == before else ["a draft changed something"]
    compared = 0
    for (tool, given), draft in zip(calls, drafts, strict=True):
        told = draft.structured_content or {}
        if draft.is_error:
            problems.append(f"{tool} {given}: the draft failed: {text_of(draft)}")
            continue
        if told["not_checked"]:
            problems += [
                f"{tool}: no reason is named for: {what}" for what in told["not_checked"] if not is_named(what)
            ]
            continue
        compared += 1
        after = state.build()
        reply = make_caller(state, after).call(tool, **given)
        now = Shown.of(after, after.chats[state.chat_id])
        wrong = compare(told, before, now, refused=bool(reply.is_error))
        if wrong:
            problems.append(
                f"state {state.number} {state.caller} {tool} {given}: {wrong}\n{text_of(draft)}\n{text_of(reply)}"
            )
    return problems, compared, len(calls)


def make_caller(state: State, company: Company) -> ToolCaller:
    return ToolCaller(state.webhook, company=company)


def is_named(what: str) -> bool:
    return any(re.match(pattern, what) for pattern in NOT_TO_BE_READ)


def compare(told: dict[str, Any], before: Shown, now: Shown, *, refused: bool) -> str:
    """What the draft told wrongly; empty if nothing."""
    if told["would_be_refused"] != refused:
        return f"told refused: {told['would_be_refused']}, was: {refused}"
    if refused:
        return ""
    changed = {change["what"] for change in told["changes"]}
    if bool(told["client_gets"]) != (now.got > before.got):
        return f"told the client gets {told['client_gets']}, got {now.got - before.got}"
    ends = any(change["what"] == "state" and change["after"].startswith("closed") for change in told["changes"])
    if ends != (now.closed and not before.closed):
        return f"told it ends: {ends}, was: {now.closed}"
    if not now.closed and ("operator" in changed) != (now.owner != before.owner):
        return f"told the operator changes: {'operator' in changed}, was: {before.owner} -> {now.owner}"
    return ""


@pytest.mark.parametrize("states", CHUNKS, ids=str)
def test_a_draft_says_refused_exactly_where_the_call_is_and_tells_what_the_portal_shows_then(states: range) -> None:
    problems: list[str] = []
    compared = calls = 0
    for number in states:
        found, done, made = look(State(number))
        problems += found
        compared, calls = compared + done, calls + made
    assert not problems, "\n\n".join(problems[:20])
    assert compared > calls * LEAST_COMPARED
