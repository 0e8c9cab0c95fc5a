"""Stories in which a dialog goes to somebody else."""

from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.story import State, Story, check_owner_by_hand, find_by_hand, find_chat, find_session

NOTE = "The client asks for an invoice; please send it today."


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
    check_owner_by_hand(calls, 204, olga)


def _check_olga_has_it(state: State) -> None:
    assert find_chat(state, 204)["owner"] == 3


def _queue_of_all(calls: CountedCalls) -> None:
    calls.call_ok("hand_over", dialog="Klaus Richter", to="queue")


def _queue_of_all_by_hand(calls: CountedCalls) -> None:
    found = find_by_hand(calls, "Klaus Richter", "answered")
    settings = calls.call_ok("config_get", config_id=found["line_id"])
    assert settings["QUEUE_TYPE"] == "all", "operator_skip would fail and leave a notice"
    assert calls.call_ok("v2_operator_list", config_id=2, status="online", has_free_slots=True)["operators"]
    calls.call_ok("operator_transfer", chat_id=205, queue_id=2)
    check_owner_by_hand(calls, 205, 0)


def _check_offered_to_all(state: State) -> None:
    assert (find_chat(state, 205)["owner"], find_session(state, 305)["line_id"]) == (0, 2)


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


def _check_offered_to_james(state: State) -> None:
    assert find_session(state, 317)["operator_id"] == 4


STORIES = (
    Story(
        "transfer to someone offline",
        "Give chat 204 to Tom, with a note; if he is not there, to Olga if she is.",
        _to_somebody_offline,
        _to_somebody_offline_by_hand,
        _check_olga_has_it,
    ),
    Story(
        "queue of type all",
        "Klaus Richter's dialog is with Sofia, who is on a break: put it back into the queue, if anybody is there.",
        _queue_of_all,
        _queue_of_all_by_hand,
        _check_offered_to_all,
    ),
    Story(
        "bot to human",
        "What does the client in chat 217 want of our bot? If a person, get one from the queue.",
        _bot_to_human,
        _bot_to_human_by_hand,
        _check_offered_to_james,
    ),
)
