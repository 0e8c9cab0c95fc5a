from typing import Any

import pytest

from sandbox.seed.seed import (
    NETWORK_CODES,
    SESSION_PATH,
)
from tests.sandbox.client import SandboxClient

JOIN, SEND = "imopenlines.network.join", "imopenlines.network.message.add"


def test_joining_a_network_line_gives_its_bot(portal: SandboxClient) -> None:
    assert portal.call(JOIN, {"code": NETWORK_CODES["joined"]}) == 11
    bot_id = portal.call(JOIN, {"CODE": NETWORK_CODES["open"]})
    assert portal.call(JOIN, {"CODE": NETWORK_CODES["open"]}) == bot_id
    assert portal.company.is_bot(bot_id)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (None, "CODE"),
        ("short", "CODE"),
        ("0" * 31 + "5", "NOT_FOUND"),
        ("d" * 32, "NOT_FOUND"),
        (NETWORK_CODES["inactive"], "INACTIVE"),
    ],
)
def test_joining_is_refused(portal: SandboxClient, code: Any, error: str) -> None:
    assert portal.expect_refusal(JOIN, {"CODE": code}) == (400, error)


def test_the_remote_portal_may_refuse_in_its_own_words(portal: SandboxClient) -> None:
    portal.switch(remote_lines={NETWORK_CODES["open"]: "LICENSE_EXPIRED"})
    assert portal.expect_refusal(JOIN, {"CODE": NETWORK_CODES["open"]}) == (400, "LICENSE_EXPIRED")


def test_the_network_needs_the_bot_module(portal: SandboxClient) -> None:
    portal.switch(modules={"imbot": False})
    for method in (JOIN, SEND):
        assert portal.expect_refusal(method, {"CODE": NETWORK_CODES["joined"]}) == (400, "IMBOT_ERROR")


def make_message(**changes: Any) -> dict[str, Any]:
    return {"CODE": NETWORK_CODES["joined"], "USER_ID": 3, "MESSAGE": "Hello"} | changes


def test_one_message_a_week_reaches_a_person(portal: SandboxClient) -> None:
    assert portal.expect_refusal(SEND, make_message(MESSAGE=" ")) == (400, "MESSAGE_EMPTY")
    assert portal.call(SEND, make_message()) is True
    assert portal.expect_refusal(SEND, make_message(MESSAGE=" ")) == (400, "USER_MESSAGE_LIMIT")
    assert portal.call(SEND, make_message(USER_ID=4)) is True
    portal.control("advance", {"seconds": 7 * 86400})
    assert portal.call(SEND, make_message()) is True
    portal.switch(plan={"nfr": True})
    assert portal.call(SEND, make_message()) is True


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"CODE": "short"}, "CODE"),
        ({"CODE": "d" * 32}, "NOT_FOUND"),
        ({"CODE": "0" * 31 + "5"}, "NOT_FOUND"),
        ({"USER_ID": "me"}, "USER_ID_EMPTY"),
        ({"MESSAGE": None}, "MESSAGE_EMPTY"),
        ({"ATTACH": {"BLOCKS": [{"MESSAGE": "x" * 31000}]}}, "ATTACH_OVERSIZE"),
        ({"ATTACH": {"BLOCKS": "text"}}, "ATTACH_ERROR"),
        ({"ATTACH": "no json"}, "ATTACH_ERROR"),
        ({"KEYBOARD": {"BUTTONS": [{"LINK": "https://example.com"}]}}, "KEYBOARD_ERROR"),
        ({"USER_ID": 999}, "WRONG_REQUEST"),
    ],
)
def test_a_network_message_is_refused(portal: SandboxClient, changes: Any, error: str) -> None:
    assert portal.expect_refusal(SEND, make_message(**changes)) == (400, error)


def test_a_network_message_may_carry_an_attachment_and_buttons(portal: SandboxClient) -> None:
    attach, keyboard = {"ID": 1, "BLOCKS": [{"MESSAGE": "Plan"}]}, [{"TEXT": "Open", "LINK": "https://example.com"}]
    assert portal.call(SEND, make_message(ATTACH=attach, KEYBOARD=keyboard)) is True
    assert (
        portal.call(SEND, make_message(USER_ID=4, ATTACH='[{"MESSAGE": "Plan"}]', KEYBOARD={"BUTTONS": keyboard}))
        is True
    )


def test_a_browser_session_may_not_write_to_the_network(portal: SandboxClient) -> None:
    assert portal.expect_refusal(SEND, make_message(CODE="short"), path=SESSION_PATH) == (403, "WRONG_AUTH_TYPE")
