from collections.abc import Iterator

import pytest

from sandbox.seed import seed
from tests.assistant import Assistant, assistant
from tests.served import ServedSandbox, serve_sandbox


@pytest.fixture(scope="module")
def served() -> Iterator[ServedSandbox]:
    with serve_sandbox() as served:
        yield served


@pytest.fixture(scope="module")
def anna(served: ServedSandbox) -> Iterator[Assistant]:
    with assistant(webhook=f"{served.address}{seed.ADMIN_WEBHOOK_PATH}") as client:
        yield client
