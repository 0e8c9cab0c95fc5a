"""The law of every source: each message once, in order and in the right words; sessions started and finished once."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from bench.campaign.life import Life
from server.events.feed.event import ADDED, MESSAGES, EventKind, FeedEvent

TIMELY = 2.0
"""Pauses of a source after which an event counts as late."""


@dataclass(frozen=True)
class Findings:
    """What came of a campaign: faults of the feed, and figures."""

    messages: int
    missing: list[int]
    """Messages that are not in the feed, though they still exist at the portal."""
    faults: list[str]
    """What of the law is broken, in words."""
    sessions: int
    unseen_sessions: int
    """Sessions of which neither start nor end was heard."""
    edits: tuple[int, int]
    """How many messages were edited and not deleted, and of how many of them the feed has the last words."""
    deletions: tuple[int, int]
    lost: int
    """What the portal told and nobody got, by its faults and because nobody listened."""
    delays: list[float]
    """Seconds of this machine between writing and noting, ascending."""


def examine(life: Life, noted: list[FeedEvent]) -> Findings:
    """Compare a feed with what really was at the portal."""
    mine = frozenset(life.chats)
    portal = {row["id"]: row for row in life.control("messages")["messages"] if row["chat_id"] in mine}
    events = [one for one in noted if one.event.chat_id in mine]
    added = [one for one in events if one.event.kind in ADDED]
    heard = Counter(one.event.message_id for one in added)
    faults = [f"message {number} is {times} times in the feed" for number, times in heard.items() if times > 1]
    faults += [f"an event without a chat: {one.event}" for one in noted if not one.event.chat_id]
    faults += _check_words(life, portal, added) + _check_order(added)
    sessions = {row["id"]: row for row in life.control("state")["sessions"] if row["chat_id"] in mine}
    more, unseen = _check_sessions(sessions, events)
    texts = {one.event.message_id: one.event.text for one in events if one.event.kind in MESSAGES}
    edited = {number for number, _ in life.edits} - life.deleted
    gone = {one.event.message_id for one in events if one.event.kind is EventKind.MESSAGE_DELETED}
    return Findings(
        messages=len(portal),
        missing=sorted(set(portal) - set(heard) - life.deleted),
        faults=faults + more,
        sessions=len(sessions),
        unseen_sessions=unseen,
        edits=(len(edited), sum(texts.get(number) == portal[number]["text"] for number in edited)),
        deletions=(len(life.deleted), len(life.deleted & gone)),
        lost=_count_lost(life),
        delays=sorted(one.noted - life.written[n] for one in added if (n := one.event.message_id) in life.written),
    )


def _check_words(life: Life, portal: dict[int, dict[str, Any]], added: list[FeedEvent]) -> list[str]:
    wrong = []
    for one in added:
        number, text = one.event.message_id, one.event.text
        right = life.texts.get(number) or {portal[number]["text"]} if number in portal else set()
        if text not in right and number not in life.deleted and one.event.kind is not EventKind.MESSAGE_FROM_SYSTEM:
            wrong.append(f"message {number} says {text!r}, not {right}")
    return wrong


def _check_order(added: list[FeedEvent]) -> list[str]:
    last: dict[int, int] = defaultdict(int)
    wrong = []
    for one in added:
        if one.event.message_id < last[one.event.chat_id]:
            wrong.append(f"message {one.event.message_id} comes after {last[one.event.chat_id]}")
        last[one.event.chat_id] = one.event.message_id
    return wrong


def _check_sessions(sessions: dict[int, dict[str, Any]], events: list[FeedEvent]) -> tuple[list[str], int]:
    kinds = (EventKind.SESSION_STARTED, EventKind.SESSION_FINISHED)
    heard = Counter((one.event.kind, one.event.session_id) for one in events if one.event.kind in kinds)
    by_moment = {kind: heard.pop((kind, 0), 0) for kind in kinds}
    wrong = [f"{kind} of {number} {times} times" for (kind, number), times in heard.items() if times > 1]
    wrong += [f"{kind} of a session {number} that never was" for kind, number in heard if number not in sessions]
    unseen = 0
    for number, row in sessions.items():
        started, finished = (heard[kind, number] for kind in kinds)
        is_closed = bool(row["closed"])
        if not started and not finished and is_closed:
            unseen += 1  # or told by its moment, under the number 0
        elif not started or finished != is_closed:
            wrong.append(f"session {number}: {started} starts, {finished} ends, closed {is_closed}")
    if len(set(by_moment.values())) != 1 or by_moment[EventKind.SESSION_STARTED] > unseen:
        wrong.append(f"sessions by their moment: {by_moment}, {unseen} without a number")
    return wrong, unseen - by_moment[EventKind.SESSION_STARTED]


def _count_lost(life: Life) -> int:
    rules = [*life.control("events/faults")["rules"], *life.control("logs/faults")["rules"]]
    struck: int = sum(rule["struck"] for rule in rules if rule["kind"] == "lost")
    sent = life.control("events/deliveries")["deliveries"]
    failed: int = sum(row["state"] == "failed" for row in sent)
    return struck + failed
