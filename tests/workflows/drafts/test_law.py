"""The law of drafts: refused exactly where the call is, and the effects are those that the portal shows then."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.assistant import text_of
from tests.spawning import LONG
from tests.workflows.drafts.calls import Call, list_calls
from tests.workflows.drafts.shown import (
    BOTS,
    CLIENT,
    ENDS,
    EXACT,
    LINE,
    LOGS,
    OPERATOR,
    QUEUE,
    QUICK_ANSWER,
    REFUSAL,
    SETTINGS,
    SUBSCRIPTIONS,
    TOLD_ONLY,
    Shown,
)
from tests.workflows.drafts.states import State
from tests.workflows.tool_calls import ToolCaller
from tools.registry import methods
from workflows.registry import COMPOSITES

STATES = 240
CHUNKS = [range(first, first + 20) for first in range(0, STATES, 20)] if LONG else [range(0, STATES, 11)]
CALLS_APART = 4 if LONG else 9
"""Of the calls in a state one of so many is tried, in each state others."""
MOST_LEFT_OUT, MOST_OF_A_TOOL, OFTEN = 0.1, 0.8, 10
"""Share of the comparisons that may fall out because the draft does not know, over all and of one tool that is often
tried."""
FOREIGN = "network_message_add"
"""It writes to another company's portal, which shows nothing."""
CHANGING = {method.rest.lower() for method in methods().values() if not method.reads()}
ACTIONS = {action.tool() for action in COMPOSITES if not action.reads()}
OF_SESSION = {OPERATOR, LINE, "pinned", "silent"}
"""What a closed dialog has no more."""
EFFECTS = frozenset(EXACT)
EVERYTHING = EFFECTS | {REFUSAL}


@dataclass(frozen=True)
class Unreadable:
    """What a draft may leave open."""

    begins: str
    """Pattern of its first words."""
    open: frozenset[str]
    """What is not compared then: nothing else."""
    why: str
    """Why nobody can read it before the call."""


BEGINNINGS = {
    "connector on line": "connector",
    r"bot \S+": BOTS,
    "subscriptions? to": SUBSCRIPTIONS,
    r"\d+ records?$": QUEUE,
}
"""Pattern of how a change is called -> its point, where the name tells which of several."""
ONLY_REFUSAL = frozenset({REFUSAL})
REPORTS = "the reports alone show it, and they are closed to this caller or the plan"
UNREADABLE = (
    Unreadable("who the queue has chosen for it", ONLY_REFUSAL, REPORTS),
    Unreadable("whom the queue would choose", ONLY_REFUSAL, "the queue chooses when the session begins"),
    Unreadable("the dialog, which you do not see", EVERYTHING, "dialog.get hides it, and there is no messenger"),
    Unreadable("whether a bot belongs to", ONLY_REFUSAL, "no method lists bots without a scope of their own"),
    Unreadable(r"whether user \d+ is an employee", ONLY_REFUSAL, "the scope of users is missing"),
    Unreadable(r"whether .+ is an employee who can take", ONLY_REFUSAL, "the scope of users is missing"),
    Unreadable(r"whether user \d+ may read the CRM record", ONLY_REFUSAL, "nobody else's rights can be read"),
    Unreadable(r"whether user \d+ takes part in it", ONLY_REFUSAL, "another's history is not open to everybody"),
    Unreadable("whether this person may see", ONLY_REFUSAL, "nobody else's rights can be read"),
    Unreadable("whether you may remove people", ONLY_REFUSAL, "the right is in no answer"),
    Unreadable("who takes part", ONLY_REFUSAL, "another's history is not open to everybody"),
    Unreadable("whether anybody in the queue", frozenset({REFUSAL, OPERATOR}), REPORTS),
    Unreadable("whether the client has rated", frozenset({CLIENT, ENDS, OPERATOR}), REPORTS),
    Unreadable("the present rating and comment", frozenset({REFUSAL, "rating", "comment"}), "history of others"),
    Unreadable("whether the message is one of", frozenset({ENDS, OPERATOR}), "the messages are not open"),
    Unreadable(r"message \d+ was not found", frozenset({REFUSAL, QUICK_ANSWER}), "the portal looks at all chats"),
    Unreadable("whether the line's quick answers", frozenset({REFUSAL, QUICK_ANSWER}), "the right is in no answer"),
    Unreadable("whether it goes back into the queue", frozenset({OPERATOR}), REPORTS),
    Unreadable("whether .+ is online", frozenset(), "presence refuses nothing: who calls has to know"),
    Unreadable("whether anybody in its queue is online", frozenset(), "presence refuses nothing"),
    Unreadable("which of your dialogs", frozenset({"pinned", OPERATOR}), "no method lists the dialogs of one operator"),
    Unreadable("whether another company", ONLY_REFUSAL, "another company's portal shows nothing"),
    Unreadable("whether the handlers are the same", frozenset({REFUSAL, SUBSCRIPTIONS}), "secrets are hidden"),
    Unreadable("whether the new token", ONLY_REFUSAL, "nobody may see tokens"),
    Unreadable("whether the log is on", frozenset({LOGS}), "no method shows it"),
    Unreadable("whether your own log is on", ONLY_REFUSAL, "no method shows it"),
    Unreadable("how many events are below", frozenset({LOGS}), "reading the log is what deletes"),
)


@dataclass
class Tally:
    """How much of the drafts was compared, by tool."""

    compared: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)

    def count(self, tool: str, points: frozenset[str], left: frozenset[str]) -> None:
        """One call."""
        self.calls[tool] += 1
        self.compared[tool] += len(points - left)
        self.left_out[tool] += len(points & left)

    def share(self, tools: Iterable[str]) -> float:
        """What was left out of all points."""
        left, done = (sum(counted[tool] for tool in tools) for counted in (self.left_out, self.compared))
        return left / ((left + done) or 1)


