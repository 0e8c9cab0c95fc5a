"""The pages that people wrote: their form, their links, and what they have to mention."""

import json
import os
import re
import tarfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from reference.pages.guides import Guide, read_guides
from sandbox.state.line_settings import make_default_settings
from tests.reference.handwritten import EVERY_PAGE, FENCE, PAGES, ROOT, SECTIONS, prose
from tools import DESCRIBED_WITH, TOOLSETS
from tools.error_advice import CORE
from tools.event import events
from tools.line_settings import LineSettings
from tools.naming import make_tool_name
from tools.registry import methods
from workflows.registry import COMPOSITES

METHODS = {method.rest for method in methods().values()}
TOOLS = {make_tool_name(rest) for rest in METHODS} | {tool.tool() for tool in COMPOSITES}
SCOPES = {scope for method in methods().values() for scope in method.scopes}
ERROR_CODES = set(CORE) | {code for method in methods().values() for code in method.errors}
TARGETS = {
    "methods": METHODS,
    "tools": {tool.tool() for tool in COMPOSITES},
    "events": set(events()),
    "guides": set(read_guides()),
    "sections": set(SECTIONS),
    "errors": ERROR_CODES,
}

ADDRESS = re.compile(r"openchannels://[\w./-]*\w")
OFFICIAL = re.compile(r"https://apidocs\.bitrix24\.com/([\w./-]+)\.html")
NO_TOOLS = {"message_count", "message_type", "close_term", "event_handler_id", "event_offline"}
"""Fields and commands that are spelt like tools."""
BAR = re.compile(r"(?<!\\)\|")
LEFTOVERS = ("None", "Undefined", "FieldInfo", "TODO", "~")
MOST_LINES, MOST_LINES_OF_CODE = 200, 250


def test_each_section_of_the_interface_has_an_overview() -> None:
    described = {DESCRIBED_WITH.get(toolset, toolset).replace("_", "-") for toolset in TOOLSETS}
    assert described | {"events"} == set(SECTIONS)


@EVERY_PAGE
def test_a_page_has_a_title_and_one_line_to_choose_it_by(page: Guide) -> None:
    assert page.title
    assert page.body.startswith(f"# {page.title}\n")
    assert "\n" not in page.description
    assert page.description[:1].isupper()
    assert page.description.endswith(".")


def test_no_two_pages_have_the_same_description() -> None:
    descriptions = [page.description for page in PAGES.values()]
    assert len(set(descriptions)) == len(descriptions)


@EVERY_PAGE
def test_a_page_is_short_and_divided_under_headings_of_its_own(page: Guide) -> None:
    headings = re.findall(r"^##+ .*$", prose(page), re.MULTILINE)
    assert len(headings) >= 3
    assert len(set(headings)) == len(headings)
    code = sum(len(code.splitlines()) + 2 for _, code in FENCE.findall(page.body))
    assert len(page.body.splitlines()) - code <= MOST_LINES
    assert code <= MOST_LINES_OF_CODE


@EVERY_PAGE
def test_a_page_has_no_leftovers(page: Guide) -> None:
    for leftover in LEFTOVERS:
        assert leftover not in page.body
    assert "\n\n\n" not in prose(page)


@EVERY_PAGE
def test_every_row_of_a_table_has_as_many_cells_as_its_head(page: Guide) -> None:
    for head, row in pairwise(prose(page).splitlines()):
        if head.startswith("|") and row.startswith("|"):
            assert len(BAR.findall(head)) == len(BAR.findall(row)), row


@EVERY_PAGE
def test_every_address_leads_to_a_page(page: Guide) -> None:
    for address in filter(re.compile("openchannels://docs/").match, ADDRESS.findall(page.body)):
        kind, _, name = address.removeprefix("openchannels://docs/").partition("/")
        assert address == "openchannels://docs/errors" or name in TARGETS[kind], address


@EVERY_PAGE
def test_every_method_that_is_named_exists(page: Guide) -> None:
    if page.name == "differences":
        return  # it names what the portal has and no tool calls
    for name in re.findall(r"imopenlines(?:\.\w+)+", re.sub(r"[\w.]+\.\*", "", page.body)):
        assert name in METHODS or any(rest.startswith(f"{name}.") for rest in METHODS), name


@EVERY_PAGE
def test_every_tool_and_argument_that_is_named_exists(page: Guide) -> None:
    arguments = {name for tool in (*methods().values(), *COMPOSITES) for name in tool.model_fields}
    kinds = {tool.partition("_")[0] + "_" for tool in TOOLS}
    for name in re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", prose(page)):
        if any(name.startswith(kind) for kind in kinds):
            assert name in TOOLS | arguments | SCOPES | NO_TOOLS, name


