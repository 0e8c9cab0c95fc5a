"""What drafts say of bots, of an application's subscriptions and of its queue of events; and that nothing is sent."""

from typing import Any

import pytest

from sandbox.seed import seed
from sandbox.seed.people_and_lines import BOT, BOT_CLIENT_ID
from tests.workflows.drafts.drafted import change_of, draft
from tests.workflows.tool_calls import ToolCaller

HELLO = "I have sent the invoice once more."


@pytest.fixture
def caller() -> ToolCaller:
    return ToolCaller()


BIND: dict[str, Any] = {"event": "OnSessionStart", "handler": "https://app.example.com/events"}


@pytest.mark.parametrize(
    ("tool", "arguments", "why"),
    [
        ("event_bind", {**BIND, "auth_type": 3}, "takes an administrator"),
        ("event_bind", {"event": "OnSessionStart", "event_type": "offline"}, "offline events take an administrator"),
        ("event_unbind", {**BIND, "auth_type": 3}, "takes an administrator"),
        ("event_offline_get", {}, "does not let this user at the application's events"),
        ("event_offline_clear", {"process_id": "p1", "whole_process": True}, "does not let this user"),
        ("event_bind", {**BIND, "auth_type": 1}, ""),
        ("event_unbind", BIND, ""),
    ],
)
def test_who_is_no_administrator_has_only_own_online_events(tool: str, arguments: dict[str, Any], why: str) -> None:
    caller = ToolCaller(seed.APPLICATION_PATH)
    caller.company.employees[1].admin = False
    text, data = draft(caller, tool, **arguments)

    assert data["would_be_refused"] is bool(why)
    assert why in text
    assert caller.call(tool, **arguments).is_error is bool(why)


def test_what_a_user_who_is_no_administrator_has_bound_is_bound_already() -> None:
    caller = ToolCaller(seed.APPLICATION_PATH)
    caller.company.employees[1].admin = False
    assert not caller.call("event_bind", **BIND).is_error
    text, data = draft(caller, "event_bind", **BIND)

    assert data["would_be_refused"] is True
    assert "OnSessionStart is bound like this already" in text
    assert caller.call("event_bind", **BIND).is_error


def test_settings_of_a_bot_are_shown_before_and_after(caller: ToolCaller) -> None:
    bot = {"bot_id": BOT, "bot_token": BOT_CLIENT_ID}
    given = {"is_hidden": True, "event_mode": "fetch", "properties": {"name": "Ada & Co"}}
    text, data = draft(caller, "imbot_v2_bot_update", **bot, fields=given)

    assert change_of(data, f"bot {BOT} is_hidden") == ("no", "yes")
    assert change_of(data, f"bot {BOT} event_mode") == ("webhook", "fetch")
    assert f"bot {BOT} name: <portal" in text
    assert BOT_CLIENT_ID not in text


def test_what_a_bot_would_say_in_silent_mode_no_client_gets(caller: ToolCaller) -> None:
    caller.chat(217).silent = "Y"
    caller.chat(217).members.append(BOT)
    bot = {"bot_id": BOT, "bot_token": BOT_CLIENT_ID, "dialog_id": "chat217"}
    text, data = draft(caller, "imbot_v2_chat_message_send", **bot, fields={"message": HELLO})

    assert "The client gets nothing: silent mode is on" in text
    assert data["client_gets"] == []


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("session_join", {"chat_id": 207}),
        (
            "imbot_v2_bot_register",
            {"fields": {"code": "helpie", "bot_token": BOT_CLIENT_ID, "properties": {"name": "H"}}},
        ),
        ("im_event_get", {}),
    ],
)
def test_where_nothing_would_change_no_effect_is_told(caller: ToolCaller, tool: str, arguments: dict[str, Any]) -> None:
    caller.chat(207).members.append(1)
    text, data = draft(caller, tool, **arguments)

    assert data["does"].startswith("Nothing")
    assert data["effects"] == data["effect"] == []
    assert "Effect:" not in text