def try_state(state: State, tally: Tally) -> list[str]:
    """What is wrong with the drafts of one state."""
    company = state.build()
    chat_id = state.chat_id
    calls = list(list_calls(company.chats[chat_id], company))[state.number % CALLS_APART :: CALLS_APART]
    before = Shown.of(company, chat_id)
    caller = ToolCaller(state.webhook, company=company)
    dry = [(tool, {**given, "dry_run": True}) for tool, given in calls]
    drafts = [draft for draft, _ in caller.call_each(dry, lambda: company)]
    problems = [f"a draft sent {request.method}" for request in company.requests if request.method.lower() in CHANGING]
    problems += [f"a draft changed {what}" for what in before.list_differences(Shown.of(company, chat_id))]
    answers = ToolCaller(state.webhook, company=company).call_each(calls, state.build)
    for call, draft, (reply, after) in zip(calls, drafts, answers, strict=True):
        told, now = draft.structured_content or {}, Shown.of(after, chat_id)
        found = [f"the draft failed: {text_of(draft)}"] if draft.is_error else []
        found = found or compare(told, before, now, call, tally, refused=bool(reply.is_error))
        where, answers_of = f"state {state.number} {state.caller} {call}", f"{text_of(draft)}\n{text_of(reply)}"
        problems += [f"{where}: {one}\n{answers_of}" for one in found]
    return problems


def compare(told: dict[str, Any], before: Shown, now: Shown, call: Call, tally: Tally, *, refused: bool) -> list[str]:
    """What the draft told wrongly; empty if nothing."""
    left, problems = find_left_out(told["not_checked"])
    tally.count(call[0], ONLY_REFUSAL if refused else EVERYTHING, left)
    differs = before.list_differences(now)
    if told["would_be_refused"] != refused and REFUSAL not in left:
        problems.append(f"told refused: {told['would_be_refused']}, was: {refused}")
    if refused:
        half_done = sorted(differs) if call[0] in ACTIONS else []
        return [*problems, *(f"refused, and yet it changed {what}" for what in half_done)]
    if told["would_be_refused"]:
        return problems
    named = read_told(told)
    for what in EXACT:
        is_wrong = what not in left and (what in named) != (what in differs)
        if is_wrong and not is_moot(what, before, now, call[0], differs | left):
            was = f"{before.points[what]} -> {now.points[what]}"[:300]
            problems.append(f"told {what}: {what in named}, was: {was}")
    others = [what for what in TOLD_ONLY if what in named and what not in differs]
    return [*problems, *(f"told {what}, and it is as it was" for what in others if OPERATOR not in differs | left)]


def is_moot(what: str, before: Shown, now: Shown, tool: str, differs: set[str]) -> bool:
    """Whether a point says nothing: a closed dialog has no operator, and a pin goes with its operator."""
    if what == OPERATOR and tool.startswith("config_"):
        return True  # told is what becomes of all dialogs of whoever leaves the queue
    if what == QUEUE and not tool.startswith("event_"):
        return True  # what a call causes is queued where somebody wants to know of it
    if what == LOGS and BOTS in differs:
        return True  # a bot that is there no more has none, and a new one an empty one
    if what == LINE and None in {before.points[LINE], now.points[LINE]}:
        return True
    return (now.points[ENDS] and what in OF_SESSION) or (what == "pinned" and OPERATOR in differs)


def read_told(told: dict[str, Any]) -> set[str]:
    """The points that a draft says will change."""
    named = {change["what"] for change in told["changes"] if not change["before"].startswith("those who leave")}
    named = {next((point for begins, point in BEGINNINGS.items() if re.match(begins, what)), what) for what in named}
    settings = {what for what in named if what.isupper() or what == "the line itself"}
    named -= {*settings, ENDS}
    if any(change["what"] == ENDS and change["after"] != "closing" for change in told["changes"]):
        named.add(ENDS)
    if told["client_gets"]:
        named.add(CLIENT)
    return named | ({SETTINGS} if settings else set())


def find_left_out(not_checked: Iterable[str]) -> tuple[frozenset[str], list[str]]:
    """What is not compared, and problems for what no reason is known for."""
    left, problems = frozenset[str](), []
    for what in not_checked:
        reason = next((one for one in UNREADABLE if re.match(one.begins, what)), None)
        left |= reason.open if reason else EVERYTHING
        problems += [] if reason else [f"no reason is named for: {what}"]
    return left, problems


@pytest.mark.parametrize("states", CHUNKS, ids=str)
def test_a_draft_says_refused_exactly_where_the_call_is_and_tells_what_the_portal_shows_then(states: range) -> None:
    tally = Tally()
    problems = [problem for number in states for problem in try_state(State(number), tally)]
    assert not problems, "\n\n".join(problems[:20])
    assert tally.share(tally.calls) < MOST_LEFT_OUT
    if LONG:
        often = [tool for tool, number in tally.calls.items() if number >= OFTEN and tool != FOREIGN]
        assert {tool: share for tool in often if (share := tally.share([tool])) > MOST_OF_A_TOOL} == {}


def test_every_tool_that_changes_something_is_tried_in_every_state_of_the_long_form() -> None:
    company = State(0).build()
    tried = {tool for tool, _ in list_calls(company.chats[State(0).chat_id], company)}

    assert tried == {tool.tool() for tool in (*methods().values(), *COMPOSITES) if not tool.reads()}
    assert len({(State(number).caller, State(number).chat_id) for number in range(STATES)}) > 100
