"""The official conformance suite of the protocol, against the served program.

It needs Node and the npm registry, so it runs where NODE_TESTS is set, as in CI. Most of its scenarios call tools,
pages and prompts of names that only a server made for it has; each of those is named below with the reason.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.served_team import served_for_this_machine

SUITE = ["npx", "-y", "-p", "node@24.21.0", "-p"]
TOOL = "wants a tool of its own name"
PAGE = "wants a page of its own address"
PROMPT = "wants a prompt of its own name"
TASKS = "the extension for tasks is not offered"
WANTING = {
    "logging-set-level": "logging to the client is not declared: the newest revision deprecates it",
    **dict.fromkeys(
        (
            "tools-call-image",
            "tools-call-audio",
            "tools-call-embedded-resource",
            "tools-call-mixed-content",
            "tools-call-with-logging",
            "tools-call-with-progress",
            "tools-call-sampling",
            "tools-call-elicitation",
            "elicitation-sep1034-defaults",
            "elicitation-sep1330-enums",
            "input-required-result-basic-elicitation",
            "input-required-result-basic-sampling",
            "input-required-result-basic-list-roots",
            "input-required-result-request-state",
            "input-required-result-multiple-input-requests",
            "input-required-result-multi-round",
            "input-required-result-non-tool-request",
            "input-required-result-result-type",
            "input-required-result-tampered-state",
            "input-required-result-capability-check",
            "json-schema-2020-12",
            "http-custom-header-server-validation",
        ),
        TOOL,
    ),
    **dict.fromkeys(
        (
            "resources-read-text",
            "resources-read-binary",
            "resources-templates-read",
            "resources-subscribe",
            "resources-unsubscribe",
        ),
        PAGE,
    ),
    **dict.fromkeys(
        ("prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource", "prompts-get-with-image"),
        PROMPT,
    ),
    **dict.fromkeys(
        (
            "tasks-lifecycle",
            "tasks-capability-negotiation",
            "tasks-wire-fields",
            "tasks-request-state-removal",
            "tasks-mrtr-input",
            "tasks-request-headers",
            "tasks-dispatch-and-envelope",
            "tasks-required-task-error",
            "tasks-mrtr-composition",
        ),
        TASKS,
    ),
}
"""Scenario -> why it cannot pass here."""
WANTING_CHECKS = {
    "sep-2575-server-rejects-undeclared-capability": TOOL,
    "sep-2575-missing-capability-http-400": TOOL,
}
"""The same for single checks of a scenario that is about any server."""
REVISIONS = {
    "0.1.16": ([], 10),
    "0.2.0-alpha.12": (["--requirements", "2026-07-28"], 17),
}
"""Version of the suite -> its options, and how many scenarios at least are about any server."""

STAMP = re.compile(r"-\d{4}-\d\d-\d\dT")

pytestmark = pytest.mark.skipif(not os.environ.get("NODE_TESTS"), reason="needs Node and npm: set NODE_TESTS=1")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_for_this_machine(tmp_path_factory.mktemp("served")) as address:
        yield f"{address}/mcp"


def _results(folder: Path) -> Mapping[str, list[dict[str, Any]]]:
    """Scenario -> its checks."""
    found = {}
    for path in folder.glob("server-*/checks.json"):
        scenario = STAMP.split(path.parent.name.removeprefix("server-"))[0]
        found[scenario] = json.loads(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("version", REVISIONS)
def test_every_scenario_that_is_about_any_server_passes(address: str, version: str, tmp_path: Path) -> None:
    options, fewest = REVISIONS[version]
    words = " ".join(["conformance", "server", "--url", address, "-o", str(tmp_path), *options])
    command = [*SUITE, f"@modelcontextprotocol/conformance@{version}", "-c", words]
    subprocess.run(command, check=False, capture_output=True, timeout=300)

    results = _results(tmp_path)
    failed = {
        scenario: [
            check["id"]
            for check in checks
            if check["status"] == "FAILURE" and check["id"] not in WANTING_CHECKS and scenario not in WANTING
        ]
        for scenario, checks in results.items()
    }
    assert {scenario: checks for scenario, checks in failed.items() if checks} == {}
    assert len(results.keys() - WANTING.keys()) >= fewest
