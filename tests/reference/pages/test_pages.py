import re
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urljoin

import pytest

from reference.pages.addresses import error_address, official_event_page, official_method_page
from reference.pages.errors import find_givers, list_codes, render_error_page, render_errors_page
from reference.pages.events import render_event_page
from reference.pages.guides import read_guides
from reference.pages.index import render_index_page
from reference.pages.methods import render_method_page
from reference.pages.outline import split_sections as sections_of
from reference.pages.page import Page
from reference.pages.parameters import find_shared
from reference.pages.registry import pages
from reference.pages.sections import read_overviews
from reference.pages.statuses import find_status
from tools.error_advice import CORE
from tools.event import COMMON_TRAPS, Event, encode_form, events
from tools.method import Method
from tools.registry import methods
from workflows.registry import COMPOSITES

METHODS = pytest.mark.parametrize("method", methods().values(), ids=methods())
EVENTS = pytest.mark.parametrize("event", events().values(), ids=events())
CODES = pytest.mark.parametrize("code", list_codes())
INDEXED = {"section", "guide", "tool"}
PLACEHOLDERS = ("/NAME", "/LANG/PATH")
PAGES = pytest.mark.parametrize("page", pages().values(), ids=pages())
BAR = re.compile(r"(?<!\\)\|")
ADDRESS = re.compile(r"openchannels://[\w./-]*\w")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def test_there_is_a_page_for_each_tool_method_event_section_guide_and_error_code() -> None:
    assert set(pages()) == {
        "openchannels://docs/index",
        *(f"openchannels://docs/sections/{name}" for name in read_overviews()),
        *(f"openchannels://docs/guides/{name}" for name in read_guides()),
        *(f"openchannels://docs/tools/{tool.tool()}" for tool in COMPOSITES),
        *(f"openchannels://docs/methods/{method.rest}" for method in methods().values()),
        *(f"openchannels://docs/events/{name}" for name in events()),
        "openchannels://docs/errors",
        *(error_address(code) for code in list_codes()),
    }


def test_the_index_leads_to_every_section_guide_and_tool_of_several_calls() -> None:
    assert set(ADDRESS.findall(render_index_page())) >= {page.uri for page in pages().values() if page.kind in INDEXED}


@PAGES
def test_a_page_says_when_it_was_last_changed(page: Page) -> None:
    assert datetime.fromisoformat(page.modified()).tzinfo is not None


@PAGES
def test_the_sections_of_a_page_are_the_whole_page(page: Page) -> None:
    text = page.text()
    parts = sections_of(text)
    assert "\n\n".join(part.text for part in parts) == text.strip()
    assert len({part.heading for part in parts}) == len(parts)


@CODES
def test_the_page_of_a_code_says_what_each_method_means_by_it(code: str) -> None:
    text = render_error_page(code)
    for method in find_givers(code):
        assert method.errors[code].replace("|", r"\|") in text
        assert f"`{method.rest}`" in text
        assert method.page() in text


def test_every_code_of_every_method_has_a_page() -> None:
    assert {code for method in methods().values() for code in method.errors} | set(CORE) <= set(list_codes())
    assert len({error_address(code).lower() for code in list_codes()}) == len(list_codes())


@PAGES
def test_a_page_says_in_one_line_what_it_is_about(page: Page) -> None:
    assert page.uri.endswith(page.name)
    assert page.title
    assert page.description
    assert "\n" not in page.description


def test_nothing_is_rendered_before_somebody_reads_it() -> None:
    rendered: list[str] = []

    def render() -> str:
        rendered.append("now")
        return "text"

    page = Page("openchannels://docs/x", "x", "guide", "X", "An x.", render, Path(__file__))
    assert rendered == []
    assert page.text() == "text"
    assert rendered == ["now"]


@PAGES
def test_a_page_has_no_leftovers(page: Page) -> None:
    text = page.text()
    assert text.startswith("# ")
    for leftover in ("None", "Undefined", "<class", "FieldInfo", "typing.", "TODO", "~"):
        assert leftover not in text
    assert "\n\n\n" not in FENCE.sub("(code)", text)


@PAGES
def test_every_link_to_a_page_leads_to_a_page(page: Page) -> None:
    for address in filter(re.compile("openchannels://docs/").match, ADDRESS.findall(page.text())):
        assert address in pages() or address == "openchannels://docs/methods" or address.endswith(PLACEHOLDERS)


@PAGES
def test_every_row_of_a_table_has_as_many_cells_as_its_head(page: Page) -> None:
    for head, row in pairwise(page.text().splitlines()):
        if head.startswith("|") and row.startswith("|"):
            assert len(BAR.findall(head)) == len(BAR.findall(row))


@METHODS
def test_a_method_page_says_what_the_tool_is_chosen_by(method: type[Method]) -> None:
    text = render_method_page(method)
    assert method.rest in text
    assert f"`{method.tool()}`" in text
    assert method.description() in text
    assert method.answer in text
    assert method.details in text
    assert method.afterwards in text


@METHODS
def test_a_method_page_lists_each_argument_with_its_place_in_the_request(method: type[Method]) -> None:
    text = render_method_page(method)
    shared = find_shared(method, methods())
    elsewhere = shared[1] if shared else set()
    for name, field in method.model_fields.items():
        place = "(not sent)" if field.exclude else ".".join(method.wire_path(name))
        assert (f"| `{name}` | `{place}` |" in text) is (name not in elsewhere)


