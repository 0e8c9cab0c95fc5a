"""The picture of a report."""

import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image

from tests.workflows.reports.sample_reports import LONG, NOTHING, REPORTS, STAFF, TOTALS, WIDE, make_report
from workflows.directory.lines_and_users import LineOrUser
from workflows.reports.chart import MOST_OPERATORS, draw, make_figure
from workflows.reports.figures import OperatorFigures
from workflows.reports.report import LineReport

LARGEST = 150_000
"""Bytes of a picture."""
SIZE = (1200, 675)
SECONDS = 120
"""For a process that draws once on a busy machine."""


ANY_REPORT = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


def _list_texts(figure: Figure) -> list[tuple[str, Bbox]]:
    """What is written, and where, in pixels."""
    figure.draw_without_rendering()
    written = (text for text in figure.findobj(Text) if isinstance(text, Text))
    return [(text.get_text(), text.get_window_extent()) for text in written if text.get_text() and text.get_visible()]


def _list_words(report: LineReport) -> list[str]:
    """What is written, the title first."""
    figure = make_figure(report)
    own = [text.get_text() for text in figure.texts]
    return own + [text.get_text() for axes in figure.axes for text in axes.texts]


def _list_bars(report: LineReport) -> Iterator[Iterator[Rectangle]]:
    """Those of each panel that has any, from left to right."""
    for axes in make_figure(report).axes:
        yield (patch for patch in axes.patches if isinstance(patch, Rectangle))


def _overlap(one: Bbox, other: Bbox) -> bool:
    common = Bbox.intersection(one, other)
    return common is not None and common.width > 1 and common.height > 1


@ANY_REPORT
def test_any_report_makes_a_picture_of_one_size(report: LineReport) -> None:
    png = draw(report)

    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(png) < LARGEST
    assert Image.open(BytesIO(png)).size == SIZE


@ANY_REPORT
def test_no_text_stands_on_another_or_outside(report: LineReport) -> None:
    figure = make_figure(report)
    texts = _list_texts(figure)

    assert texts
    for (text, box), (other, another) in combinations(texts, 2):
        assert not _overlap(box, another), (text, other)
    for text, box in texts:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text


def test_the_five_figures_stand_with_those_of_the_period_before() -> None:
    words = _list_words(make_report([1], totals=TOTALS, before=NOTHING))

    for figure in ("120", "100", "6 min 10 s", "80 %", "30 / 3"):
        assert figure in words
    assert [word for word in words if word.startswith("before: ")] == [
        "before: 0",
        "before: 0",
        "before: -",
        "before: -",
        "before: 0 / 0",
    ]


def test_without_a_period_before_nothing_is_compared() -> None:
    assert not any("before" in word for word in _list_words(make_report([1], before=None)))


def test_bars_are_as_long_as_there_are_dialogs() -> None:
    by_hour = [*[0] * 9, 8, 2, *[0] * 13]
    hours, operators = (list(bars) for bars in _list_bars(make_report(by_hour, STAFF[:3])))

    assert [bar.get_height() for bar in hours] == by_hour
    assert [bar.get_width() for bar in operators] == [1500, 1410, 1320]
    peak, rest = hours[9].get_facecolor(), {bar.get_facecolor() for bar in hours if bar is not hours[9]}
    assert rest == {hours[10].get_facecolor()}
    assert peak not in rest


def test_without_dialogs_there_are_no_bars() -> None:
    report = make_report([0] * 24)

    assert list(_list_bars(report)) == []
    assert _list_words(report).count("none") == 2


def test_many_operators_are_summed_up() -> None:
    words = _list_words(make_report([1] * 24, STAFF))

    assert sum(word in {str(one.dialogs) for one in STAFF} for word in words) == MOST_OPERATORS
    assert f"and 6 more with {sum(one.dialogs or 0 for one in STAFF[9:])} dialogs" in words
    assert not any(word.startswith("and ") for word in _list_words(make_report([1] * 24, STAFF[:9])))


def test_long_names_are_cut_and_the_period_stays() -> None:
    title, *_ = _list_words(make_report([1] * 24, STAFF, line=LONG, operator=WIDE))

    assert title.startswith("Поддержка интернет")
    assert title.endswith(".., last 30 days")
    assert title.count("..,") == 2


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ольга Смирнова", "Ольга Смирнова"),
        ("Їжакевич Ґанна", "Їжакевич Ґанна"),
        ("Anna $5 and $6", "Anna $5 and $6"),
        (r"$\frac{1}{$ _x^", r"$\frac{1}{$ _x^"),
        ("Мария 🌸 Розова", "Мария Розова"),
        ("two\nlines\x00\u200b", "two lines"),
        ("王小明", "user 12"),
        ("Anna 王", "user 12"),
        ("🌸", "user 12"),
        ("\ud83d", "user 12"),
        ("", "user 12"),
    ],
    ids=ascii,
)
def test_a_name_is_written_as_it_is_or_its_number_is(name: str, shown: str) -> None:
    report = make_report([1], [OperatorFigures(12, name, 1, 0, 0, 0)], line=LineOrUser(7, name))
    words = _list_words(report)

    assert draw(report)
    assert shown in words
    assert words[0] == f"{shown.replace('user 12', 'Line 7')}, last 30 days"


def test_it_draws_without_a_word_where_no_home_can_be_written() -> None:
    code = (
        "import sys\n"
        "from tests.workflows.reports.sample_reports import REPORTS\n"
        "from workflows.reports.tool import draw_chart\n"
        "sys.stdout.buffer.write(draw_chart(REPORTS['one of each']))"
    )
    nowhere = {"HOME": os.devnull, "MPLCONFIGDIR": f"{os.devnull}/none"}
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=Path(__file__).parents[3],
        env={**os.environ, **nowhere},
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )

    assert ran.stdout.startswith(b"\x89PNG")
    assert ran.stderr == b""
