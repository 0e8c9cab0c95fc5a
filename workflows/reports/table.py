"""A report as one table for a spreadsheet: its sums, people, channels, hours and dialogs worth a look."""

from collections.abc import Iterator
from dataclasses import asdict

from tools.csv_text import make_csv, mark_csv
from workflows.reports.answers import describe_people
from workflows.reports.figures import OperatorFigures, Totals
from workflows.reports.highlights import Highlight
from workflows.reports.render import render_notes
from workflows.reports.report import LineReport

FIGURES = ("dialogs", "closed", "spam", "accepted", "duration", "answered", "first_answer", "in_time", "late")
COLUMNS = ("part", "id", "name", *FIGURES, "likes", "dislikes", "notes")
"""Seconds in `accepted`, `duration` and `first_answer`; empty where a part has no such figure, or it is not known."""
UNITS = (
    "Seconds; accepted: until somebody accepted a dialog; first_answer: until the first message of a person. People: "
    "dialogs they have now; answered, first_answer, late and ratings are theirs who wrote."
)
Row = dict[str, str | int | float | None]


def render_table(report: LineReport) -> str:
    """The report as CSV, marked as the portal's for the names in it, with what it lacks and how to go on below."""
    return "\n".join((make_table(report), UNITS, *_describe_rest(report), *render_notes(report)))


def make_table(report: LineReport) -> str:
    """The CSV alone, marked."""
    return mark_csv(make_csv(list_rows(report)[: report.most_rows], COLUMNS))


def count_left_out(report: LineReport) -> int:
    """Rows for which there is no room."""
    return 0 if report.most_rows is None else max(0, len(list_rows(report)) - report.most_rows)


def list_rows(report: LineReport) -> list[Row]:
    """All rows, by names of columns: sums first, then people, channels, hours, dialogs."""
    spread = report.distribution
    channels: list[Row] = [
        {"part": "channel", "name": name, "dialogs": number} for name, number in spread.by_channel.items()
    ]
    told = [(hour, number) for hour, number in enumerate(spread.by_hour) if number != 0]
    hours: list[Row] = [{"part": "hour", "id": hour, "dialogs": number} for hour, number in told]
    people = [_make_person_row(one) for one in spread.by_operator]
    return [
        *_list_sums(report),
        *people,
        *channels,
        *hours,
        *(_make_dialog_row(report, one) for one in report.highlights),
    ]


def _list_sums(report: LineReport) -> Iterator[Row]:
    period, found = report.scope.period, report.first_answers
    answers: Row = {"answered": found.answered, "first_answer": found.average} if found else {}
    named = [one.name or str(one) for one in (report.scope.line, report.scope.operator) if one]
    scope: Row = {"name": ", ".join(named) or "all lines", "notes": str(period)}
    yield {**_make_sum_row("period", report.totals), **answers, **scope}
    if report.before:
        yield {**_make_sum_row("period before", report.before), "notes": str(period.make_earlier())}


def _make_sum_row(part: str, totals: Totals) -> Row:
    figures = asdict(totals)
    return {"part": part, **figures, "dialogs": figures["new"]}


def _make_person_row(one: OperatorFigures) -> Row:
    return {"part": "person", **asdict(one), "id": one.id or None, "name": one.name if one.id else "nobody"}


def _make_dialog_row(report: LineReport, found: Highlight) -> Row:
    def name(one: int) -> str:
        return f"{report.names.get(one) or 'user'} ({one})"

    told = report.answers.get(found.session_id)
    people = describe_people(told, found.operator_id, name, untaken=found.untaken)
    line = report.lines.get(found.line_id) or f"line {found.line_id}"
    return {
        "part": "dialog",
        "id": found.session_id,
        "name": line,
        "notes": "; ".join((*found.reasons, *people, *([f"chat_id {found.chat_id}"] if found.chat_id else []))),
    }


def _describe_rest(report: LineReport) -> Iterator[str]:
    if more := count_left_out(report):
        yield f"{more} more rows are cut off: give a line or a shorter period, or leave out format for the text."
