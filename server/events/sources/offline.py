"""An application without an address: the portal keeps its events in a queue until they are fetched.

Source: the official pages of `event.offline.get` and its kin, and what the portal really does: `get` deletes what it
returns unless `clear=0` is sent, also where a `process_id` is given.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import anyio

from portal.client import Portal
from portal.errors import RefusedError
from server.events.feed.cue import Cue
from server.events.installation import InstallationFile
from server.events.sources.polling import PollingSource
from server.events.sources.reconciliation import AGAIN, EVERY, Reconciliation
from server.events.sources.source import Abilities, SourceParts
from server.events.sources.wire import EVERY_EVENT, read_event
from tools.result_types import read_items, read_object, read_text, read_whole
from workflows.core.context import Context, run_together
from workflows.core.moments import read_moment

PAGE = 200
MOST_RESERVED = 10_000
"""Of one process; the portal has no limit of its own."""
INTERVAL = 5.0
"""Seconds between two questions."""
QUIET = 10.0
"""Seconds between two questions where the last one brought nothing."""
NO_LICENSE = "WRONG_LICENSE"
WITHOUT_FEATURE = (
    "the portal's plan lacks the feature rest_offline_extended: it deletes events as it gives them, so that those of a "
    f"lost answer are gone; they are found by reading every {EVERY / 60:.0f} minutes, edits and deletions are not"
)

NOT_ALLOWED = "ACCESS_DENIED"
NO_ADMINISTRATOR = (
    "the user whom the application acts for is no administrator, so that the portal keeps no queue of events for it: "
    "events are heard of by polling, as with a webhook"
)
PROOF_EVERY = 5.0
"""Seconds between two looks for the portal's proof, where it is polled."""


