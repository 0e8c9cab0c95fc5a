"""Clients that nobody of this project wrote: both TypeScript SDKs and the MCP Inspector's command line.

They need Node and the npm registry, so they run where NODE_TESTS is set, as in CI.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.assistant import EVERYTHING, PLAIN_ENVIRONMENT, ROOT
from tests.served_team import served_for_this_machine

NODE = ROOT / "tests" / "server" / "protocol" / "node"
SERVER = [
    "env",
    f"PYTHONPATH={ROOT}",
    "OPENCHANNELS_TOOLSETS=all",
    sys.executable,
    "-m",
    "openchannels_mcp",
    "--sandbox",
]
INSPECTOR = ["npx", "-y", "-p", "node@24.21.0", "-p", "@modelcontextprotocol/inspector@2.12.0", "-c"]

pytestmark = pytest.mark.skipif(not os.environ.get("NODE_TESTS"), reason="needs Node and npm: set NODE_TESTS=1")


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, capture_output=True, timeout=300)


def _run(command: list[str]) -> Any:
    environment = {**os.environ, **PLAIN_ENVIRONMENT}
    ended = subprocess.run(command, cwd=NODE, env=environment, check=False, capture_output=True, text=True, timeout=300)
    assert ended.stdout, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_for_this_machine(tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.mark.parametrize("way", ["stdio", "http", "sse"])
@pytest.mark.parametrize("generation", ["old", "v1", "v2"])
def test_the_typescript_clients_of_every_era_live_through_the_story(generation: str, way: str, address: str) -> None:
    if (generation, way) == ("old", "http"):
        pytest.skip("the client of 2024 does not know this transport")
    server = {"stdio": SERVER, "http": [f"{address}/mcp"], "sse": [f"{address}/sse"]}[way]
    told = _run(["node", "story.mjs", generation, way, *server])

    assert told["protocol"] == ("2026-07-28" if generation == "v2" else None)
    assert set(told["tools"]) == set(EVERYTHING)
    assert re.search(r"<client (\w+)>Emma Wilson - Sales</\1>", told["dialog"])
    assert told["refused"]["isError"] is True
    assert "give exactly one of" in told["refused"]["text"]
    assert told["resources"] >= len(EVERYTHING)
    assert "TRANSFER_ID" in told["page"]
    assert len(told["prompts"]) == 7
    assert "chat 201" in told["prompt"]


@pytest.mark.parametrize(("way", "path"), [("http", "mcp"), ("sse", "sse")])
def test_the_inspector_calls_over_the_network(address: str, way: str, path: str) -> None:
    words = ["mcp-inspector", "--cli", f"{address}/{path}", "--transport", way]
    call = [*words, "--method", "tools/call", "--tool-name", "dialog_get", "--tool-arg", "chat_id=201"]
    called = _run([*INSPECTOR, shlex.join([*call, "--format", "json"])])["result"]

    assert called["content"][0]["text"].startswith("Chat 201 ")


def _inspect(*words: str) -> Any:
    return _run([*INSPECTOR, shlex.join(["mcp-inspector", "--cli", *SERVER, *words, "--format", "json"])])["result"]


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_inspector_lists_the_tools_in_either_era(era: str) -> None:
    listed = _inspect("--method", "tools/list", "--protocol-era", era)

    assert {tool["name"] for tool in listed["tools"]} == set(EVERYTHING)


def test_the_inspector_calls_reads_and_prompts() -> None:
    called = _inspect("--method", "tools/call", "--tool-name", "dialog_get", "--tool-arg", "chat_id=201")
    page = _inspect("--method", "resources/read", "--uri", "openchannels://docs/methods/imopenlines.dialog.get")
    prompt = _inspect(
        "--method", "prompts/get", "--prompt-name", "hand_over", "--prompt-args", "chat_id=201", "to=Olga"
    )

    assert called["content"][0]["text"].startswith("Chat 201 ")
    assert "USER_CODE" in page["contents"][0]["text"]
    assert "201" in prompt["messages"][0]["content"]["text"]
