"""A picture on which a chart is drawn, in units that are two pixels wide."""

from collections.abc import Iterable
from io import BytesIO
from typing import Literal, NamedTuple

from PIL import Image, ImageDraw

from workflows.reports.fonts import Lettering

SCALE = 2
COLOURS = 64
PAPER = "#ffffff"

Side = Literal["left", "middle", "right"]
ANCHORS: dict[Side, str] = {"left": "ls", "middle": "ms", "right": "rs"}


class Style(NamedTuple):
    """How a text looks."""

    size: float
    colour: str


class Canvas:
    """White paper."""

    def __init__(self, width: float, height: float, texts: Iterable[str]) -> None:
        self.width, self.height = width, height
        self.lettering = Lettering(texts)
        self._image = Image.new("RGB", (round(width * SCALE), round(height * SCALE)), PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def text(self, x: float, y: float, text: str, style: Style, side: Side = "left") -> None:
        """A text that stands on the line y."""
        font = self.lettering.font(style.size * SCALE)
        self._draw.text((x * SCALE, y * SCALE), self.lettering.spelled(text), style.colour, font, ANCHORS[side])

    def length(self, text: str, style: Style) -> float:
        """How wide a text is."""
        return self.lettering.font(style.size * SCALE).getlength(self.lettering.spelled(text)) / SCALE

    def shortened(self, text: str, style: Style, room: float) -> str:
        """As much of a text as there is room for."""
        if self.length(text, style) <= room:
            return text
        kept = text
        while kept and self.length(f"{kept}..", style) > room:
            kept = kept[:-1].rstrip()
        return f"{kept}.."

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """A rectangle with soft corners; nothing where it has no area."""
        if width > 0 and height > 0:
            radius = min(2 * SCALE, width * SCALE / 2, height * SCALE / 2)
            box = (x * SCALE, y * SCALE, (x + width) * SCALE, (y + height) * SCALE)
            self._draw.rounded_rectangle(box, radius, colour)

    def line(self, x: float, y: float, width: float, colour: str) -> None:
        """A thin line from left to right."""
        self._draw.line((x * SCALE, y * SCALE, (x + width) * SCALE, y * SCALE), colour, 1)

    def png(self) -> bytes:
        """The picture, small, as charts have few colours."""
        written = BytesIO()
        self._image.quantize(COLOURS, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        return written.getvalue()
