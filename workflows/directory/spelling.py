"""How a name's word may be spelt: with Latin and Cyrillic letters, in several schemes, with and without diacritics."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import product

MOST_SPELLINGS = 24
_CYRILLIC = dict(
    zip(
        "абвгдезийклмнопрстуфыэёіґәөүұқғңһў",
        "a b v g d e z i y k l m n o p r s t u f y e e i g a o u u k g n h u".split(),
        strict=True,
    ),
    ж="zh", х="kh", ц="ts", ч="ch", ш="sh", щ="shch", ъ="", ь="", ю="yu", я="ya", ї="yi", є="ye",
)  # fmt: skip
_DIACRITICS = {
    "ä": ("a", "ae"), "ö": ("o", "oe"), "ü": ("u", "ue", "yu"), "ø": ("o", "oe"), "å": ("a", "aa"), "č": ("c", "ch"),
    "ć": ("c", "ch"), "š": ("s", "sh"), "ś": ("s", "sh"), "ş": ("s", "sh"), "ž": ("z", "zh"), "ż": ("z", "zh"),
    "ç": ("c", "s"), "ß": ("ss",), "æ": ("ae",), "œ": ("oe",), "ł": ("l",), "đ": ("d",), "ð": ("d",), "ı": ("i",),
    "þ": ("th",),
}  # fmt: skip
"""What is written in place of a letter where the keyboard lacks it; other marks are just left out."""
_UMLAUT = re.compile(r"(?<![aeiouqy])([aou])e(?=[^aeiouy\W])(?!l$)")
_J = ("y", "dzh")
"""What a Latin j may stand for: Jana, John."""
_FOLDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"['’ʼ`]", ""),
        (r"shch|sch|shh|sh", "S"),
        (r"dzh|dj", "J"),
        (r"zh", "Z"),
        (r"tch|ch", "C"),
        (r"kh", "h"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"tz|cz", "ts"),
        (r"ck|q|c(?![eiy])", "k"),
        (r"c", "s"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"(?<=[aeiou])h(?=[^aeiouy]|$)", ""),
        (r"(?:i|y)*(?:y|i)a", "A"),
        (r"(?<=l)[iy]u", "u"),
        (r"[iy]u", "U"),
        (r"[iy]o(?=.)|y?e|ie", "e"),
        (r"y", "i"),
        (r"(.)\1+", r"\1"),
    )
)
"""Schemes of writing Russian with Latin letters, made one: Yu/Iu/Ju, ya/ia/ja, kh/h, ts/tz, shch/sch."""
IN_RUSSIAN = {
    "james": "джеймс", "jack": "джек", "jane": "джейн", "jake": "джейк", "jason": "джейсон", "george": "джордж",
    "michael": "майкл", "mike": "майк", "grace": "грейс", "david": "дэвид", "daisy": "дейзи", "kate": "кейт",
    "alexander": "александр", "peter": "питер", "charles": "чарльз", "charlotte": "шарлотта", "hugo": "хуго",
    "henry": "генри", "harry": "гарри", "helen": "хелен", "hans": "ганс", "walter": "вальтер", "mia": "миа",
    "william": "уильям", "wilson": "уилсон", "julian": "джулиан", "mary": "мэри", "sally": "салли", "amy": "эми",
    "davies": "дэвис", "taylor": "тейлор", "baker": "бейкер", "eugene": "юджин", "hannah": "ханна", "sophie": "софи",
    "lucy": "люси", "alice": "алиса", "anthony": "энтони", "matthew": "мэтью", "steven": "стивен", "paul": "пол",
    "ryan": "райан", "brian": "брайан", "keith": "кит", "ethan": "итан", "isaac": "айзек", "ian": "иэн",
}  # fmt: skip
"""Names whose Russian spelling follows the sound and not the letters."""


@lru_cache(maxsize=4096)
def list_spellings(word: str) -> frozenset[str]:
    """All ways to write a word, made comparable: two words are the same name where they share one of these.

    They are for comparison alone: Latin letters of which capital ones stand for sounds (`S` for sh, sch, shch and ш).
    """
    lower = word.casefold()
    latin = [_fold(way) for way in _list_latin(lower)]
    return frozenset(filter(None, (*latin, *map(_fold, _list_aliases(lower)))))


def _list_aliases(word: str) -> Iterable[str]:
    return _list_latin(IN_RUSSIAN[word]) if word in IN_RUSSIAN else ()


def _list_latin(word: str) -> list[str]:
    """The word with Latin letters, without marks, in each way that it is written so."""
    parts = [_DIACRITICS.get(letter) or (_transliterate(letter),) for letter in unicodedata.normalize("NFC", word)]
    parts = [_J if part == ("j",) else part for part in parts]
    ways = ["".join(way) for way, _ in zip(product(*parts), range(MOST_SPELLINGS), strict=False)]
    return [*ways, *(_UMLAUT.sub(r"\1", way) for way in ways)]


def _transliterate(letter: str) -> str:
    if letter in _CYRILLIC:
        return _CYRILLIC[letter]
    plain = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in plain if not unicodedata.combining(part))


def _fold(latin: str) -> str:
    for pattern, sound in _FOLDS:
        latin = pattern.sub(sound, latin)
    return latin


_INTO_CYRILLIC = (
    ("shch", "щ"), ("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("yu", "ю"), ("iu", "ю"),
    ("ju", "ю"), ("ya", "я"), ("ia", "я"), ("ja", "я"), ("yo", "е"), ("ye", "е"), ("ks", "кс"), ("x", "кс"),
    *zip("abvwgdezijklmnoprstufhcqy", "абввгдезийклмнопрстуфхккы", strict=True),
)  # fmt: skip
LEAST_OF_WORD = 3


def list_beginnings(text: str) -> list[str]:
    """How a name may begin with Cyrillic and with Latin letters, for a search by beginnings: Ирине -> ирин, irin.

    The last letters of the first word are left out, as a case or a scheme of writing may change them.
    """
    word = next(iter(text.casefold().replace("ё", "е").split()), "")
    latin = "".join(map(_transliterate, word))
    cyrillic = word
    for sounds, letter in _INTO_CYRILLIC:
        cyrillic = cyrillic.replace(sounds, letter)
    return [way[: max(LEAST_OF_WORD, len(way) - 2)] for way in dict.fromkeys((cyrillic, latin)) if way]
