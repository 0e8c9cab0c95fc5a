"""The facts against the official pages, both ways: what either side alone has must be a known gap.

The pages come from the archive of the official documentation that OFFICIAL_DOCS names, or from the one
beside the repository. Without an archive there is nothing to compare, and every test here is skipped.
"""

import functools
import os
from pathlib import Path
from typing import Any

import pytest

from .facts import METHODS, Facts, Param
from .official_pages import Page, PageParam, pages_of

BESIDE_THE_REPOSITORY = "../shared/official-docs/en.tar.gz"
ARCHIVE = Path(
    os.environ.get("OFFICIAL_DOCS") or Path(__file__).parents[2] / BESIDE_THE_REPOSITORY,
)

pytestmark = pytest.mark.skipif(
    not ARCHIVE.is_file(),
    reason=f"THE OFFICIAL PAGES ARE NOT COMPARED: no archive at {ARCHIVE}; set OFFICIAL_DOCS to one",
)

NEWER = "newer than the archive: the section on statistics was published after it"
UNLISTED = "the server takes it, the page does not list it"
UNNAMED = "the page does not name the values the server knows"
FIELDS = "the page's list names the fields of an entry, not values"

# Every place where page and facts may differ, with the reason; a gap that has closed must leave this list.
KNOWN_GAPS = {
    "imopenlines.v2.Operator.list": NEWER,
    "imopenlines.v2.Session.Rating.list": NEWER,
    "imopenlines.v2.Session.Stat.get": NEWER,
    "imopenlines.v2.Session.Transfer.list": NEWER,
    "imopenlines.v2.Session.list": NEWER,
    "imopenlines.v2.Stat.get": NEWER,
    "imopenlines.config.add PARAMS.AGREEMENT_ID": UNLISTED,
    "imopenlines.config.add PARAMS.AGREEMENT_MESSAGE": UNLISTED,
    "imopenlines.config.add PARAMS.QUEUE_USERS_FIELDS": UNLISTED,
    "imopenlines.config.add PARAMS.SHOW_NOTIFICATION_REDIRECT": UNLISTED,
    "imopenlines.config.update PARAMS.AGREEMENT_ID": UNLISTED,
    "imopenlines.config.update PARAMS.AGREEMENT_MESSAGE": UNLISTED,
    "imopenlines.config.update PARAMS.QUEUE_USERS_FIELDS": UNLISTED,
    "imopenlines.config.update PARAMS.SHOW_NOTIFICATION_REDIRECT": UNLISTED,
    "imopenlines.config.update PARAMS.SKIP_MODIFY_MARK": UNLISTED,
    "imopenlines.config.add PARAMS.CRM_CREATE values": UNNAMED,
    "imopenlines.config.update PARAMS.CRM_CREATE values": UNNAMED,
    "imopenlines.config.list.get OPTIONS.CHECK_PERMISSION values": UNNAMED,
    "imopenlines.config.add PARAMS.QUEUE values": FIELDS,
    "imopenlines.config.update PARAMS.QUEUE values": FIELDS,
}

PAGE_TYPES = {
    "integer": {"integer"},
    "string": {"string"},
    "flag": {"char", "string", "boolean"},
    "boolean": {"boolean"},
    "enum": {"string"},
    "array": {"array"},
    "object": {"object"},
}

each_paged_method = pytest.mark.parametrize("name", [name for name in METHODS if name not in KNOWN_GAPS])


@functools.cache
def pages() -> dict[str, Page]:
    """The pages of the archive, read once."""
    return pages_of(ARCHIVE)


def shared_params(name: str) -> list[tuple[str, Param, PageParam]]:
    """Every parameter that facts and page both have, under the name of its gap."""
    on_page = {param.name: param for param in pages()[name].params}
    both = [param for param in METHODS[name].params if param.name in on_page]
    return [(f"{name} {param.name}", param, on_page[param.name]) for param in both]


def with_placeholders_filled(value: Any) -> Any:
    """An example with the value that the facts use in place of a placeholder in asterisks."""
    if isinstance(value, dict):
        return {key: with_placeholders_filled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_placeholders_filled(item) for item in value]
    filled = isinstance(value, str) and value.startswith("**put_your_client_id")
    return "my-bot-client-id" if filled else value


def gaps_of(facts: Facts) -> set[str]:
    """Where this method and its page differ in names and values, as KNOWN_GAPS spells it."""
    if facts.rest not in pages():
        return {facts.rest}
    names = {param.name for param in facts.params} ^ {param.name for param in pages()[facts.rest].params}
    values = {
        f"{gap} values" for gap, param, paged in shared_params(facts.rest) if set(param.values) != listed_values(paged)
    }
    return {f"{facts.rest} {name}" for name in names} | values


def listed_values(param: PageParam) -> set[str]:
    """The values a page lists, save the Y and N that every flag has."""
    return set() if set(param.values) <= {"Y", "N"} else set(param.values)


def test_the_pages_and_the_facts_have_the_same_methods() -> None:
    assert set(pages()) - set(METHODS) == set()
    assert set(METHODS) - set(pages()) == set(METHODS) & set(KNOWN_GAPS)


def test_the_archive_has_thirty_eight_method_pages() -> None:
    assert len(pages()) == 38


def test_every_gap_between_pages_and_facts_is_known_and_every_known_gap_is_still_there() -> None:
    gaps = set().union(*(gaps_of(facts) for facts in METHODS.values()))
    assert gaps == set(KNOWN_GAPS)


@each_paged_method
def test_the_title_of_a_page_names_the_method_of_its_example(name: str) -> None:
    assert name in pages()[name].title.split()


@each_paged_method
def test_a_method_has_the_parameters_of_its_page(name: str) -> None:
    known = {gap.partition(" ")[2] for gap in KNOWN_GAPS if gap.startswith(f"{name} ")}
    paged = [param.name for param in pages()[name].params]
    assert [param.name for param in METHODS[name].params if param.name not in known or param.name in paged] == paged


@each_paged_method
def test_a_method_requires_what_its_page_marks_with_an_asterisk(name: str) -> None:
    assert [param.name for _, param, paged in shared_params(name) if param.required != paged.required] == []


@each_paged_method
def test_a_parameter_has_the_type_of_its_page(name: str) -> None:
    for gap, param, paged in shared_params(name):
        assert paged.types & PAGE_TYPES[param.type], gap
        assert param.type == "flag" or "char" not in paged.types, gap


@each_paged_method
def test_a_parameter_is_a_flag_where_its_page_lists_yes_and_no(name: str) -> None:
    for gap, param, paged in shared_params(name):
        assert param.type == "flag" or set(paged.values) != {"Y", "N"}, gap


@each_paged_method
def test_a_method_has_the_example_of_its_page(name: str) -> None:
    assert METHODS[name].example == with_placeholders_filled(pages()[name].example)


@each_paged_method
def test_a_method_has_the_error_codes_of_its_page(name: str) -> None:
    listed = {error.code for error in METHODS[name].errors if error.source == "page"}
    assert listed == {code for code, _ in pages()[name].errors}


@each_paged_method
def test_an_error_has_the_status_of_its_page_or_one_that_stands_above_a_table_without_statuses(name: str) -> None:
    page = pages()[name]
    listed = {(error.code, error.status) for error in METHODS[name].errors if error.source == "page"}
    if all(status is not None for _, status in page.errors):
        assert listed == page.errors
    else:
        assert {status for _, status in listed} <= page.statuses
