"""The facts against the official pages, both ways: what either side alone has must be a known gap.

The pages come from the archive of the official documentation that OFFICIAL_DOCS names, or from the one
beside the repository. Without an archive there is nothing to compare, and every test here is skipped.
"""

import functools
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from reference.mirror.archive import read_archive
from reference.mirror.method_pages import MethodPage, PageParam, read_pages
from reference.pages.addresses import official_event_page, official_method_page
from tools.event import events
from tools.registry import methods

from .facts import METHODS, Facts, Param

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
OVERWRITTEN = "the server overwrites these fields too, and a client whose name is left out becomes a guest"
FIELDS = "the page's list names the fields of an entry, not values"
FORMS = "the page lists the forms of an identifier, not values"
FORBIDDEN = "the server answers 403, the page has one status for all codes"
AN_OBJECT = "the page calls it a string and passes an object"
OF_ITS_OWN = "it has no page of its own, only a text about testing a handler"
IN_THE_QUEUE = "offline events have no handler"
A_MAP = "the page calls it an array and passes an object"
IN_ANOTHER_TABLE = "the page has it in a second table"
BESIDE = "the page filters beside FILTER, by the older custom, and spells sort and order in upper case"

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
    "imconnector.register COMMENT": UNLISTED,
    **{
        f"imconnector.delete.messages MESSAGES.user.{name}": OVERWRITTEN
        for name in ("last_name", "name", "picture", "url", "gender", "email", "phone", "skip_phone_validate")
    },
    "im.message.add DIALOG_ID values": FORMS,
    "im.dialog.messages.get DIALOG_ID values": FORMS,
    "im.dialog.read DIALOG_ID values": FORMS,
    "im.message.add ACCESS_ERROR status": FORBIDDEN,
    "im.message.add REPLY_ACCESS_ERROR status": FORBIDDEN,
    "im.message.add REPLY_FROM_OTHER_CHAT_ERROR status": FORBIDDEN,
    "event.test": OF_ITS_OWN,
    "event.bind handler required": IN_THE_QUEUE,
    "event.unbind handler required": IN_THE_QUEUE,
    "event.bind event_type values": UNNAMED,
    "event.unbind event_type values": UNNAMED,
    "event.unbind auth_connector": UNLISTED,
    "event.offline.clear auth_connector": UNLISTED,
    "event.offline.error auth_connector": UNLISTED,
    **{f"event.offline.{name} {param} type": A_MAP for name in ("get", "list") for param in ("filter", "order")},
    **{f"event.offline.get {name}": IN_ANOTHER_TABLE for name in ("clear", "process_id", "error", "auth_connector")},
    "user.get FILTER type": AN_OBJECT,
    "user.get FILTER values": FIELDS,
    "user.get example": BESIDE,
    "user.search FILTER type": AN_OBJECT,
    "user.search FILTER values": FIELDS,
    "user.search example": BESIDE,
}

PAGE_TYPES = {
    "integer": {"integer"},
    "string": {"string", "datetime", "file"},
    "flag": {"char", "string", "boolean"},
    "bit": {"string"},
    "boolean": {"boolean"},
    "enum": {"string"},
    "array": {"array"},
    "object": {"object"},
}

each_paged_method = pytest.mark.parametrize("name", [name for name in METHODS if name not in KNOWN_GAPS])


@functools.cache
def pages() -> dict[str, MethodPage]:
    """The pages of the archive, read once."""
    return read_pages(read_archive(ARCHIVE).texts())


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
    """Where this method and its page differ, as KNOWN_GAPS spells it."""
    if facts.rest not in pages():
        return {facts.rest}
    names = {param.name for param in facts.params} ^ {param.name for param in pages()[facts.rest].params}
    values = {
        f"{gap} values" for gap, param, paged in shared_params(facts.rest) if set(param.values) != listed_values(paged)
    }
    fields = {name for gap, param, paged in shared_params(facts.rest) for name in field_gaps(gap, param, paged)}
    other = required_gaps(facts.rest) | type_gaps(facts.rest) | example_gaps(facts.rest) | status_gaps(facts.rest)
    return {f"{facts.rest} {name}" for name in names} | values | fields | other


def type_gaps(name: str) -> set[str]:
    """Parameters of another type than their page says."""
    return {f"{gap} type" for gap, param, paged in shared_params(name) if not paged.types & PAGE_TYPES[param.type]}


def required_gaps(name: str) -> set[str]:
    """Parameters that only one of facts and page requires."""
    return {f"{gap} required" for gap, param, paged in shared_params(name) if param.required != paged.required}


def example_gaps(name: str) -> set[str]:
    """Whether the example is another than that of its page."""
    same = METHODS[name].example == with_placeholders_filled(pages()[name].example)
    return set() if same else {f"{name} example"}


