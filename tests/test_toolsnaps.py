"""A committed snapshot of every tool: a change of what assistants see is a change on purpose.

`UPDATE_TOOLSNAPS=1 python -m pytest tests/test_toolsnaps.py` writes them anew.
"""

import json
import os
from pathlib import Path

import pytest

from server.catalogue.definitions import describe_tool
from tests.assistant import EVERYTHING

FOLDER = Path(__file__).parent / "toolsnaps"
METHODS = EVERYTHING


def _present(tool: str) -> str:
    shown = describe_tool(METHODS[tool]).model_dump(by_alias=True, exclude_none=True)
    return json.dumps(shown, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


@pytest.mark.parametrize("tool", METHODS)
def test_a_tool_looks_as_its_snapshot(tool: str) -> None:
    path = FOLDER / f"{tool}.json"
    if os.environ.get("UPDATE_TOOLSNAPS"):
        path.write_text(_present(tool), encoding="utf-8")

    assert path.read_text(encoding="utf-8") == _present(tool)


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == set(METHODS)
