"""Users, scopes and names of methods as an assistant meets them: what is answered, and what is missing."""

import re
from dataclasses import replace
from typing import Any

import pytest

from sandbox.seed import seed
from tests.assistant import EVERYTHING, text_of, words_of
from tests.tools.employee import Employee
from tests.workflows.tool_calls import ToolCaller
from tools import DEFAULT_TOOLSETS
from tools.registry import methods


def test_users_come_in_the_usual_fields_and_in_others_where_they_are_selected(anna: Employee) -> None:
    found, chosen, me = anna.replies(
        ("user_get", {"filter": {"ID": [3, 6]}}),
        ("user_get", {"filter": {"ID": 3}, "select": ["ID", "UF_PHONE_INNER", "UF_USR_BADGE"]}),
        ("user_current", {}),
    )

    assert found.structured_content["users"][0] == {
        "id": 3,
        "name": "Olga Smirnova",
        "position": "Support Engineer",
        "departments": [5],
        "email": "olga@sandbox.example",
        "phone": "103",
        "active": True,
        "online": True,
        "type": "employee",
    }
    assert words_of(found).splitlines()[1].endswith("dismissed or blocked")
    assert chosen.structured_content == {"users": [{"ID": 3, "UF_PHONE_INNER": "103"}]}
    assert me.structured_content["name"] == "Anna Keller"


def test_nothing_selected_and_nobody_found_are_no_fault(anna: Employee) -> None:
    nothing, nobody = anna.replies(
        ("user_get", {"filter": {"ID": 3}, "select": ["UF_USR_BADGE"]}), ("user_search", {"filter": {"FIND": "zzz"}})
    )

    assert nothing.structured_content == {"users": [{}]}
    assert text_of(nobody) == "No users."


def test_a_page_of_fifty_users_says_where_the_next_begins() -> None:
    call = methods()["user_search"].from_tool({"filter": {"FIND": "olga"}, "start": 50})

    result = call.result([{"ID": str(number)} for number in range(50)])

    assert result["next_start"] == 100
    assert call.text(result).endswith("More with start=100.")


def test_the_names_of_methods_come_without_padding(anna: Employee) -> None:
    assert (
        text_of(anna.say("methods", scope="im")).split() == anna.say("methods", scope="im").structured_content["result"]
    )
    assert anna.say("scope").structured_content["result"] == ["imopenlines", "im", "imbot", "user"]


@pytest.mark.parametrize(
    ("tool", "arguments", "tick"),
    [
        ("im_recent_list", {}, "tick Chat and Notifications (im)."),
        (
            "user_current",
            {},
            "tick Users (user_brief or user_basic or user).",
        ),
    ],
)
def test_a_missing_scope_is_named_with_what_to_tick(tool: str, arguments: dict[str, Any], tick: str) -> None:
    reply = Employee(seed.SECOND_OPERATOR_WEBHOOK_PATH).say(tool, **arguments)

    assert reply.structured_content["error"]["code"] == "insufficient_scope"
    assert tick in reply.structured_content["error"]["advice"]


def test_a_method_that_is_hidden_for_its_scope_is_told_from_one_that_is_missing() -> None:
    without, granted = Employee(seed.SECOND_OPERATOR_WEBHOOK_PATH), Employee(seed.OPERATOR_WEBHOOK_PATH)
    for employee in (without, granted):
        employee.company.switches.scope_hides_methods = True
        employee.company.switches.modules.im = False

    codes = [employee.say("im_recent_list").structured_content["error"]["code"] for employee in (without, granted)]
    assert codes == ["insufficient_scope", "ERROR_METHOD_NOT_FOUND"]
    assert without.say("user_current").structured_content["error"]["code"] == "insufficient_scope"
    assert not granted.say("user_current").is_error, "one of three scopes is enough"


def test_the_check_of_a_portal_names_the_scopes_that_the_chosen_tools_lack() -> None:
    employee = Employee(seed.SECOND_OPERATOR_WEBHOOK_PATH)
    report = employee.say("portal_check").structured_content

    (scopes,) = (check for check in report["checks"] if check["name"] == "scopes")
    assert not scopes["ok"]
    users = "Users (user_brief or user_basic or user)"
    for scope in ("Chat and Notifications (im)", users, "Chat bots (imbot)"):
        assert scope in scopes["todo"]
    lacking = {name for name, why in report["unusable_tools"].items() if why.startswith("scope ")}
    messenger = {name for name, tool in EVERYTHING.items() if tool.toolset() == "messenger"}
    bots = {name for name in EVERYTHING if name.startswith(("imbot_", "im_event_"))}
    assert lacking == messenger - {"scope", "methods"} | {"note"} | bots


def test_tools_that_are_off_need_no_scope() -> None:
    report = Employee(seed.SECOND_OPERATOR_WEBHOOK_PATH, DEFAULT_TOOLSETS).say("portal_check").structured_content

    assert next(check for check in report["checks"] if check["name"] == "scopes")["ok"]


def test_a_page_of_users_that_is_cut_says_how_to_read_the_rest_of_it_and_not_the_page_after() -> None:
    caller = ToolCaller()
    for number in range(100, 180):
        caller.company.employees[number] = replace(caller.company.employees[3], id=number, position="Desk " * 500)
    first = text_of(caller.call("user_get", detail="full"))
    last = re.search(r">ID\W+(\d+)", first)

    assert "start=50" not in first
    assert last, first[-300:]
    filtered = {">ID": int(last[1])}
    following = caller.call("user_get", filter=filtered, sort="ID", order="ASC", detail="full").structured_content or {}
    assert following["users"][0]["ID"] == int(last[1]) + 1
