import pytest

from tests.sandbox.client import SandboxClient


@pytest.fixture
def portal() -> SandboxClient:
    return SandboxClient()
