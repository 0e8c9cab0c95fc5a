"""The picture of a report."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from PIL import Image

from workflows.core.periods import named
from workflows.directory.names import Named
from workflows.reports import chart, fonts
from workflows.reports.canvas import Canvas, Side, Style
from workflows.reports.chart import draw
from workflows.reports.figures import Load, Moves, OperatorFigures, Received, Supervision, Totals
from workflows.reports.fonts import Lettering, transliterated
from workflows.reports.report import Report, Scope

LARGEST = 60_000
SIZE = (1920, 1080)
NOW = datetime(2026, 3, 16, 10, tzinfo=UTC)
TOTALS = Totals(120, 100, 2, 370, 80, 20, 4000, 30, 3)
BAR, PEAK = (143, 180, 242), (37, 99, 201)


def _report(by_hour: list[int], operators: list[OperatorFigures], line: Named | None = None) -> Report:
    return Report(
        Scope(named("last_30_days", NOW), line, None),
        TOTALS,
        TOTALS,
        Load(by_hour, {}, operators),
        0,
        Received(0, 0),
        Supervision(0, 0),
        Moves(0, 0, {}),
        [],
        {},
        {},
        120,
    )


def _colours(png: bytes) -> dict[tuple[int, int, int], int]:
    assert len(png) < LARGEST
    image = Image.open(BytesIO(png))
    assert image.size == SIZE
    counted = image.convert("RGB").getcolors(256)
    assert counted is not None
    return {colour: number for number, colour in counted if isinstance(colour, tuple)}  # type: ignore[misc]


def _operators(number: int, name: str = "Olga Smirnova") -> list[OperatorFigures]:
    return [OperatorFigures(one, f"{name} {one}", 40 - one, 60 * one, 1, 0) for one in range(1, number + 1)]


def test_bars_grow_with_the_dialogs() -> None:
    few, many = (_colours(draw(_report([*[0] * 9, 8, number, *[0] * 13], []))) for number in (2, 4))

    assert few[PEAK] == many[PEAK]
    assert 1.9 < many[BAR] / few[BAR] < 2.1


def test_without_dialogs_there_are_no_bars() -> None:
    colours = _colours(draw(_report([0] * 24, [])))

    assert BAR not in colours
    assert PEAK not in colours


@pytest.mark.parametrize(
    "report",
    [
        _report([100_000] * 24, _operators(40), Named(1, "A line with a name that is far too long " * 3)),
        _report([3, *[0] * 23], _operators(12, "Константин Константинопольский"), Named(1, "Поддержка сайта")),
        _report([1] * 24, [OperatorFigures(7, "", 1, 0, 0, 0)], Named(7, "客服")),
        _report([], []),
    ],
    ids=["crowded", "Cyrillic", "names that cannot be written", "empty"],
)
def test_any_report_makes_a_small_picture(report: Report) -> None:
    assert _colours(draw(report))


class Recorded(Canvas):
    """Remembers where texts stand: left, top, right, bottom, in units of the picture."""

    def __init__(self, width: float, height: float, texts: Iterable[str]) -> None:
        super().__init__(width, height, texts)
        self.boxes: list[tuple[str, tuple[float, float, float, float]]] = []

    def text(self, x: float, y: float, text: str, style: Style, side: Side = "left") -> None:
        super().text(x, y, text, style, side)
        wide = self.length(text, style)
        left = x - {"left": 0.0, "middle": wide / 2, "right": wide}[side]
        self.boxes.append((text, (left, y - 0.75 * style.size, left + wide, y)))


def _laid_out(report: Report, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    made: list[Recorded] = []

    def canvas(*given: Any) -> Recorded:
        made.append(Recorded(*given))
        return made[0]

    monkeypatch.setattr(chart, "Canvas", canvas)
    draw(report)
    return made[0]


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


NAMES = [
    "Константин Константинопольский",
    "Пётр",
    "Anna-Maria von Hohenzollern-Sigmaringen",
    "王小明",
    "Jürgen Weißenberger",
]
STAFF = [OperatorFigures(one, NAMES[one % 5], 1500 - 90 * one, 1234 * one, 1, 0) for one in range(15)]
LONG = Named(1, "Поддержка интернет-магазина «Ромашка» и доставки по всей России и СНГ")


@pytest.mark.parametrize(
    ("by_hour", "operators", "line"),
    [
        ([0] * 24, [], None),
        ([*[0] * 9, 1, *[0] * 14], STAFF[:1], Named(1, "Сайт")),
        ([7, 99, 100] * 8, STAFF[:9], LONG),
        ([1234] * 24, STAFF[:10], LONG),
        (list(range(900, 1020, 5)), STAFF, None),
        ([99_999] * 24, [replace(one, dialogs=123_456) for one in STAFF], LONG),
    ],
    ids=["nothing", "one of each", "nine", "ten", "fifteen", "huge"],
)
def test_no_text_stands_on_another_or_outside(
    by_hour: list[int], operators: list[OperatorFigures], line: Named | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = _laid_out(_report(by_hour, operators, line), monkeypatch)

    for (text, box), (other, another) in combinations(canvas.boxes, 2):
        assert not _overlap(box, another), (text, other)
    for text, (left, top, right, bottom) in canvas.boxes:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= canvas.width, text
        assert bottom <= canvas.height, text


def test_a_long_title_keeps_its_period_and_many_operators_their_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text for text, _ in _laid_out(_report([1] * 24, STAFF, LONG), monkeypatch).boxes]

    assert texts[0].endswith(".., last 30 days")
    assert f"and 6 more with {sum(one.dialogs for one in STAFF[9:])} dialogs" in texts


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Щукин Фёдор", "Shchukin Fyodor"),
        ("Їжакевич Ґанна", "Yizhakevich Ganna"),
        ("Jürgen Weiß, Łódź", "Jurgen Weiss, Lodz"),
        ("王小明", "???"),
    ],
)
def test_a_name_has_a_spelling_in_latin_letters_or_none(name: str, latin: str) -> None:
    assert transliterated(name) == latin


def test_without_a_font_of_the_system_names_are_spelled_in_latin_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "OF_SYSTEMS", ())
    written = Lettering(["Ольга", "王小明"])

    assert written.spelled("Ольга", "user 3") == "Olga"
    assert written.spelled("王小明", "user 12") == "user 12"
    assert Lettering(["Olga"]).spelled("Olga", "user 3") == "Olga"


def test_one_name_that_cannot_be_written_leaves_the_others_as_they_are() -> None:
    written = Lettering(["Ольга", "Пётр", "\U00012000"])
    if written.font(12).getname()[0] == "Aileron":
        pytest.skip("this machine has no font with Cyrillic letters where the library looks")

    assert [written.spelled(name, "user 5") for name in ("Ольга", "\U00012000")] == ["Ольга", "user 5"]


def test_a_font_that_has_every_letter_leaves_names_as_they_are() -> None:
    written = Lettering(["Ольга"])
    if written.font(12).getname()[0] == "Aileron":
        pytest.skip("this machine has no font with Cyrillic letters where the library looks")

    assert written.spelled("Ольга") == "Ольга"
