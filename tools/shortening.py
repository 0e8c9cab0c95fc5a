"""Results that are too long, with less in them: what is left out is counted, and it is said how to read it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.untrusted import cut_marked

CUT = "cut"
"""Field of a shortened result: `{parts: {place: {shown, of}}}`, counted in items or in characters."""
LONGEST_AMONG_OTHERS = 2_000
"""Characters of one message, where several do not fit."""
SHORTEST_TEXT = 200
"""Characters that a text keeps at least, and under which none is cut."""
MOST_FIELDS = 50
"""An object with more fields than these is cut like a list."""
LEAST_PART = 20
"""Into so many parts something is divided at most before whole parts of it go."""
SPARE = 0.9
"""Of what would fit, so that one step is mostly enough."""

Place = tuple[str | int, ...]


def count_kept(count: int, share: float) -> int:
    """How many of some things stay: at least one, and fewer than there are where these are several."""
    return max(1, min(int(count * share * SPARE), count - 1))


def shorten_value(value: Any, share: float) -> dict[str, Any] | None:
    """A JSON value as an object in which the largest list, map or text is cut to about a share of its length.

    What is no object stands under `result`. The field `cut` says of each place how much is shown. None where there is
    nothing that can be cut.
    """
    whole = dict(value) if isinstance(value, Mapping) else {"result": value}
    cuts = whole.pop(CUT, {}).get("parts", {})
    place = _find_largest(whole)
    if place is None:
        return None
    part = _get(whole, place)
    kept = _cut(part, share)
    path = ".".join(map(str, place)) or "fields"
    shown, of = len(kept), cuts.get(path, {}).get("of", len(part))
    return {**_put(whole, place, kept), CUT: {"parts": {**cuts, path: {"shown": shown, "of": of}}}}


def shorten_messages(
    messages: Sequence[Mapping[str, Any]], share: float, *, oldest: bool = False
) -> list[Mapping[str, Any]] | None:
    """Fewer messages of a transcript: first long ones are cut, then only the newest stay, or only the `oldest`.

    A message that was cut says in `cut` how many characters are missing. None where nothing more can go.
    """
    if len(messages) > 1:
        if any(len(message["text"]) > LONGEST_AMONG_OTHERS for message in messages):
            return [_cut_message(message, LONGEST_AMONG_OTHERS) for message in messages]
        kept = count_kept(len(messages), share)
        return list(messages[:kept] if oldest else messages[-kept:])
    if not messages or len(messages[0]["text"]) <= SHORTEST_TEXT:
        return None
    return [_cut_message(messages[0], count_kept(len(messages[0]["text"]), share))]


def _cut_message(message: Mapping[str, Any], longest: int) -> Mapping[str, Any]:
    text = message["text"]
    if len(text) <= longest:
        return message
    return {**message, "text": text[:longest], CUT: message.get(CUT, 0) + len(text) - longest}


def _find_largest(whole: Mapping[str, Any]) -> Place | None:
    """The outermost list or map that is more than half of everything, else the largest part, if there are large ones.

    Of an object with very many small parts some go.
    """
    sizes = dict(_measure(whole, ()))
    everything = len(json.dumps(whole, ensure_ascii=False))
    root = sizes.pop((), 0)
    for place, size in sizes.items():
        if size > everything / 2 and not isinstance(_get(whole, place), str):
            return place
    largest = max(sizes, key=lambda place: sizes[place], default=None)
    if root and (largest is None or sizes[largest] < everything / LEAST_PART):
        return ()
    return _find_fields(whole) if largest is None else largest


def _find_fields(value: Any, place: Place = ()) -> Place | None:
    """The outermost object of which a field can go, where nothing else can."""
    if isinstance(value, Mapping) and len(value) > 1:
        return place
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    return next((found for name, item in parts if (found := _find_fields(item, (*place, name))) is not None), None)


def _measure(value: Any, place: Place) -> Iterator[tuple[Place, int]]:
    """Everything that can be cut with its size, what is outside before what is in it."""
    if isinstance(value, str):
        if len(value) > SHORTEST_TEXT + 1:
            yield place, len(value)
        return
    items: Iterator[tuple[Any, Any]]
    if isinstance(value, Mapping):
        items, is_list = iter(value.items()), _is_map(value)
    elif isinstance(value, list):
        items, is_list = iter(enumerate(value)), len(value) > 1
    else:
        return
    if is_list:
        yield place, len(json.dumps(value, ensure_ascii=False))
    for name, item in items:
        yield from _measure(item, (*place, name))


def _is_map(value: Mapping[str, Any]) -> bool:
    """Whether it maps ids to things; an object with very many fields can be cut too."""
    return len(value) > 1 and (len(value) > MOST_FIELDS or all(str(name).isdecimal() for name in value))


def _cut(part: Any, share: float) -> Any:
    if isinstance(part, str):
        return cut_marked(part, max(SHORTEST_TEXT, count_kept(len(part), share)))
    kept = count_kept(len(part), share)
    return dict(list(part.items())[:kept]) if isinstance(part, Mapping) else part[:kept]


def _get(value: Any, place: Place) -> Any:
    for name in place:
        value = value[name]
    return value


def _put(value: Any, place: Place, part: Any) -> Any:
    """The value with a part in the place of what stood there."""
    if not place:
        return part
    name, *rest = place
    changed = _put(value[name], tuple(rest), part)
    if isinstance(value, list):
        return [*value[: int(name)], changed, *value[int(name) + 1 :]]
    return {**value, name: changed}
