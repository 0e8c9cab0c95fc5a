import pytest

from tests.sandbox.portal import SandboxClient


@pytest.fixture
def portal() -> SandboxClient:
    return SandboxClient()
