"""What holds for all tests."""

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def state_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever runs the tests finds nothing of them in their own approvals and audit log."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENCHANNELS_STATE_FOLDER", str(tmp_path_factory.mktemp("state")))
        yield
