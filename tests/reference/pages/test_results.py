"""What the pages say of results, held against the wire of the embedded portal and against what the tools give."""

import re
from collections.abc import Mapping
from typing import Any, get_type_hints

import pytest

from reference.pages.methods import render_method_page
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH, APPLICATION_PATH, CONNECTOR
from tests.sandbox.bot_client import call_as_bot, put_on_line, register
from tests.sandbox.channel_client import make_message, send_messages
from tests.sandbox.client import SandboxClient
from tools.method import Method
from tools.registry import methods

SHAPED = {name: method for name, method in methods().items() if method.shape is not Method.shape}
"""Tools that give something else than the portal does."""
FORM = re.compile(r"`([{\[].*?[}\]])`(?=[;:,. ]|$)")
PLACE = {"connector": CONNECTOR, "line": 1}
ASKED: Mapping[str, Mapping[str, Any]] = {
    "dialog_get": {"chat_id": 202},
    "session_history_get": {"chat_id": 202},
    "im_dialog_messages_get": {"dialog_id": "chat202"},
    "im_recent_list": {},
    "event_offline_list": {},
}
"""Arguments where the example is of another portal."""


HANDLER = "https://app.example.com/events"


@pytest.fixture(scope="module")
def portal() -> SandboxClient:
    portal = SandboxClient()
    for event in ({"handler": HANDLER}, {"event_type": "offline"}):
        portal.call("event.bind", {"event": "OnSessionStart", **event}, path=APPLICATION_PATH)
    for path in (ADMIN_WEBHOOK_PATH, APPLICATION_PATH):
        portal.call("im.v2.Event.subscribe", path=path)
    send_messages(portal, make_message("m1001"))
    portal.control("client-message", {"line_id": 1, "text": "Hello?"})
    portal.control("client-message", {"chat_id": 206, "text": "Hello?"})
    return portal


def _as_bot(portal: SandboxClient, method: type[Method]) -> Any:
    """What a bot that has just met a client is answered."""
    bot = register(portal, code=method.tool())
    put_on_line(portal, bot)
    chat = portal.control("client-message", {"line_id": 1, "text": "Hello?"})["chat_id"]
    fields = {"name": "a.txt", "content": "TW9uZGF5"}
    upload = call_as_bot(portal, "imbot.v2.File.upload", bot, dialogId=f"chat{chat}", fields=fields)
    given = {"dialogId": f"chat{chat}", "fileId": upload["file"]["id"]}
    return call_as_bot(portal, method.rest, bot, **given)


def _read_form(text: str) -> Any:
    """`{a, b: [{c}], ...}` as a dictionary of what is in each place; a list is a list of one."""
    form, rest = _read_part(text.replace(" ", ""))
    assert rest == "", f"{text}: {rest} is left over"
    return form


def _read_part(text: str) -> tuple[Any, str]:
    if text[:1] == "[":
        inner, rest = _read_part(text[1:])
        assert rest[:1] == "]", text
        return [inner], rest[1:]
    assert text[:1] == "{", text
    form: dict[str, Any] = {}
    rest = text[1:]
    while True:
        found = re.match(r"\w+|\.\.\.", rest)
        assert found, text
        rest = rest[found.end() :]
        form[found[0]] = None
        if rest[:1] == ":":
            form[found[0]], rest = _read_part(rest[1:])
        if rest[:1] == "}":
            return form, rest[1:]
        assert rest[:1] == ",", text
        rest = rest[1:]


def _compare(form: Any, value: Any, place: str) -> None:
    """Everything that the form names is there."""
    if isinstance(form, list):
        assert isinstance(value, list), place
        assert value, place
        _compare(form[0], value[0], f"{place}[]")
        return
    if form is None:
        return
    assert isinstance(value, dict), place
    assert form.keys() - {"..."} <= value.keys(), place
    for name, inner in form.items():
        if inner is not None:
            _compare(inner, value[name], f"{place}.{name}")


def _ask(portal: SandboxClient, method: type[Method]) -> Any:
    arguments = {**method.example, **(PLACE if "connector" in method.example else {})}
    call = method.from_tool(dict(ASKED.get(method.tool(), arguments)))
    return portal.call(method.rest, call.to_wire(), path=APPLICATION_PATH)


@pytest.mark.parametrize("name", SHAPED)
def test_a_page_gives_the_portals_result_as_it_comes_on_the_wire(name: str, portal: SandboxClient) -> None:
    method = methods()[name]
    raw = _as_bot(portal, method) if method.rest.startswith("imbot.") else _ask(portal, method)

    form = FORM.search(method.answer)
    assert form, "the page does not begin with the form of the portal's result"
    _compare(_read_form(form[1]), raw, name)


@pytest.mark.parametrize("name", methods())
def test_a_page_says_what_the_tool_gives_where_that_is_another_form(name: str) -> None:
    method, text = methods()[name], render_method_page(methods()[name])
    assert method.tool_answer or name not in SHAPED
    assert (f"Tool `{name}`: {method.tool_answer}" in text) is bool(method.tool_answer)
    assert (f"REST, `result` as it comes: {method.answer}" in text) is bool(method.tool_answer)


@pytest.mark.parametrize("name", [name for name, method in SHAPED.items() if method.data_type is not None])
def test_a_page_names_everything_that_the_tool_gives(name: str) -> None:
    data = methods()[name].data_type
    if data is bool:
        assert methods()[name].tool_answer.startswith("`true`")
    else:
        for field in get_type_hints(data):
            assert re.search(rf"\b{field}\b", methods()[name].tool_answer), field


def test_a_form_is_read_as_it_is_meant() -> None:
    assert _read_form("{a, b: {c}, d: [{e, f}], ...}") == {
        "a": None,
        "b": {"c": None},
        "d": [{"e": None, "f": None}],
        "...": None,
    }
