"""Asking a person whether a call may be made."""

from contextlib import suppress

import anyio

from server.approvals.errors import CallStoppedError
from server.approvals.preview import Preview
from server.approvals.store import Approval, ApprovalStore, NotPendingError
from server.audit.recorder import AuditRecorder
from server.protocol.elicitation import InputRequiredError, Person
from server.protocol.results import Failure
from server.storage.errors import StorageError
from tools.fence import quote_marked
from tools.tool import Tool


class Agreement:
    """Gets a person's agreement to one caller's calls: at the client, or later through the stored approval."""

    def __init__(
        self, store: ApprovalStore, recorder: AuditRecorder, *, portal: str, owner: str, caller: str, seconds: float
    ) -> None:
        self._store = store
        self._recorder = recorder
        self._portal = portal
        self._owner = owner
        """Whose approvals these are: the caller with a sign of the credential."""
        self._caller = caller
        self._seconds = seconds
        """How long a call waits for a person."""

    async def ask(self, call: Tool, preview: Preview, person: Person) -> Approval:
        """The approval of this very call, which this process now has the right to make.

        Raises:
            CallStoppedError: The person did not agree, was not asked at the client (the call then waits), or the answer
                is not to this call.
            InputRequiredError: The client has to call again with the person's answer.
            StorageError: The approval cannot be kept.
        """
        approval = self._find_approval(call, preview, person)
        try:
            agreed = await person.ask(approval.id, f"{approval.summary}\n\nShall this be done?")
        except InputRequiredError:
            self._recorder.record("pending", type(call), call.given, person.name, approval=approval.id)
            raise
        except anyio.get_cancelled_exc_class():
            self._withdraw(approval)
            raise
        if agreed is None:
            raise CallStoppedError("pending", _make_pending_failure(call, approval, self._seconds), approval.id)
        settled_by = f"{self._caller} at {person.name}"
        try:
            if agreed:
                return self._store.begin(approval.id, by=settled_by)
            self._store.settle(approval.id, approve=False, by=settled_by)
        except NotPendingError:
            raise CallStoppedError("refused", _make_mismatch_failure(call), approval.id) from None
        raise CallStoppedError("denied", _make_denied_failure(call, approval), approval.id)

    def _find_approval(self, call: Tool, preview: Preview, person: Person) -> Approval:
        """The approval that the person answers now, if it is of exactly this call; else one that waits."""
        arguments = dict(call.given)
        if person.answered_approval is not None:
            known = self._store.get(person.answered_approval)
            whose = (known.portal, known.caller, known.tool, known.arguments) if known else None
            if known and known.stage == "pending" and whose == (self._portal, self._owner, call.tool(), arguments):
                return known
            raise CallStoppedError("refused", _make_mismatch_failure(call))
        return self._store.ask(
            self._portal,
            self._owner,
            call.tool(),
            arguments,
            summary=quote_marked(preview.text()),
            seconds=self._seconds,
        )

    def _withdraw(self, approval: Approval) -> None:
        """Whoever asked has gone while the person was asked: nobody waits for the call any more."""
        with suppress(NotPendingError, StorageError):
            self._store.settle(approval.id, approve=False, by="the client, which gave the call up")


def _make_pending_failure(call: Tool, approval: Approval, seconds: float) -> Failure:
    happened = f"Nothing was sent yet: a person has to approve this call, and it waits as {approval.id}"
    todo = (
        f"Tell the person: `openchannels-mcp approvals show {approval.id}`, then `approve` or `deny` in its place, "
        f"within {seconds / 60:.0f} minutes. It is then made once, by itself. approval_status "
        f"approval_id={approval.id} tells what became of it; do not call the tool again for it."
    )
    return Failure(call.tool(), "pending", happened, todo, page=call.page())


def _make_denied_failure(call: Tool, approval: Approval) -> Failure:
    happened = "Nothing was sent: the person did not agree"
    todo = f"Do not try it another way; ask the person what they want instead. (Approval {approval.id})"
    return Failure(call.tool(), "denied", happened, todo, page=call.page())


def _make_mismatch_failure(call: Tool) -> Failure:
    happened = "Nothing was sent: the answer of the person does not belong to exactly this call, or came too late"
    return Failure(call.tool(), "denied", happened, "Call again, so that the person is asked.", page=call.page())
