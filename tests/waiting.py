"""The one way in which tests wait for what another process, thread or task brings about."""

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

Seen = TypeVar("Seen")
PAUSE = 0.06
"""Seconds between two looks: fewer than the twenty a second that a server allows one token for long."""


def wait_until(look: Callable[[], Seen], seconds: float = 10) -> Seen:
    """The first result of `look` that is true; the test fails if none comes within so many seconds."""
    end = time.monotonic() + seconds
    while not (seen := look()):
        assert time.monotonic() < end, f"nothing came within {seconds} seconds; the last look showed {seen!r}"
        time.sleep(PAUSE)
    return seen


async def wait_until_async(look: Callable[[], Awaitable[Seen]], seconds: float = 10) -> Seen:
    """The same for a look that is awaited; other tasks of the test run meanwhile."""
    end = anyio.current_time() + seconds
    while not (seen := await look()):
        assert anyio.current_time() < end, f"nothing came within {seconds} seconds; the last look showed {seen!r}"
        await anyio.sleep(PAUSE)
    return seen
