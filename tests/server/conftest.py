"""What the tests of the guard share."""

from pathlib import Path

import pytest

from tests.server.embedded import EmbeddedPortal


@pytest.fixture
def embedded(tmp_path: Path) -> EmbeddedPortal:
    return EmbeddedPortal(tmp_path)
