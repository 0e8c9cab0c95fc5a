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
from tests.workflows.hands import Cost, Hands

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
    composite: Callable[[Hands], None]
    by_hand: Callable[[Hands], None]
    ended: Callable[[State], None]
    before: Callable[[ServedSandbox], None] = _nothing


def told(story: Story, way: Callable[[Hands], None], client: Assistant, portal: ServedSandbox) -> Cost:
    """What one way through a story takes, in a fresh company; it has to end as it should."""
    portal.control("reset")
    story.before(portal)
    hands = Hands(client, portal)
    way(hands)
    cost = hands.cost()
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


def _write(hands: Hands, chat: int) -> None:
    """By hand: send, and see whether it is there."""
    sent = hands.do("im_message_add", dialog_id=f"chat{chat}", message=HELLO)["result"]
    newest = hands.do("im_dialog_messages_get", dialog_id=f"chat{chat}", limit=3)["messages"]
    assert sent in [message["id"] for message in newest]


def _owned(hands: Hands, chat: int, owner: int) -> None:
    """By hand: see who has it now."""
    assert hands.do("dialog_get", chat_id=chat)["owner"] == owner


# 1 --------------------------------------------------------------------------------------------------------------------


def _longest_wait(hands: Hands) -> None:
    first = hands.do("inbox", limit=3)["dialogs"][0]
    hands.do("dialog", dialog=first["chat_id"], last=5)
    hands.do("reply", dialog=first["chat_id"], message=HELLO, take_over=True)


def _longest_wait_by_hand(hands: Hands) -> None:
    sessions: list[Any] = []
    for status in ("new", "answered"):
        sessions += hands.do("v2_session_list", status=status, order="dateCreate", order_direction="asc")["sessions"]
    waits: dict[str, int] = {}
    for session in sessions:
        messages = hands.do("session_history_get", session_id=session["id"], last=5)["messages"]
        if since := _waiting_since(messages):
            waits[since] = session["chatId"]
    chat = waits[min(waits)]
    if hands.do("dialog_get", chat_id=chat)["owner"]:
        hands.do("session_intercept", chat_id=chat)
    else:
        hands.do("operator_answer", chat_id=chat)
    _owned(hands, chat, 1)
    _write(hands, chat)


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


def _wrong_owner(hands: Hands) -> None:
    chat = hands.do("dialog", dialog="Noah Davies", last=5)["chat_id"]
    hands.do("reply", dialog=chat, message=HELLO, take_over=True)


def _wrong_owner_by_hand(hands: Hands) -> None:
    found = _find_by_hand(hands, "Noah Davies", "answered")
    hands.do("session_history_get", session_id=found["session_id"], last=5)
    hands.do("session_intercept", chat_id=found["chat_id"])
    _owned(hands, found["chat_id"], 1)
    _write(hands, found["chat_id"])


def _find_by_hand(hands: Hands, client: str, status: str) -> Any:
    """Lists of sessions hold no names: the dialogs are looked at one by one, newest first."""
    for session in hands.do("v2_session_list", status=status)["sessions"]:
        found = hands.do("dialog_get", chat_id=session["chatId"])
        if found["title"].startswith(client):
            return found
    raise AssertionError(f"{client} is not among them")


# 3 --------------------------------------------------------------------------------------------------------------------


def _oliver_writes(portal: ServedSandbox) -> None:
    portal.control("client-message", {"chat_id": 209, "text": "One more thing: the parcel has not come."})


def _after_finish(hands: Hands) -> None:
    chat = hands.do("dialog", dialog="Oliver Smith", last=5)["chat_id"]
    hands.do("reply", dialog=chat, message=HELLO)


def _after_finish_by_hand(hands: Hands) -> None:
    found = _find_by_hand(hands, "Oliver Smith", "new")
    hands.do("session_history_get", session_id=found["session_id"])
    hands.do("im_dialog_messages_get", dialog_id="chat209", limit=8)
    hands.do("operator_answer", chat_id=209)
    _owned(hands, 209, 1)
    _write(hands, 209)


# 4 --------------------------------------------------------------------------------------------------------------------


def _to_somebody_offline(hands: Hands) -> None:
    refused = hands.fail("hand_over", dialog=204, to="Tom", note=NOTE)
    assert "Olga Smirnova (3)" in refused
    hands.do("hand_over", dialog=204, to="Olga", note=NOTE)


def _to_somebody_offline_by_hand(hands: Hands) -> None:
    line = hands.do("dialog_get", chat_id=204)["line_id"]
    (tom,) = hands.do("user_search", filter={"FIND": "Tom"})["users"]
    assert not tom["online"]
    free = hands.do("v2_operator_list", config_id=line, status="online", has_free_slots=True)["operators"]
    names = hands.do("user_get", filter={"ID": [operator["userId"] for operator in free]})["users"]
    olga = next(user["id"] for user in names if user["name"].startswith("Olga"))
    hands.do("im_message_add", dialog_id="chat204", message=NOTE, system=True)
    hands.do("operator_transfer", chat_id=204, user_id=olga)
    _owned(hands, 204, olga)


def _with_olga(state: State) -> None:
    assert _chat(state, 204)["owner"] == 3


# 5 --------------------------------------------------------------------------------------------------------------------


def _queue_of_all(hands: Hands) -> None:
    hands.do("hand_over", dialog="Klaus Richter", to="queue")


