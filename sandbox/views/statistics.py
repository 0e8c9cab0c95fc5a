"""The figures of sessions and operators that the statistics methods answer with."""

from collections import Counter
from datetime import datetime
from statistics import fmean
from typing import Any

from sandbox.domain.permissions import can_read_crm
from sandbox.domain.queues import count_free_places, count_load
from sandbox.state.company import Company
from sandbox.state.records import DISLIKE, LIKE, Line, Session, Status, Transfer
from sandbox.views.chats import format_iso, format_optional_iso

VOTES = {LIKE: "like", DISLIKE: "dislike"}
STAT_FIELDS = (
    "waitAnswer",
    "waitClose",
    "messagesCount",
    "messagesOperatorCount",
    "messagesClientCount",
    "transfersCount",
    "kpiFirstAnswer",
    "vote",
    "voteHead",
)


def _count_seconds(start: datetime, end: datetime | None) -> int | None:
    return int((end - start).total_seconds()) if end else None


def choose_status(session: Session) -> str:
    """In one word: `new`, `answered`, `paused`, `closed` or `spam`."""
    if session.spam:
        return "spam"
    if session.closed:
        return "closed"
    if session.paused:
        return "paused"
    return "answered" if session.status >= Status.ACCEPTED else "new"


def compute_figures(session: Session) -> dict[str, Any]:
    """The figures that need nothing but the session: `status`, `vote`, `waitAnswer` and `waitClose` in seconds."""
    return {
        "status": choose_status(session),
        "vote": VOTES.get(session.vote, "none"),
        "waitAnswer": _count_seconds(session.created, session.first_answer),
        "waitClose": _count_seconds(session.created, session.closed_at),
    }


def is_first_answer_in_time(company: Company, session: Session) -> bool | None:
    """Whether the first answer met the line's target; None without a target, or while there is still time."""
    line = company.find_line(session)
    limit = int(line.settings["KPI_FIRST_ANSWER_TIME"]) if line else 0
    if not limit:
        return None
    waited = compute_figures(session)["waitAnswer"]
    if waited is None:
        overdue = (company.clock() - session.created).total_seconds() > limit
        return False if overdue else None
    return bool(waited <= limit)


def _find_head_vote(company: Company, session: Session) -> int | None:
    return session.vote_head or None if company.switches.plan.head_vote else None


def _find_head_comment(company: Company, session: Session) -> str | None:
    return session.comment_head or None if company.switches.plan.head_vote else None


def _count_messages(company: Company, session: Session) -> Counter[str]:
    counted: Counter[str] = Counter()
    for message in company.list_session_messages(session):
        counted["all"] += 1
        if not message.system:
            counted["client" if message.author_id == session.client_id else "operator"] += 1
    return counted


def _count_transfers(company: Company, session: Session) -> int:
    return len(company.list_transfers(session))


def make_session_card(company: Company, user_id: int, session: Session) -> dict[str, Any]:
    """A session as `imopenlines.v2.Session.list` shows it to a user; what they may not read of CRM is null."""
    figures = compute_figures(session)
    crm_type, crm_id = session.crm_main or ("", 0)
    readable = bool(crm_id) and can_read_crm(company, user_id, crm_type, crm_id)
    return {
        "id": session.id,
        "configId": session.line_id,
        "source": session.source,
        "operatorId": session.operator_id or None,
        "userId": session.client_id,
        "userCode": session.user_code,
        "chatId": session.chat_id,
        "dateCreate": format_iso(session.created),
        "dateClose": format_optional_iso(session.closed_at),
        "dateFirstAnswer": format_optional_iso(session.first_answer),
        "dateOperatorAnswer": format_optional_iso(session.operator_answer),
        "status": figures["status"],
        "closeReason": session.close_reason,
        "vote": figures["vote"],
        "voteHead": _find_head_vote(company, session),
        "commentHead": _find_head_comment(company, session),
        "crmEntityType": crm_type.lower() if readable else None,
        "crmEntityId": crm_id if readable else None,
        "queueTransfers": _count_transfers(company, session),
        "waitAnswer": figures["waitAnswer"],
        "waitClose": figures["waitClose"],
        "kpiFirstAnswer": is_first_answer_in_time(company, session),
        "messageCount": _count_messages(company, session)["all"],
    }


