from typing import Any

import pytest

from sandbox.seed.seed import (
    OPERATOR_WEBHOOK_PATH,
    SUPERVISOR_WEBHOOK_PATH,
)
from tests.sandbox.client import SandboxClient

LIST = "imopenlines.config.list.get"


def list_lines(portal: SandboxClient, options: Any = None, **params: Any) -> Any:
    return portal.call(LIST, {"PARAMS": params, "OPTIONS": options or {}})


def list_ids(portal: SandboxClient, **params: Any) -> list[str]:
    return [line["ID"] for line in list_lines(portal, select=["ID"], **params)]


def test_the_list_selects_fields_and_orders(portal: SandboxClient) -> None:
    lines = list_lines(portal, select=["ID", "LINE_NAME"], order={"LINE_NAME": "desc"}, limit=2)
    assert lines == [{"ID": "1", "LINE_NAME": "Website support"}, {"ID": "3", "LINE_NAME": "VIP"}]
    assert list_ids(portal, order={"ID": "ASC"}, limit=2, offset=1) == ["2", "3"]


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"ACTIVE": "N"}, ["4"]),
        ({"=ID": [1, 2]}, ["1", "2"]),
        ({"@ID": [3]}, ["3"]),
        ({"!ACTIVE": "Y"}, ["4"]),
        ({"!=ID": 1}, ["2", "3", "4", "5"]),
        ({">=ID": 4}, ["4", "5"]),
        ({"<=ID": "2"}, ["1", "2"]),
        ({">ID": 4}, ["5"]),
        ({"<ID": 2}, ["1"]),
        ({"%LINE_NAME": "desk"}, ["5"]),
        ({"LOGIC": "OR", "0": {"ID": 1}, "1": {"ID": 5}}, ["1", "5"]),
        ({"QUEUE_TYPE": "strictly", "WELCOME_BOT_ENABLE": "N"}, ["3"]),
    ],
)
def test_the_filter_knows_the_prefixes_of_the_orm(portal: SandboxClient, conditions: Any, found: list[str]) -> None:
    assert list_ids(portal, filter=conditions) == found


def test_the_list_adds_queues_on_request(portal: SandboxClient) -> None:
    line = list_lines(portal, {"QUEUE": "Y", "CONFIG_QUEUE": "Y"}, select=["ID"], filter={"ID": 2})[0]
    assert line["QUEUE"] == ["5", "4"]
    assert line["CONFIG_QUEUE"] == [
        {"ENTITY_TYPE": "department", "ENTITY_ID": "7"},
        {"ENTITY_TYPE": "user", "ENTITY_ID": "4"},
    ]
    assert set(line["QUEUE_USERS_FIELDS"]) == {"4", "5"}


def test_queues_need_the_id_in_the_selection(portal: SandboxClient) -> None:
    line = list_lines(portal, {"QUEUE": "Y"}, select=["LINE_NAME"], filter={"ID": 2})[0]
    assert line == {"LINE_NAME": "Sales", "QUEUE": [], "QUEUE_USERS_FIELDS": []}


def test_the_list_can_be_cut_to_what_the_caller_may_see(portal: SandboxClient) -> None:
    def list_permitted(action: str, path: str, *select: str) -> list[str]:
        params = {"PARAMS": {"select": select}, "OPTIONS": {"CHECK_PERMISSION": action}}
        return [line["ID"] for line in portal.call(LIST, params, path=path)]

    everything = ["1", "2", "3", "4", "5"]
    assert list_permitted("VIEW", OPERATOR_WEBHOOK_PATH, "ID", "MODIFY_USER_ID") == ["1", "4"]
    assert list_permitted("VIEW", SUPERVISOR_WEBHOOK_PATH, "ID") == everything
    assert list_permitted("MODIFY", SUPERVISOR_WEBHOOK_PATH, "ID") == everything
    assert list_permitted("MODIFY", OPERATOR_WEBHOOK_PATH, "ID") == []
    portal.company.lines[3].modified_by = 3
    assert list_permitted("VIEW", OPERATOR_WEBHOOK_PATH, "ID", "MODIFY_USER_ID") == ["1", "3", "4"]
    assert list_permitted("VIEW", OPERATOR_WEBHOOK_PATH, "ID") == ["1", "4"]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("name", ["select", "order", "filter"])
def test_three_sub_parameters_must_be_arrays_everywhere(portal: SandboxClient, name: str, *, strict: bool) -> None:
    portal.switch(strict_config_list=strict)
    assert portal.expect_refusal(LIST, {"PARAMS": {name: "ID"}}) == (400, "INVALID_FORMAT")


@pytest.mark.parametrize(
    ("params", "options"),
    [
        ({"start": 0}, {}),
        ({"limit": -1}, {}),
        ({"offset": "x"}, {}),
        ({"select": [""]}, {}),
        ({"select": ["NOPE"]}, {}),
        ({"select": {"1x": "ID"}}, {}),
        ({"select": {"²": "ID"}}, {}),
        ({"select": {"ACTIVE": "ID"}}, {}),
        ({"order": {"NOPE": "ASC"}}, {}),
        ({"order": {"ID": "up"}}, {}),
        ({"filter": {"%NOPE": 1}}, {}),
        ({}, {"OTHER": "Y"}),
        ({}, {"QUEUE": ["Y"]}),
        ({}, {"CHECK_PERMISSION": "DELETE"}),
    ],
)
def test_the_strict_validator_refuses_every_slip(portal: SandboxClient, params: Any, options: Any) -> None:
    assert portal.expect_refusal(LIST, {"PARAMS": params, "OPTIONS": options}) == (400, "INVALID_FORMAT")


def test_the_strict_validator_limits_pages(portal: SandboxClient) -> None:
    for _ in range(250):
        portal.company.lines[portal.company.issue_id("line")] = portal.company.lines[1]
    assert len(list_lines(portal)) == 50
    assert len(list_lines(portal, limit=500)) == 200
    portal.switch(strict_config_list=False)
    assert len(list_lines(portal)) == 255


@pytest.mark.parametrize("params", [{"select": ["NOPE"]}, {"order": {"NOPE": "ASC"}}, {"filter": {"NOPE": 1}}])
def test_the_older_portal_answers_unknown_fields_with_the_code_of_the_orm(portal: SandboxClient, params: Any) -> None:
    portal.switch(strict_config_list=False)
    assert portal.expect_refusal(LIST, {"PARAMS": params}) == (400, "100")


def test_the_older_portal_answers_other_slips_with_an_argument_error(portal: SandboxClient) -> None:
    portal.switch(strict_config_list=False)
    assert portal.expect_refusal(LIST, {"PARAMS": {"order": {"ID": "up"}}}) == (400, "ERROR_ARGUMENT")
    assert portal.expect_refusal(LIST, {"OPTIONS": {"CHECK_PERMISSION": "DELETE"}}) == (400, "ERROR_ARGUMENT")