def status_gaps(name: str) -> set[str]:
    """Codes with another status than their page has for them, or for all where its table has no statuses."""
    page = pages()[name]
    listed = [error for error in METHODS[name].errors if error.source == "page"]
    each = all(status is not None for _, status in page.errors)
    return {
        f"{name} {error.code} status"
        for error in listed
        if not ((error.code, error.status) in page.errors if each else error.status in page.statuses)
    }


def field_gaps(gap: str, param: Param, paged: PageParam) -> Iterator[str]:
    """Where the fields of an object and those of its page's table differ, however deep; a page may have no table."""
    facts = {field.name: field for field in param.fields}
    page = {field.name: field for field in paged.fields}
    if page:
        yield from (f"{gap}.{name}" for name in facts.keys() ^ page.keys())
    for name in facts.keys() & page.keys():
        yield from field_gaps(f"{gap}.{name}", facts[name], page[name])


def listed_values(param: PageParam) -> set[str]:
    """The values a page lists, save the Y and N that every flag has."""
    return set() if set(param.values) <= {"Y", "N"} else set(param.values)


def test_the_pages_and_the_facts_have_the_same_methods() -> None:
    assert set(pages()) - set(METHODS) == set()
    assert set(METHODS) - set(pages()) == set(METHODS) & set(KNOWN_GAPS)


def test_every_gap_between_pages_and_facts_is_known_and_every_known_gap_is_still_there() -> None:
    gaps = set().union(*(gaps_of(facts) for facts in METHODS.values()))
    assert gaps == set(KNOWN_GAPS)


def test_every_official_page_that_is_linked_is_in_the_archive() -> None:
    with tarfile.open(ARCHIVE) as members:
        there = {name.partition("/")[2] for name in members.getnames()}
    linked = [official_event_page(event) for event in events().values()]
    linked += [page for method in methods().values() if (page := official_method_page(method))]

    assert len(linked) == len(events()) + len(pages())
    assert {urlsplit(address).path.strip("/").replace(".html", ".md") for address in linked} <= there


@each_paged_method
def test_the_title_of_a_page_names_the_method_of_its_example(name: str) -> None:
    assert name.lower() in pages()[name].title.lower().split()


@each_paged_method
def test_a_method_has_the_parameters_of_its_page(name: str) -> None:
    known = {gap.partition(" ")[2] for gap in KNOWN_GAPS if gap.startswith(f"{name} ")}
    paged = [param.name for param in pages()[name].params]
    assert [param.name for param in METHODS[name].params if param.name not in known or param.name in paged] == paged


@each_paged_method
def test_a_method_requires_what_its_page_marks_with_an_asterisk(name: str) -> None:
    assert required_gaps(name) <= set(KNOWN_GAPS)


@each_paged_method
def test_a_parameter_has_the_type_of_its_page(name: str) -> None:
    assert type_gaps(name) <= set(KNOWN_GAPS)
    for gap, param, paged in shared_params(name):
        assert param.type == "flag" or "char" not in paged.types, gap


def shared_fields(param: Param, paged: PageParam) -> Iterator[tuple[Param, PageParam]]:
    """Every field that facts and page both have, however deep."""
    on_page = {field.name: field for field in paged.fields}
    for field in param.fields:
        if field.name in on_page:
            yield field, on_page[field.name]
            yield from shared_fields(field, on_page[field.name])


@each_paged_method
def test_a_field_has_the_type_of_its_page_and_is_required_where_it_has_an_asterisk(name: str) -> None:
    for gap, param, paged in shared_params(name):
        for field, on_page in shared_fields(param, paged):
            assert on_page.types & PAGE_TYPES[field.type], (gap, field.name)
            assert field.required or not on_page.required, (gap, field.name)


@each_paged_method
def test_a_parameter_is_a_flag_where_its_page_lists_yes_and_no(name: str) -> None:
    for gap, param, paged in shared_params(name):
        assert param.type == "flag" or set(paged.values) != {"Y", "N"}, gap


@each_paged_method
def test_a_method_has_the_example_of_its_page(name: str) -> None:
    assert example_gaps(name) <= set(KNOWN_GAPS)


@each_paged_method
def test_a_method_has_the_error_codes_of_its_page(name: str) -> None:
    listed = {error.code for error in METHODS[name].errors if error.source == "page"}
    assert listed == {code for code, _ in pages()[name].errors}


@each_paged_method
def test_an_error_has_the_status_of_its_page_or_one_that_stands_above_a_table_without_statuses(name: str) -> None:
    assert status_gaps(name) <= set(KNOWN_GAPS)
