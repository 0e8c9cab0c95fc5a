"""A clock and a state file of its own for each test."""

from pathlib import Path

import pytest

from server.storage.database import State
from tests.server.approvals.calls import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> State:
    return State(tmp_path / "state" / "state.sqlite")
