"""Events on their way to handlers: collected during a hit, taken at its end, and what became of each."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.state.event_faults import EventFaults

LOG_LENGTH = 20_000


@dataclass
class Delivery:
    """One event for one handler; `state` is waiting, lost, answered (with `status`) or failed (with `error`).

    `user_id` is whose token goes along, 0 for nobody's; with `refresh` a refresh token does too. What is for no
    application, but for a webhook's bot, has an `application_token` of its own. `level` counts the events that led to
    it, itself included. `number` counts the deliveries from 1.
    """

    event: str
    handler: str
    handler_id: int
    client_id: str
    data: Any
    at: datetime
    user_id: int = 0
    refresh: bool = False
    level: int = 1
    application_token: str = field(default="", repr=False)
    number: int = 0
    state: str = "waiting"
    status: int = 0
    error: str = ""

    def is_same(self, other: "Delivery") -> bool:
        """Whether two deliveries of one hit are merged."""
        return (self.handler_id, self.event, self.data) == (other.handler_id, other.event, other.data)


class Outbox:
    """What is to be delivered, and the log of what was."""

    def __init__(self) -> None:
        self.faults = EventFaults()
        self.log: deque[Delivery] = deque(maxlen=LOG_LENGTH)
        self._hit: list[Delivery] = []
        self._last_number = 0

    def put(self, delivery: Delivery) -> None:
        """Add a delivery to those of the present hit, unless it is the same as one of them."""
        if not any(delivery.is_same(known) for known in self._hit):
            self._last_number += 1
            delivery.number = self._last_number
            self._hit.append(delivery)
            self.log.append(delivery)

    def take(self) -> list[Delivery]:
        """The deliveries of the hit that ends here, in their order."""
        taken, self._hit = self._hit, []
        return taken
