"""The small objects that a changing call of one caller meets, made from the settings, and what is noted of it."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from portal.sent import SentChanges, watch_changes
from server.approvals.addressee import check_addressee
from server.approvals.agreement import Agreement
from server.approvals.decision import ChangeRules
from server.approvals.errors import CallStoppedError
from server.approvals.follow_up import FollowUp
from server.approvals.hourly_limit import HourlyLimit
from server.approvals.preview import Preview, make_preview
from server.approvals.store import Approval, ApprovalStore, Outcome
from server.audit.events import Event
from server.audit.log import AuditLog
from server.audit.recorder import AuditRecorder
from server.config.guard_settings import GuardSettings
from server.policy import Policy
from server.privacy.masking import Masks
from server.privacy.restored import RestoredPseudonyms
from server.protocol.arguments import ReadCall
from server.protocol.failures import make_storage_failure
from server.protocol.results import Failure, Reply
from server.storage.database import State
from server.storage.errors import StorageError
from tools.tool import Tool
from workflows.core.context import Context

logger = logging.getLogger(__name__)

UNSURE = frozenset({"outcome_unknown", "unexpected_result", "fault", "half_done"})
"""Kinds of failures after which the call may have been executed, or a part of it was."""

GIVEN_UP = "The call was given up before its answer came."
NOT_SENT = "The call was given up before it was sent, so nothing was executed."


@dataclass
class Ending:
    """What became of a call that was begun.

    Without a reply nobody knows, unless it is certain that nothing that changes something has left.
    """

    sent: SentChanges
    reply: Reply | None = None

    @property
    def outcome(self) -> Outcome:
        """In one word."""
        if isinstance(self.reply, Failure):
            return "unknown" if self.reply.outcome in UNSURE else "failed"
        if self.reply is None:
            return "unknown" if self.sent.may_have_run else "failed"
        return "executed"

    @property
    def code(self) -> str | None:
        """The portal's code, where there is one."""
        return self.reply.code if isinstance(self.reply, Failure) else None

    @property
    def text(self) -> str:
        """In words."""
        return self.reply.text() if self.reply is not None else self.why or GIVEN_UP

    @property
    def why(self) -> str | None:
        """Why it has failed, where there is no reply that says so."""
        return NOT_SENT if self.reply is None and not self.sent.may_have_run else None


class Changes:
    """What stands before and after the changing calls of one caller to one portal."""

    def __init__(
        self,
        policy: Policy,
        settings: GuardSettings,
        masks: Masks,
        *,
        portal: str,
        caller: str,
        owner: str,
        make: Callable[[str], Awaitable[None]],
        start: Callable[[Callable[[], Awaitable[None]]], None],
    ) -> None:
        state = State.in_folder(settings.folder)
        self.approvals = ApprovalStore(state, keys=settings.audit.keys)
        self.rules = ChangeRules(policy, HourlyLimit(state, dict(policy.per_hour)), portal)
        log = AuditLog(settings.folder / "audit.jsonl", settings.audit)
        self._masks = masks
        self._recorder = AuditRecorder(log, caller=caller, portal=portal, masks=masks, texts=settings.texts)
        self.agreement = Agreement(
            self.approvals,
            self._recorder,
            portal=portal,
            owner=owner,
            caller=caller,
            seconds=settings.approval_seconds,
        )
        self.follow_up = FollowUp(self.approvals, self._recorder, portal=portal, owner=owner, make=make, start=start)

    async def preview(self, call: Tool, context: Context) -> Preview:
        """What the call would do; nothing is sent.

        Raises:
            CallStoppedError: It may not be made at all.
        """
        preview = await make_preview(call, context)
        self.rules.check_line(call, preview)
        return preview

    async def check_addressee(
        self, read: ReadCall, context: Context, client: str, restored: RestoredPseudonyms
    ) -> None:
        """Look whether clients' data go to nobody but the client they belong to; of a draft nothing is recorded.

        Raises:
            CallStoppedError: They do not, or it is not known whose they are.
        """
        with nullcontext() if read.dry_run else self.recording_stops(read.call, client):
            await check_addressee(read.call, context, self._masks, restored)

    async def begin(self, call: Tool, context: Context, approval: Approval | None, event: Event, client: str) -> None:
        """Count the call; of an approved one note `event` first, and look where its dialog is by now.

        Raises:
            CallStoppedError: It may not be made any more; its approval has come to an end then.
            StorageError: It cannot be noted or counted; likewise.
        """
        if approval is None:
            self.rules.count(call)
            return
        why = "It was given up before it was sent."
        try:
            self.record(event, call, client, approval=approval.id)
            if self.rules.depends_on_line(call):
                await self.preview(call, context)
            self.rules.count(call)
            why = ""
        except CallStoppedError as stopped:
            why = stopped.failure.text()
            raise
        except StorageError as error:
            why = make_storage_failure(type(call), error).text()
            raise
        finally:
            if why:
                self._finish(approval, "failed", why)

    @contextmanager
    def recording_stops(self, call: Tool, client: str, approval: Approval | None = None) -> Iterator[None]:
        """Write down why a call is not made; what cannot be written down first is not made either."""
        try:
            yield
        except CallStoppedError as stopped:
            event, asked = ("refused", approval.id) if approval else (stopped.event, stopped.approval_id)
            why = stopped.failure.happened
            self._recorder.record_end(event, type(call), call.given, client, why=why, approval=asked)
            raise
        except StorageError as error:
            raise CallStoppedError("refused", make_storage_failure(type(call), error)) from None

    @contextmanager
    def recording_end(self, call: Tool, client: str, approval: Approval | None) -> Iterator[Ending]:
        """Write down what became of a call that is made inside, also where that is given up."""
        try:
            with watch_changes() as sent:
                ending = Ending(sent)
                yield ending
        finally:
            if approval:
                self._finish(approval, ending.outcome, ending.text)
            facts = {"code": ending.code, "approval": approval.id if approval else None, "why": ending.why}
            self._recorder.record_end(ending.outcome, type(call), call.given, client, **facts)

    def record(self, event: Event, call: Tool, client: str, **facts: Any) -> None:
        """Write down a step of a call.

        Raises:
            StorageError: It cannot be written down.
        """
        self._recorder.record(event, type(call), call.given, client, **facts)

    def record_denied(self, tool: type[Tool], arguments: Mapping[str, Any], why: str) -> None:
        """Write down a call that the policy forbids; it stays forbidden where that cannot be written."""
        try:
            self._recorder.record("refused", tool, arguments, "", why=why)
        except StorageError as error:
            logger.error("A refusal of %s could not be written down: %s", tool.tool(), error)  # noqa: TRY400

    def _finish(self, approval: Approval, outcome: Outcome, text: str) -> None:
        """A fault in writing changes nothing of what became of a call."""
        try:
            self.approvals.finish(approval.id, outcome, text)
        except StorageError:
            logger.exception("What became of approval %s could not be written down", approval.id)
