"""Ten things that support leads ask of an assistant, each done twice: with composite tools, and by hand.

By hand means the single methods alone, used as a careful assistant does, in the order that the prompts for them gave:
look, act, look again, as `true` proves nothing. What is read anyway is not read twice, and lists are asked for with
the narrowest filters that find what is wanted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.assistant import Assistant
from tests.served import ServedSandbox
from tests.workflows.counted_calls import Cost, CountedCalls

State = dict[str, Any]
HELLO = "Good morning, I am looking into it and will be back within the hour."
NOTE = "The client asks for an invoice; please send it today."
WEEK = {"date_from": "2026-03-10T00:00:00+01:00", "date_to": "2026-03-16T10:00:00+01:00"}
WEEK_BEFORE = {"date_from": "2026-03-03T00:00:00+01:00", "date_to": "2026-03-09T10:00:00+01:00"}


def _nothing(_: ServedSandbox) -> None:
    """The company is as it is."""


@dataclass(frozen=True)
class Story:
    """What was asked for, two ways of doing it, and what the portal has to show after either."""

    name: str
    wish: str
    composite: Callable[[CountedCalls], None]
    by_hand: Callable[[CountedCalls], None]
    ended: Callable[[State], None]
    before: Callable[[ServedSandbox], None] = _nothing


def run_story(story: Story, way: Callable[[CountedCalls], None], client: Assistant, portal: ServedSandbox) -> Cost:
    """What one way through a story takes, in a fresh company; it has to end as it should."""
    portal.control("reset")
    story.before(portal)
    calls = CountedCalls(client, portal)
    way(calls)
    cost = calls.cost()
    story.ended(portal.look("state"))
    return cost


def _chat(state: State, number: int) -> dict[str, Any]:
    return next(chat for chat in state["chats"] if chat["id"] == number)


def _session(state: State, number: int) -> dict[str, Any]:
    return next(session for session in state["sessions"] if session["id"] == number)


def _answered(number: int) -> Callable[[State], None]:
    def check(state: State) -> None:
        chat = _chat(state, number)
        assert (chat["owner"], chat["last_message"]) == (1, HELLO)

    return check


def _write(calls: CountedCalls, chat: int) -> None:
    """By hand: send, and see whether it is there."""
    sent = calls.call_ok("im_message_add", dialog_id=f"chat{chat}", message=HELLO)["result"]
    newest = calls.call_ok("im_dialog_messages_get", dialog_id=f"chat{chat}", limit=3)["messages"]
    assert sent in [message["id"] for message in newest]


def _owned(calls: CountedCalls, chat: int, owner: int) -> None:
    """By hand: see who has it now."""
    assert calls.call_ok("dialog_get", chat_id=chat)["owner"] == owner


# 1 --------------------------------------------------------------------------------------------------------------------


def _longest_wait(calls: CountedCalls) -> None:
    first = calls.call_ok("inbox", limit=3)["dialogs"][0]
    calls.call_ok("dialog", dialog=first["chat_id"], last=5)
    calls.call_ok("reply", dialog=first["chat_id"], message=HELLO, take_over=True)


def _longest_wait_by_hand(calls: CountedCalls) -> None:
    sessions: list[Any] = []
    for status in ("new", "answered"):
        sessions += calls.call_ok("v2_session_list", status=status, order="dateCreate", order_direction="asc")[
            "sessions"
        ]
    waits: dict[str, int] = {}
    for session in sessions:
        messages = calls.call_ok("session_history_get", session_id=session["id"], last=5)["messages"]
        if since := _waiting_since(messages):
            waits[since] = session["chatId"]
    chat = waits[min(waits)]
    if calls.call_ok("dialog_get", chat_id=chat)["owner"]:
        calls.call_ok("session_intercept", chat_id=chat)
    else:
        calls.call_ok("operator_answer", chat_id=chat)
    _owned(calls, chat, 1)
    _write(calls, chat)


def _waiting_since(messages: list[Any]) -> str:
    """When the client wrote what nobody has answered; empty where somebody has."""
    since = ""
    for message in messages:
        if message["role"] == "client":
            since = since or message["date"]
        elif message["role"] in {"operator", "bot"}:
            since = ""
    return since


# 2 --------------------------------------------------------------------------------------------------------------------


def _wrong_owner(calls: CountedCalls) -> None:
    chat = calls.call_ok("dialog", dialog="Noah Davies", last=5)["chat_id"]
    calls.call_ok("reply", dialog=chat, message=HELLO, take_over=True)


def _wrong_owner_by_hand(calls: CountedCalls) -> None:
    found = _find_by_hand(calls, "Noah Davies", "answered")
    calls.call_ok("session_history_get", session_id=found["session_id"], last=5)
    calls.call_ok("session_intercept", chat_id=found["chat_id"])
    _owned(calls, found["chat_id"], 1)
    _write(calls, found["chat_id"])


def _find_by_hand(calls: CountedCalls, client: str, status: str) -> Any:
    """Lists of sessions hold no names: the dialogs are looked at one by one, newest first."""
    for session in calls.call_ok("v2_session_list", status=status)["sessions"]:
        found = calls.call_ok("dialog_get", chat_id=session["chatId"])
        if found["title"].startswith(client):
            return found
    raise AssertionError(f"{client} is not among them")


# 3 --------------------------------------------------------------------------------------------------------------------


def _oliver_writes(portal: ServedSandbox) -> None:
    portal.control("client-message", {"chat_id": 209, "text": "One more thing: the parcel has not come."})


def _after_finish(calls: CountedCalls) -> None:
    chat = calls.call_ok("dialog", dialog="Oliver Smith", last=5)["chat_id"]
    calls.call_ok("reply", dialog=chat, message=HELLO)


def _after_finish_by_hand(calls: CountedCalls) -> None:
    found = _find_by_hand(calls, "Oliver Smith", "new")
    calls.call_ok("session_history_get", session_id=found["session_id"])
    calls.call_ok("im_dialog_messages_get", dialog_id="chat209", limit=8)
    calls.call_ok("operator_answer", chat_id=209)
    _owned(calls, 209, 1)
    _write(calls, 209)


# 4 --------------------------------------------------------------------------------------------------------------------


def _to_somebody_offline(calls: CountedCalls) -> None:
    refused = calls.call_refused("hand_over", dialog=204, to="Tom", note=NOTE)
    assert "Olga Smirnova (3)" in refused
    calls.call_ok("hand_over", dialog=204, to="Olga", note=NOTE)


def _to_somebody_offline_by_hand(calls: CountedCalls) -> None:
    line = calls.call_ok("dialog_get", chat_id=204)["line_id"]
    (tom,) = calls.call_ok("user_search", filter={"FIND": "Tom"})["users"]
    assert not tom["online"]
    free = calls.call_ok("v2_operator_list", config_id=line, status="online", has_free_slots=True)["operators"]
    names = calls.call_ok("user_get", filter={"ID": [operator["userId"] for operator in free]})["users"]
    olga = next(user["id"] for user in names if user["name"].startswith("Olga"))
    calls.call_ok("im_message_add", dialog_id="chat204", message=NOTE, system=True)
    calls.call_ok("operator_transfer", chat_id=204, user_id=olga)
    _owned(calls, 204, olga)


def _with_olga(state: State) -> None:
    assert _chat(state, 204)["owner"] == 3


# 5 --------------------------------------------------------------------------------------------------------------------


def _queue_of_all(calls: CountedCalls) -> None:
    calls.call_ok("hand_over", dialog="Klaus Richter", to="queue")


def _queue_of_all_by_hand(calls: CountedCalls) -> None:
    found = _find_by_hand(calls, "Klaus Richter", "answered")
    settings = calls.call_ok("config_get", config_id=found["line_id"])
    assert settings["QUEUE_TYPE"] == "all", "operator_skip would fail and leave a notice"
    assert calls.call_ok("v2_operator_list", config_id=2, status="online", has_free_slots=True)["operators"]
    calls.call_ok("operator_transfer", chat_id=205, queue_id=2)
    _owned(calls, 205, 0)


def _offered_to_all(state: State) -> None:
    assert (_chat(state, 205)["owner"], _session(state, 305)["line_id"]) == (0, 2)


# 6 --------------------------------------------------------------------------------------------------------------------


def _junk_arrives(portal: ServedSandbox) -> None:
    junk = {
        "line_id": 2,
        "connector": "telegrambot",
        "name": "Prize Office",
        "text": "You have WON! Open the link now!",
    }
    portal.control("client-message", junk)


def _spam(calls: CountedCalls) -> None:
    waiting = calls.call_ok("inbox", line="Sales", state="new")["dialogs"]
    junk = next(one["chat_id"] for one in waiting if "WON" in one["last_message"]["text"])
    calls.call_ok("close_dialog", dialog=junk, as_spam=True)


def _spam_by_hand(calls: CountedCalls) -> None:
    lines = calls.call_ok("config_list_get", select=["ID", "LINE_NAME"])["result"]
    sales = next(line["ID"] for line in lines if line["LINE_NAME"] == "Sales")
    for session in calls.call_ok("v2_session_list", status="new", config_id=sales)["sessions"]:
        said = calls.call_ok("session_history_get", session_id=session["id"], last=5)["messages"]
        if any("WON" in message["text"] for message in said):
            break
    calls.call_ok("operator_spam", chat_id=session["chatId"])
    assert calls.call_ok("dialog_get", chat_id=session["chatId"])["session_id"] is None
    marked = calls.call_ok("v2_session_list", status="spam", config_id=sales, limit=5)["sessions"]
    assert session["id"] in [one["id"] for one in marked]


def _junk_is_gone(state: State) -> None:
    newest = max(state["sessions"], key=lambda session: session["id"])
    assert newest["spam"]
    assert not _session(state, 301)["spam"]


# 7 --------------------------------------------------------------------------------------------------------------------


def _bot_to_human(calls: CountedCalls) -> None:
    calls.call_ok("dialog", dialog=217, last=5)
    calls.call_ok("hand_over", dialog=217, to="queue")


def _bot_to_human_by_hand(calls: CountedCalls) -> None:
    found = calls.call_ok("dialog_get", chat_id=217)
    calls.call_ok("session_history_get", session_id=found["session_id"], last=5)
    calls.call_ok("v2_operator_list", config_id=found["line_id"], status="online", has_free_slots=True)
    calls.call_ok("bot_session_operator", chat_id=217)
    waiting = calls.call_ok("v2_session_list", status="new", config_id=found["line_id"])["sessions"]
    assert [one["operatorId"] for one in waiting if one["chatId"] == 217] == [4]


def _asked_of_james(state: State) -> None:
    assert _session(state, 317)["operator_id"] == 4


# 8 --------------------------------------------------------------------------------------------------------------------


def _deal(calls: CountedCalls) -> None:
    briefing = calls.call_ok("dialog", dialog="deal 601", last=5)
    assert briefing["silent"]
    calls.call_ok("session_mode_silent", chat_id=briefing["chat_id"], activate=False)
    calls.call_ok("reply", dialog=briefing["chat_id"], message=HELLO)


def _deal_by_hand(calls: CountedCalls) -> None:
    (chat,) = calls.call_ok("crm_chat_get", crm_entity_type="deal", crm_entity=601)["result"]
    found = calls.call_ok("dialog_get", chat_id=chat["CHAT_ID"])
    calls.call_ok("session_history_get", session_id=found["session_id"], last=5)
    assert found["silent"]
    calls.call_ok("session_mode_silent", chat_id=215, activate=False)
    assert not calls.call_ok("dialog_get", chat_id=215)["silent"]
    _write(calls, 215)


# 9 --------------------------------------------------------------------------------------------------------------------


def _report(calls: CountedCalls) -> None:
    assert calls.call_ok("channel_report", line="Website support", period="last_7_days")["totals"]["new"] == 12


def _report_by_hand(calls: CountedCalls) -> None:
    lines = calls.call_ok("config_list_get", select=["ID", "LINE_NAME"])["result"]
    line = next(one["ID"] for one in lines if one["LINE_NAME"] == "Website support")
    assert calls.call_ok("v2_stat_get", config_id=line, **WEEK)["statResult"]["totalSessions"] == 12
    calls.call_ok("v2_stat_get", config_id=line, **WEEK_BEFORE)
    period = {"date_create_from": WEEK["date_from"], "date_create_to": WEEK["date_to"]}
    slowest = calls.call_ok("v2_session_list", config_id=line, **period, order="waitAnswer", limit=200)["sessions"]
    votes = {"date_vote_from": WEEK["date_from"], "date_vote_to": WEEK["date_to"]}
    calls.call_ok("v2_session_rating_list", config_id=line, **votes)
    calls.call_ok("v2_session_transfer_list", session_id=[session["id"] for session in slowest])
    operators = sorted({session["operatorId"] for session in slowest if session["operatorId"]})
    calls.call_ok("user_get", filter={"ID": operators})


def _unchanged(state: State) -> None:
    assert len(state["sessions"]) == 22


# 10 -------------------------------------------------------------------------------------------------------------------


def _close(calls: CountedCalls) -> None:
    assert calls.call_ok("close_dialog", dialog="Grace Miller", both_phases=False)["state"] == "waiting for the client"


def _close_by_hand(calls: CountedCalls) -> None:
    mine = calls.call_ok("im_recent_list")["dialogs"]
    chat = next(one["chat_id"] for one in mine if one["title"].startswith("Grace Miller"))
    found = calls.call_ok("dialog_get", chat_id=chat)
    settings = calls.call_ok("config_get", config_id=found["line_id"])
    assert settings["VOTE_MESSAGE"] == "Y"
    calls.call_ok("operator_finish", chat_id=chat)
    assert calls.call_ok("dialog_get", chat_id=chat)["status"].startswith("closing")


def _waits_for_rating(state: State) -> None:
    assert _chat(state, 206)["status"] == 50


STORIES = (
    Story(
        "new client waiting",
        "Who waits for an answer? Answer whoever has waited longest, even if it is a colleague's.",
        _longest_wait,
        _longest_wait_by_hand,
        _answered(212),
    ),
    Story(
        "wrong owner",
        "Noah Davies should be mine, not James': take the dialog and tell him that I am on it.",
        _wrong_owner,
        _wrong_owner_by_hand,
        _answered(204),
    ),
    Story(
        "client wrote after finish",
        "Oliver Smith has written again, three days after we closed. See what it is and answer.",
        _after_finish,
        _after_finish_by_hand,
        _answered(209),
        _oliver_writes,
    ),
    Story(
        "transfer to someone offline",
        "Give chat 204 to Tom, with a note; if he is not there, to Olga if she is.",
        _to_somebody_offline,
        _to_somebody_offline_by_hand,
        _with_olga,
    ),
    Story(
        "queue of type all",
        "Klaus Richter's dialog is with Sofia, who is on a break: put it back into the queue, if anybody is there.",
        _queue_of_all,
        _queue_of_all_by_hand,
        _offered_to_all,
    ),
    Story(
        "spam",
        "There is a prize scam among the new dialogs of Sales. Mark it as spam.",
        _spam,
        _spam_by_hand,
        _junk_is_gone,
        _junk_arrives,
    ),
    Story(
        "bot to human",
        "What does the client in chat 217 want of our bot? If a person, get one from the queue.",
        _bot_to_human,
        _bot_to_human_by_hand,
        _asked_of_james,
    ),
    Story(
        "CRM deal's last chat",
        "What is open in the chat of deal 601? Tell the client that I am looking into it.",
        _deal,
        _deal_by_hand,
        _answered(215),
    ),
    Story(
        "weekly report",
        "How did Website support do in the last seven days, compared with the week before, and what should I look at?",
        _report,
        _report_by_hand,
        _unchanged,
    ),
    Story(
        "closing with rating",
        "Finish Grace Miller's dialog, but let her rate it.",
        _close,
        _close_by_hand,
        _waits_for_rating,
    ),
)
