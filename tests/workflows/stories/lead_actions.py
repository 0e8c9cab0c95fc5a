"""What a support lead has done: answers, notes, dialogs that move or end, ratings, settings; drafts come first."""

import re
from typing import Any

from tests.workflows.stories.closing import check_junk_is_gone, let_junk_arrive
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.facts import (
    count_load,
    list_open,
    list_texts,
    name_user,
    read_messages,
    without_clock,
)
from tests.workflows.stories.offers import read_calls, read_part, read_table
from tests.workflows.stories.story import ADMIN, HELLO, State, Story, check_nothing, expect_answer, find_chat

NOTE = "The client is about to cancel; please answer within the hour."
SAID = "The invoice goes out today with the right name."


def tell_draft(calls: CountedCalls, tool: str, **arguments: Any) -> str:
    """The words of a draft, after which the portal is as it was."""
    before = without_clock(calls.look("state"))
    words = calls.tell(tool, **arguments, dry_run=True)
    assert words.startswith("Draft: nothing was sent."), words
    assert without_clock(calls.look("state")) == before
    return words


def _answer_after_draft(calls: CountedCalls) -> None:
    briefing = calls.tell("dialog", dialog="Emma Wilson")
    messages = read_messages(calls)
    assert all(text in briefing for text in list_texts(messages, 201))
    (step,) = read_calls(briefing, "reply")
    draft = tell_draft(calls, "reply", dialog="Emma Wilson", message=HELLO, **step)
    for told in ("It would be:", "Emma Wilson", "Telegram", f"What they will read: {HELLO}", "the queue -> you"):
        assert told in draft
    assert "The client reads it in Telegram" in calls.tell("reply", dialog="Emma Wilson", message=HELLO, **step)


def _hand_over_after_draft(calls: CountedCalls) -> None:
    asked = {"dialog": "Emma Wilson", "note": NOTE}
    refused = tell_draft(calls, "hand_over", **asked, to="Olga")
    assert "This call would be refused" in refused
    free = int(read_part(refused, r"Online with a free slot: [^()]+ \((\d+)\)"))
    draft = tell_draft(calls, "hand_over", **asked, to=f"user {free}")
    assert f"operator: the queue -> {name_user(free)}" in draft
    assert NOTE in draft
    calls.tell("hand_over", **asked, to=f"user {free}")
    chat = find_chat(calls.look("state"), 201)
    left = [message for message in read_messages(calls) if message["chat_id"] == 201 and NOTE in message["text"]]
    assert (chat["owner"], [message["system"] for message in left]) == (free, [True])


def _quick_answer(calls: CountedCalls) -> None:
    told = calls.tell("quick_replies", line="Website support")
    for kept in calls.look("state")["quick_answers"]:
        assert (kept["text"] in told) == (kept["line_id"] == 1)
    words = read_part(told, r"(?m)^\d+: (.*patience.*)$")
    calls.tell("reply", dialog="Liam Brown", message=words)
    state = calls.look("state")
    chat = find_chat(state, 202)
    assert (chat["owner"], chat["last_message"]) == (ADMIN, words)
    assert words in [kept["text"] for kept in state["quick_answers"]]


def _finish_with_unanswered(calls: CountedCalls) -> None:
    draft = tell_draft(calls, "close_dialog", dialog="Grace Miller")
    before = read_messages(calls)
    assert list_texts(before, 206)[-1] in read_part(draft, "Nobody has answered the client's last 1 message: (.*)")
    calls.tell("reply", dialog="Grace Miller", message=SAID)
    closed = calls.tell("close_dialog", dialog="Grace Miller")
    got = list_texts(read_messages(calls)[len(before) :], 206)
    promised = [line.partition(": ")[2] for line in draft.splitlines() if line.startswith("What they will read: ")]
    assert promised
    assert [text for text in got if text in promised] == promised
    assert all(text in closed for text in promised)
    assert SAID in got


def _check_grace_is_closed(state: State) -> None:
    assert find_chat(state, 206)["session_id"] == 0


def _rate_work(calls: CountedCalls) -> None:
    session = int(read_part(calls.tell("dialog", dialog="Oliver Smith"), r"Session (\d+), closed"))
    (before,) = [one for one in calls.look("state")["sessions"] if one["id"] == session]
    draft = tell_draft(calls, "session_head_vote", session_id=session, rating=4)
    assert f"rating: {before['vote_head']} -> 4" in draft
    assert "The comment is erased" in draft
    comment = read_part(draft, "comment: (.*) -> none")
    calls.tell("session_head_vote", session_id=session, rating=4, comment=comment)
    (after,) = [one for one in calls.look("state")["sessions"] if one["id"] == session]
    assert after == before | {"vote_head": 4}
    assert comment == before["comment_head"]


