"""The way of a call that changes something: limits, a person's agreement, the call itself, the audit log."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import anyio

from server.approvals.hourly_limit import Hourly
from server.approvals.preview import Draft, draft
from server.approvals.store import Approval, Approvals, NotPendingError, Outcome
from server.audit.log import AuditLog, Event
from server.audit.redaction import redact_arguments
from server.config.guard_settings import GuardSettings
from server.policy import Policy
from server.privacy.masking import Masks
from server.protocol.elicitation import InputRequiredError, Person
from server.protocol.results import Failure, Reply
from server.storage.database import State
from tools.effect import Effect
from tools.fence import in_quotes
from tools.tool import Tool
from workflows.core.context import Context

logger = logging.getLogger(__name__)

UNSURE = frozenset({"outcome_unknown", "unexpected_result", "fault", "half_done"})
"""Kinds of failures after which the call may have been executed, or a part of it was."""
UNKEPT = (OSError, sqlite3.Error)
"""What goes wrong where the state or the audit log cannot be read or written."""


class CallStoppedError(Exception):
    """A call that was not made, and why."""

    def __init__(self, event: Event, failure: Failure, approval: Approval | None = None) -> None:
        super().__init__(failure.happened)
        self.event = event
        self.failure = failure
        self.approval = approval.id if approval else None


class Guard:
    """Stands before the changing calls of one caller to one portal."""

    def __init__(
        self, policy: Policy, guard_settings: GuardSettings, portal: str, caller: str, masks: Masks, *, owner: str
    ) -> None:
        state = State(guard_settings.folder / "state.sqlite")
        self.approvals = Approvals(state)
        self._hourly = Hourly(state, dict(policy.per_hour))
        self._audit = AuditLog(guard_settings.folder / "audit.jsonl")
        self._policy = policy
        self._guard_settings = guard_settings
        self._portal = portal
        self._caller = caller
        self._owner = owner
        self._masks = masks
        self._heard: set[int] = set()

    def hear(self, chats: frozenset[int]) -> None:
        """Take note of the chats whose clients' words the assistant has got to read."""
        if self._policy.taint:
            self._heard |= chats

    async def draft(self, call: Tool, context: Context) -> Draft:
        """What the call would do; CallStoppedError where it may not be made at all. Nothing is sent."""
        drafted = await draft(call, context)
        self._check_line(call, drafted)
        return drafted

    async def make(self, call: Tool, context: Context, person: Person, make: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply to a call that was allowed, agreed to and made once; CallStoppedError if it was not made."""
        try:
            self._note("asked", call, person.name, approval=person.answered and person.answered[:40])
            approval = await self._admitted(call, context, person)
        except CallStoppedError as stopped:
            self._note_end(stopped.event, call, person.name, _told(stopped))
            raise
        except UNKEPT as error:
            raise CallStoppedError("refused", _not_kept(call, error)) from None
        return await self._made(call, person.name, approval, make)

    async def make_approved(
        self, approval: Approval, call: Tool, context: Context, make: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The reply to a call that somebody approved and this process claimed, made if it is still allowed."""
        try:
            await self._begin(approval, call, context, "begun", "")
        except CallStoppedError as stopped:
            self._note_end("refused", call, "", {**_told(stopped), "approval": approval.id})
            return stopped.failure
        except UNKEPT as error:
            return _not_kept(call, error)
        return await self._made(call, "", approval, make)

    def note_lost(self, tools: Mapping[str, type[Tool]]) -> None:
        """Write down what became of calls whose server ended while it made them: nobody knows."""
        for approval in self.approvals.lost(self._portal, self._owner):
            if tool := tools.get(approval.tool):
                why = "The server ended while it made the call"
                self._write("unknown", tool, approval.arguments, "", why=why, approval=approval.id)

    def refused(self, tool: type[Tool], arguments: Mapping[str, Any], why: str) -> None:
        """Note a call that policy forbids; it stays forbidden where that cannot be written."""
        try:
            self._write("refused", tool, arguments, "", why=why)
        except UNKEPT as error:
            logger.error("A refusal of %s could not be written down: %s", tool.tool(), _named(error))  # noqa: TRY400

    async def _admitted(self, call: Tool, context: Context, person: Person) -> Approval | None:
        self._check_hour(call)
        if not self.has_to_look(call):
            self._spend(call)
            return None
        drafted = await self.draft(call, context)
        if not self._has_to_ask(call, drafted):
            self._spend(call)
            return None
        approval = await self._agreed(call, drafted, person)
        await self._begin(approval, call, context, "approved", person.name)
        return approval

    async def _begin(self, approval: Approval, call: Tool, context: Context, event: Event, client: str) -> None:
        """Note it, look where the dialog is by now, and count it; where that fails the call is not made any more."""
        why = "It was given up before it was sent."
        try:
            self._note(event, call, client, approval=approval.id)
            if self._depends_on_line(call):
                await self.draft(call, context)
            self._spend(call)
        except CallStoppedError as stopped:
            why = stopped.failure.text()
            raise
        except UNKEPT as error:
            why = _not_kept(call, error).text()
            raise
        else:
            why = ""
        finally:
            if why:
                self._finish(approval, "failed", why)

    async def _agreed(self, call: Tool, drafted: Draft, person: Person) -> Approval:
        """The claimed approval of this very call."""
        approval = self._asked(call, drafted, person)
        question = f"{approval.summary}\n\nShall this be done?"
        try:
            answer = await person.agrees(approval.id, question)
        except InputRequiredError:
            self._note("pending", call, person.name, approval=approval.id)
            raise
        except anyio.get_cancelled_exc_class():
            self._withdraw(approval)
            raise
        if answer is None:
            raise CallStoppedError("pending", _pending(call, approval, self._guard_settings.approval_seconds), approval)
        by = f"{self._caller} at {person.name}"
        try:
            if answer:
                return self.approvals.begin(approval.id, by=by)
            self.approvals.settle(approval.id, approve=False, by=by)
        except NotPendingError:
            raise CallStoppedError("refused", _not_this_one(call), approval) from None
        raise CallStoppedError("denied", _denied(call, approval), approval)

    def _withdraw(self, approval: Approval) -> None:
        """Whoever asked has gone while the person was asked: nobody waits for the call any more."""
        with suppress(NotPendingError, *UNKEPT):
            self.approvals.settle(approval.id, approve=False, by="the client, which gave the call up")

    def _asked(self, call: Tool, drafted: Draft, person: Person) -> Approval:
        """The approval that the person answers now, if it is of exactly this call; else one that waits."""
        arguments = dict(call.given)
        if person.answered is not None:
            known = self.approvals.get(person.answered)
            whose = (known.portal, known.caller, known.tool, known.arguments) if known else None
            if known and known.stage == "pending" and whose == (self._portal, self._owner, call.tool(), arguments):
                return known
            raise CallStoppedError("refused", _not_this_one(call))
        return self.approvals.ask(
            self._portal,
            self._owner,
            call.tool(),
            arguments,
            summary=in_quotes(drafted.text()),
            seconds=self._guard_settings.approval_seconds,
        )

    async def _made(
        self, call: Tool, client: str, approval: Approval | None, make: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """Made, and written down whatever becomes of it."""
        stage: Outcome = "unknown"
        code, text = None, "The call was given up before its answer came."
        try:
            reply = await make()
            if isinstance(reply, Failure):
                stage, code = ("unknown" if reply.outcome in UNSURE else "failed"), reply.code
            else:
                stage = "executed"
            text = reply.text()
        finally:
            if approval:
                self._finish(approval, stage, text)
            facts = {"code": code, "approval": approval.id if approval else None}
            self._note_end(stage, call, client, facts)
        return reply

    def _finish(self, approval: Approval, outcome: Outcome, text: str) -> None:
        """A fault in writing changes nothing of what became of a call."""
        try:
            self.approvals.finish(approval.id, outcome, text)
        except UNKEPT:
            logger.exception("What became of approval %s could not be written down", approval.id)

    def _note_end(self, event: Event, call: Tool, client: str, facts: Mapping[str, Any]) -> None:
        try:
            self._note(event, call, client, **facts)
        except UNKEPT:
            logger.exception("What became of %s could not be written down", call.tool())

    def has_to_look(self, call: Tool) -> bool:
        """Whether it takes the state of the dialog to decide."""
        led = self._policy.taint and Effect.CUSTOMER in call.effects
        return led or self._depends_on_line(call) or bool(call.effects & self._policy.confirm)

    def _depends_on_line(self, call: Tool) -> bool:
        return self._policy.customer_lines is not None and Effect.CUSTOMER in call.effects

    def _has_to_ask(self, call: Tool, drafted: Draft) -> bool:
        """Whether the effects ask for a person, or what other clients wrote may have led to the call."""
        led = Effect.CUSTOMER in call.effects and bool(self._heard - {drafted.chat_id})
        return led or bool(call.effects & self._policy.confirm)

    def _check_line(self, call: Tool, drafted: Draft) -> None:
        allowed = self._policy.customer_lines
        if allowed is None or not self._depends_on_line(call) or drafted.line_id in allowed:
            return
        where = f"line {drafted.line_id}" if drafted.line_id else "a line that is not known"
        lines = ", ".join(map(str, sorted(allowed))) or "none"
        happened = f"Nothing was sent: a client of {where} would see it, and here only lines {lines} may be written to"
        raise CallStoppedError("refused", _refused(call, happened))

    def _check_hour(self, call: Tool) -> None:
        self._stop_at(call, self._hourly.check(self._portal, call.effects.names))

    def _spend(self, call: Tool) -> None:
        self._stop_at(call, self._hourly.spend(self._portal, call.effects.names))

    def _stop_at(self, call: Tool, limit: tuple[str, float] | None) -> None:
        if limit is None:
            return
        effect, seconds = limit
        most = dict(self._policy.per_hour)[effect]
        happened = f"Nothing was sent: {most} {effect} calls an hour are allowed here, and they were made"
        todo = f"Call again in {max(1, round(seconds / 60))} minutes, or ask the person who runs the server."
        raise CallStoppedError("refused", Failure(call.tool(), "policy_refused", happened, todo, page=call.page()))

    def _note(self, event: Event, call: Tool, client: str, **facts: Any) -> None:
        self._write(event, type(call), dict(call.given), client, **facts)

    def _write(self, event: Event, tool: type[Tool], arguments: Any, client: str, **facts: Any) -> None:
        told = {
            "client": client,
            "arguments": redact_arguments(arguments, texts=self._guard_settings.texts),
            **{name: fact for name, fact in facts.items() if fact is not None},
        }
        self._audit.write(
            event,
            caller=self._caller,
            portal=self._portal,
            tool=tool.tool(),
            effects=list(tool.effects.names),
            **(told if self._guard_settings.texts else self._masks.hide(told)),
        )


def _told(stopped: CallStoppedError) -> Mapping[str, Any]:
    return {"why": stopped.failure.happened, "approval": stopped.approval}


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _not_kept(call: Tool, error: Exception) -> Failure:
    logger.error("%s was not sent, as it could not be written down first: %s", call.tool(), _named(error))
    happened = "Nothing was sent: a call that changes something is written down first, and that is not possible now"
    todo = (
        f"Ask the person who runs the server to look at its state folder: room, rights, a damaged or locked file "
        f"({type(error).__name__})."
    )
    return Failure(call.tool(), "not_set_up", happened, todo, page=call.page())


def _refused(call: Tool, happened: str) -> Failure:
    todo = "Ask the person who runs the server to allow it."
    return Failure(call.tool(), "policy_refused", happened, todo, page=call.page())


def _pending(call: Tool, approval: Approval, seconds: float) -> Failure:
    happened = f"Nothing was sent yet: a person has to approve this call, and it waits as {approval.id}"
    todo = (
        f"Tell the person: `openchannels-mcp approvals show {approval.id}`, then `approve` or `deny` in its place, "
        f"within {seconds / 60:.0f} minutes. It is then made once, by itself. approval_status "
        f"approval_id={approval.id} tells what became of it; do not call the tool again for it."
    )
    return Failure(call.tool(), "pending", happened, todo, page=call.page())


def _denied(call: Tool, approval: Approval) -> Failure:
    happened = "Nothing was sent: the person did not agree"
    todo = f"Do not try it another way; ask the person what they want instead. (Approval {approval.id})"
    return Failure(call.tool(), "denied", happened, todo, page=call.page())


def _not_this_one(call: Tool) -> Failure:
    happened = "Nothing was sent: the answer of the person does not belong to exactly this call, or came too late"
    return Failure(call.tool(), "denied", happened, "Call again, so that the person is asked.", page=call.page())