def _queue_of_all_by_hand(hands: Hands) -> None:
    found = _find_by_hand(hands, "Klaus Richter", "answered")
    settings = hands.do("config_get", config_id=found["line_id"])
    assert settings["QUEUE_TYPE"] == "all", "operator_skip would fail and leave a notice"
    assert hands.do("v2_operator_list", config_id=2, status="online", has_free_slots=True)["operators"]
    hands.do("operator_transfer", chat_id=205, queue_id=2)
    _owned(hands, 205, 0)


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


def _spam(hands: Hands) -> None:
    waiting = hands.do("inbox", line="Sales", state="new")["dialogs"]
    junk = next(one["chat_id"] for one in waiting if "WON" in one["last_message"]["text"])
    hands.do("close_dialog", dialog=junk, as_spam=True)


def _spam_by_hand(hands: Hands) -> None:
    lines = hands.do("config_list_get", select=["ID", "LINE_NAME"])["result"]
    sales = next(line["ID"] for line in lines if line["LINE_NAME"] == "Sales")
    for session in hands.do("v2_session_list", status="new", config_id=sales)["sessions"]:
        said = hands.do("session_history_get", session_id=session["id"], last=5)["messages"]
        if any("WON" in message["text"] for message in said):
            break
    hands.do("operator_spam", chat_id=session["chatId"])
    assert hands.do("dialog_get", chat_id=session["chatId"])["session_id"] is None
    marked = hands.do("v2_session_list", status="spam", config_id=sales, limit=5)["sessions"]
    assert session["id"] in [one["id"] for one in marked]


def _junk_is_gone(state: State) -> None:
    newest = max(state["sessions"], key=lambda session: session["id"])
    assert newest["spam"]
    assert not _session(state, 301)["spam"]


# 7 --------------------------------------------------------------------------------------------------------------------


def _bot_to_human(hands: Hands) -> None:
    hands.do("dialog", dialog=217, last=5)
    hands.do("hand_over", dialog=217, to="queue")


def _bot_to_human_by_hand(hands: Hands) -> None:
    found = hands.do("dialog_get", chat_id=217)
    hands.do("session_history_get", session_id=found["session_id"], last=5)
    hands.do("v2_operator_list", config_id=found["line_id"], status="online", has_free_slots=True)
    hands.do("bot_session_operator", chat_id=217)
    waiting = hands.do("v2_session_list", status="new", config_id=found["line_id"])["sessions"]
    assert [one["operatorId"] for one in waiting if one["chatId"] == 217] == [4]


def _asked_of_james(state: State) -> None:
    assert _session(state, 317)["operator_id"] == 4


# 8 --------------------------------------------------------------------------------------------------------------------


def _deal(hands: Hands) -> None:
    briefing = hands.do("dialog", dialog="deal 601", last=5)
    assert briefing["silent"]
    hands.do("session_mode_silent", chat_id=briefing["chat_id"], activate=False)
    hands.do("reply", dialog=briefing["chat_id"], message=HELLO)


def _deal_by_hand(hands: Hands) -> None:
    (chat,) = hands.do("crm_chat_get", crm_entity_type="deal", crm_entity=601)["result"]
    found = hands.do("dialog_get", chat_id=chat["CHAT_ID"])
    hands.do("session_history_get", session_id=found["session_id"], last=5)
    assert found["silent"]
    hands.do("session_mode_silent", chat_id=215, activate=False)
    assert not hands.do("dialog_get", chat_id=215)["silent"]
    _write(hands, 215)


# 9 --------------------------------------------------------------------------------------------------------------------


def _report(hands: Hands) -> None:
    assert hands.do("channel_report", line="Website support", period="last_7_days")["totals"]["new"] == 12


def _report_by_hand(hands: Hands) -> None:
    lines = hands.do("config_list_get", select=["ID", "LINE_NAME"])["result"]
    line = next(one["ID"] for one in lines if one["LINE_NAME"] == "Website support")
    assert hands.do("v2_stat_get", config_id=line, **WEEK)["statResult"]["totalSessions"] == 12
    hands.do("v2_stat_get", config_id=line, **WEEK_BEFORE)
    period = {"date_create_from": WEEK["date_from"], "date_create_to": WEEK["date_to"]}
    slowest = hands.do("v2_session_list", config_id=line, **period, order="waitAnswer", limit=200)["sessions"]
    votes = {"date_vote_from": WEEK["date_from"], "date_vote_to": WEEK["date_to"]}
    hands.do("v2_session_rating_list", config_id=line, **votes)
    hands.do("v2_session_transfer_list", session_id=[session["id"] for session in slowest])
    operators = sorted({session["operatorId"] for session in slowest if session["operatorId"]})
    hands.do("user_get", filter={"ID": operators})


def _unchanged(state: State) -> None:
    assert len(state["sessions"]) == 22


# 10 -------------------------------------------------------------------------------------------------------------------


def _close(hands: Hands) -> None:
    assert hands.do("close_dialog", dialog="Grace Miller", both_phases=False)["state"] == "waiting for the client"


def _close_by_hand(hands: Hands) -> None:
    mine = hands.do("im_recent_list")["dialogs"]
    chat = next(one["chat_id"] for one in mine if one["title"].startswith("Grace Miller"))
    found = hands.do("dialog_get", chat_id=chat)
    settings = hands.do("config_get", config_id=found["line_id"])
    assert settings["VOTE_MESSAGE"] == "Y"
    hands.do("operator_finish", chat_id=chat)
    assert hands.do("dialog_get", chat_id=chat)["status"].startswith("closing")


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
