"""What the check of a portal finds, as a tool and as `openchannels-mcp doctor`."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner

from sandbox.seed import seed
from server.cli.main import cli
from tests.assistant import BY_DEFAULT, EVERYTHING, PLAIN_ENVIRONMENT
from tests.served import ServedSandbox, serve_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


def _check_portal(webhook: str, toolsets: str = "") -> tuple[int, dict[str, Any], str]:
    environment = {
        **PLAIN_ENVIRONMENT,
        "OPENCHANNELS_TOOLSETS": toolsets,
        "OPENCHANNELS_WEBHOOK_URL": webhook,
        "OPENCHANNELS_TIMEOUT": "2",
    }
    data = CliRunner().invoke(cli, ["doctor", "--json"], env=environment)
    text = CliRunner().invoke(cli, ["doctor"], env=environment)
    assert data.exit_code == text.exit_code
    return data.exit_code, json.loads(data.stdout), text.stdout


def _list_failed(report: dict[str, Any]) -> list[str]:
    return [check["name"] for check in report["checks"] if not check["ok"]]


def test_a_healthy_portal_passes_every_check(sandbox: ServedSandbox) -> None:
    sandbox.control("reset")
    status, report, text = _check_portal(f"{sandbox.address}{seed.ADMIN_WEBHOOK_PATH}")

    assert status == 0
    assert report["ok"]
    assert report["unusable_tools"] == {}
    assert report["usable_tools"] == len(BY_DEFAULT)
    assert "calls act as user 1 Anna Keller, an administrator" in text


GAPS: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("/rest/1/wrong-token/", {}, ["credentials"], "INVALID_CREDENTIALS"),
    (seed.NO_SCOPE_WEBHOOK_PATH, {}, ["scopes", "open channels"], "tick Open Channels"),
    (seed.NO_RIGHTS_WEBHOOK_PATH, {}, ["lines to see", "lines to change", "reports"], "no MODIFY permission"),
    (seed.ADMIN_WEBHOOK_PATH, {"plan": {"reports": False}}, ["reports"], "no Open Channels reports"),
    (seed.NO_SCOPE_WEBHOOK_PATH, {"scope_hides_methods": True}, ["scopes", "open channels"], "tick Open Channels"),
]


@pytest.mark.parametrize(("path", "switches", "gaps", "words"), GAPS)
def test_a_gap_is_found_with_what_to_do_and_the_tools_that_cannot_work(
    sandbox: ServedSandbox, path: str, switches: dict[str, Any], gaps: list[str], words: str
) -> None:
    sandbox.control("reset")
    sandbox.control("switches", switches)
    status, report, text = _check_portal(f"{sandbox.address}{path}")

    assert status == 1
    assert set(gaps) <= set(_list_failed(report))
    assert words in text
    assert report["unusable_tools"]


def test_tools_for_connectors_need_an_application_and_say_so(sandbox: ServedSandbox) -> None:
    sandbox.control("reset")
    status, report, text = _check_portal(f"{sandbox.address}{seed.ADMIN_WEBHOOK_PATH}", "all")

    assert status == 1
    assert _list_failed(report) == ["application"]
    assert set(report["unusable_tools"].values()) == {"needs an application"}
    assert {EVERYTHING[name].toolset() for name in report["unusable_tools"]} == {"connectors", "events"}
    assert "openchannels-mcp login" in text

    status, report, text = _check_portal(f"{sandbox.address}{seed.APPLICATION_PATH}", "all")

    assert status == 0
    assert report["usable_tools"] == len(EVERYTHING)
    assert f"ok  application: {seed.APPLICATION_ID}" in text


def test_a_portal_that_is_not_there_is_told_apart() -> None:
    status, report, text = _check_portal("http://127.0.0.1:9/rest/1/some-token-1/")

    assert status == 1
    assert _list_failed(report) == ["connection"]
    assert "could not be reached" in text
    assert "some-token-1" not in text
