"""The official pages of our methods and events against our classes: what one side has and the other lacks."""

import posixpath
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from itertools import chain
from typing import Literal, get_args

from reference.mirror.method_pages import (
    FOLDER,
    WRAPPERS,
    MethodPage,
    PageParam,
    UnreadablePageError,
    list_event_files,
    list_method_files,
    read_event,
    read_page,
)
from reference.pages.parameters import Parameter, list_parameters
from tools.event import events
from tools.method import Method
from tools.registry import methods

Kind = Literal[
    "missing_method",
    "missing_event",
    "missing_parameter",
    "missing_error",
    "extra_method",
    "extra_event",
    "extra_parameter",
    "extra_error",
    "other_type",
    "other_value",
    "laxer",
    "stricter",
    "unreadable_page",
]
"""Missing is what a page has and we lack, extra the reverse; laxer and stricter are we about what is required.

An other value is a switch that the page takes in other signs than we send, such as Y for true, or another list.
"""
NO_CODE = "(empty)"
"""How an empty error code is written."""
_VALUE = re.compile(r"`([^`]+)`")
_SIGNS = re.compile(r"\((\S+) in REST\)")
_TYPES = {
    "integer": {"integer"},
    "string": {"string", "char", "datetime", "date", "file"},
    "boolean": {"boolean", "char", "string"},
    "one of": {"string", "char", "integer"},
    "only": {"string", "char", "boolean", "integer"},
    "list of": {"array"},
    "map of": {"object", "array"},
    "object": {"object"},
    "number": {"double", "float", "integer"},
}
"""How a type of ours begins in words -> the types of the pages that it can stand for."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One point in which a page and a class differ."""

    kind: Kind
    where: str
    """Method, event or file, and the parameter or code in it."""
    words: str
    reason: str = ""
    """Why it is meant; empty for one that nobody has looked at."""


@dataclass(frozen=True, slots=True)
class Drift:
    """All differences, and how much was compared."""

    methods: int
    events: int
    unknown: tuple[Difference, ...]
    known: tuple[Difference, ...]
    stale: tuple[str, ...]
    """Entries of known.toml that match nothing any more."""


def compare_pages(texts: Mapping[str, str], known: Mapping[tuple[Kind, str], str]) -> Drift:
    """Compare the English sources, by path, with the classes; `known` gives reasons by kind and place."""
    pages = [_read_method_page(texts, file) for file in list_method_files(texts)]
    names = [_read_event_page(texts, file) for file in list_event_files(texts)]
    found = [
        replace(difference, reason=known.get((difference.kind, difference.where), ""))
        for difference in chain(_find_strangers(texts), _compare_methods(pages), _compare_events(names))
    ]
    places = {(difference.kind, difference.where) for difference in found}
    return Drift(
        methods=sum(isinstance(page, MethodPage) for page in pages),
        events=sum(isinstance(name, str) for name in names),
        unknown=tuple(difference for difference in found if not difference.reason),
        known=tuple(difference for difference in found if difference.reason),
        stale=tuple(f"{kind} {where}" for kind, where in known if (kind, where) not in places),
    )


def read_known_differences() -> dict[tuple[Kind, str], str]:
    """Kind and place -> reason, from known.toml."""
    content = tomllib.loads(resources.files("reference.mirror").joinpath("known.toml").read_text(encoding="utf-8"))
    return {
        (kind, where): entry["reason"]
        for entry in content["known"]
        for kind in get_args(Kind)
        for where in entry.get(kind, ())
    }


def _read_method_page(texts: Mapping[str, str], file: str) -> MethodPage | Difference:
    try:
        return read_page(texts, file)
    except UnreadablePageError as error:
        return Difference("unreadable_page", file, f"cannot be compared: {error}")


def _read_event_page(texts: Mapping[str, str], file: str) -> str | Difference:
    try:
        return read_event(texts, file)
    except UnreadablePageError as error:
        return Difference("unreadable_page", file, f"cannot be compared: {error}")


def _find_strangers(texts: Mapping[str, str]) -> Iterator[Difference]:
    """Pages that are neither of a method nor of an event nor an overview."""
    compared = {*list_method_files(texts), *list_event_files(texts)}
    for file in sorted(texts):
        overview = posixpath.basename(file) == "index.md" or "/_" in file
        if file.startswith(FOLDER) and file.endswith(".md") and file not in compared and not overview:
            yield Difference("unreadable_page", file, "cannot be compared: it is of neither a method nor an event")


