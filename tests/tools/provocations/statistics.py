"""Error codes of the statistics."""

from collections.abc import Iterator

from tests.tools.provocations.provocation import Provocation, raw, state

PERIOD = {"dateFrom": "2026-03-01T00:00:00+01:00", "dateTo": "2026-03-16T00:00:00+01:00"}
VOTES = {"dateVoteFrom": PERIOD["dateFrom"], "dateVoteTo": PERIOD["dateTo"]}
LONG_AGO = "2024-01-01T00:00:00+01:00"
REPORTS_OFF = {"plan": {"reports": False}}


def provoke_statistics() -> Iterator[Provocation]:
    off = REPORTS_OFF
    yield state(off, "v2.Stat.get", "TARIFF_RESTRICTION", date_from=PERIOD["dateFrom"], date_to=PERIOD["dateTo"])
    yield state(off, "v2.Operator.list", "TARIFF_RESTRICTION")
    yield state(off, "v2.Session.list", "TARIFF_RESTRICTION")
    yield state(off, "v2.Session.Stat.get", "TARIFF_RESTRICTION", session_id=[301])
    yield state(off, "v2.Session.Transfer.list", "TARIFF_RESTRICTION", session_id=[301])
    votes = {"date_vote_from": PERIOD["dateFrom"], "date_vote_to": PERIOD["dateTo"]}
    yield state(off, "v2.Session.Rating.list", "TARIFF_RESTRICTION", **votes)
    yield raw("v2.Stat.get", "PERIOD_REQUIRED", dateFrom=PERIOD["dateFrom"])
    yield raw("v2.Stat.get", "PERIOD_TOO_LARGE", dateFrom=LONG_AGO, dateTo=PERIOD["dateTo"])
    yield raw("v2.Stat.get", "INVALID_FILTER", **PERIOD, configId="many")
    yield raw("v2.Operator.list", "INVALID_FILTER", status="asleep")
    yield raw("v2.Operator.list", "OFFSET_TOO_LARGE", status="online", offset=10001)
    yield raw("v2.Session.list", "INVALID_FILTER", status="new", closeReason="spam")
    yield raw("v2.Session.list", "PERIOD_TOO_LARGE", dateCreateFrom=LONG_AGO, dateCreateTo=PERIOD["dateTo"])
    yield raw("v2.Session.list", "OFFSET_TOO_LARGE", offset=10001)
    yield raw("v2.Session.Rating.list", "PERIOD_REQUIRED")
    yield raw("v2.Session.Rating.list", "PERIOD_TOO_LARGE", dateVoteFrom=LONG_AGO, dateVoteTo=PERIOD["dateTo"])
    yield raw("v2.Session.Rating.list", "INVALID_FILTER", **VOTES, vote="lukewarm")
    yield raw("v2.Session.Rating.list", "OFFSET_TOO_LARGE", **VOTES, offset=10001)
    for method, most in (("v2.Session.Stat.get", 100), ("v2.Session.Transfer.list", 50)):
        yield raw(method, "100")
        yield raw(method, "BATCH_LIMIT_EXCEEDED", sessionId=list(range(1, most + 2)))
