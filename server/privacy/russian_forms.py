"""Names as others write them: Russian ones in all cases and in Latin letters, German ones without dots."""

# ruff: noqa: RUF001  Russian endings

import re

_RUSSIAN = re.compile(r"[а-яё]{4,}")
_ENDINGS = (
    (re.compile(r"(.+[ое]в|.+ин)а"), ("а", "ой", "у", "ою")),  # Орлова, and Марина with it
    (re.compile(r"(.+[кцнс])ая"), ("ая", "ой", "ую", "ою")),
    (re.compile(r"(.+)а"), ("а", "ы", "и", "е", "у", "ой", "ою", "ей")),
    (re.compile(r"(.+)я"), ("я", "и", "е", "ю", "ей", "ею")),
    (re.compile(r"(.+[кцнс])ий"), ("ий", "ого", "ому", "им", "ом", "ия", "ию", "ием", "ии")),
    (re.compile(r"(.+)й"), ("й", "я", "ю", "ем", "и", "е")),
    (re.compile(r"(.+)ь"), ("ь", "я", "ю", "ем", "ём", "е", "и", "ью")),
    (re.compile(r"(.+[бвгджзклмнпрстфхцчшщ])"), ("", "а", "у", "ом", "ем", "ым", "е", "ы")),
)


def list_forms(word: str) -> set[str]:
    """A word in small letters in all cases of Russian grammar, if it is Russian; else only itself."""
    forms = {word}
    if _RUSSIAN.fullmatch(word):
        for pattern, endings in _ENDINGS:
            if found := pattern.fullmatch(word):
                forms |= {found[1] + ending for ending in endings}
                if endings != _ENDINGS[0][1]:
                    break
    return forms


_LATIN = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)),
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
    }
)
_WITHOUT_DOTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_TO_REWRITE = re.compile(r"[а-яё]", re.IGNORECASE)


def write_otherwise(name: str) -> str:
    """A Russian name in Latin letters, as in a passport; a German one without dots; any other as it is."""
    if _TO_REWRITE.search(name):
        return name.lower().translate(_LATIN).title()
    return name.translate(_WITHOUT_DOTS)
