"""Who wrote a message and what it is, where portals and connectors do not say it plainly."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.assistant import words_of
from tests.mutated_answers import Mutate, RefusedMethodError, call_mutated
from tests.workflows.field_answers import (
    CHAT,
    ECHO,
    HISTORY,
    MESSAGES,
    NO_MESSENGER,
    NO_STATISTICS,
    NOTE,
    ODD_DATA,
    ODD_OWNERS,
    RECENT,
    TIME,
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
    say,
)


@each_route
@pytest.mark.parametrize("text", [ECHO, NOTE])
def test_what_a_connector_posted_for_the_company_waits_for_no_answer(text: str, route: Mutate) -> None:
    inbox = read_inbox(combine(route, say(text)))
    dialog, words = read_dialog(say(text))

    if text == ECHO:
        assert find_chat(inbox, 206) == {}
        assert dialog["messages"][-1]["author"] == "Phone via connector"
        assert dialog["messages"][-1]["text"] == "Fixed, the invoice is on its way."
    assert dialog["unanswered"] is None
    assert dialog["messages"][-1]["role"] == ("operator" if text == ECHO else "system")
    assert "posted by the connector" in words


def test_the_list_of_dialogs_tells_what_a_connector_posted_too() -> None:
    rows = (call_mutated("im_recent_list", {}, say(ECHO)).structured_content or {})["dialogs"]
    row = next(row for row in rows if row["chat_id"] == 206)

    assert (row["last_message"]["role"], row["client_waits"]) == ("operator", False)


def _forget_client(result: Any) -> None:
    users = result["users"]
    if isinstance(users, dict):
        users.pop("106", None)
    else:
        result["users"] = [user for user in users if user["id"] != 106]


FORGOTTEN = combine(mutate_result(HISTORY, _forget_client), mutate_result(MESSAGES, _forget_client))


@each_route
def test_a_client_who_is_not_among_the_users_is_known_by_the_user_code(route: Mutate) -> None:
    inbox = read_inbox(combine(route, FORGOTTEN))

    assert find_chat(inbox, 206)["last_message"]["role"] == "client"
    for way in (keep, NO_MESSENGER):
        dialog, _ = read_dialog(combine(way, FORGOTTEN))
        assert dialog["unanswered"]["message_ids"] == [1028]
        assert [one["role"] for one in dialog["messages"]] == ["client", "operator", "client"]


@pytest.mark.parametrize("users", [None, [], {}, "x"])
def test_without_any_users_client_and_operator_are_known_by_the_dialog(users: Any) -> None:
    forget_users: Change = lambda result: result.update(users=users)  # noqa: E731
    forget = combine(mutate_result(HISTORY, forget_users), mutate_result(MESSAGES, forget_users))

    assert find_chat(read_inbox(forget), 206)["state"] == "again"
    assert [one["role"] for one in read_dialog(forget)[0]["messages"]] == ["client", "operator", "client"]


def test_a_message_of_nobody_known_waits_only_where_it_may_be_the_clients() -> None:
    def strange(message: dict[str, Any]) -> None:
        message.update({name: 4711 for name in ("author_id", "senderId", "senderid") if name in message})

    def hide_code(result: Any) -> None:
        result["entity_id"] = None

    stranger = give_chat(206, strange)
    inbox = read_inbox(stranger)
    assert find_chat(inbox, 206) == {}
    assert "the author of a message of 1 dialog, which could not be read (chat 206)" in inbox["missing"]
    dialog, _ = read_dialog(stranger)
    assert (dialog["messages"][-1]["role"], dialog["unanswered"]) == ("unknown", None)
    assert "author of a message" in dialog["limits"]

    doubtful, _ = read_dialog(combine(stranger, mutate_result(CHAT, hide_code)))
    assert doubtful["unanswered"]["message_ids"] == [1028]


def _attach(numbers: Any, files: Any) -> Mutate:
    """The last message of chat 206 is only a file."""

    def attach(result: Any, name: str) -> None:
        rows = result["message"].values() if isinstance(result.get("message"), dict) else result["messages"]
        max(rows, key=lambda message: int(message["id"])).update(text="", params={name: numbers})
        result["files"] = files

    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        if (asked == HISTORY and result["chatId"] == 206) or asked == MESSAGES:
            attach(result, "fileId" if asked == HISTORY else "FILE_ID")
        return result

    return mutate


VOICE = {"id": 55, "name": "voice_message.ogg", "type": "audio"}


@pytest.mark.parametrize("files", [[VOICE], {"55": VOICE}, {"55": {**VOICE, "id": "55"}}, [{**VOICE, "id": "55"}]])
@pytest.mark.parametrize("numbers", [[55], ["55"], {"0": 55}, 55, "55"])
def test_a_message_that_is_only_a_file_is_shown_as_that(numbers: Any, files: Any) -> None:
    inbox, (dialog, words) = read_inbox(_attach(numbers, files)), read_dialog(_attach(numbers, files))

    assert find_chat(inbox, 206)["last_message"]["text"] == "[file voice_message.ogg]"
    assert find_chat(inbox, 206)["last_message"]["files"][0]["name"] == "voice_message.ogg"
    assert dialog["unanswered"]["text"] == "[file voice_message.ogg]"
    assert "Grace Miller: [file voice_message.ogg]" in words


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ({"IS_DELETED": "Y"}, "[deleted message]"),
        ({"isDeleted": "Y"}, "[deleted message]"),
        ({"STICKER_PARAMS": {"id": 3}}, "[sticker]"),
        ({"ATTACH": [{"BLOCKS": []}]}, "[attachment]"),
        ([], "[message without text]"),
    ],
)
def test_a_message_without_text_is_shown_as_what_it_is(params: Any, shown: str) -> None:
    empty = give_chat(206, lambda message: message.update(text="", params=params))

    assert find_chat(read_inbox(empty), 206)["last_message"]["text"] == shown
    assert read_dialog(empty)[0]["unanswered"]["text"] == shown


@pytest.mark.parametrize("odd", [{"a": 1}, [1], True])
def test_a_text_that_cannot_be_read_is_not_nothing(odd: Any) -> None:
    spoilt = give_chat(206, lambda message: message.update(text=odd))

    assert "cannot be read" in read_dialog(spoilt)[0]["unanswered"]["text"]
    assert "cannot be read" in find_chat(read_inbox(spoilt), 206)["last_message"]["text"]


def test_a_text_that_php_took_for_a_number_is_a_text() -> None:
    dialog, _ = read_dialog(give_chat(206, lambda message: message.update(text=2500)))

    assert dialog["unanswered"]["text"] == "2500"


def test_a_message_whose_date_cannot_be_read_still_waits() -> None:
    undated = give_chat(206, lambda message: message.update(date="yesterday"))
    inbox = read_inbox(undated)

    assert find_chat(inbox, 206)["state"] == "again"
    assert "the date of a message of 1 dialog, which could not be read (chat 206)" in inbox["missing"]
    dialog, _ = read_dialog(undated)
    assert dialog["unanswered"]["message_ids"] == [1028]
    assert "the date of a message" in dialog["limits"]


def test_a_message_without_a_readable_id_is_counted() -> None:
    lost = give_chat(206, lambda message: message.update(id={}))

    assert any("1 message whose id could not be read (chat 206)" in one for one in read_inbox(lost)["missing"])
    assert "1 message whose id could not be read" in read_dialog(lost)[0]["limits"]


def _age(result: Any) -> None:
    """As older portals write the list of dialogs."""
    for item in result["items"]:
        item.pop("chat_id", None)


def test_older_portals_name_the_chat_of_a_dialog_only_inside() -> None:
    old = combine(NO_STATISTICS, mutate_result(RECENT, _age))

    assert read_inbox(old) == read_inbox(NO_STATISTICS)
    assert read_dialog(old, "Grace Miller")[0]["chat_id"] == 206
    listed = [call_mutated("im_recent_list", {}, one).structured_content for one in (mutate_result(RECENT, _age), keep)]
    assert listed[0] == listed[1]

    def hide_inside(result: Any) -> None:
        for item in result["items"]:
            item["chat"].pop("id", None)

    assert read_inbox(combine(old, mutate_result(RECENT, hide_inside))) == read_inbox(NO_STATISTICS)


@pytest.mark.parametrize("odd", [None, "row", {}, {"id": 5}, {"id": "chat206", "lines": "x", "chat": 5}])
def test_an_item_of_the_list_that_is_no_dialog_is_counted(odd: Any) -> None:
    spoilt = combine(NO_STATISTICS, mutate_result(RECENT, lambda result: result["items"].append(odd)))
    missing = read_inbox(spoilt)["missing"]

    assert any("could not be read" in one for one in missing)
    listed = call_mutated("im_recent_list", {}, spoilt)
    assert not listed.is_error


@pytest.mark.parametrize(
    ("name", "odd", "part"),
    [
        *(("entity_data_1", data, "session") for data in ODD_DATA),
        *(("owner", owner, "operator") for owner in ODD_OWNERS),
        ("entity_data_3", {}, "silent mode"),
        ("entity_data_3", "perhaps", "silent mode"),
    ],
)
def test_how_a_dialog_stands_is_not_guessed_and_nothing_is_changed_then(name: str, odd: Any, part: str) -> None:
    spoilt = mutate_result(CHAT, lambda result: result.update({name: odd}))
    dialog, _ = read_dialog(spoilt)
    reply = call_mutated("reply", {"dialog": "206", "message": "Hello"}, spoilt)

    assert f"the {part} of this dialog" in dialog["limits"]
    assert dialog["unanswered"]["message_ids"] == [1028]
    assert reply.is_error
    assert f"does not tell its {part}" in words_of(reply)


def test_without_the_portals_clock_ages_are_by_this_machines_and_the_answer_says_so() -> None:
    reply = call_mutated("inbox", {}, refuse(TIME, RefusedMethodError("ERROR_METHOD_NOT_FOUND", 404)))

    assert "by this machine's clock" in words_of(reply)
    assert "by the portal's clock" not in words_of(reply)
