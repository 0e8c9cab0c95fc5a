"""Inbox, dialog and their kin at portals that answer as portals in the field do: the right value for each kind."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.assistant import words_of
from tests.mutated_answers import Mutate, RefusedMethodError, WholeAnswerError, call_mutated

SESSIONS, HISTORY = "imopenlines.v2.Session.list", "imopenlines.session.history.get"
LINES = "imopenlines.config.list.get"
MESSAGES, RECENT, CHAT = "im.dialog.messages.get", "im.recent.list", "imopenlines.dialog.get"
OPERATORS, TIME = "imopenlines.v2.Operator.list", "server.time"
WAITING = 11
ODD_DATA: list[Any] = [None, 5, {}, "word", "N|NONE|0|N|N|x|0|0|0|0"]
ODD_OWNERS: list[Any] = [None, "x", {}, -1, 2.5, True]
ECHO = "=== Outgoing message, author: Phone ===\nFixed, the invoice is on its way."
NOTE = "=== SYSTEM WZ === The client has not installed the app."
Change = Callable[[Any], Any]


def _keep(_: str, result: Any, __: Mapping[str, Any]) -> Any:
    return result


def _change(method: str, change: Change) -> Mutate:
    """The result of one method is what `change` gives, or what it made of it in place where it gives nothing."""

    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        if asked != method:
            return result
        changed = change(result)
        return result if changed is None else changed

    return mutate


def _combine(*mutations: Mutate) -> Mutate:
    def mutate(asked: str, result: Any, request: Mapping[str, Any]) -> Any:
        for one in mutations:
            result = one(asked, result, request)
        return result

    return mutate


def _refuse(method: str, error: Exception) -> Mutate:
    def refuse(_: Any) -> Any:
        raise error

    return _change(method, refuse)


NO_STATISTICS = _refuse(SESSIONS, RefusedMethodError("ERROR_METHOD_NOT_FOUND", 404))
NO_MESSENGER = _refuse(MESSAGES, RefusedMethodError("ACCESS_ERROR"))


def _write_numbers_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _write_numbers_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_write_numbers_as_text(item) for item in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _write_numbers_as_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _write_numbers_as_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_write_numbers_as_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _write_flags_as_letters(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _write_flags_as_letters(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_write_flags_as_letters(item) for item in value]
    return ("Y" if value else "N") if isinstance(value, bool) else value


def _read_inbox(mutate: Mutate) -> dict[str, Any]:
    reply = call_mutated("inbox", {}, mutate)
    assert not reply.is_error, words_of(reply)
    found: dict[str, Any] = reply.structured_content or {}
    return found


def _read_dialog(mutate: Mutate, dialog: str = "206") -> tuple[dict[str, Any], str]:
    reply = call_mutated("dialog", {"dialog": dialog}, mutate)
    assert not reply.is_error, words_of(reply)
    assert reply.structured_content
    return reply.structured_content, words_of(reply)


def _find_chat(inbox: Mapping[str, Any], chat: int) -> dict[str, Any]:
    found: dict[str, Any] = next((one for one in inbox["dialogs"] if one["chat_id"] == chat), {})
    return found


def _give_chat(chat: int, change: Change) -> Mutate:
    """What a chat's last message is, in each of the three places where it is told."""

    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        if asked == HISTORY and result["chatId"] == chat:
            change(result["message"][max(result["message"], key=int)])
        if asked == MESSAGES and result["chat_id"] == chat:
            change(max(result["messages"], key=lambda message: int(message["id"])))
        for item in result["items"] if asked == RECENT else ():
            if item["id"] == f"chat{chat}":
                change(item["message"])
        return result

    return mutate


def _say(text: str) -> Mutate:
    return _give_chat(206, lambda message: message.update(text=text))


ROUTES = [_keep, NO_STATISTICS]
each_route = pytest.mark.parametrize("route", ROUTES, ids=["statistics", "messenger"])


@each_route
@pytest.mark.parametrize("write", [_write_numbers_as_text, _write_numbers_as_floats, _write_flags_as_letters])
def test_an_inbox_reads_the_same_however_numbers_and_switches_are_written(write: Change, route: Mutate) -> None:
    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        return result if asked == TIME else write(result)

    assert _read_inbox(_combine(route, mutate)) == _read_inbox(route)


@pytest.mark.parametrize("write", [_write_numbers_as_text, _write_numbers_as_floats, _write_flags_as_letters])
@pytest.mark.parametrize("route", [_keep, NO_MESSENGER], ids=["messenger", "history"])
def test_a_dialog_reads_the_same_however_numbers_and_switches_are_written(write: Change, route: Mutate) -> None:
    def mutate(asked: str, result: Any, _: Mapping[str, Any]) -> Any:
        return result if asked == TIME else write(result)

    assert _read_dialog(_combine(route, mutate))[0] == _read_dialog(route)[0]


