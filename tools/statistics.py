"""Reports on sessions, operators, ratings and transfers: the only methods that list sessions."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_at_most_one, check_order, check_period
from tools.error_advice import STATISTICS
from tools.fields import Count, Id, LineId, Moment, UserId
from tools.statistics_base import (
    FILTER,
    OFFSET,
    PERIOD,
    SESSIONS,
    FilteredMethod,
    Ids,
    Limit,
    ListMethod,
    Offset,
    StatisticsMethod,
)
from tools.statistics_results import (
    OperatorsResult,
    RatingsResult,
    SessionsResult,
    SessionStatsResult,
    TotalsResult,
    TransfersResult,
)

ACCEPTANCE = (
    "The portal takes the moment when somebody accepted a session, or got it by a transfer, for its first answer "
    "(waitAnswer, avgWaitAnswer, dateFirstAnswer, kpiFirstAnswer); only the messages tell when somebody wrote, and "
    "`channel_report` reads them."
)


class V2StatGet(FilteredMethod):
    """Report totals of a period: sessions, closed, spam, first answer, duration, ratings, by channel, hour, operator.

    At most 366 days; narrow by line, operator or channel (source). Zeros mean no data too: positiveRate counts only
    where there are votes. For the sessions themselves use v2_session_list.
    """

    rest = "imopenlines.v2.Stat.get"
    title = "Report for a period"
    returns = TotalsResult
    names = {"operatorId": "user"}
    errors = {**STATISTICS, **PERIOD, **FILTER}
    answer = (
        "`statResult`: totalSessions, closedSessions, spamSessions, avgWaitAnswer and avgSessionDuration (seconds), "
        "likeCount, dislikeCount, votedSessions, positiveRate (0 to 1), kpiFirstAnswerOk, kpiFirstAnswerFail, "
        "sessionsBySource `[{source, count}]`, sessionsByHour (24 integers), sessionsByOperator "
        "`[{operatorId, count, avgWaitAnswer, positiveRate}]`. Zeros where there is no data."
    )
    details = f"{ACCEPTANCE} `sessionsByOperator` gives each session to whoever has it now, with its wait and rating."
    example = {"date_from": "2026-03-01T00:00:00+01:00", "date_to": "2026-03-31T23:59:59+01:00", "config_id": 1}

    date_from: Annotated[Moment, Doc("start of the period")]
    date_to: Annotated[Moment, Doc("end of the period, at most 366 days later")]

    @model_validator(mode="after")
    def _a_year_at_most(self) -> Self:
        check_period(self, "date_from", "date_to")
        return self


class V2OperatorList(ListMethod):
    """List operators with their present load: status, active dialogs, free slots, last activity.

    Use it before hand_over to see who can take a dialog. maxChat 0 is no limit, whatever freeSlots says. Ask at
    most every 30 seconds.
    """

    rest = "imopenlines.v2.Operator.list"
    title = "Operators and their load"
    returns = OperatorsResult
    names = {"userId": "user", "configId": "line"}
    rows_key = "operators"
    errors = {**STATISTICS, **FILTER, **OFFSET}
    answer = (
        "`operators` `[{userId, configId, status, activeSessions, maxChat, freeSlots, lastActivityDate}]`, one for "
        "each line an operator serves, and `hasNextPage`."
    )
    example = {"config_id": 1, "status": "online", "has_free_slots": True}

    config_id: LineId | None = None
    config_id_list: Annotated[Ids | None, Doc("several lines, at most 1000")] = None
    user_id: UserId | None = None
    user_id_list: Annotated[Ids | None, Doc("several operators, at most 1000")] = None
    status: Annotated[Literal["online", "offline", "pause"] | None, Doc("presence of the operator")] = None
    has_free_slots: Annotated[bool | None, Doc("true: only those who can take another dialog")] = None
    offset: Annotated[Offset, Doc("items to skip")] = 0
    limit: Annotated[Limit, Doc("items on a page")] = 50

    @model_validator(mode="after")
    def _one_form_of_each_filter(self) -> Self:
        check_at_most_one(self, "config_id", "config_id_list")
        check_at_most_one(self, "user_id", "user_id_list")
        return self


class V2SessionList(ListMethod, FilteredMethod):
    """List sessions by state, line, operator, channel, period, rating: what waits, what was closed.

    Finds chats without ids. new: never accepted (operatorId: offered to); answered: accepted, also if
    the client waits again (see the last message); paused: pinned. Never give status and close_reason together; orders
    other than dateCreate need a full period. Page with offset while hasNextPage.
    """

    rest = "imopenlines.v2.Session.list"
    title = "List of sessions"
    returns = SessionsResult
    names = {"operatorId": "user", "configId": "line"}
    rows_key = "sessions"
    errors = {**STATISTICS, **FILTER, "PERIOD_TOO_LARGE": PERIOD["PERIOD_TOO_LARGE"], **OFFSET}
    answer = (
        "`sessions` `[{id, configId, source, operatorId, userId, userCode, chatId, dateCreate, dateClose, "
        "dateFirstAnswer, dateOperatorAnswer, status, closeReason, vote, voteHead, commentHead, crmEntityType, "
        "crmEntityId, queueTransfers, waitAnswer, waitClose, kpiFirstAnswer, messageCount}]` and `hasNextPage`. "
        "waitAnswer and waitClose are seconds."
    )
    details = f"{ACCEPTANCE} `operatorId` is who has the session now, not who answered it."
    example = {"status": "new", "config_id": 1, "order": "dateCreate", "order_direction": "asc", "limit": 20}

    status: Annotated[
        Literal["new", "answered", "closed", "spam", "paused"] | None,
        Doc("state of the session; new is not answered yet, paused is pinned"),
    ] = None
    close_reason: Annotated[
        Literal["operator", "auto", "spam", "client", "replyLimit"] | None,
        Doc("closed sessions, by who or what closed them"),
    ] = None
    date_create_from: Annotated[Moment | None, Doc("created at or after")] = None
    date_create_to: Annotated[Moment | None, Doc("created at or before; at most 366 days later")] = None
    date_close_from: Annotated[Moment | None, Doc("closed at or after")] = None
    date_close_to: Annotated[Moment | None, Doc("closed at or before; at most 366 days later")] = None
    vote: Annotated[Literal["like", "dislike", "none", "any"] | None, Doc("the client's rating")] = None
    has_vote_head: Annotated[bool | None, Doc("whether a supervisor rated it")] = None
    kpi_first_answer: Annotated[bool | None, Doc("whether the first answer was in time; needs a full period")] = None
    has_crm: Annotated[bool | None, Doc("whether it is bound to a CRM record")] = None
    wait_answer_from: Annotated[Count | None, Doc("seconds until the first answer, at least")] = None
    wait_answer_to: Annotated[Count | None, Doc("seconds until the first answer, at most")] = None
    wait_close_from: Annotated[Count | None, Doc("seconds until closing, at least")] = None
    wait_close_to: Annotated[Count | None, Doc("seconds until closing, at most")] = None
    order: Annotated[
        Literal["dateCreate", "dateClose", "waitAnswer", "waitClose"] | None,
        Doc("dateCreate unless given; the others need a full period"),
    ] = None
    order_direction: Annotated[Literal["asc", "desc"] | None, Doc("desc unless given: newest first")] = None
    offset: Annotated[Offset, Doc("items to skip")] = 0
    limit: Annotated[Limit, Doc("items on a page")] = 50

    @model_validator(mode="after")
    def _filters_fit_together(self) -> Self:
        check_at_most_one(self, "status", "close_reason")
        check_period(self, "date_create_from", "date_create_to")
        check_period(self, "date_close_from", "date_close_to")
        check_order(self, "wait_answer_from", "wait_answer_to")
        check_order(self, "wait_close_from", "wait_close_to")
        created = self.date_create_from and self.date_create_to
        closed = self.date_close_from and self.date_close_to
        if not (created or closed):
            if self.kpi_first_answer is not None:
                raise ValueError("kpi_first_answer needs both ends of the date_create or the date_close period")
            if self.order not in {None, "dateCreate"}:
                raise ValueError("this order needs both ends of the date_create or the date_close period")
        return self


class V2SessionStatGet(StatisticsMethod):
    """Show figures of up to 100 sessions: waiting and closing time, messages by side, transfers, ratings.

    Session ids come from v2_session_list or dialog_get. Unknown ids come back with null figures.
    """

    rest = "imopenlines.v2.Session.Stat.get"
    title = "Figures of sessions"
    returns = SessionStatsResult
    errors = {**STATISTICS, **SESSIONS}
    answer = (
        "`{sessions: [{sessionId, waitAnswer, waitClose, messagesCount, messagesOperatorCount, messagesClientCount, "
        "transfersCount, kpiFirstAnswer, vote, voteHead}]}`; messagesCount includes system messages. Some portals call "
        "the list `stats`."
    )
    tool_answer = "The same, and the list is always called `sessions`."
    example = {"session_id": [321, 343]}

    session_id: Annotated[list[Id], Field(min_length=1, max_length=100), Doc("sessions to look at")]


class V2SessionRatingList(ListMethod, FilteredMethod):
    """List sessions that were rated in a period: the client's like or dislike, the supervisor's vote and comment.

    At most 366 days. Unrated sessions are not in it. Page with offset while hasNextPage.
    """

    rest = "imopenlines.v2.Session.Rating.list"
    title = "Ratings"
    returns = RatingsResult
    names = {"operatorId": "user", "configId": "line"}
    rows_key = "ratings"
    errors = {**STATISTICS, **PERIOD, **FILTER, **OFFSET}
    answer = (
        "`ratings` `[{sessionId, configId, operatorId, source, vote, voteHead, commentHead, dateVote, "
        "dateSessionClose}]` and `hasNextPage`. voteHead and commentHead are null where rights or plan hide them."
    )
    example = {
        "date_vote_from": "2026-03-01T00:00:00+01:00",
        "date_vote_to": "2026-03-31T23:59:59+01:00",
        "vote": "dislike",
    }

    date_vote_from: Annotated[Moment, Doc("start of the period")]
    date_vote_to: Annotated[Moment, Doc("end of the period, at most 366 days later")]
    vote: Annotated[Literal["like", "dislike"] | None, Doc("the client's rating")] = None
    has_vote_head: Annotated[bool | None, Doc("whether a supervisor rated it")] = None
    offset: Annotated[Offset, Doc("items to skip")] = 0
    limit: Annotated[Limit, Doc("items on a page")] = 50

    @model_validator(mode="after")
    def _a_year_at_most(self) -> Self:
        check_period(self, "date_vote_from", "date_vote_to")
        return self


class V2SessionTransferList(StatisticsMethod):
    """List the transfers of up to 50 sessions: when, from whom to whom, from line to line, why, by whom.

    Session ids come from v2_session_list or dialog_get. Sessions without transfers, or unknown ones, have no rows.
    """

    rest = "imopenlines.v2.Session.Transfer.list"
    title = "Transfers of sessions"
    returns = TransfersResult
    names = {
        "fromOperatorId": "user",
        "toOperatorId": "user",
        "initiatorId": "user",
        "fromConfigId": "line",
        "toConfigId": "line",
    }
    errors = {**STATISTICS, **SESSIONS}
    answer = (
        "`transfers` `[{sessionId, date, fromOperatorId, toOperatorId, fromConfigId, toConfigId, reason (manual, "
        "queue, auto, line), mode (MANUAL, AUTO, BOT), type (USER, QUEUE), initiatorId}]`."
    )
    example = {"session_id": [321, 343]}

    session_id: Annotated[list[Id], Field(min_length=1, max_length=50), Doc("sessions to look at")]
