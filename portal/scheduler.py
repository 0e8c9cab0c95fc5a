"""When a call leaves, and with which others: side by side while there is room, in batches when there are many."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.abc import TaskGroup

from portal import batch
from portal.bucket import LeakyBucket
from portal.errors import AnswerLost, Limited, PortalError
from portal.operating import OperatingTime
from portal.wire import Trace, Wire

SIDE_BY_SIDE = 8
"""Requests under way at a time."""
FEW = 8
"""So many waiting calls leave one by one while the bucket is low."""
LOW = 0.3
"""Up to here the bucket is low: fifteen requests of a standard portal."""
LONGEST_GATHERING = 0.25
"""Seconds in which calls gather when others are under way and the bucket is nearly full."""


@dataclass(eq=False)
class Call:
    """One call on its way through the scheduler."""

    method: str
    params: Mapping[str, Any]
    together: bool
    """Whether it may travel in a batch."""
    done: anyio.Event = field(default_factory=anyio.Event)
    trace: Trace | None = None
    """How far its request got, once it has one."""
    token: str | None = field(default=None, repr=False)
    """The token it left with."""
    abandoned: bool = False
    result: Any = None
    error: PortalError | None = None

    def finish(self, outcome: Any) -> None:
        """Tell whoever waits."""
        if isinstance(outcome, PortalError):
            self.error = outcome
        else:
            self.result = outcome
        self.done.set()


class Scheduler:
    """Sends calls in the order in which they came, within the portal's limits."""

    def __init__(
        self, wire: Wire, bucket: LeakyBucket, operating: OperatingTime, tasks: TaskGroup, clock: Callable[[], float]
    ) -> None:
        self._wire = wire
        self._bucket = bucket
        self._operating = operating
        self._tasks = tasks
        self._clock = clock
        self._waiting: deque[Call] = deque()
        self._under_way = 0
        self._changed = anyio.Event()
        self._last_left = -LONGEST_GATHERING

    def submit(self, call: Call) -> None:
        """Let a call wait for its turn."""
        self._waiting.append(call)
        self._changed.set()

    def abandon(self, call: Call) -> None:
        """Nobody waits for this call any more; if it has not left, it never will."""
        call.abandoned = True
        self._changed.set()

    def seconds_until_room(self) -> float:
        """How long the portal's limit makes the next request wait."""
        return self._bucket.pause()

    async def run(self) -> None:
        """Send what waits, for as long as the portal is open."""
        while True:
            await anyio.lowlevel.checkpoint()  # whoever is ready at this moment joins first
            self._forget_abandoned()
            pause = self._pause()
            if pause == 0:
                self._send(self._next())
                continue
            self._changed = anyio.Event()
            with anyio.move_on_after(pause):
                await self._changed.wait()

    def _forget_abandoned(self) -> None:
        self._waiting = deque(call for call in self._waiting if not call.abandoned)

    def _pause(self) -> float:
        """Seconds until the next request may leave; infinity if that takes an event."""
        if not self._waiting or self._under_way >= SIDE_BY_SIDE:
            return float("inf")
        return max(self._bucket.pause(), self._gathering())

    def _gathering(self) -> float:
        """A fuller bucket lets more calls gather, but never one that is alone, nor a full batch."""
        fullness = self._bucket.fullness()
        together = sum(call.together for call in self._waiting)
        alone = not self._under_way and len(self._waiting) == 1
        if fullness <= LOW or alone or not self._waiting[0].together or together >= batch.LARGEST:
            return 0.0
        return max(0.0, self._last_left + LONGEST_GATHERING * fullness - self._clock())

    def _next(self) -> list[Call]:
        first = self._waiting.popleft()
        if not first.together:
            return [first]
        others = [call for call in self._waiting if call.together]
        if len(others) < FEW and self._bucket.fullness() <= LOW:
            return [first]
        group = [first, *others[: batch.LARGEST - 1]]
        taken = set(map(id, group))
        self._waiting = deque(call for call in self._waiting if id(call) not in taken)
        return group

    def _send(self, group: list[Call]) -> None:
        self._bucket.take()
        self._last_left = self._clock()
        self._under_way += 1
        token = self._wire.token_in_use()
        trace = Trace()
        for call in group:
            call.trace, call.token = trace, token
        self._tasks.start_soon(self._deliver, group, token, trace)

    async def _deliver(self, group: Sequence[Call], token: str | None, trace: Trace) -> None:
        try:
            outcomes = await self._outcomes(group, token, trace)
            for call, (outcome, time) in zip(group, outcomes, strict=True):
                self._operating.note(call.method, time)
                call.finish(self._known(call, outcome))
        finally:
            self._under_way -= 1
            self._changed.set()
            for call in group:
                if not call.done.is_set():
                    call.finish(AnswerLost("the connection was closed"))

    async def _outcomes(self, group: Sequence[Call], token: str | None, trace: Trace) -> list[batch.Outcome]:
        try:
            if len(group) == 1:
                return [await self._wire.request(group[0].method, group[0].params, token, trace)]
            commands = [(call.method, call.params) for call in group]
            result, _ = await self._wire.request("batch", batch.body(commands), token, trace)
            return batch.outcomes(result, len(group))
        except PortalError as error:
            if isinstance(error, Limited) and error.code == "QUERY_LIMIT_EXCEEDED":
                self._bucket.overflowed()
            return [(error, None)] * len(group)

    def _known(self, call: Call, outcome: Any) -> Any:
        if isinstance(outcome, Limited) and outcome.code == "OPERATION_TIME_LIMIT":
            return self._operating.refused(call.method)
        return outcome
