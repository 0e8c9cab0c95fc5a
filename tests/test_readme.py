"""The README says what is true of the program."""

import json
import re

from click.testing import CliRunner

from prompts import read_prompts
from server.cli.main import cli
from server.config.settings import Settings
from tests.readme import README, with_present_table

TEXT = README.read_text(encoding="utf-8")


def test_the_table_of_tools_is_the_present_one() -> None:
    assert with_present_table(TEXT) == TEXT, "run: make readme"


def test_every_setting_is_documented() -> None:
    for name in Settings.model_fields:
        assert f"`OPENCHANNELS_{name.upper()}`" in TEXT


def test_every_option_and_command_is_documented() -> None:
    shown = CliRunner().invoke(cli, ["--help"]).output

    for option in set(re.findall(r"--[a-z-]+", shown)) - {"--help", "--version"}:
        assert option in TEXT
    for command in cli.commands:
        assert f"openchannels-mcp {command}" in TEXT


def test_every_prompt_is_documented() -> None:
    for name in read_prompts():
        assert f"`{name}`" in TEXT


def test_the_snippets_for_clients_are_json() -> None:
    snippets = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)

    assert len(snippets) == 3
    for snippet in snippets:
        assert json.loads(snippet)
