"""Inbox, dialog and their kin at portals that write numbers, dates and lists in every way, or not at all."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.assistant import words_of
from tests.mutated_answers import Mutate, RefusedMethodError, WholeAnswerError, call_mutated
from tests.workflows.field_answers import (
    HISTORY,
    LINES,
    MESSAGES,
    NO_MESSENGER,
    OPERATORS,
    RECENT,
    SESSIONS,
    TIME,
    WAITING,
    Change,
    combine,
    each_route,
    find_chat,
    give_chat,
    keep,
    mutate_result,
    read_dialog,
    read_inbox,
    refuse,
    write_flags_as_letters,
    write_numbers_as_floats,
    write_numbers_as_text,
)


@each_route
@pytest.mark.parametrize("write", [write_numbers_as_text, write_numbers_as_floats, write_flags_as_letters])
def test_an_inbox_reads_the_same_however_numbers_and_switches_are_written(write: Change, route: Mutate) -> None:
    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        return result if asked == TIME else write(result)

    assert read_inbox(combine(route, mutate)) == read_inbox(route)


@pytest.mark.parametrize("write", [write_numbers_as_text, write_numbers_as_floats, write_flags_as_letters])
@pytest.mark.parametrize("route", [keep, NO_MESSENGER], ids=["messenger", "history"])
def test_a_dialog_reads_the_same_however_numbers_and_switches_are_written(write: Change, route: Mutate) -> None:
    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        return result if asked == TIME else write(result)

    assert read_dialog(combine(route, mutate))[0] == read_dialog(route)[0]


@pytest.mark.parametrize(
    "written", ["16.03.2026 06:40:00", "2026-03-16T06:40:00", "2026-03-16T05:40:00.000Z", 1773639600, "1773639600"]
)
def test_a_date_is_the_same_moment_however_it_is_written(written: Any) -> None:
    def date(result: Any) -> None:
        for row in result["sessions"]:
            if row["chatId"] == 201:
                row["dateCreate"] = written

    inbox = read_inbox(mutate_result(SESSIONS, date))

    assert (inbox["total"], inbox["missing"]) == (WAITING, [])
    assert find_chat(inbox, 201)["since"] == "2026-03-16T06:40:00+01:00"


@pytest.mark.parametrize("odd", [None, "", 0, True, {}, [], "x", "yesterday"])
@pytest.mark.parametrize("name", ["id", "chatId", "dateCreate"])
def test_a_session_that_cannot_be_read_is_counted_and_named(name: str, odd: Any) -> None:
    def spoil(result: Any) -> None:
        for row in result["sessions"]:
            if row["chatId"] == 201:
                row[name] = odd

    inbox = read_inbox(mutate_result(SESSIONS, spoil))

    assert inbox["total"] == WAITING - 1
    (missing,) = inbox["missing"]
    assert missing.startswith(f"1 session whose {name} could not be read (")
    assert "301" in missing or "201" in missing


@pytest.mark.parametrize("name", ["operatorId", "configId", "crmEntityId", "source", "status"])
def test_a_session_whose_rest_cannot_be_read_is_shown_and_says_so(name: str) -> None:
    def spoil(result: Any) -> None:
        for row in result["sessions"]:
            row[name] = {"x": 1}

    inbox = read_inbox(mutate_result(SESSIONS, spoil))

    assert inbox["total"] == WAITING
    assert any(f"the {name} of " in one and "could not be read" in one for one in inbox["missing"])


@pytest.mark.parametrize("odd", [None, "row", 5, []])
def test_an_item_that_is_no_session_is_counted(odd: Any) -> None:
    inbox = read_inbox(mutate_result(SESSIONS, lambda result: result["sessions"].append(odd)))

    assert inbox["total"] == WAITING
    assert "could not be read" in inbox["missing"][0]


@pytest.mark.parametrize("empty", [None, {}, [], False, ""])
def test_a_list_may_be_written_as_a_map_or_as_nothing(empty: Any) -> None:
    def write_as_map(result: Any) -> None:
        result["sessions"] = {str(2 * place): row for place, row in enumerate(result["sessions"])}

    assert read_inbox(mutate_result(SESSIONS, write_as_map)) == read_inbox(keep)
    assert read_inbox(mutate_result(SESSIONS, lambda result: {**result, "sessions": empty}))["total"] == 0


@pytest.mark.parametrize(
    ("tool", "arguments", "method", "key"),
    [
        ("inbox", {}, SESSIONS, "sessions"),
        ("im_recent_list", {}, RECENT, "items"),
        ("im_dialog_messages_get", {"dialog_id": "chat206"}, MESSAGES, "messages"),
        ("session_history_get", {"session_id": 306}, HISTORY, "message"),
    ],
)
@pytest.mark.parametrize("odd", ["missing", "x", 5, True])
def test_without_the_list_that_a_tool_is_for_it_fails_clearly(
    tool: str, arguments: dict[str, Any], method: str, key: str, odd: Any
) -> None:
    spoil: Change = lambda result: result.pop(key) and None if odd == "missing" else result.update({key: odd})  # noqa: E731
    reply = call_mutated(tool, arguments, mutate_result(method, spoil))

    assert reply.is_error
    assert "in a form that this server does not know" in words_of(reply)


HELPERS: list[tuple[str, str]] = [
    (LINES, "names of lines"),
    (OPERATORS, "who is at work"),
    ("profile", "who you are"),
    (TIME, "the portal's clock"),
]


@pytest.mark.parametrize(("method", "what"), HELPERS)
@pytest.mark.parametrize("odd", ["fault", "form"])
def test_a_helper_fails_alone_and_is_named(method: str, what: str, odd: str) -> None:
    spoil = refuse(method, WholeAnswerError(500)) if odd == "fault" else mutate_result(method, lambda _: "odd")
    inbox = read_inbox(spoil)
    dialog, words = read_dialog(spoil)

    assert inbox["total"] == WAITING
    why = "HTTP 500" if odd == "fault" else "answered in a form that this server does not know"
    assert any(one.startswith(what) and one.endswith(f"({why})") for one in inbox["missing"])
    assert dialog["unanswered"]["message_ids"] == [1028]
    assert what in dialog["limits"]
    assert why in dialog["limits"]
    assert f"({dialog['limits']})" in words


@pytest.mark.parametrize("tool", ["inbox", "dialog_list"])
@pytest.mark.parametrize("mine", [True, False])
def test_own_dialogs_are_listed_whatever_the_scopes_look_like(tool: str, mine: bool) -> None:
    arguments = {"mine": True} if mine else {}
    usual = call_mutated(tool, arguments, keep).structured_content
    spoilt = call_mutated(tool, arguments, mutate_result("scope", lambda _: "odd")).structured_content

    assert usual
    assert usual["dialogs"]
    assert spoilt == usual


def test_a_dialog_without_readable_scopes_says_that_it_does_not_know_what_can_be_done() -> None:
    dialog, words = read_dialog(mutate_result("scope", lambda _: "odd"))

    assert "who you are" in dialog["limits"]
    assert f"({dialog['limits']})" in words


def test_a_portal_that_refuses_the_credentials_fails_the_whole_tool() -> None:
    reply = call_mutated("inbox", {}, refuse(LINES, RefusedMethodError("INVALID_CREDENTIALS", 401)))

    assert reply.is_error


@pytest.mark.parametrize("odd", [None, {}, {"1": "3", "3": "4"}, "x", 5])
@pytest.mark.parametrize("name", ["QUEUE", "QUEUE_USERS_FIELDS", "CONFIG_QUEUE", "QUEUE_FULL"])
def test_what_a_line_says_beside_its_name_decides_nothing(name: str, odd: Any) -> None:
    inbox = read_inbox(mutate_result(LINES, lambda result: result[0].update({name: odd})))

    assert (inbox["total"], inbox["missing"]) == (WAITING, [])


@pytest.mark.parametrize("odd", [None, [], "x", 5, {"chat206": {"1": "1026", "3": "1028"}}])
@pytest.mark.parametrize("name", ["usersMessage", "files", "userInGroup", "openlines", "woUserInGroup"])
def test_fields_of_a_history_that_nobody_reads_may_be_anything(name: str, odd: Any) -> None:
    spoilt = mutate_result(HISTORY, lambda result: result.update({name: odd}))
    reply = call_mutated("session_history_get", {"session_id": 306}, spoilt)

    assert not reply.is_error
    assert len((reply.structured_content or {})["messages"]) == 3


@pytest.mark.parametrize("shape", [dict, list])
def test_people_and_files_may_come_as_a_list_or_as_a_map(shape: type) -> None:
    def reshape(result: Any) -> None:
        users = result["users"].values() if isinstance(result["users"], dict) else result["users"]
        result["users"] = {str(user["id"]): user for user in users} if shape is dict else list(users)

    history = combine(NO_MESSENGER, mutate_result(HISTORY, reshape))

    for spoilt in (mutate_result(MESSAGES, reshape), history):
        roles = [one["role"] for one in read_dialog(spoilt)[0]["messages"]]
        assert roles == ["client", "operator", "client"]
    assert read_inbox(mutate_result(HISTORY, reshape))["total"] == WAITING


UNREADABLE_DATES: list[Any] = [
    None,
    {"date": "2026-03-16 07:55:00.000000", "timezone_type": 1},
    "0000-00-00 00:00:00",
    [],
]


@pytest.mark.parametrize("odd", UNREADABLE_DATES)
def test_since_when_a_message_waits_is_not_guessed_from_another(odd: Any) -> None:
    found, words = read_dialog(give_chat(206, lambda message: message.update(date=odd)))
    assert "Unanswered not known since when (#1028)" in words
    assert "the date of a message" in words
    assert "None" not in words
    assert (found["unanswered"]["since"], found["unanswered"]["seconds"]) == (None, None)


def test_an_inbox_whose_sessions_cannot_be_read_does_not_say_that_nobody_waits() -> None:
    def change(found: Any) -> None:
        for row in found["sessions"]:
            row["dateCreate"] = "soon"

    reply = call_mutated("inbox", {}, mutate_result(SESSIONS, change))
    assert words_of(reply).startswith("No dialog needs anyone, as far as could be read.")
