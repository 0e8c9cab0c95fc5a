"""What a server over standard input and output announces; over HTTP see http/transport/test_subscriptions.py."""

import pytest

from tests.assistant import assistant


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_over_stdio_notices_of_changed_resources_are_announced_and_no_others(era: str) -> None:
    with assistant("--sandbox", mode=era) as client:
        told = client.client.server_capabilities

    announced = told.model_dump(include={"tools", "prompts", "resources", "experimental"}, exclude_none=True)
    assert announced == {
        "tools": {"list_changed": False},
        "prompts": {"list_changed": False},
        "resources": {"list_changed": False, "subscribe": True},
    }
