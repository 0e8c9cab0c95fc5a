"""What the pages say of error codes: the statuses of the facts, and advice for own code beside that for this server."""

import re

import pytest

from reference.pages.errors import list_codes, render_error_page, render_errors_page
from reference.pages.handling import HANDLING, list_handling
from reference.pages.methods import render_method_page
from reference.pages.outline import split_sections
from reference.pages.statuses import CORE_STATUSES, UNCERTAIN, find_status
from tests.contract.facts import METHODS
from tools.effect import Auth
from tools.error_advice import CORE
from tools.method import Method
from tools.naming import make_tool_name
from tools.registry import methods

OURS = re.compile(r"OPENCHANNELS_|openchannels-mcp|docs_read|`?\bthis server\b")
"""What only users of this server know."""


def _own_code(text: str) -> str:
    return next(part.text for part in split_sections(text) if part.heading == "In your own code")


@pytest.mark.parametrize("name", METHODS)
def test_a_page_has_for_each_code_the_status_of_the_facts(name: str) -> None:
    method = methods()[make_tool_name(name)]
    text = render_method_page(method)
    for error in METHODS[name].errors:
        assert find_status(error.code, name) == str(error.status), error.code
        shown = f"`{error.code}`" if error.code else "(empty)"
        assert f"| {shown} | {error.status} | " in text, error.code


def test_the_page_of_a_code_names_every_status_with_which_it_comes() -> None:
    for code in list_codes():
        [line] = [line for line in render_error_page(code).splitlines() if line.startswith("- HTTP status: ")]
        for method in methods().values():
            if code in method.errors:
                assert find_status(code, method.rest) in line, (code, method.rest)
        assert CORE_STATUSES.get(code, "") in line, code


def test_a_code_that_single_methods_give_otherwise_has_both_statuses() -> None:
    assert "- HTTP status: 401 or 403, 400 or 403 from single methods\n" in render_error_page("ACCESS_DENIED")
    assert "- HTTP status: 400 or 403\n" in render_error_page("ACCESS_ERROR")
    assert "- HTTP status: 200\n" in render_error_page("NAME_REQUIRED")
    assert "- HTTP status: 400\n" in render_error_page("CHAT_TYPE")


def test_there_is_advice_for_own_code_on_every_code_of_the_core() -> None:
    assert set(HANDLING) == set(CORE)
    for code, advice in HANDLING.items():
        assert not OURS.search(advice), code
        assert advice in _own_code(render_error_page(code))
        assert advice in _own_code(render_errors_page())


def test_what_is_not_certain_of_statuses_is_said_once() -> None:
    assert render_errors_page().count(UNCERTAIN) == 1


@pytest.mark.parametrize("method", methods().values(), ids=methods())
def test_a_page_says_what_own_code_does(method: type[Method]) -> None:
    text = _own_code(render_method_page(method))
    rows = {code: (status, advice) for code, status, advice in list_handling(method)}
    for code, (status, advice) in rows.items():
        assert f"| `{code}` | {status} | {advice} |" in text or not code
        assert not OURS.search(advice), code
    assert set(rows) >= {"expired_token", "insufficient_scope", "QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"}
    assert "Renew once" in rows["expired_token"][1]
    assert ("webhooks have no tokens" in rows["expired_token"][1]) is (method.auth is not Auth.APPLICATION)
    for scope in method.scopes:
        assert f"`{scope}`" in rows["insufficient_scope"][1]
    assert ("do not repeat" in rows["INTERNAL_SERVER_ERROR"][1]) is not method.reads()


def test_the_scope_is_that_of_the_method() -> None:
    missing = {method.rest: {c: advice for c, _, advice in list_handling(method)} for method in methods().values()}
    assert "Grant `im`;" in missing["im.message.add"]["insufficient_scope"]
    assert "Grant `imopenlines`;" in missing["imconnector.register"]["insufficient_scope"]
    assert "needs no scope" in missing["scope"]["insufficient_scope"]
