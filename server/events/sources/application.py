"""An application with a public address: the portal posts events to `/events/PROFILE`, and never a second time.

What is posted is on the disk before it is answered (`Feed.keep_post`); this source works it off. As the portal loses
what it could not deliver, every few minutes each open dialog is looked at as well.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from anyio import to_thread

from server.events.feed.cue import Cue
from server.events.feed.store import Post
from server.events.installation import InstallationFile
from server.events.sources.reconciliation import AGAIN, EVERY, Reconciliation
from server.events.sources.source import Abilities, SourceParts
from server.events.sources.wire import read_event
from tools.result_types import read_object, read_text
from workflows.core.context import run_together
from workflows.core.moments import read_moment

AT_ONCE = 200
"""Posts that are worked off together: they name few dialogs, each of which is looked at once."""
NOT_PROVED = "the portal has not posted anything yet that proves it: see `openchannels-mcp events bind`"
PROOF_EVERY = 5.0
"""Seconds between two looks for the portal's proof."""
LOOK_EVERY = 0.2
"""Seconds between two looks for posts that another process took in."""


def make_post(event: Mapping[str, Any]) -> str:
    """What of a delivery is kept until it is worked off; tokens are not among it."""
    return json.dumps({name: event.get(name) for name in ("event", "data", "ts")}, ensure_ascii=False)


def read_post(post: Post) -> list[Cue]:
    """What a delivery says of dialogs; nothing for one that cannot be read."""
    try:
        content = read_object(json.loads(post.body))
        moment = read_moment(content.get("ts"))
        at = moment.timestamp() if moment else post.received
        cues = list(read_event(read_text(content.get("event")), content.get("data"), at))
    except (ValueError, OverflowError):
        return []
    # Messages have dates by the portal's clock, from which ours may be far.
    return cues if moment else [replace(cue, since=None) for cue in cues]


class ApplicationSource:
    """Works off what the portal posted."""

    name = "application"
    exclusive = True
    abilities = Abilities(
        sees="all dialogs of all lines and channels: messages, edits, deletions, sessions; who took them where the "
        "application's user may read the dialog; events of the application's own connectors",
        cannot_see="edits and deletions whose delivery was lost",
        promise="heard of within a second; the portal never posts twice, so what it could not deliver is found by "
        f"reading every {EVERY / 60:.0f} minutes",
    )

    def __init__(self, proof: InstallationFile) -> None:
        self._proof = proof
        self._reconciliation = Reconciliation(self.name)

    async def run(self, parts: SourceParts) -> None:
        """Work off posts, and look at everything now and then, once the portal has proved itself; see `EventSource`."""
        while await to_thread.run_sync(self._proof.load) is None:
            parts.report(NOT_PROVED)
            await parts.sleep(PROOF_EVERY)
        parts.report("")
        await self._reconciliation.load(await parts.open_context(), parts)
        await run_together(partial(self._keep_working_off, parts), partial(self._reconcile, parts))

    async def _keep_working_off(self, parts: SourceParts) -> None:
        while True:
            if not await self._work_off(parts):
                await parts.sleep(LOOK_EVERY)

    async def _work_off(self, parts: SourceParts) -> bool:
        """Whether there was anything; posts are taken away in the transaction that writes down what they told."""
        posts = await to_thread.run_sync(parts.feed.list_posts, AT_ONCE)
        if posts:
            floor = self._reconciliation.floor
            cues = [replace(cue, floor=floor) for post in posts for cue in read_post(post)]
            await parts.follower.follow(cues, done_posts=[post.id for post in posts])
        return bool(posts)

    async def _reconcile(self, parts: SourceParts) -> None:
        context = await parts.open_context()
        while True:
            if await self._reconciliation.try_run(context, parts):
                await parts.pacer.pause(EVERY)
            else:
                await parts.sleep(AGAIN)
