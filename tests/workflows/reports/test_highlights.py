"""Which dialogs are worth a look."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from workflows.core.formatting import format_duration
from workflows.reports.highlights import HighlightCandidates
from workflows.reports.rows import ReportGaps, ReportRows

NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)
Rows = Sequence[dict[str, Any]]


def _make_candidates(
    sessions: Rows = (), untaken: Rows = (), ratings: Rows = (), transfers: Rows = ()
) -> HighlightCandidates:
    rows = ReportRows(ReportGaps(), UTC)
    return HighlightCandidates(
        rows.read_sessions(sessions),
        rows.read_sessions(untaken, untaken=True),
        rows.read_ratings(ratings),
        rows.read_transfers(transfers),
        NOW,
    )


def _choose_reasons(evidence: HighlightCandidates) -> dict[int, list[str]]:
    return {found.session_id: found.reasons for found in evidence.choose_highlights()}


def test_three_of_each_kind_and_eight_in_all() -> None:
    waiting = [{"id": one, "dateCreate": "2026-03-16T09:00:00+00:00"} for one in range(1, 10)]
    slow = [{"id": one, "waitAnswer": 9000 - one} for one in range(11, 20)]
    disliked = [{"sessionId": one, "vote": "dislike"} for one in range(21, 30)]

    assert list(_choose_reasons(_make_candidates(untaken=waiting, sessions=slow, ratings=disliked))) == [
        *(1, 2, 3),
        *(21, 22, 23),
        *(11, 12),
    ]


def test_a_vote_that_one_list_hides_is_taken_from_the_other() -> None:
    session = {"id": 1, "chatId": 5, "configId": 2, "operatorId": 3, "voteHead": 2, "vote": "dislike"}
    (found,) = _make_candidates(sessions=[session], ratings=[{"sessionId": 1, "voteHead": None}]).choose_highlights()

    assert found.reasons == ["dislike", "supervisor's vote 2 of 5"]
    assert (found.chat_id, found.line_id, found.operator_id) == (5, 2, 3)


def test_a_rating_of_an_older_dialog_stands_without_its_chat() -> None:
    (found,) = _make_candidates(
        ratings=[{"sessionId": 9, "vote": "dislike", "configId": 2, "operatorId": 3}]
    ).choose_highlights()

    assert (found.session_id, found.chat_id, found.line_id, found.operator_id) == (9, 0, 2, 3)


@pytest.mark.parametrize(
    ("session", "reasons"),
    [
        ({"waitAnswer": 599}, None),
        ({"waitAnswer": 600}, ["accepted after 10 min"]),
        ({"waitAnswer": 400, "kpiFirstAnswer": False}, ["accepted after 6 min 40 s, late"]),
        ({"waitAnswer": 900, "status": "spam"}, None),
        ({"waitAnswer": None, "kpiFirstAnswer": False}, None),
    ],
)
def test_a_first_answer_is_slow_when_it_was_late_or_took_ten_minutes(
    session: dict[str, Any], reasons: list[str] | None
) -> None:
    assert _choose_reasons(_make_candidates(sessions=[{"id": 1, **session}])).get(1) == reasons


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (380, "6 min 20 s"),
        (600, "10 min"),
        (725, "12 min"),
        (3600, "1 h"),
        (12_060, "3 h 21 min"),
        (86_400, "1 day"),
        (187_200, "2 days 4 h"),
        (172_860, "2 days"),
        (-5, "0 s"),
    ],
)
def test_a_duration_is_told_in_its_two_largest_units(seconds: int, words: str) -> None:
    assert format_duration(seconds) == words
