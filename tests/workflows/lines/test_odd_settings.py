"""Lines one of whose settings is odd: nothing is made of it, and it is named."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.assistant import words_of
from tests.mutated_answers import Mutate, RefusedMethodError, call_mutated

LINE = "imopenlines.config.get"
LINES = "imopenlines.config.list.get"


def _call(tool: str, line: str | None, mutate: Mutate) -> str:
    reply = call_mutated(tool, {"line": line} if line else {}, mutate)
    words = words_of(reply)
    assert not reply.is_error, words
    return words


def _set(**settings: Any) -> Mutate:
    return lambda name, result, _: {**result, **settings} if name == LINE else result


def _pass(_: str, result: Any, __: Any) -> Any:
    return result


ODD: list[tuple[dict[str, Any], str, str]] = [
    ({"QUEUE": "3"}, "QUEUE", "nobody gets the line's dialogs"),
    ({"QUEUE": [3, None]}, "QUEUE", "There is one operator only"),
    ({"QUEUE_TIME": "soon"}, "QUEUE_TIME", "before the first can have seen it"),
    ({"ACTIVE": ["N"]}, "ACTIVE", "The line is off"),
    ({"AUTO_CLOSE_TIME": {}}, "AUTO_CLOSE_TIME", "closes by itself as soon as"),
    ({"AUTO_CLOSE_TIME": "never"}, "AUTO_CLOSE_TIME", "closes by itself as soon as"),
    ({"WORKTIME_ENABLE": "Y", "WORKTIME_FROM": "nine"}, "WORKTIME_FROM", "without a beginning or an end"),
    ({"WELCOME_MESSAGE": "Y", "WELCOME_MESSAGE_TEXT": [1]}, "WELCOME_MESSAGE_TEXT", "the client gets nothing"),
]


@pytest.mark.parametrize(("settings", "named", "claim"), ODD)
def test_no_mistake_is_found_in_a_setting_that_cannot_be_read(settings: dict[str, Any], named: str, claim: str) -> None:
    words = _call("channel_audit", "Website support", _set(**settings))

    assert claim not in words
    assert f"Could not be read, and so was not looked at: {named}" in words
    assert "of Website support (1)" in words


SAME: list[dict[str, Any]] = [
    {"QUEUE": {"1": "3", "3": "4"}},
    {"QUEUE_TIME": 60.0, "ACTIVE": True, "CRM": 1},
    {"QUEUE_FULL": "odd", "DEFAULT_OPERATOR_DATA": 7, "DATE_CREATE": [], "CRM_CREATE_SECOND": {"a": 1}},
]


@pytest.mark.parametrize("tool", ["channel_audit", "channel_overview"])
@pytest.mark.parametrize("settings", SAME)
def test_other_forms_and_what_nobody_reads_change_nothing(tool: str, settings: dict[str, Any]) -> None:
    assert _call(tool, "Website support", _set(**settings)) == _call(tool, "Website support", _pass)


def test_a_line_that_cannot_be_had_is_named_and_the_others_are_looked_at() -> None:
    def mutate(name: str, result: Any, params: Any) -> Any:
        return None if name == LINE and str(params.get("CONFIG_ID")) == "2" else result

    words = _call("channel_audit", None, mutate)

    assert "Lines looked at: 4." in words
    assert "line 2 (answered in a form that this server does not know)" in words


def test_no_queue_is_proposed_where_the_departments_in_it_are_not_told() -> None:
    def mutate(name: str, result: Any, params: Any) -> Any:
        if name == LINES and "CONFIG_QUEUE" in str(params):
            raise RefusedMethodError("ACCESS_DENIED")
        return result

    assert "queue=[" in _call("channel_audit", "Spring campaign", _pass)
    words = _call("channel_audit", "Spring campaign", mutate)
    assert "queue=[" not in words
    assert "what was put into the queues (ACCESS_DENIED); CONFIG_QUEUE of Spring campaign (4)" in words


def test_who_is_online_is_not_guessed_from_a_row_that_cannot_be_read() -> None:
    def make(status: Any) -> Mutate:
        def mutate(name: str, result: Any, _: Any) -> Any:
            if name == "imopenlines.v2.Operator.list":
                for row in result["operators"]:
                    row["status"] = status
            return result

        return mutate

    assert "nobody of the queue is online" in _call("channel_audit", "Website support", make("offline"))
    words = _call("channel_audit", "Website support", make(["offline"]))
    assert "nobody of the queue is online" not in words
    assert "whose status could not be read" in words


OVERVIEW: list[tuple[Mutate, str, str]] = [
    (_set(ACTIVE=["N"]), "Website support (1): on or off is not known", "the setting ACTIVE"),
    (_set(QUEUE=[3, "x"]), "Olga Smirnova (3), and others who could not be read:", "the setting QUEUE"),
    (_set(QUEUE="x"), "Who answers: QUEUE could not be read, so the rest is not known", "the setting QUEUE"),
    (_set(AUTO_CLOSE_TIME="x"), "Closing: AUTO_CLOSE_TIME could not be read", "the setting AUTO_CLOSE_TIME"),
    (_set(LINE_NAME=None), "line 1: on", ""),
]


@pytest.mark.parametrize(("mutate", "shown", "named"), OVERVIEW)
def test_an_overview_says_which_setting_it_could_not_read(mutate: Mutate, shown: str, named: str) -> None:
    words = _call("channel_overview", "Website support", mutate)

    assert shown in words
    assert named in words.partition("Could not be read: ")[2]


def _replace(method: str, other: Any) -> Mutate:
    return lambda name, result, _: other if name == method else result


CHANNELS: list[tuple[Callable[[], Mutate], str, str]] = [
    (lambda: _replace("imopenlines.v2.Stat.get", "x"), "not known: the settings do not name them", "the channels ("),
    (
        lambda: _replace("imopenlines.v2.Stat.get", {"statResult": {"sessionsBySource": [{"count": 5}]}}),
        "by channel: none",
        "1 channel whose source could not be read (5 dialogs)",
    ),
    (lambda: _replace("server.time", "x"), "dialogs of the last 30 days by channel", "the portal's clock"),
]


@pytest.mark.parametrize(("make", "shown", "named"), CHANNELS)
def test_the_channels_are_a_part_of_their_own(make: Callable[[], Mutate], shown: str, named: str) -> None:
    words = _call("channel_overview", "Website support", make())

    assert shown in words
    assert named in words.partition("Could not be read: ")[2]