@pytest.mark.parametrize(
    "written", ["16.03.2026 06:40:00", "2026-03-16T06:40:00", "2026-03-16T05:40:00.000Z", 1773639600, "1773639600"]
)
def test_a_date_is_the_same_moment_however_it_is_written(written: Any) -> None:
    def date(result: Any) -> None:
        for row in result["sessions"]:
            if row["chatId"] == 201:
                row["dateCreate"] = written

    inbox = _read_inbox(_change(SESSIONS, date))

    assert (inbox["total"], inbox["missing"]) == (WAITING, [])
    assert _find_chat(inbox, 201)["since"] == "2026-03-16T06:40:00+01:00"


@pytest.mark.parametrize("odd", [None, "", 0, True, {}, [], "x", "yesterday"])
@pytest.mark.parametrize("name", ["id", "chatId", "dateCreate"])
def test_a_session_that_cannot_be_read_is_counted_and_named(name: str, odd: Any) -> None:
    def spoil(result: Any) -> None:
        for row in result["sessions"]:
            if row["chatId"] == 201:
                row[name] = odd

    inbox = _read_inbox(_change(SESSIONS, spoil))

    assert inbox["total"] == WAITING - 1
    (missing,) = inbox["missing"]
    assert missing.startswith(f"1 session whose {name} could not be read (")
    assert "301" in missing or "201" in missing


@pytest.mark.parametrize("name", ["operatorId", "configId", "crmEntityId", "source", "status"])
def test_a_session_whose_rest_cannot_be_read_is_shown_and_says_so(name: str) -> None:
    def spoil(result: Any) -> None:
        for row in result["sessions"]:
            row[name] = {"x": 1}

    inbox = _read_inbox(_change(SESSIONS, spoil))

    assert inbox["total"] == WAITING
    assert any(f"the {name} of " in one and "could not be read" in one for one in inbox["missing"])


@pytest.mark.parametrize("odd", [None, "row", 5, []])
def test_an_item_that_is_no_session_is_counted(odd: Any) -> None:
    inbox = _read_inbox(_change(SESSIONS, lambda result: result["sessions"].append(odd)))

    assert inbox["total"] == WAITING
    assert "could not be read" in inbox["missing"][0]


@pytest.mark.parametrize("empty", [None, {}, [], False, ""])
def test_a_list_may_be_written_as_a_map_or_as_nothing(empty: Any) -> None:
    def write_as_map(result: Any) -> None:
        result["sessions"] = {str(2 * place): row for place, row in enumerate(result["sessions"])}

    assert _read_inbox(_change(SESSIONS, write_as_map)) == _read_inbox(_keep)
    assert _read_inbox(_change(SESSIONS, lambda result: {**result, "sessions": empty}))["total"] == 0


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
    reply = call_mutated(tool, arguments, _change(method, spoil))

    assert reply.is_error
    assert "in a form that this server does not know" in words_of(reply)


HELPERS: list[tuple[str, str]] = [
    (LINES, "names of lines"),
    (OPERATORS, "who is at work"),
    ("profile", "who you are"),
    ("scope", "who you are"),
    (TIME, "the portal's clock"),
]


@pytest.mark.parametrize(("method", "what"), HELPERS)
@pytest.mark.parametrize("odd", ["fault", "form"])
def test_a_helper_fails_alone_and_is_named(method: str, what: str, odd: str) -> None:
    spoil = _refuse(method, WholeAnswerError(500)) if odd == "fault" else _change(method, lambda _: "odd")
    inbox = _read_inbox(spoil)
    dialog, words = _read_dialog(spoil)

    assert inbox["total"] == WAITING
    why = "HTTP 500" if odd == "fault" else "answered in a form that this server does not know"
    assert any(one.startswith(what) and one.endswith(f"({why})") for one in inbox["missing"])
    assert dialog["unanswered"]["message_ids"] == [1028]
    assert what in dialog["limits"]
    assert why in dialog["limits"]
    assert f"({dialog['limits']})" in words


def test_a_portal_that_refuses_the_credentials_fails_the_whole_tool() -> None:
    reply = call_mutated("inbox", {}, _refuse(LINES, RefusedMethodError("INVALID_CREDENTIALS", 401)))

    assert reply.is_error


