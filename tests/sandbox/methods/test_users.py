from typing import Any

import pytest

from sandbox.seed.seed import (
    EXTRANET_WEBHOOK_PATH,
    NO_RIGHTS_WEBHOOK_PATH,
    OPERATOR_WEBHOOK_PATH,
    SUPERVISOR_WEBHOOK_PATH,
)
from sandbox.state.people import Employee
from tests.sandbox.client import SandboxClient

CURRENT, GET, SEARCH = "user.current", "user.get", "user.search"


def list_ids(portal: SandboxClient, method: str, path: str | None = None, **params: Any) -> list[int]:
    options = {"path": path} if path else {}
    return [int(user["ID"]) for user in portal.call(method, params, **options)]


def test_the_caller_is_shown_with_the_fields_of_the_scope(portal: SandboxClient) -> None:
    anna, martin = portal.call(CURRENT), portal.call(CURRENT, path=SUPERVISOR_WEBHOOK_PATH)
    olga = portal.call(CURRENT, path=OPERATOR_WEBHOOK_PATH)
    assert (anna["ID"], anna["ACTIVE"], anna["UF_DEPARTMENT"]) == ("1", True, [1])
    assert ("LAST_LOGIN" in anna, "EMAIL" in anna) == (True, True)
    assert ("LAST_LOGIN" in martin, "EMAIL" in martin) == (False, True)
    assert ("LAST_LOGIN" in olga, "EMAIL" in olga) == (False, False)
    assert "USER_TYPE" not in anna


def test_users_are_employees_without_bots_clients_and_guests(portal: SandboxClient) -> None:
    assert list_ids(portal, GET) == [1, 2, 3, 4, 5, 6, 8]
    assert list_ids(portal, GET, ADMIN_MODE=True) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert list_ids(portal, GET, SUPERVISOR_WEBHOOK_PATH, ADMIN_MODE=True) == [1, 2, 3, 4, 5, 6, 8]
    assert list_ids(portal, GET, EXTRANET_WEBHOOK_PATH) == [7]


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"ID": 3}, [3]),
    ({"ID": ["3", "5"]}, [3, 5]),
    ({"@ID": [3, 5]}, [3, 5]),
    ({"!@ID": [1, 2, 3]}, [4, 5, 6, 8]),
    ({">ID": 5}, [6, 8]),
    ({"<=ID": 2}, [1, 2]),
    ({"ACTIVE": False}, [6]),
    ({"UF_DEPARTMENT": 5}, [2, 3, 4]),
    ({"IS_ONLINE": "Y"}, [1, 2, 3, 4]),
    ({"%WORK_POSITION": "support"}, [2, 3, 4]),
    ({"!%WORK_POSITION": "support"}, [1, 5, 6, 8]),
    ({"=%LAST_NAME": "S%"}, [3]),
    ({"NAME": "Olga"}, [3]),
    ({"NAME_SEARCH": "smir"}, [3]),
    ({"name": "Olga", "NO_SUCH_FIELD": 1}, [3]),
]


@pytest.mark.parametrize(("filters", "found"), FILTERS)
def test_a_filter_chooses_users(portal: SandboxClient, filters: dict[str, Any], found: list[int]) -> None:
    assert list_ids(portal, GET, FILTER=filters) == found


def test_filters_beside_a_filter_are_lost_and_alone_they_count(portal: SandboxClient) -> None:
    assert list_ids(portal, GET, UF_DEPARTMENT=7) == [5, 6]
    assert list_ids(portal, GET, UF_DEPARTMENT=7, FILTER={"ID": 1}) == [1]


def test_a_filter_by_a_field_beyond_the_scope_is_passed_over(portal: SandboxClient) -> None:
    email = {"EMAIL": "olga@sandbox.example"}
    assert list_ids(portal, GET, FILTER=email) == [3]
    assert len(list_ids(portal, GET, OPERATOR_WEBHOOK_PATH, FILTER=email)) == 7


