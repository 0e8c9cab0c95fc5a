"""A served portal and an assistant at it, for all tests of a module."""

from collections.abc import Iterator

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from tests.assistant import Assistant, assistant
from tests.served import ServedSandbox, serve_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(sandbox: ServedSandbox) -> Iterator[Assistant]:
    with assistant(webhook=f"{sandbox.address}{ADMIN_WEBHOOK_PATH}") as client:
        yield client
