"""Whether a changing call may be made, and whether a person has to agree to it."""

from server.approvals.errors import CallStoppedError
from server.approvals.hourly_limit import HourlyLimit
from server.approvals.preview import Preview
from server.policy import Policy
from server.protocol.failures import make_policy_failure
from server.protocol.results import Failure
from tools.effect import Effect
from tools.tool import Tool


class ChangeRules:
    """The policy's rules for the changing calls of one caller to one portal."""

    def __init__(self, policy: Policy, hourly_limit: HourlyLimit, portal: str) -> None:
        self._policy = policy
        self._hourly_limit = hourly_limit
        self._portal = portal
        self._chats_read: set[int] = set()

    def note_chats_read(self, chats: frozenset[int]) -> None:
        """Remember the chats (by number) whose clients' words the assistant has got to read."""
        self._chats_read |= chats

    def check_hourly_limit(self, call: Tool) -> None:
        """Look whether the call may be made now, before a person is asked; nothing is counted.

        Raises:
            CallStoppedError: It would be one too many of its effects in sixty minutes.
        """
        self._stop_at(call, self._hourly_limit.check(self._portal, call.effects.names))

    def count(self, call: Tool) -> None:
        """Count the call, right before it is made.

        Raises:
            CallStoppedError: As `check_hourly_limit`; nothing is counted then.
        """
        self._stop_at(call, self._hourly_limit.spend(self._portal, call.effects.names))

    def needs_preview(self, call: Tool) -> bool:
        """Whether it takes the state of the dialog to decide, or a person who has to see it."""
        may_be_led = self._policy.taint and Effect.CUSTOMER in call.effects
        return may_be_led or self.depends_on_line(call) or bool(call.effects & self._policy.confirm)

    def depends_on_line(self, call: Tool) -> bool:
        """Whether the line of the dialog decides."""
        return self._policy.customer_lines is not None and Effect.CUSTOMER in call.effects

    def check_line(self, call: Tool, preview: Preview) -> None:
        """Look whether clients of the dialog's line may get something to read.

        Raises:
            CallStoppedError: They may not.
        """
        allowed = self._policy.customer_lines
        if allowed is None or not self.depends_on_line(call) or preview.line_id in allowed:
            return
        where = f"line {preview.line_id}" if preview.line_id else "a line that is not known"
        lines = ", ".join(map(str, sorted(allowed))) or "none"
        happened = f"Nothing was sent: a client of {where} would see it, and here only lines {lines} may be written to"
        raise CallStoppedError("refused", make_policy_failure(type(call), happened))

    def needs_person(self, call: Tool, preview: Preview) -> bool:
        """Whether the effects ask for a person, or what other clients wrote may have led to the call."""
        led = Effect.CUSTOMER in call.effects and bool(self._chats_read - {preview.chat_id})
        return led or bool(call.effects & self._policy.confirm)

    def _stop_at(self, call: Tool, limit: tuple[str, float] | None) -> None:
        if limit is None:
            return
        effect, seconds = limit
        most = dict(self._policy.per_hour)[effect]
        happened = f"Nothing was sent: {most} {effect} calls an hour are allowed here, and they were made"
        todo = f"Call again in {max(1, round(seconds / 60))} minutes, or ask the person who runs the server."
        raise CallStoppedError("refused", Failure(call.tool(), "policy_refused", happened, todo, page=call.page()))