def test_users_are_sorted_only_with_both_a_field_and_a_direction(portal: SandboxClient) -> None:
    assert list_ids(portal, GET, sort="ID", order="DESC")[0] == 8
    assert list_ids(portal, GET, sort="LAST_NAME", order="ASC")[:2] == [8, 4]
    assert list_ids(portal, GET, sort="ID")[0] == 1


def test_only_selected_fields_come_and_none_at_all_is_an_empty_list(portal: SandboxClient) -> None:
    params = {"FILTER": {"ID": 3}, "select": ["ID", "NO_SUCH_FIELD", "UF_*"]}
    (olga,) = portal.call(GET, params)
    assert set(olga) == {"ID", "UF_EMPLOYMENT_DATE", "UF_DEPARTMENT", "UF_PHONE_INNER"}
    assert portal.call(GET, {"FILTER": {"ID": 3}, "select": ["NO_SUCH_FIELD"]}) == [[]]
    assert len(portal.call(GET, {"FILTER": {"ID": 3}, "select": ["*"]})[0]) > 10


SEARCHES: list[tuple[dict[str, Any], list[int]]] = [
    ({"FIND": "olga smi"}, [3]),
    ({"FIND": "engineer"}, [3, 4]),
    ({"FIND": "sales"}, [5, 6]),
    ({"FIND": "5"}, [5]),
    ({"NAME": "Ann"}, [1]),
    ({"WORK_POSITION": "Support", "NAME": "Mar"}, [2]),
    ({"UF_DEPARTMENT_NAME": "Support"}, [2, 3, 4]),
    ({"USER_TYPE": "extranet"}, []),
    ({"FIND": "nobody"}, []),
]


@pytest.mark.parametrize(("filters", "found"), SEARCHES)
def test_a_search_looks_at_the_beginnings_of_words(
    portal: SandboxClient, filters: dict[str, Any], found: list[int]
) -> None:
    assert list_ids(portal, SEARCH, FILTER=filters) == found


def test_a_search_for_less_than_three_letters_finds_everybody(portal: SandboxClient) -> None:
    assert len(list_ids(portal, SEARCH, FILTER={"FIND": "ol"})) == 7


def test_a_page_has_fifty_users_and_start_says_where_it_begins(portal: SandboxClient) -> None:
    for number in range(500, 560):
        portal.company.employees[number] = Employee(number, "Extra", departments=(5,))
    first = portal.post(GET).json()
    assert (len(first["result"]), first["next"], first["total"]) == (50, 50, 67)
    second = portal.post(GET, {"start": 50}).json()
    assert (len(second["result"]), second.get("next"), second["total"]) == (17, None, 67)
    batch = portal.call("batch", {"cmd": {"a": "user.get?start=50", "b": "user.get"}})
    assert (batch["result_total"], batch["result_next"]) == ({"a": 67, "b": 67}, {"b": 50})


@pytest.mark.parametrize("method", [CURRENT, GET, SEARCH])
def test_any_of_three_scopes_opens_the_users(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method, path=NO_RIGHTS_WEBHOOK_PATH) == (401, "insufficient_scope")
    for path in (SUPERVISOR_WEBHOOK_PATH, OPERATOR_WEBHOOK_PATH):
        assert portal.call(method, path=path)


def test_the_methods_of_a_scope_can_be_listed(portal: SandboxClient) -> None:
    assert portal.call("methods", {"scope": "im"}) == [
        "im.counters.get",
        "im.dialog.messages.get",
        "im.dialog.read",
        "im.disk.file.commit",
        "im.message.add",
        "im.recent.get",
        "im.recent.list",
    ]
    assert "scope" in portal.call("methods", {"scope": ""})
    everything = portal.call("methods", {"full": True}, path=NO_RIGHTS_WEBHOOK_PATH)
    assert set(portal.call("methods", path=NO_RIGHTS_WEBHOOK_PATH)) < set(everything)
    assert set(portal.call("scope")) < set(portal.call("scope", {"full": True}))
