"""What a server over standard input and output announces; over HTTP see http/transport/test_subscriptions.py."""

import pytest

from tests.assistant import assistant


@pytest.mark.parametrize("era", ["legacy", "auto"])
def test_over_stdio_no_notice_is_announced_because_none_is_sent(era: str) -> None:
    with assistant("--sandbox", mode=era) as client:
        told = client.client.server_capabilities

    announced = told.model_dump(include={"tools", "prompts", "resources"}, exclude_none=True)
    assert set(announced) == {"tools", "prompts", "resources"}
    assert not any(flag for kind in announced.values() for flag in kind.values())
