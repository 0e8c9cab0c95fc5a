"""Fonts for pictures: one that has every character that is drawn, or a spelling in the characters that there are."""

# ruff: noqa: RUF001  letters of other alphabets are what this is about

import unicodedata
from collections.abc import Iterable
from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont
OF_SYSTEMS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
    "segoeui.ttf",
    "Helvetica.ttc",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
)
"""Tried in turn where the library's own font, which has little more than ASCII, does not do."""
OWN = ""
NO_CHARACTER = "\uffff"
UNKNOWN = "?"
_SPELLINGS = (
    "а=a б=b в=v г=g д=d е=e ё=yo ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh "
    "щ=shch ъ= ы=y ь= э=e ю=yu я=ya і=i ї=yi є=ye ґ=g ў=u қ=k ғ=g ә=a ң=n ө=o ұ=u ү=u һ=h "
    "ß=ss ø=o ł=l đ=d ı=i æ=ae œ=oe №=No –=- —=- …=... «=' »=' „=' “=' ”=' ’='"
)
SPELLINGS = dict(pair.split("=") for pair in _SPELLINGS.split())
"""Letters in ASCII, where taking marks off does not do."""


class Lettering:
    """How the texts of one picture are written: in the font that has most of them whole."""

    def __init__(self, texts: Iterable[str]) -> None:
        everything = list(texts)
        self._family = max((OWN, *OF_SYSTEMS), key=lambda name: sum(_covers(name, text) for text in everything))

    def font(self, size: float) -> Font:
        """The font in a size."""
        return _font(self._family, size)

    def spelled(self, text: str, otherwise: str = "") -> str:
        """The text as it can be written, or another one where it cannot."""
        if _covers(self._family, text):
            return text
        written = transliterated(text)
        return otherwise if otherwise and UNKNOWN in written else written


def transliterated(text: str) -> str:
    """A text in ASCII; `?` for what has no spelling in it."""
    return "".join(map(_ascii, text))


def _ascii(character: str) -> str:
    if character.isascii():
        return character
    small = character.lower()
    if (spelled := SPELLINGS.get(small)) is not None:
        return spelled if character == small else spelled.capitalize()
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return plain or ("" if unicodedata.combining(character) else UNKNOWN)


@cache
def _font(name: str, size: float) -> Font:
    if name == OWN:
        own = ImageFont.load_default(size)
        assert isinstance(own, Font), "this Pillow was built without FreeType"  # noqa: S101
        return own
    return ImageFont.truetype(name, size)


def _covers(name: str, text: str) -> bool:
    return all(character.isspace() or _has(name, character) for character in set(text))


@cache
def _has(name: str, character: str) -> bool:
    try:
        font = _font(name, 20)
    except OSError:
        return False
    return _drawn(font, character) != _drawn(font, NO_CHARACTER)


def _drawn(font: Font, character: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(character)
    return mask.size, bytes(mask)