def _compare_methods(pages: list[MethodPage | Difference]) -> Iterator[Difference]:
    ours = {method.rest: method for method in methods().values()}
    theirs = {page.method: page for page in pages if isinstance(page, MethodPage)}
    yield from (page for page in pages if isinstance(page, Difference))
    for name in sorted(theirs.keys() - ours.keys()):
        yield Difference("missing_method", name, "has a page and no class")
    for name in sorted(ours.keys() - theirs.keys()):
        yield Difference("extra_method", name, "has a class and no page")
    for name in sorted(theirs.keys() & ours.keys()):
        yield from _compare_parameters(ours[name], theirs[name])
        yield from _compare_errors(ours[name], theirs[name])


def _compare_events(names: list[str | Difference]) -> Iterator[Difference]:
    theirs = {name for name in names if isinstance(name, str)}
    yield from (name for name in names if isinstance(name, Difference))
    for name in sorted(theirs - events().keys()):
        yield Difference("missing_event", name, "has a page and no class")
    for name in sorted(events().keys() - theirs):
        yield Difference("extra_event", name, "has a class and no page")


def _compare_parameters(method: type[Method], page: MethodPage) -> Iterator[Difference]:
    ours = {row.rest: row for row in list_parameters(method) if row.rest != "(not sent)"}
    theirs = dict(_flatten(page.params))
    for name, param in theirs.items():
        where = f"{method.rest} {name}"
        if name in ours:
            yield from _compare_one(where, ours[name], param)
        elif _is_expressible(name, ours):
            yield Difference("missing_parameter", where, "is on the page and not in the class")
    for name in [name for name in ours if name not in theirs]:
        if _is_described(name, theirs):
            yield Difference("extra_parameter", f"{method.rest} {name}", "is in the class and not on the page")


def _flatten(params: tuple[PageParam, ...], before: str = "") -> Iterator[tuple[str, PageParam]]:
    """Every parameter and field with its place in the body, as our parameter tables write it."""
    for param in params:
        name = before + param.name
        yield name, param
        yield from _flatten(param.fields, f"{name}[]." if "array" in param.types else f"{name}.")


def _is_expressible(name: str, ours: Mapping[str, Parameter]) -> bool:
    """Whether the class could list it: what it is a field of is in the class, as an object."""
    around = name.rpartition(".")[0].removesuffix("[]")
    return not around or around in WRAPPERS or (around in ours and "object" in ours[around].type)


def _is_described(name: str, theirs: Mapping[str, PageParam]) -> bool:
    """Whether the page could list it: what it is a field of is on the page, with a table of fields."""
    around = name.rpartition(".")[0].removesuffix(".*").removesuffix("[]")
    return not around or around in WRAPPERS or (around in theirs and bool(theirs[around].fields))


def _compare_one(where: str, ours: Parameter, theirs: PageParam) -> Iterator[Difference]:
    if theirs.required and not ours.required:
        yield Difference("laxer", where, "is required by the page and optional in the class")
    if ours.required and not theirs.required:
        yield Difference("stricter", where, "is optional on the page and required by the class")
    if not _are_compatible(ours.type, theirs.types):
        yield Difference("other_type", where, f"is {' or '.join(sorted(theirs.types))} on the page, {ours.type} here")
    if values := _find_other_values(ours.type, theirs):
        yield Difference("other_value", where, f"takes {values} on the page, is {ours.type} here")


def _find_other_values(ours: str, theirs: PageParam) -> str:
    """What the page takes, where that is not what we send; empty where it may be the same or the page is silent."""
    if ours.startswith(("boolean", "only `true`")):
        signs = _SIGNS.search(ours)
        sent = set(signs[1].split("/")) if signs else {"true", "false"}
        taken = set(theirs.marks) or ({"true", "false"} if theirs.types == {"boolean"} else set())
        return "" if not taken or taken & sent else " or ".join(sorted(taken))
    listed = set(theirs.values)
    other = ours.startswith("one of ") and listed and listed != set(_VALUE.findall(ours))
    return " or ".join(sorted(listed)) if other else ""


def _are_compatible(ours: str, theirs: frozenset[str]) -> bool:
    """Whether the types can mean the same; a type that is not in `_TYPES` is taken for compatible."""
    accepted = {
        kind
        for option in ours.split(" or ")
        for name, kinds in _TYPES.items()
        if option.startswith(name)
        for kind in kinds
    }
    placed = theirs & set(chain.from_iterable(_TYPES.values()))
    return not accepted or not placed or bool(accepted & placed)


def _compare_errors(method: type[Method], page: MethodPage) -> Iterator[Difference]:
    theirs = {code for code, _ in page.errors}
    for code in sorted(theirs - method.errors.keys()):
        yield Difference(
            "missing_error", f"{method.rest} {code or NO_CODE}", "is on the page and has no advice of ours"
        )
    for code in sorted(method.errors.keys() - theirs):
        yield Difference("extra_error", f"{method.rest} {code or NO_CODE}", "has advice of ours and is not on the page")
