"""The filters, periods and pages that the statistics methods share."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sandbox.domain.permissions import list_queue_members
from sandbox.state import php
from sandbox.state.company import START, Company
from sandbox.state.errors import RefusalError
from sandbox.state.records import Line, Session
from sandbox.views.statistics import VOTES, compute_figures

LONGEST_PERIOD = timedelta(days=366)
LONGEST_LIST = 1000
DEEPEST_OFFSET = 10000
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
FLAGS = {"true": True, "y": True, "1": True, "false": False, "n": False, "0": False}

Item = TypeVar("Item")
Test = Callable[[Session], bool | None]
Moment = Callable[[Session], datetime | None]
PRESENCES = ("online", "offline", "pause")


def make_filter_error(text: str) -> RefusalError:
    """The refusal INVALID_FILTER, with what is wrong in the text."""
    return RefusalError("INVALID_FILTER", f"Invalid filter: {text}")


def read_flag(name: str, value: Any) -> bool:
    """A boolean filter: true, Y or 1 against false, N or 0, in any case.

    Raises:
        RefusalError: INVALID_FILTER for anything else.
    """
    read = FLAGS.get(str(value).lower())
    if read is None:
        raise make_filter_error(f"{name} is not a boolean")
    return read


class DateRange:
    """A period; either end may be open."""

    def __init__(self, params: Mapping[str, Any], start: str, end: str) -> None:
        self.start, self.end = (self._read_moment(name, params.get(name)) for name in (start, end))
        if self.start and self.end:
            if self.end < self.start:
                raise make_filter_error(f"{end} is before {start}")
            if self.end - self.start > LONGEST_PERIOD:
                raise RefusalError("PERIOD_TOO_LARGE", "The period is longer than 366 days")

    @staticmethod
    def _read_moment(name: str, value: Any) -> datetime | None:
        if value in (None, ""):
            return None
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError) as unreadable:
            raise make_filter_error(f"{name} is not an ISO 8601 date") from unreadable
        return moment if moment.tzinfo else moment.replace(tzinfo=START.tzinfo)

    @property
    def full(self) -> bool:
        """Whether both ends are given."""
        return self.start is not None and self.end is not None

    @property
    def open(self) -> bool:
        """Whether no end is given."""
        return self.start is None and self.end is None

    def contains(self, moment: datetime | None) -> bool:
        """Whether a moment lies in the period; every one does if neither end is given."""
        if self.open:
            return True
        if moment is None:
            return False
        return (self.start is None or moment >= self.start) and (self.end is None or moment <= self.end)


class SessionFilter:
    """The conditions of one call, read from its parameters."""

    def __init__(self, company: Company, params: Mapping[str, Any], *, people: str = "operatorId") -> None:
        self._company = company
        self._params = params
        self._lines = self._read_ids("configId")
        self._users = self._read_ids(people)
        self._sources = self._read_list("source")
        self._tests: list[Test] = []

    def _read_list(self, name: str) -> list[Any] | None:
        several, one = self._params.get(f"{name}List"), self._params.get(name)
        if several is not None:
            if not php.is_array(several) or len(several) > LONGEST_LIST:
                raise make_filter_error(f"{name}List is not a list of at most {LONGEST_LIST}")
            return php.list_values(several)
        if php.is_array(one):
            raise make_filter_error(f"{name} is not a single value")
        return None if one is None else [one]

    def _read_ids(self, name: str) -> list[int] | None:
        listed = self._read_list(name)
        if listed is None:
            return None
        ids = [php.to_integer(item) for item in listed]
        if any(number <= 0 for number in ids):
            raise make_filter_error(f"{name} is not a positive id")
        return ids

    def select(self, sessions: Iterable[Session]) -> list[Session]:
        """Those of the sessions that meet every condition, in their order."""
        lines, users, sources = self._lines, self._users, self._sources
        found = [
            session
            for session in sessions
            if (lines is None or session.line_id in lines)
            and (users is None or session.operator_id in users)
            and (sources is None or session.source in sources)
        ]
        for test in self._tests:  # one after the other: thousands of sessions are gone through in a batch fifty times
            found = [session for session in found if test(session)]
        return found

    def keep_required(self, period: DateRange, moment: Moment) -> None:
        """Keep the sessions that have a moment in a period that needs both ends.

        Raises:
            RefusalError: PERIOD_REQUIRED.
        """
        if not period.full:
            raise RefusalError("PERIOD_REQUIRED", "Both ends of the period are required")
        self.keep_within(period, moment)

    def keep_within(self, period: DateRange, moment: Moment) -> None:
        """Keep the sessions that have a moment in a period."""
        if not period.open:
            self._tests.append(lambda session: period.contains(moment(session)))

    def keep_chosen(self, name: str, tests: Mapping[str, Test]) -> None:
        """Keep the sessions that pass the test a parameter names."""
        value = self._params.get(name)
        if value is None:
            return
        if not isinstance(value, str) or value not in tests:
            raise make_filter_error(f"{name} is unknown")
        self._tests.append(tests[value])

    def keep_flag(self, name: str, test: Test) -> None:
        """Keep the sessions for which a test gives what a boolean parameter says."""
        value = self._params.get(name)
        if value is not None:
            wanted = read_flag(name, value)
            self._tests.append(lambda session: test(session) == wanted)

    def keep_votes(self, allowed: Sequence[str]) -> None:
        """Keep the sessions with a certain vote of the client, and with or without one of a supervisor."""
        self.keep_chosen("vote", {name: _make_vote_test(name) for name in allowed})
        self.keep_flag("hasVoteHead", lambda session: session.vote_head > 0)

    def keep_between(self, measure: str) -> None:
        """Keep the sessions with a duration between two numbers of seconds."""
        for suffix, sign in (("From", 1), ("To", -1)):
            value = self._params.get(measure + suffix)
            if value is None:
                continue
            if not php.is_numeric(value) or php.to_integer(value) < 0:
                raise make_filter_error(f"{measure}{suffix} is not a number of seconds")
            self._tests.append(_make_bound_test(measure, php.to_integer(value), sign))

    def make_page(self, items: Sequence[Item], *, deep: bool) -> tuple[list[Item], bool]:
        """One page and whether another follows.

        Raises:
            RefusalError: INVALID_FILTER, or OFFSET_TOO_LARGE beyond 10000 in a `deep` list.
        """
        offset, limit = self._read_number("offset", 0, 0), self._read_number("limit", DEFAULT_LIMIT, 1)
        if limit > MAX_LIMIT:
            raise make_filter_error(f"limit is more than {MAX_LIMIT}")
        if deep and offset > DEEPEST_OFFSET:
            raise RefusalError("OFFSET_TOO_LARGE", f"offset is more than {DEEPEST_OFFSET}")
        return list(items[offset : offset + limit]), len(items) > offset + limit

    def _read_number(self, name: str, default: int, least: int) -> int:
        value = self._params.get(name)
        if value is None:
            return default
        if not php.is_numeric(value) or php.to_integer(value) < least:
            raise make_filter_error(f"{name} is not a number from {least}")
        return php.to_integer(value)

    def list_loads(self, card: Callable[[Company, Line, int], dict[str, Any]]) -> list[dict[str, Any]]:
        """The load of every operator on every line the conditions cover."""
        wants = self._make_load_test()
        found = [
            card(self._company, line, user_id)
            for line in self._company.lines.values()
            if self._lines is None or line.id in self._lines
            for user_id in list_queue_members(self._company, line)
            if user_id in self._company.employees and (self._users is None or user_id in self._users)
        ]
        return [load for load in found if wants(load)]

    def _make_load_test(self) -> Callable[[Mapping[str, Any]], bool]:
        status, given = self._params.get("status"), self._params.get("hasFreeSlots")
        if status is not None and status not in PRESENCES:
            raise make_filter_error("status is unknown")
        free = None if given is None else read_flag("hasFreeSlots", given)

        def wants(load: Mapping[str, Any]) -> bool:
            has_free = not load["maxChat"] or load["freeSlots"] > 0
            return status in (None, load["status"]) and free in (None, has_free)

        return wants


def _make_vote_test(name: str) -> Test:
    if name == "any":
        return lambda session: session.vote > 0
    return lambda session: VOTES.get(session.vote, "none") == name


def _make_bound_test(measure: str, limit: int, sign: int) -> Test:
    def test(session: Session) -> bool:
        actual = compute_figures(session)[measure]
        return actual is not None and sign * actual >= sign * limit

    return test
