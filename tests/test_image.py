"""What the image says of the program, held against the program; building it takes Docker, which tests do not need."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest

from server.cli.main import cli
from server.config.http_settings import ServerSettings, list_variables
from server.config.settings import Settings
from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.server.telemetry.server_process import run_server_process

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
ALLOWED = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def _words_of(instruction: str) -> list[str]:
    """The JSON list of an instruction."""
    found = re.search(rf"^{instruction} (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert found, instruction
    words: list[str] = json.loads(found[1])
    return words


def _pins(file: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / file).read_text()))


def _health_check(port: int) -> int:
    command = re.search(r"HEALTHCHECK(?:.|\n)*?CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert command
    python, *words = json.loads(command[1])
    assert python == "python"
    environment = {"OPENCHANNELS_HTTP_PORT": str(port), "http_proxy": "http://127.0.0.1:9"}
    return subprocess.run([sys.executable, *words], env=environment, capture_output=True, check=False).returncode


def test_everything_that_the_wheel_is_made_of_may_be_copied_and_is_there() -> None:
    folders = {folder.partition("/")[0] for folder in PROJECT["tool"]["setuptools"]["package-dir"].values()}
    needed = {*folders, "openchannels_mcp", "pyproject.toml", "README.md", "LICENSE", "requirements-image.lock"}

    assert needed <= ALLOWED
    assert [name for name in ALLOWED if not (ROOT / name).exists()] == []


def test_the_image_starts_a_command_that_exists_with_options_that_exist() -> None:
    (program_name,) = _words_of("ENTRYPOINT")
    command, *options = _words_of("CMD")

    assert program_name in PROJECT["project"]["scripts"]
    assert isinstance(cli, click.Group)
    serve = cli.commands[command]
    serve.make_context(command, options, resilient_parsing=False, obj={})
    assert f"EXPOSE {ServerSettings.model_fields['port'].default}\n" in DOCKERFILE


@pytest.mark.parametrize("text", [DOCKERFILE, COMPOSE], ids=["Dockerfile", "compose.yaml"])
def test_every_variable_that_is_named_is_a_setting(text: str) -> None:
    known = list_variables() | {f"OPENCHANNELS_{name.upper()}" for name in Settings.model_fields}

    named = set(re.findall(r"OPENCHANNELS_\w+", text))
    assert named
    assert named <= known


def test_what_is_kept_is_kept_in_the_volume() -> None:
    found = re.search(r"XDG_CONFIG_HOME=(\S+)", DOCKERFILE)
    assert found
    code = "import openchannels_mcp\nfrom server.config.settings import FOLDER\nprint(FOLDER, end='')"
    environment = {**PLAIN_ENVIRONMENT, "XDG_CONFIG_HOME": found[1]}
    folder = subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, env=environment, text=True)

    assert f"--home-dir {folder} " in DOCKERFILE
    assert f"- state:{folder}\n" in COMPOSE


def test_the_health_check_tells_a_living_server_from_none(tmp_path: Path) -> None:
    with run_server_process(tmp_path, "--sandbox") as running:
        port = running.server.port
        assert _health_check(port) == 0
    assert _health_check(port) != 0


def test_the_image_has_the_same_versions_as_everything_else_and_nothing_for_development() -> None:
    everything, image = _pins("requirements.lock"), _pins("requirements-image.lock")
    required = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["telemetry"]]
    names = {re.split(r"[\[<>=]", requirement)[0].replace("_", "-").lower() for requirement in required}

    assert names <= set(image)
    assert {name: version for name, version in image.items() if everything.get(name, version) != version} == {}
    assert set(image).isdisjoint({"pytest", "mypy", "ruff", "hypothesis"})


def test_every_package_of_the_image_is_named_with_its_hashes() -> None:
    text = (ROOT / "requirements-image.lock").read_text()

    blocks = re.split(r"\n(?=[a-z0-9-]+==)", text)
    assert len(blocks) == len(_pins("requirements-image.lock"))
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "--require-hashes" in DOCKERFILE
