"""A report on a portal one of whose answers is odd: what is not understood is named, and never counted as 0."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.assistant import words_of
from tests.mutated_answers import Mutate, RefusedMethodError, call_mutated

STAT = "imopenlines.v2.Stat.get"
SESSIONS = "imopenlines.v2.Session.list"
RATINGS = "imopenlines.v2.Session.Rating.list"
TRANSFERS = "imopenlines.v2.Session.Transfer.list"
LINES = "imopenlines.config.list.get"
TODAY = {"period": "today", "line": 1}


def _report(mutate: Mutate, **arguments: Any) -> str:
    reply = call_mutated("channel_report", {**TODAY, **arguments}, mutate)
    words = words_of(reply)
    assert not reply.is_error, words
    return words


def _pass(_: str, result: Any, __: Any) -> Any:
    return result


def _change(method: str, change: Callable[[Any], Any]) -> Mutate:
    """Only the answers of one method, in place."""

    def mutate(name: str, result: Any, _: Any) -> Any:
        if name == method:
            change(result)
        return result

    return mutate


def _refuse(method: str) -> Mutate:
    def mutate(name: str, result: Any, _: Any) -> Any:
        if name == method:
            raise RefusedMethodError("ACCESS_DENIED")
        return result

    return mutate


def _replace(method: str, other: Any) -> Mutate:
    return lambda name, result, _: other if name == method else result


def _set_in_session(session: int, **fields: Any) -> Mutate:
    return _change(SESSIONS, lambda result: [row.update(fields) for row in result["sessions"] if row["id"] == session])


def _set_in_stat(**fields: Any) -> Mutate:
    return _change(STAT, lambda result: result["statResult"].update(fields))


def _turn_into_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _turn_into_text(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_turn_into_text(item) for item in value]
    return str(value) if type(value) in {int, float} else value


def _drop_offsets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _drop_offsets(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_drop_offsets(item) for item in value]
    return value.removesuffix("+01:00") if isinstance(value, str) else value


@pytest.mark.parametrize("form", [_turn_into_text, _drop_offsets])
def test_another_form_of_the_same_reads_the_same(form: Callable[[Any], Any]) -> None:
    other = _report(lambda name, result, _: form(result) if name.startswith("imopenlines.v2.") else result)

    assert other == _report(_pass)
    assert "nobody has taken it for 35 min" in other
    assert "Not in this report" not in other


FIGURES: list[tuple[dict[str, Any], str, str]] = [
    ({"avgWaitAnswer": "soon"}, "Accepted after: not known (not known)", "avgWaitAnswer could not be read"),
    ({"closedSessions": None}, "not known (not known) of them closed", "closedSessions could not be read"),
    ({"totalSessions": [9]}, "Dialogs: not known (not known) new", "totalSessions could not be read"),
    ({"kpiFirstAnswerFail": -1}, "in time not known (not known)", "kpiFirstAnswerFail could not be read"),
    ({"likeCount": {}}, "likes not known (not known), dislikes 0 (0)", "likeCount could not be read"),
    ({"sessionsByHour": {"5": 1, "9": "4"}}, "By hour: 05h 1, 09h 4", ""),
    ({"sessionsByHour": [0] * 9 + ["many"] + [0] * 14}, "By hour: 09h not known", "the counts of 1 hours"),
    ({"sessionsBySource": "many"}, "By channel: none", "sessionsBySource of the portal's report could not be read"),
    (
        {"sessionsBySource": [{"source": "livechat", "count": "?"}]},
        "By channel: livechat not known",
        "the count of 1 channel, which could not be read (livechat)",
    ),
    (
        {"sessionsByOperator": [{"operatorId": "?", "count": 5, "avgWaitAnswer": 60}]},
        "By person (has now; first answers given): Anna Keller (1): has not known, answered 1 after 10 min",
        "1 operator whose operatorId could not be read (5 dialogs)",
    ),
    (
        {"sessionsByOperator": [{"operatorId": 4, "count": "?", "avgWaitAnswer": "?"}]},
        "James Carter (4): has not known, answered 2 after 8 min 30 s, 1 of them late",
        "the count of 1 operator, which could not be read (user 4)",
    ),
]


@pytest.mark.parametrize(("fields", "shown", "named"), FIGURES)
def test_a_figure_that_cannot_be_read_is_not_known_and_named(fields: dict[str, Any], shown: str, named: str) -> None:
    words = _report(_set_in_stat(**fields))

    assert shown in words
    assert named in words
    assert ("Not in this report: " in words) is bool(named)


ROWS: list[tuple[int, dict[str, Any], str, str]] = [
    (
        332,
        {"waitAnswer": "soon"},
        "session_id 332, chat_id 212: first answer after 15 min",
        "the waitAnswer of 1 session, which could not be read (session 332)",
    ),
    (
        332,
        {"kpiFirstAnswer": "?"},
        "session_id 332, chat_id 212: first answer after 15 min; answered by James Carter (4)",
        "the kpiFirstAnswer of 1",
    ),
    (332, {"id": "?"}, "session_id 306", "the id of 1 session, which could not be read (chat 212)"),
    (332, {"voteHead": 7}, "supervisors' votes none", "the voteHead of 1 session, which could not be read"),
    (
        303,
        {"dateCreate": "yesterday"},
        "session_id 303, chat_id 203: nobody has taken it; since when could not be read",
        "the dateCreate of 1 session, which could not be read (session 303)",
    ),
    (303, {"dateCreate": "16.03.2026 09:25:00"}, "session_id 303, chat_id 203: nobody has taken it for 35 min", ""),
    (303, {"commentHead": [7], "crmEntityId": "?"}, "nobody has taken it for 35 min", ""),
]


@pytest.mark.parametrize(("session", "fields", "shown", "named"), ROWS)
def test_a_dialog_with_an_odd_field_stays_and_the_field_is_named(
    session: int, fields: dict[str, Any], shown: str, named: str
) -> None:
    words = _report(_set_in_session(session, **fields))

    assert shown in words
    assert named in words
    assert ("Not in this report: " in words) is bool(named)


PARTS: list[tuple[Mutate, str, str]] = [
    (_refuse(RATINGS), "Dialogs: 9 (1, +800 %) new", "the ratings that came in (ACCESS_DENIED)"),
    (_replace(RATINGS, None), "Dialogs: 9 (1, +800 %) new", "the ratings that came in (answered in a form"),
    (_refuse(TRANSFERS), "Transfers: not known", "the transfers (ACCESS_DENIED)"),
    (_refuse(SESSIONS), "not known not taken by anybody yet", "what is read dialog by dialog"),
]


@pytest.mark.parametrize(("mutate", "shown", "named"), PARTS)
def test_a_part_that_cannot_be_had_costs_only_itself(mutate: Mutate, shown: str, named: str) -> None:
    words = _report(mutate)

    assert shown in words
    assert named in words.partition("Not in this report: ")[2]


def test_without_the_portals_clock_this_machines_is_taken() -> None:
    period = {"date_from": "2026-03-16T00:00:00+01:00", "date_to": "2026-03-16T10:00:00+01:00"}
    reply = call_mutated("channel_report", {"line": 1, **period}, _replace("server.time", "now"))

    assert not reply.is_error
    assert "Dialogs: 9 (1, +800 %) new" in words_of(reply)
    assert "the portal's clock" in words_of(reply).partition("Not in this report: ")[2]


def test_without_the_names_lines_and_operators_are_numbers() -> None:
    reply = call_mutated("channel_report", {"period": "today"}, _refuse(LINES))

    assert not reply.is_error
    assert "nobody has taken it for 35 min; line 1, " in words_of(reply)
    assert "the names of lines (ACCESS_DENIED)" in words_of(reply)


def test_the_period_before_may_be_lacking() -> None:
    def mutate(name: str, result: Any, params: Any) -> Any:
        is_before = name == STAT and str(params.get("dateTo", "")).startswith("2026-03-15")
        return {"statResult": "none"} if is_before else result

    words = _report(mutate)

    assert "Dialogs: 9 new, 1 of them closed" in words
    assert "the sums of the period before (answered in a form that this server does not know)" in words


def test_without_the_sums_there_is_no_report() -> None:
    reply = call_mutated("channel_report", TODAY, _replace(STAT, {"statResult": None}))

    assert reply.is_error
    assert "answered in a form that this server does not know" in words_of(reply)
