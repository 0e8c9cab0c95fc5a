"""Open dialogs whether or not somebody waits, and all dialogs of one client."""

from typing import Any

import pytest

from sandbox.domain.operator_messages import write_as_client
from sandbox.seed import seed
from sandbox.state.company import Company
from sandbox.state.records import Chat
from tests.assistant import text_of
from tests.workflows.tool_calls import ToolCaller


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


def _list(caller: ToolCaller, **arguments: Any) -> dict[str, Any]:
    answer = caller.call("dialog_list", **arguments)
    assert not answer.is_error, text_of(answer)
    return answer.structured_content or {}


def _list_chats(caller: ToolCaller, **arguments: Any) -> list[int]:
    return [one["chat_id"] for one in _list(caller, **arguments)["dialogs"]]


def _list_open(company: Company) -> set[int]:
    return {session.chat_id for session in company.sessions.values() if not session.closed}


def test_every_open_dialog_is_there_newest_session_first(caller: ToolCaller) -> None:
    page = _list(caller, limit=50)
    sessions = [one["session_id"] for one in page["dialogs"]]

    assert {one["chat_id"] for one in page["dialogs"]} == _list_open(caller.company)
    assert sessions == sorted(sessions, reverse=True)
    assert page["total"] == len(sessions)
    assert page["missing"] == []


def test_who_waits_is_told_as_the_inbox_tells_it_and_others_wait_for_nothing(caller: ToolCaller) -> None:
    waiting = (caller.call("inbox", limit=50).structured_content or {})["dialogs"]
    states = {one["chat_id"]: (one["state"], one["since"]) for one in waiting}

    for one in _list(caller, limit=50)["dialogs"]:
        assert (one["waiting_seconds"] is None) == (one["chat_id"] not in states), one["chat_id"]
        if one["chat_id"] in states:
            assert (one["state"], one["since"]) == states[one["chat_id"]]
        else:
            assert one["state"] in {"answered", "closing"}
            assert one["last_message"]["text"]


@pytest.mark.parametrize(
    ("narrow", "chats"),
    [
        ({"operator": "james"}, [212, 219, 216, 204]),
        ({"operator": 2}, [214]),
        ({"line": "VIP"}, [215, 214]),
        ({"line": "VIP", "operator": "Martin"}, [214]),
        ({"channel": "Facebook"}, [218]),
        ({"contains": "INVOICE"}, [206, 204]),
        ({"contains": "no such words"}, []),
    ],
)
def test_it_is_narrowed_by_line_operator_channel_and_words(
    caller: ToolCaller, narrow: dict[str, Any], chats: list[int]
) -> None:
    assert _list_chats(caller, **narrow) == chats


def test_pages_follow_each_other_without_gap_or_repetition(caller: ToolCaller) -> None:
    whole, seen, cursor = _list_chats(caller, limit=50), list[int](), None
    for _ in range(10):
        page = _list(caller, limit=4, **({"cursor": cursor} if cursor else {}))
        seen += [one["chat_id"] for one in page["dialogs"]]
        if (cursor := page.get("next_cursor")) is None:
            break
    assert seen == whole


def test_without_statistics_it_is_the_callers_own_list_and_says_so() -> None:
    olga = ToolCaller(seed.OPERATOR_WEBHOOK_PATH)
    page = _list(olga, limit=50)
    own = {one for one in _list_open(olga.company) if olga.chat(one).owner == 3}

    assert page["source"] == "messenger"
    assert own <= {one["chat_id"] for one in page["dialogs"]}
    assert any("no statistics" in one for one in page["missing"])
    assert {"answered"} <= {one["state"] for one in page["dialogs"]}


def _write_elsewhere(caller: ToolCaller, binding: dict[str, int], *, closed: bool) -> int:
    """Another chat, on another channel, with the same CRM records."""
    known = caller.chat(207)
    number = caller.company.issue_id("chat")
    other = Chat(number, "A. Volkov - Sales", caller.company.clock(), user_code=f"telegrambot|2|77|{known.members[-1]}")
    other.members = list(known.members)
    other.crm_bindings = dict(binding)
    caller.company.chats[number] = other
    write_as_client(caller.company, other, "Is anybody there?", [], known.members[-1])
    session = next(one for one in caller.company.sessions.values() if one.chat_id == number)
    session.crm_bindings = dict(binding)
    if closed:
        caller.call_ok("operator_spam", chat_id=number)
    return number


@pytest.mark.parametrize("client", ["Алексей Волков", "contact 701", "lead 501", "207", "session 307"])
@pytest.mark.parametrize("closed", [False, True])
def test_a_clients_dialogs_are_found_across_channels_open_and_closed(
    caller: ToolCaller, client: str, closed: bool
) -> None:
    other = _write_elsewhere(caller, {"CONTACT": 701}, closed=closed)
    found = {one["chat_id"]: one for one in _list(caller, client=client)["dialogs"]}

    assert set(found) == {207, other}
    assert found[other]["channel"] == "Telegram"
    assert (found[other]["state"] == "closed") is closed
    assert found[other]["session_id"] > 0
    assert "Is anybody there?" in found[other]["last_message"]["text"]


def test_those_who_only_share_a_company_are_not_one_client(caller: ToolCaller) -> None:
    _write_elsewhere(caller, {"COMPANY": 801}, closed=False)
    caller.chat(207).crm_bindings["COMPANY"] = 801

    assert _list_chats(caller, client="207") == [207]


def test_a_clients_dialogs_are_narrowed_too(caller: ToolCaller) -> None:
    other = _write_elsewhere(caller, {"CONTACT": 701}, closed=True)

    assert _list_chats(caller, client="contact 701", channel="Telegram") == [other]
    assert _list_chats(caller, client="contact 701", contains="anybody") == [other]
    assert _list_chats(caller, client="contact 701", limit=1) != _list_chats(caller, client="contact 701")


def test_nobody_of_that_name_is_an_empty_list_that_says_what_was_looked_through(caller: ToolCaller) -> None:
    page = _list(caller, client="Zebedee")

    assert page["dialogs"] == []
    assert "no client's name fits 'Zebedee'" in page["missing"][0]


def test_a_record_that_may_not_be_read_is_named(caller: ToolCaller) -> None:
    page = _list(caller, client="deal 999999")

    assert page["dialogs"] == []


def test_mine_and_an_operator_exclude_each_other(caller: ToolCaller) -> None:
    assert caller.call("dialog_list", mine=True, operator="james").is_error
