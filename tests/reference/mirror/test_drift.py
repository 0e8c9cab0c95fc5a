"""The comparison of our classes with the official pages, on made-up pages that differ in one point each."""

from collections.abc import Iterable
from typing import Literal

import pytest

from reference.mirror.drift import Difference, Kind, compare_pages, read_known_differences
from reference.mirror.method_pages import COMPANIONS, FOLDER, read_page, select_sources
from reference.pages.addresses import official_method_page
from tools.effect import Effect
from tools.fields import Flag, JsonObject, OnlyYes, Part, Switch
from tools.method import Method
from tools.registry import methods

TRANSFER = "imopenlines.operator.transfer"
FILE = f"{FOLDER}openlines/operators/imopenlines-operator-transfer.md"
PARAMS = ("CHAT_ID* integer", "USER_ID integer", "QUEUE_ID integer", "TRANSFER_ID string|integer")
CODES = tuple(methods()["operator_transfer"].errors)


def _page(params: Iterable[str] = PARAMS, codes: Iterable[str] = CODES, method: str = TRANSFER, more: str = "") -> str:
    rows = [(*param.split(" ", 2), "")[:3] for param in params]
    listed = "\n".join(f"|| **{name}**{_types(types)} | What it is {link} ||" for name, types, link in rows)
    errors = "\n".join(f"|| `400` | `{code}` | Why ||" for code in codes)
    return f"""# Hand over {method}

## Method Parameters

#|
|| **Name**
`type` | **Description** ||
{listed}
|#

{more}

## Code Examples

{{% list tabs %}}

- cURL (Webhook)

    ```bash
    curl -X POST \\
      -d '{{"CHAT_ID":1}}' \\
      https://portal.example/rest/1/key/{method}.json
    ```

{{% endlist %}}

### Possible Error Codes

#|
|| **Status** | **Code** | **Description** ||
{errors}
|#
"""


def _types(types: str) -> str:
    return "\n" + r"\|".join(f"[`{kind}`](../types.md)" for kind in types.split("|"))


def _differences(text: str, file: str = FILE, of: str = TRANSFER) -> set[tuple[Kind, str]]:
    found = compare_pages({file: text}, {}).unknown
    return {(difference.kind, difference.where) for difference in found if difference.where.startswith(of)}


def test_a_page_that_says_what_the_class_says_differs_in_nothing() -> None:
    assert _differences(_page()) == set()
    assert compare_pages({FILE: _page()}, {}).methods == 1


@pytest.mark.parametrize(
    ("text", "kind", "where"),
    [
        (_page((*PARAMS, "REASON string")), "missing_parameter", "REASON"),
        (_page(PARAMS[:-1]), "extra_parameter", "TRANSFER_ID"),
        (_page((*PARAMS[:1], "USER_ID* integer", *PARAMS[2:])), "laxer", "USER_ID"),
        (_page(("CHAT_ID integer", *PARAMS[1:])), "stricter", "CHAT_ID"),
        (_page((*PARAMS[:1], "USER_ID array", *PARAMS[2:])), "other_type", "USER_ID"),
        (_page(codes=(*CODES, "ON_HOLIDAY")), "missing_error", "ON_HOLIDAY"),
        (_page(codes=CODES[1:]), "extra_error", CODES[0]),
        (_page(codes=(*CODES, "")), "missing_error", "(empty)"),
    ],
)
def test_a_difference_is_found_and_named(text: str, kind: Kind, where: str) -> None:
    assert _differences(text) == {(kind, f"{TRANSFER} {where}")}


class Ferry(Part):
    """An object in an argument."""

    name: str
    seats: int | None = None


class FerryBook(Method):
    """A method that no portal has."""

    rest = "imopenlines.ferry.book"
    effects = Effect.WRITE

    ferries: list[Ferry]
    extras: JsonObject | None = None


def _table(heading: str, *rows: str) -> str:
    listed = "\n".join(f"|| {row} ||" for row in rows)
    return f"#### {heading}\n\n#|\n|| **Name**\n`type` | **Description** ||\n{listed}\n|#\n\n"


