"""Which operators are at work, as the statistics tell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import anyio

from tools.statistics import V2OperatorList
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context
from workflows.core.pagination import PAGE, read_count, read_rows

if TYPE_CHECKING:
    from portal.client import Portal

FRESH = 60.0
"""Seconds; the portal wants to be asked at most every 30."""
ABSENT = {"offline": "offline", "pause": "on a break"}
"""How somebody is not at work, in words."""


@dataclass
class _CachedPresence:
    at: float = float("-inf")
    statuses: Mapping[int, str] = field(default_factory=dict)


_CACHE: "WeakKeyDictionary[Portal, _CachedPresence]" = WeakKeyDictionary()


async def read_presence(context: Context) -> Mapping[int, str]:
    """User id -> online, offline or pause; empty where the portal gives no statistics to this caller.

    From one call of `imopenlines.v2.Operator.list`, which has a row for each place in a queue: the first 200 are read.
    Kept for a minute, as the official page asks for at least 30 seconds between two calls.
    """
    known, now = _CACHE.setdefault(context.portal, _CachedPresence()), anyio.current_time()
    if now - known.at >= FRESH:
        answer = await attempt(context, V2OperatorList(limit=PAGE))
        loads = [] if is_refusal(answer) else read_rows(answer["operators"])
        known.statuses = {read_count(load.get("userId")): str(load.get("status")) for load in loads}
        known.at = now
    return known.statuses
