"""Stories in which a client is answered."""

from typing import Any

from tests.served import ServedSandbox
from tests.workflows.stories.counted_calls import CountedCalls
from tests.workflows.stories.story import HELLO, Story, check_owner_by_hand, expect_answer, find_by_hand, write_by_hand


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
    check_owner_by_hand(calls, chat, 1)
    write_by_hand(calls, chat)


def _waiting_since(messages: list[Any]) -> str:
    """When the client wrote what nobody has answered; empty where somebody has."""
    since = ""
    for message in messages:
        if message["role"] == "client":
            since = since or message["date"]
        elif message["role"] in {"operator", "bot"}:
            since = ""
    return since


def _wrong_owner(calls: CountedCalls) -> None:
    chat = calls.call_ok("dialog", dialog="Noah Davies", last=5)["chat_id"]
    calls.call_ok("reply", dialog=chat, message=HELLO, take_over=True)


def _wrong_owner_by_hand(calls: CountedCalls) -> None:
    found = find_by_hand(calls, "Noah Davies", "answered")
    calls.call_ok("session_history_get", session_id=found["session_id"], last=5)
    calls.call_ok("session_intercept", chat_id=found["chat_id"])
    check_owner_by_hand(calls, found["chat_id"], 1)
    write_by_hand(calls, found["chat_id"])


def _let_oliver_write(portal: ServedSandbox) -> None:
    portal.control("client-message", {"chat_id": 209, "text": "One more thing: the parcel has not come."})


def _after_finish(calls: CountedCalls) -> None:
    chat = calls.call_ok("dialog", dialog="Oliver Smith", last=5)["chat_id"]
    calls.call_ok("reply", dialog=chat, message=HELLO)


def _after_finish_by_hand(calls: CountedCalls) -> None:
    found = find_by_hand(calls, "Oliver Smith", "new")
    calls.call_ok("session_history_get", session_id=found["session_id"])
    calls.call_ok("im_dialog_messages_get", dialog_id="chat209", limit=8)
    calls.call_ok("operator_answer", chat_id=209)
    check_owner_by_hand(calls, 209, 1)
    write_by_hand(calls, 209)


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
    write_by_hand(calls, 215)


STORIES = (
    Story(
        "new client waiting",
        "Who waits for an answer? Answer whoever has waited longest, even if it is a colleague's.",
        _longest_wait,
        _longest_wait_by_hand,
        expect_answer(212),
    ),
    Story(
        "wrong owner",
        "Noah Davies should be mine, not James': take the dialog and tell him that I am on it.",
        _wrong_owner,
        _wrong_owner_by_hand,
        expect_answer(204),
    ),
    Story(
        "client wrote after finish",
        "Oliver Smith has written again, three days after we closed. See what it is and answer.",
        _after_finish,
        _after_finish_by_hand,
        expect_answer(209),
        _let_oliver_write,
    ),
    Story(
        "CRM deal's last chat",
        "What is open in the chat of deal 601? Tell the client that I am looking into it.",
        _deal,
        _deal_by_hand,
        expect_answer(215),
    ),
)