def test_fields_of_objects_are_compared_as_deep_as_both_sides_describe_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reference.mirror.drift.methods", lambda: {"ferry_book": FerryBook})
    ferry = _table(
        "Ferry {#ferry-of-many}",
        "**NAME***\n[`integer`](../types.md) | Name",
        "**HARBOUR**\n[`object`](../types.md) | Where, see [below](#harbour)",
    )
    harbour = _table("Harbour {#harbour}", "**TOWN**\n[`string`](../types.md) | Town")
    rows = ("FERRIES* array [below](#ferry-of-many)", "EXTRAS object [any](#harbour)")
    text = _page(rows, (), FerryBook.rest, ferry + harbour)

    found = _differences(text, f"{FOLDER}imopenlines-ferry-book.md", FerryBook.rest)

    assert found == {
        ("other_type", f"{FerryBook.rest} FERRIES[].NAME"),
        ("missing_parameter", f"{FerryBook.rest} FERRIES[].HARBOUR"),
        ("extra_parameter", f"{FerryBook.rest} FERRIES[].SEATS"),
    }


class Lighthouse(Method):
    """Another one, with every kind of switch and a list of values."""

    rest = "imopenlines.lighthouse.set"
    effects = Effect.WRITE

    lit: Flag = True
    steady: Switch = True
    loud: bool = True
    foggy: OnlyYes | None = None
    colour: Literal["red", "green"] = "red"