def _spam(calls: CountedCalls) -> None:
    waiting = read_table(calls.tell("inbox", line="Sales", state="new"))
    junk = next(row["chat_id"] for row in waiting if "WON" in row["last message"])
    assert "The client gets nothing" in tell_draft(calls, "close_dialog", dialog=junk, as_spam=True)
    before = list_texts(read_messages(calls), int(junk))
    calls.tell("close_dialog", dialog=junk, as_spam=True)
    visible = [message for message in read_messages(calls) if message["chat_id"] == int(junk) and message["author_id"]]
    assert {message["text"] for message in visible} <= set(before)


def _move_load(calls: CountedCalls) -> None:
    told = calls.tell("team_load")
    state = calls.look("state")
    for user, number in count_load(state).items():
        assert int(read_part(told, rf"- {re.escape(name_user(user))}[^:]*: (\d+) open")) == number
    proposals = read_calls(told, "hand_over")
    assert {int(one["dialog"]) for one in proposals} == {
        chat["id"] for chat, _ in list_open(state) if _is_to_be_moved(chat, state)
    }
    for proposal in proposals:
        calls.tell("hand_over", **proposal)
    after = calls.look("state")
    assert [f"user {find_chat(after, int(one['dialog']))['owner']}" for one in proposals] == [
        one["to"] for one in proposals
    ]
    assert "Nothing needs to be moved." in calls.tell("team_load")


def _is_to_be_moved(chat: State, state: State) -> bool:
    """Nobody has or is offered it, or Sofia, who is on a break, has it while the client waits."""
    session = next(one for one in state["sessions"] if one["id"] == chat["session_id"])
    return session["operator_id"] in {0, 5}


def _leave_note(calls: CountedCalls) -> None:
    asked = {"dialog": "Ирине Кузнецовой", "note": "The confirmation mail bounced: ask her for another address."}
    assert f"{asked['note']} The client does not get it." in tell_draft(calls, "note", **asked)
    before = find_chat(calls.look("state"), 203)
    calls.tell("note", **asked)
    (left,) = [message for message in read_messages(calls) if asked["note"] in message["text"]]
    assert (left["chat_id"], left["system"], left["author_id"]) == (203, True, 0)
    after = find_chat(calls.look("state"), 203)
    assert [after[part] for part in ("owner", "status", "session_id")] == [
        before[part] for part in ("owner", "status", "session_id")
    ]


def _audit(calls: CountedCalls) -> None:
    found = calls.tell("channel_audit")
    safe = [fix for line in found.splitlines() if "safe to set" in line for fix in read_calls(line, "config_update")]
    assert safe
    settings = [name for fix in safe for name in fix if name != "config_id"]
    (first, *_) = safe
    assert f"{settings[0].upper()}: 0 -> {first[settings[0]]}" in tell_draft(calls, "config_update", **first)
    for fix in safe:
        calls.tell("config_update", **fix)
        kept = calls.ask_portal("imopenlines.config.get", CONFIG_ID=fix["config_id"])["result"]
        assert all(str(kept[name.upper()]) == str(value) for name, value in fix.items() if name != "config_id")
    assert "safe to set" not in calls.tell("channel_audit")


STORIES = (
    Story(
        "answer after a draft",
        "What does Emma Wilson want? Tell her that I am looking into it, but show me first what would be sent.",
        _answer_after_draft,
        None,
        expect_answer(201),
    ),
    Story(
        "hand over with a draft",
        "Give Emma Wilson's dialog to Olga with a note, or to whoever can take it; show me before it is done.",
        _hand_over_after_draft,
        None,
        check_nothing,
    ),
    Story(
        "quick answer",
        "Send Liam Brown our quick answer that asks for patience.",
        _quick_answer,
        None,
        check_nothing,
    ),
    Story(
        "finish with unanswered messages",
        "Finish Grace Miller's dialog, but if she waits for something, tell her first that the invoice goes out today.",
        _finish_with_unanswered,
        None,
        _check_grace_is_closed,
    ),
    Story(
        "rate work, keep the comment",
        "My vote on Olga's last dialog with Oliver Smith should be 4; the comment stays.",
        _rate_work,
        None,
        check_nothing,
    ),
    Story(
        "spam after a draft",
        "There is a prize scam among the new dialogs of Sales. Mark it as spam, if its sender gets nothing for it.",
        _spam,
        None,
        check_junk_is_gone,
        let_junk_arrive,
    ),
    Story(
        "move load",
        "Who has how much to do? Move what needs to be moved.",
        _move_load,
        None,
        check_nothing,
    ),
    Story(
        "internal note",
        "Leave the team a note for the dialog of Ирине Кузнецовой: her confirmation mail bounced.",
        _leave_note,
        None,
        check_nothing,
    ),
    Story(
        "audit",
        "Look for mistakes in our lines' settings, and mend what is safe to mend.",
        _audit,
        None,
        check_nothing,
    ),
)
