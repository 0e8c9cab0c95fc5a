"""Stories that end dialogs, and the report on a week."""

from tests.served import ServedSandbox
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.story import State, Story, find_chat, find_session

WEEK = {"date_from": "2026-03-10T00:00:00+01:00", "date_to": "2026-03-16T10:00:00+01:00"}


WEEK_BEFORE = {"date_from": "2026-03-03T00:00:00+01:00", "date_to": "2026-03-09T10:00:00+01:00"}


def let_junk_arrive(portal: ServedSandbox) -> None:
    """Somebody writes that is no client."""
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


def check_junk_is_gone(state: State) -> None:
    """It is marked as spam, and nothing else is."""
    newest = max(state["sessions"], key=lambda session: session["id"])
    assert newest["spam"]
    assert not find_session(state, 301)["spam"]


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


def _check_nothing_changed(state: State) -> None:
    assert len(state["sessions"]) == 22


def _close(calls: CountedCalls) -> None:
    assert "Waiting for the client:" in calls.call_ok("close_dialog", dialog="Grace Miller", both_phases=False)


def _close_by_hand(calls: CountedCalls) -> None:
    mine = calls.call_ok("im_recent_list")["dialogs"]
    chat = next(one["chat_id"] for one in mine if one["title"].startswith("Grace Miller"))
    found = calls.call_ok("dialog_get", chat_id=chat)
    settings = calls.call_ok("config_get", config_id=found["line_id"])
    assert settings["VOTE_MESSAGE"] == "Y"
    calls.call_ok("operator_finish", chat_id=chat)
    assert calls.call_ok("dialog_get", chat_id=chat)["status"].startswith("closing")


def _check_waits_for_rating(state: State) -> None:
    assert find_chat(state, 206)["status"] == 50


STORIES = (
    Story(
        "spam",
        "There is a prize scam among the new dialogs of Sales. Mark it as spam.",
        _spam,
        _spam_by_hand,
        check_junk_is_gone,
        let_junk_arrive,
    ),
    Story(
        "weekly report",
        "How did Website support do in the last seven days, compared with the week before, and what should I look at?",
        _report,
        _report_by_hand,
        _check_nothing_changed,
    ),
    Story(
        "closing with rating",
        "Finish Grace Miller's dialog, but let her rate it.",
        _close,
        _close_by_hand,
        _check_waits_for_rating,
    ),
)
