"""Which operators are at work, as the statistics tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import anyio

from tools.statistics import V2OperatorList
from workflows.core.attempts import ask_tolerantly, describe_failure, is_failure, is_refused
from workflows.core.context import Context
from workflows.core.pagination import PAGE
from workflows.core.rows import RowReader, UnclearRows

if TYPE_CHECKING:
    from portal.client import Portal

FRESH = 60.0
"""Seconds; the portal wants to be asked at most every 30."""
STATUSES = frozenset({"online", "offline", "pause"})
ABSENT = {"offline": "offline", "pause": "on a break"}
"""How somebody is not at work, in words."""


@dataclass
class _CachedPresence:
    at: float = float("-inf")
    statuses: Mapping[int, str] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)
    """What could not be read of them, in words."""


_CACHE: "WeakKeyDictionary[Portal, _CachedPresence]" = WeakKeyDictionary()


async def read_presence(context: Context, missing: list[str]) -> Mapping[int, str]:
    """User id -> online, offline or pause; empty where the portal gives no statistics to this caller.

    Where it cannot tell for another reason, or not of everybody, `missing` says so.

    From one call of `imopenlines.v2.Operator.list`, which has a row for each place in a queue: the first 200 are read.
    Kept for a minute, as the official page asks for at least 30 seconds between two calls.
    """
    known, now = _CACHE.setdefault(context.portal, _CachedPresence()), anyio.current_time()
    if now - known.at >= FRESH:
        answer = await ask_tolerantly(context, V2OperatorList(limit=PAGE))
        if is_failure(answer) and not is_refused(answer):
            missing.append(f"who is at work ({describe_failure(answer)})")
            return {}
        known.statuses, known.unclear = _read_statuses([] if is_failure(answer) else answer["operators"])
        known.at = now
    missing += known.unclear
    return known.statuses


def remember_presence(context: Context, loads: list[Any]) -> None:
    """Keep what `imopenlines.v2.Operator.list` told of all lines, so that it is not asked again within a minute."""
    known = _CACHE.setdefault(context.portal, _CachedPresence())
    known.statuses, known.unclear = _read_statuses(loads)
    known.at = anyio.current_time()


def _read_statuses(loads: list[Any]) -> tuple[dict[int, str], list[str]]:
    statuses, unclear = dict[int, str](), UnclearRows()
    for load in loads:
        row = RowReader(load)
        user, status = row.read_id("userId", required=True), row.read_code("status", STATUSES, required=True)
        if row.unclear:
            unclear.add("operator", row.unclear, f"user {user}" if user else "")
        else:
            statuses[user] = status
    return statuses, unclear.describe()
