"""The chart of a report: the figures that count, dialogs by hour, dialogs by operator.

Only imported when a chart is asked for: matplotlib takes long to import, and is installed with the extra `charts`.
"""

import unicodedata
from collections.abc import Callable, Sequence
from io import BytesIO
from threading import Lock
from typing import Literal, NamedTuple

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from workflows.core.formatting import format_duration
from workflows.reports.figures import OperatorFigures, Totals
from workflows.reports.report import LineReport

WIDTH, HEIGHT, DPI = 960, 540, 125
"""Positions and sizes below are in units of which the picture is so many wide and high; a unit is 1.25 pixels."""
UNITS_PER_INCH, POINTS_PER_INCH = 100, 72
MARGIN = 36.0
TILES, PANELS = 102.0, 216.0
"""Upper edges of the row of figures and of the two panels, from above."""
FLOOR = HEIGHT - 52.0
"""Lower edge of the bars."""
LEFT_PANEL, GAP = 500.0, 44.0
RIGHT_PANEL = WIDTH - 2 * MARGIN - LEFT_PANEL - GAP
MOST_OPERATORS = 9
LONGEST_NAME, LONGEST_OPERATOR_IN_TITLE = 136.0, 300.0
HIGHEST_ROW = 34.0
INK, GREY, FAINT, BLUE, DARK, TILE = "#1f2933", "#616e7c", "#e4e8ed", "#8fb4f2", "#2563c9", "#f4f6f9"
NO_FIGURE = "-"

FONT = font_manager.get_font(mpl.get_data_path() + "/fonts/ttf/DejaVuSans.ttf")
"""The font that comes with matplotlib: Latin, Cyrillic, Greek and more, on every machine."""

_DRAWING = Lock()
"""Charts are drawn one at a time: matplotlib is not safe in several threads at once."""


class Style(NamedTuple):
    """How a text looks: height in units, and colour."""

    size: float
    colour: str


TITLE, SUBTITLE, HEADING = Style(25, INK), Style(13, GREY), Style(15, INK)
LABEL, FIGURE, SMALL, BODY = Style(12, GREY), Style(21, INK), Style(11, GREY), Style(12, INK)
ON_BAR = Style(9.5, INK)
Side = Literal["left", "center", "right"]


def _format_accepted(totals: Totals) -> str:
    return format_duration(totals.accepted) if totals.accepted else NO_FIGURE


def _format_in_time(totals: Totals) -> str:
    return f"{(totals.in_time or 0) / totals.measured:.0%}".replace("%", " %") if totals.measured else NO_FIGURE


def _format(figure: int | None) -> str:
    return NO_FIGURE if figure is None else str(figure)


FIGURES: tuple[tuple[str, Callable[[Totals], str]], ...] = (
    ("New dialogs", lambda totals: _format(totals.new)),
    ("Closed of these", lambda totals: _format(totals.closed)),
    ("Accepted after, average", _format_accepted),
    ("Accepted in time", _format_in_time),
    ("Likes / dislikes", lambda totals: f"{_format(totals.likes)} / {_format(totals.dislikes)}"),
)


def draw(report: LineReport) -> bytes:
    """The chart as PNG, 1200 by 675 pixels, well under 150 kilobytes. Takes some tenths of a second."""
    with _DRAWING, mpl.rc_context():
        mpl.rcdefaults()  # a style that this machine's user has chosen for other pictures is not ours
        picture = BytesIO()
        figure = make_figure(report)
        FigureCanvasAgg(figure)
        figure.savefig(picture, format="png")
        return picture.getvalue()


def make_figure(report: LineReport) -> Figure:
    """The chart as matplotlib draws it."""
    figure = Figure((WIDTH / UNITS_PER_INCH, HEIGHT / UNITS_PER_INCH), dpi=DPI, facecolor="white")
    _add_title(figure, report)
    _add_tiles(figure, report)
    _add_hours(figure, [number or 0 for number in report.distribution.by_hour])
    _add_operators(figure, report.distribution.by_operator)
    return figure