@METHODS
def test_a_method_page_lists_each_error_code_and_refusal_with_its_advice(method: type[Method]) -> None:
    text = render_method_page(method)
    for code, advice in method.errors.items():
        shown = f"`{code}`" if code else "(empty)"
        assert f"| {shown} | {find_status(code, method.rest)} | {advice.replace('|', chr(92) + '|')} |" in text
    for advice in method.refusals.values():
        assert advice in text


def test_the_settings_of_a_line_are_listed_once() -> None:
    add, update = (render_method_page(methods()[name]) for name in ("config_add", "config_update"))
    assert "`PARAMS.WORKTIME_FROM`" in add
    assert "| `worktime_from` |" not in update
    assert "openchannels://docs/methods/imopenlines.config.add" in update


def test_objects_inside_arguments_are_described_down_to_their_parts() -> None:
    text = render_method_page(methods()["config_add"])
    assert "| `queue[].entity_type` | `PARAMS.QUEUE[].ENTITY_TYPE` | one of `user`, `department` | yes |" in text
    assert "| `queue_users_fields[].user_avatar` | `PARAMS.QUEUE_USERS_FIELDS[].USER_AVATAR` | string | no |" in text
    assert "| `default_operator_data.name` | `PARAMS.DEFAULT_OPERATOR_DATA.NAME` | string | no |" in text


def test_yes_and_no_are_told_from_true_and_false() -> None:
    assert "| `activate` | `ACTIVATE` | boolean (Y/N in REST) |" in render_method_page(methods()["session_mode_pin"])
    assert "| `active` | `ACTIVE` | boolean (1/0 in REST) |" in render_method_page(methods()["imconnector_activate"])
    for tool in ("imconnector_send_messages", "imconnector_update_messages"):
        text = render_method_page(methods()[tool])
        assert "| `MESSAGES[].message.disable_crm` | only `true` (Y in REST) |" in text
        assert "| `MESSAGES[].user.skip_phone_validate` | only `true` (Y in REST) |" in text
    assert "| `has_crm` | `hasCrm` | boolean |" in render_method_page(methods()["v2_session_list"])


def test_limits_and_defaults_stand_in_the_table() -> None:
    assert "| `limit` | `PARAMS.limit` | integer | no | 1 to 200; default `50` |" in render_method_page(
        methods()["config_list_get"]
    )
    assert "| `code` | `CODE` | string | yes | length 32 |" in render_method_page(methods()["network_join"])
    assert "| `session_id` | `sessionId` | list of integer | yes | items: 1 to 50 |" in render_method_page(
        methods()["v2_session_transfer_list"]
    )


@pytest.mark.parametrize(
    ("tool", "path"),
    [
        ("config_list_get", "imopenlines-config-list-get"),
        ("session_mode_pin_all", "sessions/imopenlines-session-mode-pin-all"),
        ("crm_lead_create", "sessions/imopenlines-crm-lead-create"),
        ("operator_another_finish", "operators/imopenlines-operator-another-finish"),
        ("message_quick_save", "messages/imopenlines-message-quick-save"),
        ("crm_chat_get_last_id", "chats/imopenlines-crm-chat-get-last-id"),
        ("bot_session_message_send", "chat-bots/imopenlines-bot-session-message-send"),
        ("imconnector_chat_name_set", "../imconnector/imconnector-chat-name-set"),
    ],
)
def test_the_official_page_is_linked(tool: str, path: str) -> None:
    address = urljoin("https://apidocs.bitrix24.com/api-reference/imopenlines/openlines/", f"{path}.html")
    assert official_method_page(methods()[tool]) == address
    assert f"Official page: {address}\n" in render_method_page(methods()[tool])


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ("OnSessionStart", "openlines/events/on-session-start"),
        ("OnImConnectorLineDelete", "imconnector/events/on-im-connector-line-delete"),
    ],
)
def test_the_official_page_of_an_event_is_linked(event: str, path: str) -> None:
    address = f"https://apidocs.bitrix24.com/api-reference/imopenlines/{path}.html"
    assert address in render_event_page(events()[event])


def test_no_official_page_is_made_up_for_those_that_have_none() -> None:
    for method in methods().values():
        assert (official_method_page(method) is None) is (
            method.toolset() == "statistics" or method.rest == "event.test"
        )


@EVENTS
def test_an_event_page_shows_each_variant_with_its_fields_and_all_traps(event: type[Event]) -> None:
    text = render_event_page(event)
    assert event.fires in text
    assert f"`{event.name.upper()}`" in text
    assert official_event_page(event) in text
    for variant in event.variants:
        assert f"## data: {variant.title}\n" in text
        for path, meaning in variant.fields.items():
            assert f"| `{path}` | {meaning} |" in text
    for trap in (*event.traps, *COMMON_TRAPS):
        assert f"- {trap}\n" in text


@EVENTS
def test_an_event_page_shows_the_request_as_a_form_and_how_to_subscribe(event: type[Event]) -> None:
    text = render_event_page(event)
    assert f"event={event.name.upper()}\n" in text
    for name, value in encode_form(event.variants[0].data, "data"):
        assert f"{name}={value}\n" in text
    assert f'"event": "{event.name}"' in text
    assert "/rest/event.bind" in text


def test_the_page_of_codes_has_the_general_ones_and_says_who_gives_the_others() -> None:
    text = render_errors_page()
    for code, advice in CORE.items():
        assert f"| {f'`{code}`' if code else '(empty)'} | {find_status(code)} | {advice} |" in text
    for method in methods().values():
        for code in method.errors:
            row = next(line for line in text.splitlines()[::-1] if line.startswith(f"| `{code}` |" if code else "| (e"))
            assert method.rest in row
