"""The chart of a report: the figures that count, dialogs by hour, dialogs by operator."""

from collections.abc import Callable
from dataclasses import dataclass

from workflows.core.formatting import duration
from workflows.reports.canvas import Canvas, Style
from workflows.reports.figures import OperatorFigures, Totals
from workflows.reports.report import Report

WIDTH, HEIGHT, MARGIN = 960.0, 540.0, 36.0
TILES, PANELS = 102.0, 216.0
"""Where the figures and the two panels begin."""
FLOOR = HEIGHT - 52
LEFT = 500.0
RIGHT = WIDTH - 2 * MARGIN - LEFT - 44
"""Widths of the panels."""
MOST_OPERATORS = 9
LONGEST_NAME = 136.0
LINES = 4
INK, GREY, FAINT, BLUE, DARK, TILE = "#1f2933", "#616e7c", "#e4e8ed", "#8fb4f2", "#2563c9", "#f4f6f9"
TITLE, SUBTITLE, HEADING = Style(26, INK), Style(13, GREY), Style(15, INK)
LABEL, FIGURE, SMALL, BODY, ON_BAR = (
    Style(12.5, GREY),
    Style(22, INK),
    Style(11.5, GREY),
    Style(12.5, INK),
    Style(10.5, INK),
)
AXIS = Style(11, GREY)
NO_FIGURE = "-"


def _first_answer(totals: Totals) -> str:
    return duration(totals.first_answer) if totals.first_answer else NO_FIGURE


def _in_time(totals: Totals) -> str:
    measured = totals.in_time + totals.late
    return f"{totals.in_time / measured:.0%}".replace("%", " %") if measured else NO_FIGURE


FIGURES: tuple[tuple[str, Callable[[Totals], str]], ...] = (
    ("New dialogs", lambda totals: str(totals.new)),
    ("Closed of these", lambda totals: str(totals.closed)),
    ("First answer, average", _first_answer),
    ("First answer in time", _in_time),
    ("Likes / dislikes", lambda totals: f"{totals.likes} / {totals.dislikes}"),
)


def draw(report: Report) -> bytes:
    """The chart as PNG."""
    canvas = Canvas(WIDTH, HEIGHT, _names(report))
    _head(canvas, report)
    _tiles(canvas, report)
    _by_hour(canvas, report.load.by_hour)
    _by_operator(canvas, report.load.by_operator)
    return canvas.png()


def _names(report: Report) -> list[str]:
    """All that is drawn and not ours."""
    scope = report.scope
    return [found.name for found in (scope.line, scope.operator, *report.load.by_operator) if found]


def _head(canvas: Canvas, report: Report) -> None:
    scope, spelled = report.scope, canvas.lettering.spelled
    line = spelled(scope.line.name, f"Line {scope.line.id}") if scope.line else "All lines"
    who = [_drawn(canvas, scope.operator.id, scope.operator.name)] if scope.operator else []
    rest = "".join(f", {part}" for part in (*who, scope.period.name) if part)
    room = WIDTH - 2 * MARGIN - canvas.length(rest, TITLE)
    canvas.text(MARGIN, 56, f"{canvas.shortened(line, TITLE, room)}{rest}", TITLE)
    compared = f"; before: {scope.period.before()}" if report.before else ""
    canvas.text(MARGIN, 81, f"{scope.period}{compared} ({scope.period.offset})", SUBTITLE)


def _tiles(canvas: Canvas, report: Report) -> None:
    gap = 12.0
    width = (WIDTH - 2 * MARGIN - gap * (len(FIGURES) - 1)) / len(FIGURES)
    for place, (label, of) in enumerate(FIGURES):
        x = MARGIN + place * (width + gap)
        canvas.bar(x, TILES, width, 80, TILE)
        canvas.text(x + 14, TILES + 22, label, LABEL)
        canvas.text(x + 14, TILES + 50, of(report.totals), FIGURE)
        if report.before:
            canvas.text(x + 14, TILES + 69, f"before: {of(report.before)}", SMALL)


