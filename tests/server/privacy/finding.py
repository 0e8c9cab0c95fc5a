"""What is found in a text, as it stands there."""

from server.privacy.detectors import find_personal_data
from server.privacy.name_matcher import NameMatcher
from server.privacy.normal_text import normalize_text


def kinds(text: str) -> list[tuple[str, str]]:
    normal = normalize_text(text)
    return [
        (place.kind, text[slice(*normal.locate(place.start, place.end))]) for place in find_personal_data(normal.text)
    ]


def named(text: str, *clients: str, staff: tuple[str, ...] = ()) -> list[str]:
    names = NameMatcher()
    for name in clients:
        names.add(name)
    for name in staff:
        names.leave(name, words_too=True)
    normal = normalize_text(text)
    return [text[slice(*normal.locate(place.start, place.end))] for place in names.find(normal.text)]