@pytest.mark.parametrize(
    ("name", "alike", "other"),
    [
        ("LIT", ("`Y` or `N`", "`Y` only", "Yes or no"), ("`1` or `0`", "`true` or `false`")),
        ("STEADY", ("`1` for steady, `0` for not", "Steady"), ("`Y` or `N`",)),
        ("LOUD", ("`true` for loud",), ("`Y` or `N`", "`1` is loud")),
        ("FOGGY", ("Acceptable value is `Y`",), ("`true` where it is foggy",)),
        ("COLOUR", ("\n- `red` — as a rose\n- `green` — as grass",), ("\n- `red` — as a rose\n- `blue` — as the sea",)),
    ],
)
def test_values_in_another_form_than_ours_are_found(
    name: str, alike: tuple[str, ...], other: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.mirror.drift.methods", lambda: {"lighthouse_set": Lighthouse})
    names = ("LIT", "STEADY", "LOUD", "FOGGY", "COLOUR")
    for words in (*alike, *other):
        rows = [f"{one} string {words if one == name else ''}" for one in names]
        text = _page(rows, (), Lighthouse.rest)
        found = _differences(text, f"{FOLDER}imopenlines-lighthouse-set.md", Lighthouse.rest)
        assert found == ({("other_value", f"{Lighthouse.rest} {name}")} if words in other else set()), words


def test_fields_on_another_page_are_followed_there() -> None:
    ferry = _table("Ferry {#ferry}", "**HARBOUR***\n[`object`](types.md) | Where, see [below](#harbour)")
    harbour = _table("Harbour {#harbour}", "**TOWN**\n[`string`](types.md) | Town")
    texts = {
        f"{FOLDER}imopenlines-ferry-book.md": _page(("FERRIES* array [there](../ships.md#ferry)",), (), FerryBook.rest),
        "api-reference/ships.md": f"# Ships\n\n{ferry}{harbour}",
        "api-reference/lakes.md": "# Lakes\n",
    }

    kept = select_sources(texts)
    page = read_page(kept, f"{FOLDER}imopenlines-ferry-book.md")

    assert kept.keys() == texts.keys() - {"api-reference/lakes.md"}
    assert [field.name for field in page.params[0].fields] == ["HARBOUR"]
    assert [field.name for field in page.params[0].fields[0].fields] == ["TOWN"]


PAGES = {
    page.partition("bitrix24.com/")[2].replace(".html", ".md"): method.rest
    for method in methods().values()
    if (page := official_method_page(method))
}
"""File of the archive -> method."""


@pytest.mark.parametrize("file", COMPANIONS)
def test_a_companion_of_another_section_is_kept_and_compared(file: str) -> None:
    name = PAGES[file]
    texts = {file: _page(("NOVELTY string",), ("NEW_CODE",), name), f"{file}x": "# Another page\n"}

    found = {
        (difference.kind, difference.where)
        for difference in compare_pages(select_sources(texts), {}).unknown
        if "NEW_CODE" in difference.where or "NOVELTY" in difference.where
    }

    assert select_sources(texts).keys() == {file}
    assert found == {("missing_parameter", f"{name} NOVELTY"), ("missing_error", f"{name} NEW_CODE")}


def test_tables_that_link_to_each_other_end() -> None:
    more = (
        "### Loop {#loop}\n\n#|\n|| **Name** | **D** ||\n|| **X**\n[`object`](../types.md) | [again](#loop) ||\n|#\n\n"
    )

    found = _differences(_page((*PARAMS, "REASON object [more](#loop)"), more=more))

    assert found == {("missing_parameter", f"{TRANSFER} REASON")}


def test_methods_and_events_of_one_side_only_are_named() -> None:
    texts = {
        f"{FOLDER}openlines/imopenlines-operator-promote.md": _page(method="imopenlines.operator.promote"),
        f"{FOLDER}openlines/events/on-session-start.md": "# A session starts OnSessionStart\n",
        f"{FOLDER}openlines/events/on-session-pause.md": "# A session pauses OnSessionPause\n",
        f"{FOLDER}openlines/events/index.md": "# Overview\n",
    }

    found = compare_pages(texts, {})
    named = {(difference.kind, difference.where) for difference in found.unknown}

    assert (found.methods, found.events) == (1, 2)
    assert ("missing_method", "imopenlines.operator.promote") in named
    assert ("extra_method", TRANSFER) in named
    assert ("missing_event", "OnSessionPause") in named
    assert ("extra_event", "OnSessionFinish") in named
    assert ("extra_event", "OnSessionStart") not in named


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (FILE, "# A new form of page\n"),
        (FILE, _page().replace("**CHAT_ID**", "CHAT_ID")),
        (FILE, _page().replace('{"CHAT_ID":1}', "{CHAT_ID:1}")),
        (f"{FOLDER}openlines/events/on-something.md", "# Something\n"),
        (f"{FOLDER}openlines/imwidgets-add.md", "# A page of a family that nobody knows\n"),
    ],
)
def test_a_page_that_cannot_be_compared_is_named_and_stops_nothing(file: str, text: str) -> None:
    found = compare_pages({file: text, f"{FOLDER}openlines/events/on-session-start.md": "# OnSessionStart\n"}, {})

    (unreadable,) = (difference for difference in found.unknown if difference.kind == "unreadable_page")
    assert unreadable.where == file
    assert unreadable.words.startswith("cannot be compared: ")
    assert found.events == 1


def test_a_known_difference_has_its_reason_and_an_entry_without_one_is_stale() -> None:
    text = _page((*PARAMS, "REASON string"))
    known: dict[tuple[Kind, str], str] = {
        ("missing_parameter", f"{TRANSFER} REASON"): "it is ignored",
        ("extra_error", f"{TRANSFER} REASON"): "never",
    }

    found = compare_pages({FILE: text}, known)

    expected = Difference(
        "missing_parameter", f"{TRANSFER} REASON", "is on the page and not in the class", "it is ignored"
    )
    assert found.known == (expected,)
    assert found.stale == (f"extra_error {TRANSFER} REASON",)


def test_every_known_difference_gives_a_reason_and_names_something_of_ours() -> None:
    known = read_known_differences()
    names = {method.rest for method in methods().values()}

    assert known
    for (_, where), reason in known.items():
        assert where.partition(" ")[0] in names
        assert reason.strip()