def _by_hour(canvas: Canvas, by_hour: list[int]) -> None:
    canvas.text(MARGIN, PANELS + 14, "New dialogs by hour of the day", HEADING)
    most = max(by_hour, default=0)
    if not most:
        canvas.text(MARGIN, PANELS + 44, "none", SUBTITLE)
        return
    step = _step(most)
    ceiling, room = -(-most // step) * step, FLOOR - PANELS - 46
    for level in range(0, ceiling + 1, step):
        y = FLOOR - room * level / ceiling
        canvas.line(MARGIN + 24, y, LEFT - 24, FAINT)
        canvas.text(MARGIN + 16, y + 4, str(level), AXIS, "right")
    width = (LEFT - 24) / len(by_hour)
    there_is_room = canvas.length(str(most), ON_BAR) < width
    for hour, number in enumerate(by_hour):
        x, height = MARGIN + 24 + hour * width, room * number / ceiling
        canvas.bar(x + 2, FLOOR - height, width - 4, height, DARK if number == most else BLUE)
        canvas.text(x + width / 2, FLOOR + 16, str(hour), AXIS, "middle")
        if number and (there_is_room or hour == by_hour.index(most)):
            canvas.text(x + width / 2, FLOOR - height - 4, str(number), ON_BAR, "middle")


def _step(most: int) -> int:
    """The distance of lines, so that there are few and their numbers are round."""
    size = 1
    while True:
        for digit in (1, 2, 5):
            if most <= digit * size * LINES:
                return digit * size
        size *= 10


def _by_operator(canvas: Canvas, operators: list[OperatorFigures]) -> None:
    x = MARGIN + LEFT + 44
    canvas.text(x, PANELS + 14, "By operator, with average first answer", HEADING)
    if not operators:
        canvas.text(x, PANELS + 44, "none", SUBTITLE)
        return
    shown = operators[:MOST_OPERATORS]
    height = min(34.0, (FLOOR + 16 - PANELS - 28) / len(shown))
    columns = _columns(canvas, shown)
    for place, operator in enumerate(shown):
        _operator(canvas, operator, columns, PANELS + 28 + (place + 0.5) * height)
    if len(operators) > len(shown):
        rest = sum(operator.dialogs for operator in operators[MOST_OPERATORS:])
        text = f"and {len(operators) - len(shown)} more with {rest} dialogs"
        canvas.text(x + RIGHT, HEIGHT - 18, text, SMALL, "right")


@dataclass(frozen=True)
class Columns:
    """How wide the parts of the right panel are."""

    names: float
    bars: float
    scale: float
    """Of a bar, for one dialog."""


def _columns(canvas: Canvas, operators: list[OperatorFigures]) -> Columns:
    names = max(canvas.length(_drawn(canvas, operator.id, operator.name), BODY) for operator in operators)
    answers = max(canvas.length(duration(operator.first_answer), SMALL) for operator in operators)
    most = max(operator.dialogs for operator in operators)
    room = min(names, LONGEST_NAME) + 12
    bars = RIGHT - room - canvas.length(str(most), BODY) - answers - 22
    return Columns(room, bars, bars / max(most, 1))


def _operator(canvas: Canvas, operator: OperatorFigures, columns: Columns, middle: float) -> None:
    x, y = MARGIN + LEFT + 44, middle + 4
    name = _drawn(canvas, operator.id, operator.name)
    canvas.text(x, y, canvas.shortened(name, BODY, LONGEST_NAME), BODY)
    length = operator.dialogs * columns.scale
    canvas.bar(x + columns.names, middle - 9, length, 18, BLUE)
    canvas.text(x + columns.names + length + 8, y, str(operator.dialogs), BODY)
    if operator.first_answer:
        canvas.text(x + RIGHT, y, duration(operator.first_answer), SMALL, "right")


def _drawn(canvas: Canvas, number: int, name: str) -> str:
    """A name, or the number where there is none or it cannot be written."""
    return canvas.lettering.spelled(name, f"user {number}") or f"user {number}"
