import pytest

from tests.sandbox.portal import Portal


@pytest.fixture
def portal() -> Portal:
    return Portal()