def _add_title(figure: Figure, report: LineReport) -> None:
    scope = report.scope
    line = _spell(scope.line.name, f"Line {scope.line.id}") if scope.line else "All lines"
    operator = [_name_operator(scope.operator.id, scope.operator.name)] if scope.operator else []
    who = [_shorten(name, TITLE, LONGEST_OPERATOR_IN_TITLE) for name in operator]
    rest = "".join(f", {part}" for part in (*who, scope.period.name) if part)
    room = WIDTH - 2 * MARGIN - _measure(rest, TITLE)
    _write(figure, MARGIN, 56, f"{_shorten(line, TITLE, room)}{rest}", TITLE)
    compared = f"; before: {scope.period.make_earlier()}" if report.before else ""
    _write(figure, MARGIN, 81, f"{scope.period}{compared} ({scope.period.offset})", SUBTITLE)


def _add_tiles(figure: Figure, report: LineReport) -> None:
    gap = 12.0
    width = (WIDTH - 2 * MARGIN - gap * (len(FIGURES) - 1)) / len(FIGURES)
    for place, (label, read) in enumerate(FIGURES):
        x = MARGIN + place * (width + gap)
        _add_tile(figure, x, width)
        for y, text, style in (
            (22, label, LABEL),
            (50, read(report.totals), FIGURE),
            (69, f"before: {read(report.before)}" if report.before else "", SMALL),
        ):
            _write(figure, x + 14, TILES + y, _shorten(text, style, width - 20), style)


def _add_tile(figure: Figure, x: float, width: float) -> None:
    scale = UNITS_PER_INCH
    corner = (x / scale, (HEIGHT - TILES - 80) / scale)
    style = f"round,pad=0,rounding_size={6 / scale}"
    figure.add_artist(
        FancyBboxPatch(
            corner,
            width / scale,
            80 / scale,
            boxstyle=style,
            facecolor=TILE,
            edgecolor="none",
            transform=figure.dpi_scale_trans,
        )
    )


def _add_hours(figure: Figure, by_hour: Sequence[int]) -> None:
    _write(figure, MARGIN, PANELS + 14, "New dialogs by hour of the day", HEADING)
    most = max(by_hour, default=0)
    if not most:
        _write(figure, MARGIN, PANELS + 44, "none", SUBTITLE)
        return
    left = MARGIN + _measure(str(round(1.1 * most)), SMALL) + 8
    width = MARGIN + LEFT_PANEL - left
    axes = figure.add_axes(_box(left, PANELS + 46, width, FLOOR - PANELS - 46), frame_on=False)
    bars = axes.bar(
        range(len(by_hour)), by_hour, width=0.8, color=[DARK if number == most else BLUE for number in by_hour]
    )
    axes.set(xlim=(-0.5, len(by_hour) - 0.5), ylim=(0, most * 1.02), xticks=range(len(by_hour)))
    levels = MaxNLocator(nbins=4, integer=True, steps=[1, 2, 5, 10]).tick_values(0, most)
    axes.set_yticks([level for level in levels if level <= most])
    axes.yaxis.set_major_formatter("{x:.0f}")
    axes.tick_params(length=0, pad=5, labelsize=_to_points(SMALL), labelcolor=GREY)
    axes.yaxis.grid(visible=True, color=FAINT, clip_on=False)
    axes.set_axisbelow(True)
    there_is_room = _measure(str(most), ON_BAR) < width / len(by_hour)
    first = list(by_hour).index(most)
    labels = [str(number) if number and (there_is_room or hour == first) else "" for hour, number in enumerate(by_hour)]
    axes.bar_label(bars, labels, padding=2, fontsize=_to_points(ON_BAR), color=INK)


