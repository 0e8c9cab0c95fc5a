"""Russian names in their cases: the nominatives that a word may be a form of."""

from collections.abc import Iterator

_ENDINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # adjectives first: Достоевскому, Чайковскую
    ("ского", ("ский",)), ("скому", ("ский",)), ("ским", ("ский",)), ("ском", ("ский",)), ("ской", ("ская",)),
    ("скую", ("ская",)), ("цкого", ("цкий",)), ("цкому", ("цкий",)), ("цким", ("цкий",)), ("цком", ("цкий",)),
    ("цкой", ("цкая",)), ("цкую", ("цкая",)), ("ого", ("ой", "ый", "ий")), ("ому", ("ой", "ый", "ий")),
    ("его", ("ий",)), ("ему", ("ий",)), ("ую", ("ая",)), ("юю", ("яя",)),
    # Марии, Наталье, Дмитрия
    ("ией", ("ия",)), ("ию", ("ия", "ий")), ("ии", ("ия", "ий")), ("ия", ("ий",)), ("ием", ("ий",)),
    ("ьей", ("ья",)), ("ью", ("ья", "ь")), ("ьи", ("ья",)), ("ье", ("ья",)),
    # Сергею, Андрея
    ("ею", ("ей", "ея")), ("ея", ("ей",)), ("еем", ("ей",)), ("ее", ("ей", "ея")), ("аю", ("ай",)), ("ая", ("ай",)),
    ("аем", ("ай",)), ("ае", ("ай",)), ("еи", ("ея",)), ("аи", ("ая",)), ("аей", ("ая",)), ("ое", ("оя",)),
    ("ои", ("оя",)), ("ою", ("оя", "а")),
    # Ирины, Ирине, Ириной; Иванову, Иваном; Игорю, Игорем; Юлю, Юлей
    ("ой", ("а", "ая")), ("ей", ("а", "я")), ("ым", ("", "ый")), ("им", ("", "ий")), ("ом", ("",)),
    ("ем", ("", "ь", "й")), ("ы", ("а",)), ("и", ("а", "я", "ь")), ("е", ("а", "я", "", "ь")), ("у", ("а", "")),
    ("ю", ("я", "ь", "й")), ("а", ("",)), ("я", ("ь", "й")),
)  # fmt: skip
"""How a form ends -> how its nominative may; of those that fit a word all count."""
SHORTEST_STEM = 2
_CONSONANTS = frozenset("бвгджзйклмнпрстфхцчшщ")
_IRREGULAR = {"льв": "лев"}


def list_nominatives(word: str) -> list[str]:
    """What a Russian word may be a form of, itself left out: Ирине -> Ирина, Иванову -> Иванов and Иванова.

    The word is lower case, with е for ё. Only the endings are looked at, so that most of what is returned is no name.
    """
    return list(dict.fromkeys(form for form in _list_forms(word) if form != word))


def _list_forms(word: str) -> Iterator[str]:
    for ending, nominatives in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < SHORTEST_STEM:
            continue
        for nominative in nominatives:
            yield stem + nominative
            if not nominative:
                yield from _restore_vowel(stem)


def _restore_vowel(stem: str) -> Iterator[str]:
    """Павл-у -> Павел, Льв-у -> Лев."""
    if stem in _IRREGULAR:
        yield _IRREGULAR[stem]
    if stem[-1] in "лцк" and stem[-2] in _CONSONANTS:
        yield f"{stem[:-1]}е{stem[-1]}"
        yield f"{stem[:-1]}о{stem[-1]}"
