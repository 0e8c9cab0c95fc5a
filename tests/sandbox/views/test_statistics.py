from typing import Any

import pytest

from sandbox.seed.seed import NO_RIGHTS_WEBHOOK_PATH, OPERATOR_WEBHOOK_PATH
from tests.sandbox.client import SandboxClient

STAT, LIST = "imopenlines.v2.Stat.get", "imopenlines.v2.Session.list"
FIGURES, RATINGS = "imopenlines.v2.Session.Stat.get", "imopenlines.v2.Session.Rating.list"
TRANSFERS, LOADS = "imopenlines.v2.Session.Transfer.list", "imopenlines.v2.Operator.list"
MARCH = {"dateFrom": "2026-03-01T00:00:00+01:00", "dateTo": "2026-03-31T23:59:59+01:00"}
VOTED = {"dateVoteFrom": MARCH["dateFrom"], "dateVoteTo": MARCH["dateTo"]}
CREATED = {"dateCreateFrom": MARCH["dateFrom"], "dateCreateTo": MARCH["dateTo"]}
LEAST = {
    STAT: MARCH,
    LIST: {},
    FIGURES: {"sessionId": [309]},
    RATINGS: VOTED,
    TRANSFERS: {"sessionId": [316]},
    LOADS: {},
}


def list_ids(portal: SandboxClient, **params: Any) -> list[int]:
    return [session["id"] for session in portal.call(LIST, params)["sessions"]]


@pytest.mark.parametrize("method", list(LEAST))
def test_reports_need_the_plan_and_the_right(portal: SandboxClient, method: str) -> None:
    assert portal.call(method, LEAST[method])
    assert portal.expect_refusal(method, LEAST[method], path=NO_RIGHTS_WEBHOOK_PATH) == (403, "ACCESS_DENIED")
    assert portal.expect_refusal(method, LEAST[method], path=OPERATOR_WEBHOOK_PATH) == (403, "ACCESS_DENIED")
    portal.switch(plan={"reports": False})
    assert portal.expect_refusal(method, LEAST[method]) == (400, "TARIFF_RESTRICTION")


def test_the_sums_agree_with_the_state(portal: SandboxClient) -> None:
    sums, sessions = portal.call(STAT, MARCH)["statResult"], portal.read_state()["sessions"]
    assert sums["totalSessions"] == len(sessions)
    assert sums["closedSessions"] == sum(session["closed"] for session in sessions)
    assert sums["spamSessions"] == 1
    assert (sums["likeCount"], sums["dislikeCount"], sums["votedSessions"], sums["positiveRate"]) == (1, 1, 2, 0.5)
    assert sum(sums["sessionsByHour"]) == sum(row["count"] for row in sums["sessionsBySource"]) == len(sessions)
    assert len(sums["sessionsByHour"]) == 24
    mine = next(row for row in sums["sessionsByOperator"] if row["operatorId"] == 5)
    assert mine == {"operatorId": 5, "count": 2, "avgWaitAnswer": 1530, "positiveRate": 0}


def test_the_sums_of_nothing_are_zeros(portal: SandboxClient) -> None:
    sums = portal.call(STAT, {**MARCH, "operatorId": 999})["statResult"]
    assert {name: figure for name, figure in sums.items() if figure not in (0, [])} == {"sessionsByHour": [0] * 24}


def test_the_sums_know_only_their_own_filters(portal: SandboxClient) -> None:
    assert portal.call(STAT, {**MARCH, "hasVoteHead": "Y"}) == portal.call(STAT, MARCH)


def test_the_sums_follow_what_happens(portal: SandboxClient) -> None:
    chat_id = portal.control("client-message", {"line_id": 1, "connector": "viber", "text": "Hi"})["chat_id"]
    for action in ("answer", "finish"):
        portal.call(f"imopenlines.operator.{action}", {"CHAT_ID": chat_id})
    portal.write_as_client(chat_id, "1")
    sums = portal.call(STAT, MARCH)["statResult"]
    assert (sums["likeCount"], sums["positiveRate"]) == (2, 0.6667)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "PERIOD_REQUIRED"),
        ({"dateFrom": MARCH["dateFrom"]}, "PERIOD_REQUIRED"),
        ({"dateFrom": "2025-01-01T00:00:00+01:00", "dateTo": MARCH["dateTo"]}, "PERIOD_TOO_LARGE"),
        ({**MARCH, "dateTo": "someday"}, "INVALID_FILTER"),
        ({"dateFrom": MARCH["dateTo"], "dateTo": MARCH["dateFrom"]}, "INVALID_FILTER"),
        ({**MARCH, "configId": "x"}, "INVALID_FILTER"),
        ({**MARCH, "configIdList": list(range(1, 1002))}, "INVALID_FILTER"),
        ({**MARCH, "operatorIdList": 3}, "INVALID_FILTER"),
    ],
)
def test_the_sums_are_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(STAT, params) == (400, code)


