"""A report in a few lines of words."""

from collections.abc import Iterator
from functools import partial

from tools.untrusted import mark_unless_name
from workflows.core.formatting import NOT_KNOWN, format_counts, format_duration, join_limited
from workflows.directory.lines_and_users import LineOrUser
from workflows.reports.answers import FirstAnswers, describe_people
from workflows.reports.figures import HOURS, OperatorFigures, SupervisorVotes, Totals
from workflows.reports.highlights import Highlight
from workflows.reports.report import LOOK, LineReport

MOST_OPERATORS = 10
MOST_CHANNELS = 8
NOTHING, NOBODY = "none", "nobody"
LEAST_CHANGE, MOST_CHANGE = 0.005, 10


def render_text(report: LineReport) -> str:
    """The report as a model or a person reads it."""
    return "\n".join((*_render_heading(report), *_render_body(report)))


def _render_heading(report: LineReport) -> Iterator[str]:
    scope = report.scope
    who = [str(scope.line) if scope.line else "All lines"]
    who += [f"dialogs that {scope.operator} has now"] if scope.operator else []
    name = f"{scope.period.name}: " if scope.period.name else ""
    yield f"{', '.join(who)}, {name}{scope.period} ({scope.period.offset})"
    if report.before:
        yield f"In brackets the period before: {scope.period.make_earlier()}"


def _render_body(report: LineReport) -> Iterator[str]:
    if report.totals.new != 0:
        yield f"Dialogs: {_format_dialogs(report)}"
        yield f"Accepted after: {_format_average(report, 'accepted')}; in time {_format_in_time(report)}"
        yield f"First answer, by the messages: {_format_first_answers(report.first_answers)}"
        yield f"Duration: {_format_average(report, 'duration')}"
        yield f"Ratings: {_format_ratings(report)}"
        yield f"By person (has now; first answers given): {_format_operators(report)}"
        yield f"By channel: {_format_channels(report)}"
        yield f"By hour: {_format_hours(report.distribution.by_hour)}"
        yield f"Transfers: {_format_transfers(report)}"
    else:
        yield f"No dialogs began in this period{f' (before {_format(report.before.new)})' if report.before else ''}."
    yield from _render_received(report)
    yield from _render_highlights(report)
    yield from render_notes(report)


def render_notes(report: LineReport) -> Iterator[str]:
    """What the report lacks, a line each."""
    yield from _render_limits(report)
    if report.no_chart:
        yield f"No picture: {report.no_chart}."
    if report.missing:
        yield f"Not in this report: {'; '.join(report.missing)}."


def _format(figure: int | None) -> str:
    return NOT_KNOWN if figure is None else str(figure)


def _read_both(report: LineReport, figure: str) -> tuple[int | None, int | None]:
    """A figure of the period and of the one before."""
    return getattr(report.totals, figure), getattr(report.before, figure) if report.before else None


def _format_change(now: int | None, before: int | None) -> str:
    """`, +50 %`, where there is something to compare that is neither as good as equal nor many times as much."""
    change = (now - before) / before if now and before else 0
    return f", {_format_percent(change, '+')}" if LEAST_CHANGE <= abs(change) < MOST_CHANGE else ""


def _format_percent(share: float, sign: str = "") -> str:
    return f"{share:{sign}.0%}".replace("%", " %")


def _format_number(report: LineReport, figure: str) -> str:
    """`12 (8, +50 %)`."""
    now, before = _read_both(report, figure)
    return f"{_format(now)} ({_format(before)}{_format_change(now, before)})" if report.before else _format(now)


def _format_average(report: LineReport, figure: str) -> str:
    """A figure of seconds, 0 where there was nothing to measure."""
    now, before = _read_both(report, figure)
    shown = f"{_format_seconds(now)} on average" if now else _format_seconds(now)
    return f"{shown} ({_format_seconds(before)}{_format_change(now, before)})" if report.before else shown


def _format_seconds(figure: int | None) -> str:
    if figure is None:
        return NOT_KNOWN
    return format_duration(figure) if figure else NOTHING


def _format_dialogs(report: LineReport) -> str:
    return (
        f"{_format_number(report, 'new')} new, {_format_number(report, 'closed')} of them closed, "
        f"{_format_number(report, 'spam')} spam; {_format(report.untaken)} not taken by anybody yet"
    )


def _format_in_time(report: LineReport) -> str:
    """Only lines with a target for the first answer are measured."""
    now = _format_share(report.totals, " on lines with a target")
    return now + (f" ({_format_share(report.before)})" if report.before else "")