class OfflineSource:
    """Fetches events, writes them down, and only then takes them out of the queue.

    With `proof` it ends once the portal has proved that it posts events.
    """

    name = "offline"
    exclusive = True
    abilities = Abilities(
        sees="all dialogs of all lines and channels: messages, edits, deletions, sessions; who took them where the "
        "application's user may read the dialog; events of the application's own connectors",
        cannot_see="changes that this application itself made",
        promise="nothing is lost for 30 days where the plan has the feature rest_offline_extended; heard of within 5 "
        "to 10 seconds",
    )

    def __init__(self, proof: InstallationFile | None = None) -> None:
        self._proof = proof
        self._taking = anyio.Lock()
        self._keeps = True
        """Whether the portal reserves events until they are cleared."""
        self._reconciliation = Reconciliation(self.name)
        self._fetched: list[Cue] = []
        """What the portal gave away and is not in the feed yet."""

    async def run(self, parts: SourceParts) -> None:
        """Bind what is not bound, then fetch and reconcile until cancelled; see `EventSource`."""
        if self._is_replaced():
            return
        context = await parts.open_context()
        try:
            await _bind(context.portal)
        except RefusedError as refusal:
            if refusal.code != NOT_ALLOWED:
                raise
            await self._poll(parts)
        else:
            await self._empty_queue(context, parts)

    async def _poll(self, parts: SourceParts) -> None:
        """Ask instead, as somebody who may not bind; until the portal posts its events."""

        def report(trouble: str) -> None:
            parts.report("; ".join(filter(None, (NO_ADMINISTRATOR, trouble))))

        async def end() -> None:
            while not self._is_replaced():
                await parts.sleep(PROOF_EVERY)
            polling.cancel()

        report("")
        with anyio.CancelScope() as polling:
            await run_together(partial(PollingSource().run, replace(parts, report=report)), end)

    async def _empty_queue(self, context: Context, parts: SourceParts) -> None:
        await self._reconciliation.load(context, parts)
        await self._finish_begun(context.portal, parts)
        await self._reconciliation.run(context, parts)
        with anyio.CancelScope() as emptying:

            async def fetch() -> None:
                await self._keep_fetching(context.portal, parts)
                emptying.cancel()

            await run_together(fetch, partial(self._keep_reconciling, context, parts))

    async def _keep_fetching(self, portal: Portal, parts: SourceParts) -> None:
        while not self._is_replaced():
            async with self._taking:
                found = await self._fetch(portal, parts)
            if found < PAGE:
                await parts.pacer.pause(INTERVAL if found else QUIET)

    async def _keep_reconciling(self, context: Context, parts: SourceParts) -> None:
        while True:
            await parts.sleep(EVERY)
            async with self._taking:
                await self._finish_begun(context.portal, parts)
            while not await self._reconciliation.try_run(context, parts):
                await parts.sleep(AGAIN)

    def _is_replaced(self) -> bool:
        """Whether the portal posts its events by now, so that its queue need not be asked."""
        return self._proof is not None and self._proof.load() is not None

    async def _finish_begun(self, portal: Portal, parts: SourceParts) -> None:
        """Take what was reserved and not taken out: the answer was lost, or the process that fetched it was killed."""
        while begun := await _list_begun(portal):
            for process in sorted(begun):
                await self._take(portal, parts, {"clear": 0, "process_id": process, "limit": MOST_RESERVED})

    async def _fetch(self, portal: Portal, parts: SourceParts) -> int:
        """How many events there were."""
        if self._keeps:
            try:
                return await self._take(portal, parts, {"clear": 0, "limit": PAGE})
            except RefusedError as refusal:
                if refusal.code != NO_LICENSE:
                    raise
                self._keeps = False
        parts.report(WITHOUT_FEATURE)
        return await self._take(portal, parts, {"clear": 1, "limit": PAGE})

    async def _take(self, portal: Portal, parts: SourceParts, wanted: Mapping[str, Any]) -> int:
        """Fetch, write down, take out; how many there were."""
        # With clear=1 the portal deletes what it gives: such a question is never sent a second time.
        answer = read_object(await portal.call("event.offline.get", wanted, repeatable=not wanted["clear"]))
        rows = [read_object(row) for row in read_items(answer.get("events"))]
        floor = self._reconciliation.floor
        cues = [replace(cue, floor=floor) for row in rows for cue in _read_row(row)]
        if wanted["clear"]:
            self._fetched += cues
            cues = self._fetched
        await parts.follower.follow(cues)
        self._fetched = []
        if rows and not wanted["clear"]:
            names = [read_text(row.get("MESSAGE_ID")) for row in rows]
            taken = {"process_id": read_text(answer.get("process_id")), "message_id": names}
            await portal.call("event.offline.clear", taken, repeatable=True)
        return len(rows)


def _read_row(row: Mapping[str, Any]) -> list[Cue]:
    """What an event says of dialogs; nothing for one that cannot be read."""
    moment = read_moment(row.get("TIMESTAMP_X"))
    try:
        cues = list(
            read_event(
                read_text(row.get("EVENT_NAME")), row.get("EVENT_DATA"), moment.timestamp() if moment else time.time()
            )
        )
    except (ValueError, OverflowError):
        return []
    # Messages have dates by the portal's clock, from which ours may be far.
    return cues if moment else [replace(cue, since=None) for cue in cues]


async def _list_begun(portal: Portal) -> set[str]:
    """Some of the processes for which events are reserved, all there are if they are few."""
    rows = await portal.call("event.offline.list", {"filter": {"!PROCESS_ID": ""}}, repeatable=True)
    return {read_text(read_object(row).get("PROCESS_ID")) for row in read_items(rows)} - {""}


async def _bind(portal: Portal) -> None:
    """Bind every event that is not bound yet; one that this application may not have is passed over."""
    bound = await portal.call("event.get", {}, repeatable=True)
    known = {
        read_text(row.get("event")).upper()
        for row in map(read_object, read_items(bound))
        if read_whole(row.get("offline"))
    }
    for event in EVERY_EVENT:
        if event not in known:
            await _bind_event(portal, event)


async def _bind_event(portal: Portal, event: str) -> None:
    try:
        await portal.call("event.bind", {"event": event, "event_type": "offline"}, repeatable=True)
    except RefusedError as refusal:
        if refusal.code not in {"ERROR_EVENT_NOT_FOUND", "ERROR_CORE"}:
            raise
