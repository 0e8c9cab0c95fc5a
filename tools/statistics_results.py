"""What the statistics methods answer, with its types put right; a value that is not understood stays as it came."""

from typing import Any

from pydantic import AliasChoices, Field

from tools.result_types import Code, Flag, Lenient, Number, PortalObject, Rows


class SessionRow(PortalObject):
    """A session; dates are texts as they came."""

    id: Number = None
    configId: Number = None  # noqa: N815  (the portal's spelling)
    source: Code = None
    operatorId: Number = None  # noqa: N815
    userId: Number = None  # noqa: N815
    userCode: Code = None  # noqa: N815
    chatId: Number = None  # noqa: N815
    status: Code = None
    closeReason: Code = None  # noqa: N815
    vote: Code = None
    voteHead: Number = None  # noqa: N815
    commentHead: Code = None  # noqa: N815
    crmEntityType: Code = None  # noqa: N815
    crmEntityId: Number = None  # noqa: N815
    queueTransfers: Number = None  # noqa: N815
    waitAnswer: Number = None  # noqa: N815
    waitClose: Number = None  # noqa: N815
    kpiFirstAnswer: Flag = None  # noqa: N815
    messageCount: Number = None  # noqa: N815


class OperatorLoadRow(PortalObject):
    """An operator on a line, with the present load."""

    userId: Number = None  # noqa: N815
    configId: Number = None  # noqa: N815
    status: Code = None
    activeSessions: Number = None  # noqa: N815
    maxChat: Number = None  # noqa: N815
    freeSlots: Number = None  # noqa: N815


class SessionStatRow(PortalObject):
    """The figures of a session."""

    sessionId: Number = None  # noqa: N815
    waitAnswer: Number = None  # noqa: N815
    waitClose: Number = None  # noqa: N815
    messagesCount: Number = None  # noqa: N815
    messagesOperatorCount: Number = None  # noqa: N815
    messagesClientCount: Number = None  # noqa: N815
    transfersCount: Number = None  # noqa: N815
    kpiFirstAnswer: Flag = None  # noqa: N815
    vote: Code = None
    voteHead: Number = None  # noqa: N815


class RatingRow(PortalObject):
    """A rated session; dates are texts as they came."""

    sessionId: Number = None  # noqa: N815
    configId: Number = None  # noqa: N815
    operatorId: Number = None  # noqa: N815
    source: Code = None
    vote: Code = None
    voteHead: Number = None  # noqa: N815
    commentHead: Code = None  # noqa: N815


class TransferRow(PortalObject):
    """A transfer of a session."""

    sessionId: Number = None  # noqa: N815
    fromOperatorId: Number = None  # noqa: N815
    toOperatorId: Number = None  # noqa: N815
    fromConfigId: Number = None  # noqa: N815
    toConfigId: Number = None  # noqa: N815
    reason: Code = None
    mode: Code = None
    type: Code = None
    initiatorId: Number = None  # noqa: N815


class SourceCountRow(PortalObject):
    """How many sessions came through a channel."""

    source: Code = None
    count: Number = None


class OperatorCountRow(PortalObject):
    """How many sessions an operator had, and how they went."""

    operatorId: Number = None  # noqa: N815
    count: Number = None
    avgWaitAnswer: Number = None  # noqa: N815
    positiveRate: Number = None  # noqa: N815


class StatRow(PortalObject):
    """Sums over the sessions of a period."""

    totalSessions: Number = None  # noqa: N815
    closedSessions: Number = None  # noqa: N815
    spamSessions: Number = None  # noqa: N815
    avgWaitAnswer: Number = None  # noqa: N815
    avgSessionDuration: Number = None  # noqa: N815
    likeCount: Number = None  # noqa: N815
    dislikeCount: Number = None  # noqa: N815
    votedSessions: Number = None  # noqa: N815
    positiveRate: Number = None  # noqa: N815
    kpiFirstAnswerOk: Number = None  # noqa: N815
    kpiFirstAnswerFail: Number = None  # noqa: N815
    sessionsBySource: Lenient[Rows[SourceCountRow]] = []  # noqa: N815
    sessionsByHour: Any = None  # noqa: N815  (24 counts; a map of hours where some have none)
    sessionsByOperator: Lenient[Rows[OperatorCountRow]] = []  # noqa: N815


class TotalsResult(PortalObject):
    """Totals of a period."""

    statResult: StatRow  # noqa: N815


class OperatorsResult(PortalObject):
    """Operators with their load."""

    operators: Rows[OperatorLoadRow]
    hasNextPage: Flag = None  # noqa: N815


class SessionsResult(PortalObject):
    """A page of sessions."""

    sessions: Rows[SessionRow]
    hasNextPage: Flag = None  # noqa: N815


class SessionStatsResult(PortalObject):
    """Figures of sessions; some portals call the list `stats`, as an older description does."""

    sessions: Rows[SessionStatRow] = Field(validation_alias=AliasChoices("sessions", "stats"))


class RatingsResult(PortalObject):
    """A page of ratings."""

    ratings: Rows[RatingRow]
    hasNextPage: Flag = None  # noqa: N815


class TransfersResult(PortalObject):
    """Transfers of sessions."""

    transfers: Rows[TransferRow]
