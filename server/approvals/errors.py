"""A changing call that was not made."""

from server.audit.events import Event
from server.protocol.results import Failure


class CallStoppedError(Exception):
    """A call was not made; `failure` tells the assistant why, and `event` is what the audit log says of it."""

    def __init__(self, event: Event, failure: Failure, approval_id: str | None = None) -> None:
        super().__init__(failure.happened)
        self.event = event
        self.failure = failure
        self.approval_id = approval_id
