"""The test that a portal's events arrive: a number goes to the portal alone, and has to come back in a post."""

import secrets
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread

from server.events.feed.store import Feed, Position
from server.http.deliveries.receiver import NUMBER, TEST_ASKED, TEST_SEEN

if TYPE_CHECKING:
    from portal.client import Portal

LOOK_EVERY = 0.1


async def make_round_trip(portal: "Portal", feed: Feed, seconds: float) -> bool:
    """Whether a test event came back to the server that shares this feed.

    The server that takes it learns by it what the portal's posts carry. The number is good for this one test.

    Raises:
        PortalError: The portal refuses the test, or does not answer.
        StorageError: The feed cannot be used.
    """
    number = secrets.token_hex(16)
    await to_thread.run_sync(feed.append, (), (), Position(TEST_ASKED, number))
    try:
        await portal.call("event.test", {NUMBER: number}, repeatable=True)
        with anyio.move_on_after(seconds):
            while await to_thread.run_sync(feed.read_position, TEST_SEEN) != number:  # noqa: ASYNC110  (another process)
                await anyio.sleep(LOOK_EVERY)
            return True
        return False
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(feed.append, (), (), Position(TEST_ASKED, ""))