def make_stat_card(company: Company, session: Session | None, session_id: int = 0) -> dict[str, Any]:
    """The figures of a session as `imopenlines.v2.Session.Stat.get` shows them; nulls for an unknown one."""
    if session is None:
        return {"sessionId": session_id} | dict.fromkeys(STAT_FIELDS)
    figures, counted = compute_figures(session), _count_messages(company, session)
    return {
        "sessionId": session.id,
        "waitAnswer": figures["waitAnswer"],
        "waitClose": figures["waitClose"],
        "messagesCount": counted["all"],
        "messagesOperatorCount": counted["operator"],
        "messagesClientCount": counted["client"],
        "transfersCount": _count_transfers(company, session),
        "kpiFirstAnswer": is_first_answer_in_time(company, session),
        "vote": figures["vote"],
        "voteHead": _find_head_vote(company, session),
    }


def make_rating_card(company: Company, session: Session) -> dict[str, Any]:
    """The ratings of a session as `imopenlines.v2.Session.Rating.list` shows them."""
    return {
        "sessionId": session.id,
        "configId": session.line_id,
        "operatorId": session.operator_id or None,
        "source": session.source,
        "vote": VOTES.get(session.vote, "none"),
        "voteHead": _find_head_vote(company, session),
        "commentHead": _find_head_comment(company, session),
        "dateVote": format_optional_iso(session.voted_at),
        "dateSessionClose": format_optional_iso(session.closed_at),
    }


def make_transfer_card(transfer: Transfer) -> dict[str, Any]:
    """A move of a session as `imopenlines.v2.Session.Transfer.list` shows it."""
    return {
        "sessionId": transfer.session_id,
        "date": format_iso(transfer.created),
        "fromOperatorId": transfer.from_operator or None,
        "toOperatorId": transfer.to_operator or None,
        "fromConfigId": transfer.from_line,
        "toConfigId": transfer.to_line or transfer.from_line,
        "reason": transfer.reason,
        "mode": transfer.mode,
        "type": transfer.type,
        "initiatorId": transfer.initiator or None,
    }


def make_load_card(company: Company, line: Line, user_id: int) -> dict[str, Any]:
    """The load of an operator on a line as `imopenlines.v2.Operator.list` shows it.

    MAX_CHAT 0 is no limit, and then `freeSlots` means nothing.
    """
    user = company.employees[user_id]
    return {
        "userId": user_id,
        "configId": line.id,
        "status": user.presence if user.active else "offline",
        "activeSessions": count_load(company, line, user_id),
        "maxChat": int(line.settings["MAX_CHAT"]),
        "freeSlots": count_free_places(company, line, user_id),
        "lastActivityDate": format_optional_iso(user.last_activity),
    }


def _compute_mean(numbers: list[int]) -> int:
    return round(fmean(numbers)) if numbers else 0


def _compute_positive_rate(sessions: list[Session]) -> float:
    votes = [session.vote for session in sessions if session.vote]
    return round(votes.count(LIKE) / len(votes), 4) if votes else 0


def _compute_average(sessions: list[Session], measure: str) -> int:
    return _compute_mean([figure for session in sessions if (figure := compute_figures(session)[measure]) is not None])


def summarize_sessions(company: Company, sessions: list[Session]) -> dict[str, Any]:
    """The sums over sessions as `imopenlines.v2.Stat.get` shows them; waits in seconds, 0 where there is nothing."""
    votes = Counter(session.vote for session in sessions)
    kpi = Counter(is_first_answer_in_time(company, session) for session in sessions)
    hours = Counter(session.created.hour for session in sessions)
    return {
        "totalSessions": len(sessions),
        "closedSessions": sum(session.closed for session in sessions),
        "spamSessions": sum(session.spam for session in sessions),
        "avgWaitAnswer": _compute_average(sessions, "waitAnswer"),
        "avgSessionDuration": _compute_average(sessions, "waitClose"),
        "likeCount": votes[LIKE],
        "dislikeCount": votes[DISLIKE],
        "votedSessions": votes[LIKE] + votes[DISLIKE],
        "positiveRate": _compute_positive_rate(sessions),
        "kpiFirstAnswerOk": kpi[True],
        "kpiFirstAnswerFail": kpi[False],
        "sessionsBySource": [
            {"source": source, "count": count}
            for source, count in sorted(Counter(session.source for session in sessions).items())
        ],
        "sessionsByHour": [hours[hour] for hour in range(24)],
        "sessionsByOperator": _summarize_operators(sessions),
    }


def _summarize_operators(sessions: list[Session]) -> list[dict[str, Any]]:
    operators = sorted({session.operator_id for session in sessions if session.operator_id})
    return [
        _summarize_operator(number, [item for item in sessions if item.operator_id == number]) for number in operators
    ]


def _summarize_operator(operator_id: int, sessions: list[Session]) -> dict[str, Any]:
    return {
        "operatorId": operator_id,
        "count": len(sessions),
        "avgWaitAnswer": _compute_average(sessions, "waitAnswer"),
        "positiveRate": _compute_positive_rate(sessions),
    }
