"""Employees whose calls the tests make."""

import pytest

from sandbox.seed import seed
from tests.tools.employee import Employee


@pytest.fixture
def olga() -> Employee:
    return Employee(seed.OPERATOR_WEBHOOK_PATH)


@pytest.fixture
def anna() -> Employee:
    return Employee(seed.ADMIN_WEBHOOK_PATH)