@pytest.mark.parametrize("odd", [None, {}, {"1": "3", "3": "4"}, "x", 5])
@pytest.mark.parametrize("name", ["QUEUE", "QUEUE_USERS_FIELDS", "CONFIG_QUEUE", "QUEUE_FULL"])
def test_what_a_line_says_beside_its_name_decides_nothing(name: str, odd: Any) -> None:
    inbox = _read_inbox(_change(LINES, lambda result: result[0].update({name: odd})))

    assert (inbox["total"], inbox["missing"]) == (WAITING, [])


@pytest.mark.parametrize("odd", [None, [], "x", 5, {"chat206": {"1": "1026", "3": "1028"}}])
@pytest.mark.parametrize("name", ["usersMessage", "files", "userInGroup", "openlines", "woUserInGroup"])
def test_fields_of_a_history_that_nobody_reads_may_be_anything(name: str, odd: Any) -> None:
    spoilt = _change(HISTORY, lambda result: result.update({name: odd}))
    reply = call_mutated("session_history_get", {"session_id": 306}, spoilt)

    assert not reply.is_error
    assert len((reply.structured_content or {})["messages"]) == 3


@pytest.mark.parametrize("shape", [dict, list])
def test_people_and_files_may_come_as_a_list_or_as_a_map(shape: type) -> None:
    def reshape(result: Any) -> None:
        users = result["users"].values() if isinstance(result["users"], dict) else result["users"]
        result["users"] = {str(user["id"]): user for user in users} if shape is dict else list(users)

    history = _combine(NO_MESSENGER, _change(HISTORY, reshape))

    for spoilt in (_change(MESSAGES, reshape), history):
        roles = [one["role"] for one in _read_dialog(spoilt)[0]["messages"]]
        assert roles == ["client", "operator", "client"]
    assert _read_inbox(_change(HISTORY, reshape))["total"] == WAITING


@each_route
@pytest.mark.parametrize("text", [ECHO, NOTE])
def test_what_a_connector_posted_for_the_company_waits_for_no_answer(text: str, route: Mutate) -> None:
    inbox = _read_inbox(_combine(route, _say(text)))
    dialog, words = _read_dialog(_say(text))

    if text == ECHO:
        assert _find_chat(inbox, 206) == {}
        assert dialog["messages"][-1]["author"] == "Phone via connector"
        assert dialog["messages"][-1]["text"] == "Fixed, the invoice is on its way."
    assert dialog["unanswered"] is None
    assert dialog["messages"][-1]["role"] == ("operator" if text == ECHO else "system")
    assert "posted by the connector" in words


def test_the_list_of_dialogs_tells_what_a_connector_posted_too() -> None:
    rows = (call_mutated("im_recent_list", {}, _say(ECHO)).structured_content or {})["dialogs"]
    row = next(row for row in rows if row["chat_id"] == 206)

    assert (row["last_message"]["role"], row["client_waits"]) == ("operator", False)


def _forget_client(result: Any) -> None:
    users = result["users"]
    if isinstance(users, dict):
        users.pop("106", None)
    else:
        result["users"] = [user for user in users if user["id"] != 106]


FORGOTTEN = _combine(_change(HISTORY, _forget_client), _change(MESSAGES, _forget_client))


@each_route
def test_a_client_who_is_not_among_the_users_is_known_by_the_user_code(route: Mutate) -> None:
    inbox = _read_inbox(_combine(route, FORGOTTEN))

    assert _find_chat(inbox, 206)["last_message"]["role"] == "client"
    for way in (_keep, NO_MESSENGER):
        dialog, _ = _read_dialog(_combine(way, FORGOTTEN))
        assert dialog["unanswered"]["message_ids"] == [1028]
        assert [one["role"] for one in dialog["messages"]] == ["client", "operator", "client"]


@pytest.mark.parametrize("users", [None, [], {}, "x"])
def test_without_any_users_client_and_operator_are_known_by_the_dialog(users: Any) -> None:
    forget_users: Change = lambda result: result.update(users=users)  # noqa: E731
    forget = _combine(_change(HISTORY, forget_users), _change(MESSAGES, forget_users))

    assert _find_chat(_read_inbox(forget), 206)["state"] == "again"
    assert [one["role"] for one in _read_dialog(forget)[0]["messages"]] == ["client", "operator", "client"]


