from pathlib import Path

import pytest

from tests.reference.mirror.handmade import documentation, tar_gz
from tests.reference.mirror.publisher import Publisher


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the mirror is going to be."""
    return tmp_path / "mirror"


@pytest.fixture
def publisher() -> Publisher:
    """The public address, which serves the made-up documentation."""
    return Publisher(tar_gz(documentation()))
