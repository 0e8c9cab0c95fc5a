"""What the tests of the guard share."""

from pathlib import Path

import pytest

from tests.server.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)