def test_an_overview_sends_the_reader_to_every_method_of_its_section() -> None:
    for method in methods().values():
        body = SECTIONS[method.section()].body
        assert f"({method.page()})" in body
        assert f"[{method.tool()}]" in body


def test_the_overview_of_events_sends_the_reader_to_every_event() -> None:
    for name in TARGETS["events"]:
        assert f"(openchannels://docs/events/{name})" in SECTIONS["events"].body


def test_the_overview_of_connectors_sends_the_reader_to_every_method() -> None:
    for rest in METHODS:
        if rest.startswith("imconnector."):
            assert f"[{make_tool_name(rest)}](openchannels://docs/methods/{rest})" in SECTIONS["connectors"].body


def test_each_guide_can_be_reached_from_another_page() -> None:
    for name, guide in read_guides().items():
        others = (page.body for page in PAGES.values() if page is not guide)
        assert any(f"openchannels://docs/guides/{name}" in ADDRESS.findall(body) for body in others), name


def test_every_setting_of_a_line_is_explained() -> None:
    named = set(re.findall(r"`([A-Z][A-Z0-9_]+)`", read_guides()["channel-settings"].body))
    sent = {name.upper() for name in LineSettings.model_fields}
    read = {
        *make_default_settings(),
        "ID",
        "DATE_CREATE",
        "DATE_MODIFY",
        "MODIFY_USER_ID",
        "QUEUE_FULL",
        "QUEUE_ONLINE",
    }
    assert sent | read | {"CONFIG_QUEUE", "SKIP_MODIFY_MARK"} <= named


def _rows(body: str) -> Iterator[tuple[str, str]]:
    """Field and default of each row of the settings' tables."""
    for line in body.splitlines():
        cells = [cell.strip(" `") for cell in line.split(" | ")]
        if len(cells) == 4 and line.startswith("| `"):
            for name in re.findall(r"[A-Z][A-Z0-9_]+", cells[0]):
                yield name, cells[2]


def test_the_defaults_in_the_guide_are_those_of_the_embedded_portal() -> None:
    told = dict(_rows(read_guides()["channel-settings"].body))
    plain = re.compile(r"Y|N|\d+|[a-z]+")
    in_words = {"LANGUAGE_ID", "USE_WELCOME_FORM", "SHOW_NOTIFICATION_REDIRECT", "QUICK_ANSWERS_IBLOCK_ID"}
    pairs = re.compile(r".*_(FORM|BOT)_ID|WORKTIME_(FROM|TO)|SEND_NOTIFICATION_EMPTY_QUEUE")
    compared = {
        name: default
        for name, default in make_default_settings().items()
        if isinstance(default, str)
        and plain.fullmatch(default)
        and name not in in_words
        and (not pairs.fullmatch(name) or name == "WELCOME_BOT_ID")
    }
    assert len(compared) > 40
    assert {name: told.get(name) for name in compared} == compared


def test_the_guides_to_errors_and_limits_name_the_codes_that_can_be_waited_out() -> None:
    for code in ("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"):
        assert code in read_guides()["errors"].body
        assert f"openchannels://docs/errors/{code}" in read_guides()["limits"].body


def test_each_result_that_means_failure_is_in_the_guide_to_failures() -> None:
    for method in methods().values():
        for refused in method.refusals:
            row = rf"^\| .*`{method.tool()}`.* \| `{json.dumps(refused)}` \|"
            assert re.search(row, read_guides()["errors"].body, re.MULTILINE), method.tool()


def test_the_official_pages_that_are_linked_exist() -> None:
    archive = Path(os.environ.get("OFFICIAL_DOCS", ROOT.parent / "shared" / "official-docs" / "en.tar.gz"))
    if not archive.exists():
        pytest.skip(f"no archive of the official documentation at {archive}: its links were not checked")
    with tarfile.open(archive) as members:
        names = {name.partition("/")[2] for name in members.getnames()}
    links = {link for page in PAGES.values() for link in OFFICIAL.findall(page.body)}
    assert links
    assert {f"{link}.md" for link in links} <= names


def test_the_names_in_the_first_guide_are_those_of_the_methods() -> None:
    row = re.compile(r"\| tool `(\w+)`, argument `(\w+)` \| method `([\w.]+)`, parameter `(\w+)` \|")
    rows = row.findall(read_guides()["getting-started"].body)
    assert rows
    for tool, argument, rest, parameter in rows:
        assert methods()[tool].rest == rest
        assert argument in methods()[tool].model_fields
        assert methods()[tool].wire_path(argument)[-1] == parameter