def test_a_message_of_nobody_known_waits_only_where_it_may_be_the_clients() -> None:
    def strange(message: dict[str, Any]) -> None:
        message.update({name: 4711 for name in ("author_id", "senderId", "senderid") if name in message})

    def hide_code(result: Any) -> None:
        result["entity_id"] = None

    stranger = _give_chat(206, strange)
    inbox = _read_inbox(stranger)
    assert _find_chat(inbox, 206) == {}
    assert "the author of a message of 1 dialog, which could not be read (chat 206)" in inbox["missing"]
    dialog, _ = _read_dialog(stranger)
    assert (dialog["messages"][-1]["role"], dialog["unanswered"]) == ("unknown", None)
    assert "author of a message" in dialog["limits"]

    doubtful, _ = _read_dialog(_combine(stranger, _change(CHAT, hide_code)))
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
    inbox, (dialog, words) = _read_inbox(_attach(numbers, files)), _read_dialog(_attach(numbers, files))

    assert _find_chat(inbox, 206)["last_message"]["text"] == "[file voice_message.ogg]"
    assert _find_chat(inbox, 206)["last_message"]["files"][0]["name"] == "voice_message.ogg"
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
    empty = _give_chat(206, lambda message: message.update(text="", params=params))

    assert _find_chat(_read_inbox(empty), 206)["last_message"]["text"] == shown
    assert _read_dialog(empty)[0]["unanswered"]["text"] == shown


@pytest.mark.parametrize("odd", [{"a": 1}, [1], True])
def test_a_text_that_cannot_be_read_is_not_nothing(odd: Any) -> None:
    spoilt = _give_chat(206, lambda message: message.update(text=odd))

    assert "cannot be read" in _read_dialog(spoilt)[0]["unanswered"]["text"]
    assert "cannot be read" in _find_chat(_read_inbox(spoilt), 206)["last_message"]["text"]


def test_a_text_that_php_took_for_a_number_is_a_text() -> None:
    dialog, _ = _read_dialog(_give_chat(206, lambda message: message.update(text=2500)))

    assert dialog["unanswered"]["text"] == "2500"


def test_a_message_whose_date_cannot_be_read_still_waits() -> None:
    undated = _give_chat(206, lambda message: message.update(date="yesterday"))
    inbox = _read_inbox(undated)

    assert _find_chat(inbox, 206)["state"] == "again"
    assert "the date of a message of 1 dialog, which could not be read (chat 206)" in inbox["missing"]
    dialog, _ = _read_dialog(undated)
    assert dialog["unanswered"]["message_ids"] == [1028]
    assert "the date of a message" in dialog["limits"]


def test_a_message_without_a_readable_id_is_counted() -> None:
    lost = _give_chat(206, lambda message: message.update(id={}))

    assert any("1 message whose id could not be read (chat 206)" in one for one in _read_inbox(lost)["missing"])
    assert "1 message whose id could not be read" in _read_dialog(lost)[0]["limits"]


def _age(result: Any) -> None:
    """As older portals write the list of dialogs."""
    for item in result["items"]:
        item.pop("chat_id", None)


def test_older_portals_name_the_chat_of_a_dialog_only_inside() -> None:
    old = _combine(NO_STATISTICS, _change(RECENT, _age))

    assert _read_inbox(old) == _read_inbox(NO_STATISTICS)
    assert _read_dialog(old, "Grace Miller")[0]["chat_id"] == 206
    listed = [call_mutated("im_recent_list", {}, one).structured_content for one in (_change(RECENT, _age), _keep)]
    assert listed[0] == listed[1]

    def hide_inside(result: Any) -> None:
        for item in result["items"]:
            item["chat"].pop("id", None)

    assert _read_inbox(_combine(old, _change(RECENT, hide_inside))) == _read_inbox(NO_STATISTICS)


@pytest.mark.parametrize("odd", [None, "row", {}, {"id": 5}, {"id": "chat206", "lines": "x", "chat": 5}])
def test_an_item_of_the_list_that_is_no_dialog_is_counted(odd: Any) -> None:
    spoilt = _combine(NO_STATISTICS, _change(RECENT, lambda result: result["items"].append(odd)))
    missing = _read_inbox(spoilt)["missing"]

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
    spoilt = _change(CHAT, lambda result: result.update({name: odd}))
    dialog, _ = _read_dialog(spoilt)
    reply = call_mutated("reply", {"dialog": "206", "message": "Hello"}, spoilt)

    assert f"the {part} of this dialog" in dialog["limits"]
    assert dialog["unanswered"]["message_ids"] == [1028]
    assert reply.is_error
    assert f"does not tell its {part}" in words_of(reply)


def test_without_the_portals_clock_ages_are_by_this_machines_and_the_answer_says_so() -> None:
    reply = call_mutated("inbox", {}, _refuse(TIME, RefusedMethodError("ERROR_METHOD_NOT_FOUND", 404)))

    assert "by this machine's clock" in words_of(reply)
    assert "by the portal's clock" not in words_of(reply)