def test_a_session_is_listed_with_its_figures(portal: SandboxClient) -> None:
    session = next(item for item in portal.call(LIST, {"operatorId": 3})["sessions"] if item["id"] == 309)
    assert session == {
        "id": 309,
        "configId": 1,
        "source": "livechat",
        "operatorId": 3,
        "userId": 109,
        "userCode": "livechat|1|9209|109",
        "chatId": 209,
        "dateCreate": "2026-03-13T10:00:00+01:00",
        "dateClose": "2026-03-13T10:40:00+01:00",
        "dateFirstAnswer": "2026-03-13T10:03:00+01:00",
        "dateOperatorAnswer": "2026-03-13T10:03:00+01:00",
        "status": "closed",
        "closeReason": "operator",
        "vote": "like",
        "voteHead": 5,
        "commentHead": "Quick and friendly.",
        "crmEntityType": None,
        "crmEntityId": None,
        "queueTransfers": 0,
        "waitAnswer": 180,
        "waitClose": 2400,
        "kpiFirstAnswer": True,
        "messageCount": 4,
    }


@pytest.mark.parametrize(
    ("params", "ids"),
    [
        ({"status": "new"}, [302, 317, 303, 301]),
        ({"status": "spam"}, [311]),
        ({"status": "paused"}, [314]),
        ({"closeReason": "auto"}, [312, 313, 321]),
        ({"configId": 3}, [315, 314, 313]),
        ({"configId": 1, "configIdList": [5]}, [317]),
        ({"source": "facebook"}, [318]),
        ({"sourceList": ["facebook", "whatsappbytwilio"]}, [315, 314, 313, 318]),
        ({"operatorId": 1}, [315, 306]),
        ({"vote": "like"}, [309]),
        ({"vote": "any"}, [310, 309]),
        ({"hasVoteHead": "Y"}, [310, 309]),
        ({"hasCrm": True}, [307, 315, 314, 310, 318]),
        ({"waitAnswerFrom": 1000}, [310, 318]),
        ({"waitAnswerTo": 60, "status": "answered"}, [304, 305]),
        ({"waitCloseFrom": 5000}, [313, 310]),
        ({"dateCloseFrom": "2026-03-16T00:00:00+01:00"}, [312]),
        ({"dateCreateTo": "2026-03-11T00:00:00+01:00"}, [321]),
        ({**CREATED, "kpiFirstAnswer": "N", "vote": "none", "configId": 1, "status": "answered"}, [332, 306]),
        ({**CREATED, "kpiFirstAnswer": False, "configId": 2}, []),
        ({**CREATED, "order": "waitClose", "orderDirection": "desc", "limit": 2}, [313, 310]),
        ({"order": "dateCreate", "orderDirection": "asc", "limit": 2}, [321, 318]),
    ],
)
def test_sessions_are_filtered_and_ordered(portal: SandboxClient, params: dict[str, Any], ids: list[int]) -> None:
    assert sorted(list_ids(portal, **params)) == sorted(ids)
    if "limit" in params:
        assert list_ids(portal, **params) == ids


def test_sessions_come_newest_first_in_pages(portal: SandboxClient) -> None:
    everything = list_ids(portal)
    assert len(everything) == 22
    page = portal.call(LIST, {"limit": 20})
    assert (len(page["sessions"]), page["hasNextPage"]) == (20, True)
    rest = portal.call(LIST, {"limit": "20", "offset": 20})
    assert ([session["id"] for session in rest["sessions"]], rest["hasNextPage"]) == (everything[20:], False)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"status": "open"}, "INVALID_FILTER"),
        ({"status": "new", "closeReason": "auto"}, "INVALID_FILTER"),
        ({"closeReason": "tired"}, "INVALID_FILTER"),
        ({"vote": "great"}, "INVALID_FILTER"),
        ({"hasCrm": "maybe"}, "INVALID_FILTER"),
        ({"kpiFirstAnswer": True}, "INVALID_FILTER"),
        ({"waitAnswerFrom": "long"}, "INVALID_FILTER"),
        ({"order": "userId"}, "INVALID_FILTER"),
        ({"orderDirection": "up"}, "INVALID_FILTER"),
        ({"limit": 201}, "INVALID_FILTER"),
        ({"limit": 0}, "INVALID_FILTER"),
        ({"offset": -1}, "INVALID_FILTER"),
        ({"offset": 10001}, "OFFSET_TOO_LARGE"),
        ({"dateCreateFrom": "2025-01-01T00:00:00Z", "dateCreateTo": "2026-03-16T00:00:00Z"}, "PERIOD_TOO_LARGE"),
        ({"dateCloseFrom": ["x"]}, "INVALID_FILTER"),
    ],
)
def test_the_list_is_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(LIST, params) == (400, code)


def test_supervisors_ratings_are_hidden_without_the_plan(portal: SandboxClient) -> None:
    portal.switch(plan={"head_vote": False})
    session = portal.call(LIST, {"vote": "like"})["sessions"][0]
    assert session["voteHead"] is None
    assert session["commentHead"] is None