def _format_share(totals: Totals, where: str = "") -> str:
    if totals.measured is None:
        return NOT_KNOWN
    in_time = totals.in_time or 0
    if not totals.measured:
        return f"{NOTHING}{where}"
    return f"{in_time} of {totals.measured}{where}, {_format_percent(in_time / totals.measured)}"


def _format_first_answers(found: FirstAnswers | None) -> str:
    """By a person, not by acceptance."""
    if found is None:
        return NOT_KNOWN
    average = f"{format_duration(found.average)} on average, " if found.average else ""
    past = f", {found.past_portal} of them past the portal" if found.past_portal else ""
    return f"{average}{found.answered} of {found.dialogs} dialogs answered{past}"


def _format_ratings(report: LineReport) -> str:
    likes, dislikes = _format_number(report, "likes"), _format_number(report, "dislikes")
    return f"likes {likes}, dislikes {dislikes}, supervisors' votes {_format_supervision(report.supervision)}"


def _format_supervision(votes: SupervisorVotes | None) -> str:
    if votes is None:
        return NOT_KNOWN
    return f"{votes.votes}, average {votes.average} of 5" if votes.votes else NOTHING


def _format_operator(operator: OperatorFigures) -> str:
    """What they have now, and what they did, whoever has it now."""
    who = str(LineOrUser(operator.id, operator.name)) if operator.id else NOBODY
    return f"{who}: {', '.join([f'has {_format(operator.dialogs)}', *_describe_deeds(operator)])}"


def _describe_deeds(operator: OperatorFigures) -> Iterator[str]:
    if operator.answered:
        yield f"answered {operator.answered}" + (
            f" after {format_duration(operator.first_answer)}" if operator.first_answer else ""
        )
    if operator.late:
        yield f"{operator.late} of them late"
    votes = [f"+{operator.likes}"] * bool(operator.likes) + [f"-{operator.dislikes}"] * bool(operator.dislikes)
    if votes:
        yield f"ratings {' '.join(votes)}"


def _format_operators(report: LineReport) -> str:
    return join_limited(map(_format_operator, report.distribution.by_operator), MOST_OPERATORS, "; ") or NOTHING


def _format_channels(report: LineReport) -> str:
    return join_limited(format_counts(report.distribution.by_channel), MOST_CHANNELS) or NOTHING


def _format_hours(by_hour: list[int | None]) -> str:
    """Only hours with dialogs."""
    told = (f"{hour:02}h {_format(number)}" for hour, number in enumerate(by_hour) if number != 0)
    return join_limited(told, HOURS) or NOTHING


def _format_transfers(report: LineReport) -> str:
    moves = report.moves
    if moves is None:
        return NOT_KNOWN
    if not moves.transfers:
        return NOTHING
    return f"{moves.transfers} ({', '.join(format_counts(moves.by_reason))}), dialogs {moves.dialogs}"


def _render_received(report: LineReport) -> Iterator[str]:
    received = report.received
    if received and (received.likes, received.dislikes) != (report.totals.likes, report.totals.dislikes):
        yield f"Came in during the period, for dialogs of any age: likes {received.likes}, dislikes {received.dislikes}"


def _render_highlights(report: LineReport) -> Iterator[str]:
    if report.highlights:
        yield f"Worth a look ({LOOK}):"
    for found in report.highlights:
        yield f"- {_format_ids(found)}: {', '.join(found.reasons)}{_format_place(report, found)}"


def _format_ids(found: Highlight) -> str:
    return f"session_id {found.session_id}" + (f", chat_id {found.chat_id}" if found.chat_id else "")


def _format_place(report: LineReport, found: Highlight) -> str:
    line = [] if report.scope.line else [mark_unless_name(report.lines.get(found.line_id) or f"line {found.line_id}")]
    told = report.answers.get(found.session_id)
    people = describe_people(told, found.operator_id, partial(_name_person, report), untaken=found.untaken)
    return f"; {', '.join((*line, *people))}" if line or people else ""


def _name_person(report: LineReport, one: int) -> str:
    return str(LineOrUser(one, report.names.get(one, "")))


def _render_limits(report: LineReport) -> Iterator[str]:
    if not report.whole and report.supervision is not None:
        yield (
            f"Of {report.totals.new} dialogs the {report.looked_at} that were accepted last were looked at one by one: "
            "people's answers and ratings, supervisors' votes, transfers and dialogs worth a look come from these."
        )