def _add_operators(figure: Figure, operators: Sequence[OperatorFigures]) -> None:
    x, right = MARGIN + LEFT_PANEL + GAP, WIDTH - MARGIN
    _write(figure, x, PANELS + 14, "By person now, with their first answers", HEADING)
    if not operators:
        _write(figure, x, PANELS + 44, "none", SUBTITLE)
        return
    shown = operators[:MOST_OPERATORS]
    names = [_shorten(_name_operator(one.id, one.name), BODY, LONGEST_NAME) for one in shown]
    answers = [format_duration(one.first_answer) if one.first_answer else "" for one in shown]
    counts = [_format(one.dialogs) for one in shown]
    start = x + _measure_widest(names, BODY) + 12
    width = right - start - _measure_widest(counts, BODY) - _measure_widest(answers, SMALL) - 22
    row = min(HIGHEST_ROW, (FLOOR + 16 - PANELS - 28) / len(shown))
    axes = figure.add_axes(_box(start, PANELS + 28, width, row * len(shown)), frame_on=False)
    bars = axes.barh(range(len(shown)), [one.dialogs or 0 for one in shown], height=18 / row, color=BLUE)
    most = max(one.dialogs or 0 for one in shown)
    axes.set(xlim=(0, max(most, 1)), ylim=(len(shown) - 0.5, -0.5), xticks=[], yticks=[])
    axes.bar_label(bars, counts, padding=6, fontsize=_to_points(BODY), color=INK)
    for place, (name, answer) in enumerate(zip(names, answers, strict=True)):
        y = PANELS + 28 + (place + 0.5) * row + 4
        _write(figure, x, y, name, BODY)
        _write(figure, right, y, answer, SMALL, side="right")
    if rest := operators[MOST_OPERATORS:]:
        text = f"and {len(rest)} more with {sum(one.dialogs or 0 for one in rest)} dialogs"
        _write(figure, right, HEIGHT - 18, text, SMALL, side="right")


def _name_operator(number: int, name: str) -> str:
    """A name, or the number where there is none or it cannot be written."""
    return _spell(name, f"user {number}" if number else "nobody")


def _spell(name: str, otherwise: str) -> str:
    """A name without the signs that the font lacks, or other words where it lacks a letter or figure of the name."""
    plain = unicodedata.normalize("NFKC", " ".join(name.split()))
    lacking = {sign for sign in plain if not (sign.isprintable() and FONT.get_char_index(ord(sign)))}
    if any(sign.isalnum() for sign in lacking):
        return otherwise
    return " ".join("".join(sign for sign in plain if sign not in lacking).split()) or otherwise


def _write(figure: Figure, x: float, y: float, text: str, style: Style, *, side: Side = "left") -> None:
    """A text that stands on the line y, counted from above; a `$` in it is no formula."""
    figure.text(
        x / WIDTH,
        1 - y / HEIGHT,
        text,
        size=_to_points(style),
        color=style.colour,
        ha=side,
        va="baseline",
        parse_math=False,
    )


def _box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    """A rectangle as parts of the figure, counted from below."""
    return x / WIDTH, 1 - (y + height) / HEIGHT, width / WIDTH, height / HEIGHT


def _to_points(style: Style) -> float:
    return style.size * POINTS_PER_INCH / UNITS_PER_INCH


def _measure(text: str, style: Style) -> float:
    """How wide a text is, in units."""
    FONT.set_size(_to_points(style), DPI)
    FONT.set_text(text)
    return FONT.get_width_height()[0] / 64 / DPI * UNITS_PER_INCH


def _measure_widest(texts: Sequence[str], style: Style) -> float:
    return max(_measure(text, style) for text in texts)


def _shorten(text: str, style: Style, room: float) -> str:
    """As much of a text as there is room for."""
    if _measure(text, style) <= room:
        return text
    kept = text
    while kept and _measure(f"{kept}..", style) > room:
        kept = kept[:-1].rstrip()
    return f"{kept}.."
