"""One sandbox in a process of its own for all tests of a module; each begins with a fresh company."""

from collections.abc import Iterator

import pytest

from tests.served import ServedSandbox, serve_sandbox


@pytest.fixture(scope="module")
def _served() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_served: ServedSandbox) -> ServedSandbox:
    """The portal as it is seeded."""
    _served.control("reset")
    return _served
