"""What becomes of approvals after they were asked for: approved calls are made, lost ones are noted."""

import logging
from collections.abc import Awaitable, Callable

import anyio

from server.approvals.store import Approval, ApprovalStore
from server.audit.recorder import AuditRecorder
from server.catalogue.registry import every_tool
from server.storage.errors import StorageError

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
"""Seconds between looks for what a person approved, while something waits."""


class FollowUp:
    """Looks after the approvals of one caller at one portal, as long as some wait.

    `make` makes the approved call of an id; `start` runs work beside the calls until the portal is closed.
    """

    def __init__(
        self,
        store: ApprovalStore,
        recorder: AuditRecorder,
        *,
        portal: str,
        owner: str,
        make: Callable[[str], Awaitable[None]],
        start: Callable[[Callable[[], Awaitable[None]]], None],
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._portal = portal
        self._owner = owner
        self._make = make
        self._start = start
        self._watching = False

    def find(self, approval_id: str) -> Approval | None:
        """An approval of this caller, after a look at all that wait; None where there is none of this id.

        Raises:
            StorageError: The approvals cannot be read.
        """
        self.watch()
        found = self._store.get(approval_id)
        return found if found and (found.portal, found.caller) == (self._portal, self._owner) else None

    def watch(self) -> None:
        """Make what a person approves, as long as something waits; a fault here is none of the call at hand."""
        try:
            self._record_lost()
            waiting = self._store.list_waiting(self._portal, self._owner)
        except StorageError:
            logger.exception("ApprovalStore cannot be read")
            return
        if waiting and not self._watching:
            self._watching = True
            self._start(self._make_approved_calls)

    def _record_lost(self) -> None:
        """Write down what became of calls whose server ended while it made them: nobody knows."""
        for approval in self._store.end_lost(self._portal, self._owner):
            if tool := every_tool().get(approval.tool):
                why = "The server ended while it made the call"
                self._recorder.record("unknown", tool, approval.arguments, "", why=why, approval=approval.id)

    async def _make_approved_calls(self) -> None:
        try:
            while waiting := self._store.list_waiting(self._portal, self._owner):
                for approval_id, approved in waiting.items():
                    if approved:
                        await self._make(approval_id)
                await anyio.sleep(LOOK_EVERY)
        except StorageError:
            logger.exception("ApprovalStore cannot be read")
        finally:
            self._watching = False
