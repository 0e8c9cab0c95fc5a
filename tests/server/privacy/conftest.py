"""One portal full of clients' data for a module, and a client of a server that hides it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assistant import Assistant
from tests.served import ServedSandbox, serve_sandbox
from tests.server.privacy.clients_data import Planted, meet_clients, plant, serve_masked


@pytest.fixture(scope="module")
def served() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def planted(served: ServedSandbox) -> Planted:
    return plant(served)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def client(planted: Planted, folder: Path) -> Iterator[Assistant]:
    """One that hides, and has seen both clients."""
    with serve_masked(planted, folder) as client:
        meet_clients(client, planted)
        yield client
