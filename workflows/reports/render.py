"""A report in a few lines of words."""

from collections.abc import Iterator

from tools.untrusted import mark_unless_name
from workflows.core.formatting import counted, duration, listed
from workflows.directory.names import Named
from workflows.reports.figures import HOURS, OperatorFigures, Totals
from workflows.reports.highlights import Highlight
from workflows.reports.report import Report

MOST_OPERATORS = 10
MOST_CHANNELS = 8
NOTHING = "none"
LEAST_CHANGE, MOST_CHANGE = 0.005, 10


def text_of(report: Report) -> str:
    """The report as a model or a person reads it."""
    return "\n".join((*_heading(report), *_body(report)))


def _heading(report: Report) -> Iterator[str]:
    scope = report.scope
    who = [str(scope.line) if scope.line else "All lines", *([f"operator {scope.operator}"] if scope.operator else [])]
    name = f"{scope.period.name}: " if scope.period.name else ""
    yield f"{', '.join(who)}, {name}{scope.period} ({scope.period.offset})"
    if report.before:
        yield f"In brackets the period before: {scope.period.before()}"


def _body(report: Report) -> Iterator[str]:
    if report.totals.new:
        yield f"Dialogs: {_dialogs(report)}"
        yield f"First answer: {_average(report, 'first_answer')}; in time {_in_time(report)}"
        yield f"Duration: {_average(report, 'duration')}"
        yield f"Ratings: {_ratings(report)}"
        yield f"By operator: {listed(map(_operator, report.load.by_operator), MOST_OPERATORS, '; ') or NOTHING}"
        yield f"By channel: {_channels(report)}"
        yield f"By hour: {_hours(report.load.by_hour)}"
        yield f"Transfers: {_transfers(report)}"
    else:
        yield f"No dialogs began in this period{f' (before {report.before.new})' if report.before else ''}."
    yield from _received(report)
    yield from _worth_a_look(report)
    yield from _cut(report)


def _both(report: Report, figure: str) -> tuple[int, int | None]:
    """A figure of the period and of the one before."""
    return getattr(report.totals, figure), getattr(report.before, figure) if report.before else None


def _change(now: int, before: int) -> str:
    """`, +50 %`, where there is something to compare that is neither as good as equal nor many times as much."""
    change = (now - before) / before if now and before else 0
    return f", {_percent(change, '+')}" if LEAST_CHANGE <= abs(change) < MOST_CHANGE else ""


def _percent(share: float, sign: str = "") -> str:
    return f"{share:{sign}.0%}".replace("%", " %")


def _number(report: Report, figure: str) -> str:
    """`12 (8, +50 %)`."""
    now, before = _both(report, figure)
    return str(now) if before is None else f"{now} ({before}{_change(now, before)})"


def _average(report: Report, figure: str) -> str:
    """A figure of seconds, 0 where there was nothing to measure."""
    now, before = _both(report, figure)
    shown = f"{duration(now)} on average" if now else NOTHING
    if before is None:
        return shown
    return f"{shown} ({duration(before) if before else NOTHING}{_change(now, before)})"


def _dialogs(report: Report) -> str:
    return (
        f"{_number(report, 'new')} new, {_number(report, 'closed')} of them closed, {_number(report, 'spam')} spam; "
        f"{report.unanswered} not taken by anybody yet"
    )


def _in_time(report: Report) -> str:
    return _share(report.totals) + (f" ({_share(report.before)})" if report.before else "")


def _share(totals: Totals) -> str:
    """Only lines with a target for the first answer are measured."""
    measured = totals.in_time + totals.late
    return f"{totals.in_time} of {measured}, {_percent(totals.in_time / measured)}" if measured else NOTHING


def _ratings(report: Report) -> str:
    votes = report.supervision
    supervisors = f"{votes.votes}, average {votes.average} of 5" if votes.votes else NOTHING
    return f"likes {_number(report, 'likes')}, dislikes {_number(report, 'dislikes')}, supervisors' votes {supervisors}"


def _operator(operator: OperatorFigures) -> str:
    votes = [f"+{operator.likes}"] * bool(operator.likes) + [f"-{operator.dislikes}"] * bool(operator.dislikes)
    answer = [f"first answer {duration(operator.first_answer)}"] * bool(operator.first_answer)
    rated = [f"ratings {' '.join(votes)}"] * bool(votes)
    return ", ".join([f"{Named(operator.id, operator.name)}: {operator.dialogs}", *answer, *rated])


def _channels(report: Report) -> str:
    return listed(counted(report.load.by_channel), MOST_CHANNELS) or NOTHING


def _hours(by_hour: list[int]) -> str:
    """Only hours with dialogs."""
    return listed((f"{hour:02}h {number}" for hour, number in enumerate(by_hour) if number), HOURS) or NOTHING


def _transfers(report: Report) -> str:
    moves = report.moves
    if not moves.transfers:
        return NOTHING
    return f"{moves.transfers} ({', '.join(counted(moves.by_reason))}), dialogs {moves.dialogs}"


def _received(report: Report) -> Iterator[str]:
    received = report.received
    if (received.likes, received.dislikes) != (report.totals.likes, report.totals.dislikes):
        yield f"Came in during the period, for dialogs of any age: likes {received.likes}, dislikes {received.dislikes}"


def _worth_a_look(report: Report) -> Iterator[str]:
    if report.highlights:
        yield "Worth a look (session_history_get with the session_id shows the conversation):"
    for found in report.highlights:
        yield f"- {_ids(found)}: {', '.join(found.reasons)}{_where(report, found)}"


def _ids(found: Highlight) -> str:
    return f"session_id {found.session_id}" + (f", chat_id {found.chat_id}" if found.chat_id else "")


def _where(report: Report, found: Highlight) -> str:
    line = [] if report.scope.line else [mark_unless_name(report.lines.get(found.line_id) or f"line {found.line_id}")]
    operator = [str(Named(found.operator_id, report.names.get(found.operator_id, "")))] if found.operator_id else []
    return f"; {', '.join((*line, *operator))}" if line or operator else ""


def _cut(report: Report) -> Iterator[str]:
    if not report.whole:
        yield (
            f"Of {report.totals.new} dialogs the {report.looked_at} with the slowest first answers were looked at one "
            "by one: operators' ratings, supervisors' votes, transfers and dialogs worth a look come from these."
        )