def test_figures_of_sessions_and_nulls_for_the_unknown(portal: SandboxClient) -> None:
    known, unknown = portal.call(FIGURES, {"sessionId": [308, "308", 999]})["sessions"]
    assert known == {
        "sessionId": 308,
        "waitAnswer": 180,
        "waitClose": None,
        "messagesCount": 5,
        "messagesOperatorCount": 1,
        "messagesClientCount": 2,
        "transfersCount": 0,
        "kpiFirstAnswer": True,
        "vote": "none",
        "voteHead": None,
    }
    assert unknown == {name: 999 if name == "sessionId" else None for name in known}


@pytest.mark.parametrize(("method", "most"), [(FIGURES, 100), (TRANSFERS, 50)])
def test_the_ids_of_sessions_are_checked(portal: SandboxClient, method: str, most: int) -> None:
    assert portal.expect_refusal(method) == (400, "100")
    assert portal.expect_refusal(method, {"sessionId": 309}) == (400, "100")
    assert portal.expect_refusal(method, {"sessionId": list(range(most + 1))}) == (400, "BATCH_LIMIT_EXCEEDED")
    assert portal.call(method, {"sessionId": [1] * (most + 1)}) is not None


def test_ratings_are_listed_by_the_date_of_the_vote(portal: SandboxClient) -> None:
    ratings = portal.call(RATINGS, VOTED)["ratings"]
    assert [rating["sessionId"] for rating in ratings] == [310, 309]
    assert ratings[1]["dateVote"] == ratings[1]["dateSessionClose"] == "2026-03-13T10:40:00+01:00"
    assert [item["sessionId"] for item in portal.call(RATINGS, {**VOTED, "vote": "like"})["ratings"]] == [309]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "PERIOD_REQUIRED"),
        ({"dateVoteFrom": "2024-01-01T00:00:00Z", "dateVoteTo": "2026-01-01T00:00:00Z"}, "PERIOD_TOO_LARGE"),
        ({**VOTED, "vote": "none"}, "INVALID_FILTER"),
        ({**VOTED, "offset": 20000}, "OFFSET_TOO_LARGE"),
    ],
)
def test_ratings_are_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(RATINGS, params) == (400, code)


def test_transfers_tell_the_way_of_a_session(portal: SandboxClient) -> None:
    portal.call("imopenlines.operator.transfer", {"CHAT_ID": 216, "USER_ID": 3})
    moves = portal.call(TRANSFERS, {"sessionId": [316, 319, 999]})["transfers"]
    assert [(move["type"], move["reason"], move["mode"], move["toOperatorId"]) for move in moves] == [
        ("USER", "manual", "MANUAL", 4),
        ("QUEUE", "line", "BOT", None),
        ("USER", "manual", "MANUAL", 3),
    ]
    assert (moves[1]["fromConfigId"], moves[1]["toConfigId"]) == (5, 1)
    assert portal.call(TRANSFERS, {"sessionId": [999]}) == {"transfers": []}


def test_operators_are_listed_with_their_load(portal: SandboxClient) -> None:
    loads = portal.call(LOADS, {"configId": 3})["operators"]
    assert [(load["userId"], load["activeSessions"], load["maxChat"], load["freeSlots"]) for load in loads] == [
        (1, 1, 5, 4),
        (2, 1, 5, 5),
    ]
    assert loads[0]["lastActivityDate"] == "2026-03-16T09:59:00+01:00"
    assert [load["userId"] for load in portal.call(LOADS, {"status": "pause"})["operators"]] == [5]
    assert {load["userId"] for load in portal.call(LOADS, {"userIdList": [4, 2]})["operators"]} == {2, 4}
    portal.company.lines[3].settings["MAX_CHAT"] = "1"
    assert [load["userId"] for load in portal.call(LOADS, {"configId": 3, "hasFreeSlots": True})["operators"]] == [2]
    portal.company.lines[3].settings["TYPE_MAX_CHAT"] = "closed"
    assert portal.call(LOADS, {"configId": 3, "hasFreeSlots": True})["operators"] == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"status": "asleep"}, "INVALID_FILTER"),
        ({"status": "asleep", "configId": 77}, "INVALID_FILTER"),
        ({"hasFreeSlots": "some", "configId": 77}, "INVALID_FILTER"),
        ({"hasFreeSlots": "some"}, "INVALID_FILTER"),
        ({"userId": 0}, "INVALID_FILTER"),
        ({"status": "online", "offset": 10001}, "OFFSET_TOO_LARGE"),
    ],
)
def test_the_operators_are_refused(portal: SandboxClient, params: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(LOADS, params) == (400, code)


def test_a_large_offset_is_fine_without_computed_filters(portal: SandboxClient) -> None:
    assert portal.call(LOADS, {"offset": 10001}) == {"operators": [], "hasNextPage": False}
