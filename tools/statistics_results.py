"""What the statistics methods answer, with its types put right."""

from typing import Any

from tools.result_types import PhpMap, PortalObject


class TotalsResult(PortalObject):
    """Totals of a period."""

    statResult: PhpMap[Any]  # noqa: N815


class OperatorsResult(PortalObject):
    """Operators with their load."""

    operators: list[Any]
    hasNextPage: bool = False  # noqa: N815


class SessionsResult(PortalObject):
    """A page of sessions."""

    sessions: list[Any]
    hasNextPage: bool = False  # noqa: N815


class SessionStatsResult(PortalObject):
    """Figures of sessions; older descriptions call the list `stats`."""

    sessions: list[Any] | None = None
    stats: list[Any] | None = None


class RatingsResult(PortalObject):
    """A page of ratings."""

    ratings: list[Any]
    hasNextPage: bool = False  # noqa: N815


class TransfersResult(PortalObject):
    """Transfers of sessions."""

    transfers: list[Any]
