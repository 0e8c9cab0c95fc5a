"""The statistics methods of the second generation: names in mixed case, parameters in camelCase."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from sandbox.domain.permissions import find_role
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry
from sandbox.state import php
from sandbox.state.errors import RefusalError
from sandbox.state.people import Reach
from sandbox.state.records import Session
from sandbox.views.filters import DateRange, SessionFilter, make_filter_error
from sandbox.views.statistics import (
    choose_status,
    compute_figures,
    is_first_answer_in_time,
    make_load_card,
    make_rating_card,
    make_session_card,
    make_stat_card,
    make_transfer_card,
    summarize_sessions,
)

METHODS = MethodRegistry()
STAT_BATCH, TRANSFER_BATCH = 100, 50


def _register_report(name: str) -> Callable[[Callable[[MethodCall], Any]], Callable[[MethodCall], Any]]:
    """Register a method behind the plan and the right to see reports."""

    def register(act: Callable[[MethodCall], Any]) -> Callable[[MethodCall], Any]:
        @wraps(act)
        def check_and_act(call: MethodCall) -> Any:
            if not call.company.switches.plan.reports:
                raise RefusalError("TARIFF_RESTRICTION", "Your plan does not include Open Channels reports")
            if find_role(call.company, call.user_id).reports is Reach.NONE:
                raise RefusalError("ACCESS_DENIED", "Access denied! You may not see Open Channels reports", FORBIDDEN)
            return act(call)

        return METHODS.method(name)(check_and_act)

    return register


def _read_session_ids(call: MethodCall, most: int) -> list[int]:
    if not php.is_array(call.params.get("sessionId")):
        raise RefusalError("100", "Could not find value for parameter {sessionId}")
    unique = list(dict.fromkeys(php.to_integer(item) for item in php.list_values(call.params["sessionId"])))
    if len(unique) > most:
        raise RefusalError("BATCH_LIMIT_EXCEEDED", f"No more than {most} sessions at a time")
    return unique


def _find_sessions(call: MethodCall, selection: SessionFilter) -> list[Session]:
    return selection.select(call.company.sessions.values())


@_register_report("imopenlines.v2.Stat.get")
def stat_get(call: MethodCall) -> Any:
    """Sum up the sessions of a period."""
    selection = SessionFilter(call.company, call.params)
    selection.keep_required(DateRange(call.params, "dateFrom", "dateTo"), lambda session: session.created)
    return {"statResult": summarize_sessions(call.company, _find_sessions(call, selection))}


_STATUSES: Mapping[str, Callable[[Session], bool]] = {
    name: (lambda session, name=name: choose_status(session) == name)  # type: ignore[misc]
    for name in ("new", "answered", "closed", "spam", "paused")
}
_REASONS = ("operator", "auto", "spam", "client", "replyLimit")
_ORDERS: Mapping[str, Callable[[Session], Any]] = {
    "dateCreate": lambda session: session.created.timestamp(),
    "dateClose": lambda session: session.closed_at.timestamp() if session.closed_at else 0.0,
    "waitAnswer": lambda session: compute_figures(session)["waitAnswer"] or 0,
    "waitClose": lambda session: compute_figures(session)["waitClose"] or 0,
}


@_register_report("imopenlines.v2.Session.list")
def session_list(call: MethodCall) -> Any:
    """List sessions."""
    selection = SessionFilter(call.company, call.params)
    if call.params.is_given("status") and call.params.is_given("closeReason"):
        raise make_filter_error("status and closeReason exclude each other")
    full = _add_periods(call, selection)
    selection.keep_chosen("status", _STATUSES)
    selection.keep_chosen("closeReason", {name: _make_reason_test(name) for name in _REASONS})
    selection.keep_votes(("like", "dislike", "none", "any"))
    selection.keep_flag("hasCrm", lambda session: session.crm_main is not None)
    if call.params.is_given("kpiFirstAnswer") and not full:
        raise make_filter_error("kpiFirstAnswer needs a full period")
    selection.keep_flag("kpiFirstAnswer", lambda session: is_first_answer_in_time(call.company, session))
    selection.keep_between("waitAnswer")
    selection.keep_between("waitClose")
    found = _sort_sessions(call, _find_sessions(call, selection), full=full)
    page, more = selection.make_page(found, deep=True)
    return {
        "sessions": [make_session_card(call.company, call.user_id, session) for session in page],
        "hasNextPage": more,
    }


def _make_reason_test(reason: str) -> Callable[[Session], bool]:
    return lambda session: session.close_reason == reason


def _add_periods(call: MethodCall, selection: SessionFilter) -> bool:
    created = DateRange(call.params, "dateCreateFrom", "dateCreateTo")
    closed = DateRange(call.params, "dateCloseFrom", "dateCloseTo")
    selection.keep_within(created, lambda session: session.created)
    selection.keep_within(closed, lambda session: session.closed_at)
    return created.full or closed.full


def _sort_sessions(call: MethodCall, sessions: list[Session], *, full: bool) -> list[Session]:
    order, direction = call.params.get("order") or "dateCreate", call.params.get("orderDirection") or "desc"
    if order not in _ORDERS or direction not in ("asc", "desc"):
        raise make_filter_error("unknown order or orderDirection")
    key = _ORDERS[order if full else "dateCreate"]
    return sorted(sessions, key=lambda session: (key(session), session.id), reverse=direction == "desc")


@_register_report("imopenlines.v2.Session.Stat.get")
def session_stat_get(call: MethodCall) -> Any:
    """The figures of sessions; unknown ones have none."""
    sessions = call.company.sessions
    ids = _read_session_ids(call, STAT_BATCH)
    return {"sessions": [make_stat_card(call.company, sessions.get(number), number) for number in ids]}


@_register_report("imopenlines.v2.Session.Rating.list")
def session_rating_list(call: MethodCall) -> Any:
    """List what clients and supervisors thought of sessions."""
    selection = SessionFilter(call.company, call.params)
    period = DateRange(call.params, "dateVoteFrom", "dateVoteTo")
    selection.keep_required(period, lambda session: session.voted_at)
    selection.keep_votes(("like", "dislike"))
    rated = sorted(_find_sessions(call, selection), key=lambda session: (session.voted_at, session.id), reverse=True)
    page, more = selection.make_page(rated, deep=True)
    return {"ratings": [make_rating_card(call.company, session) for session in page], "hasNextPage": more}


@_register_report("imopenlines.v2.Session.Transfer.list")
def session_transfer_list(call: MethodCall) -> Any:
    """List the moves of sessions."""
    ids = _read_session_ids(call, TRANSFER_BATCH)
    return {"transfers": [make_transfer_card(item) for item in call.company.transfers if item.session_id in ids]}


@_register_report("imopenlines.v2.Operator.list")
def operator_list(call: MethodCall) -> Any:
    """List operators with their load on each line."""
    selection = SessionFilter(call.company, call.params, people="userId")
    loads = selection.list_loads(make_load_card)
    computed = call.params.is_given("status") or call.params.is_given("hasFreeSlots")
    page, more = selection.make_page(loads, deep=bool(computed))
    return {"operators": page, "hasNextPage": more}
