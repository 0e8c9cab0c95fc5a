"""When a call leaves, and with which others: side by side while there is room, in batches when there are many."""

import copy
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.abc import TaskGroup

from portal import batch
from portal.bucket import LeakyBucket
from portal.errors import AnswerLostError, LimitedError, NotReachableError, PortalError, RefusedError
from portal.observer import Observer, Request
from portal.operating import OperatingTime
from portal.wire import Trace, Wire

logger = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""Requests under way at a time."""
FEW = 8
"""So many waiting calls leave one by one while the bucket is low."""
LOW = 0.3
"""Up to here the bucket is low: fifteen requests of a standard portal."""
BATCH_SHARE = 1 / 3
"""Of the seconds of a call, for a batch: if one command hangs, the others can still be asked alone."""


@dataclass(eq=False)
class Call:
    """One call on its way through the scheduler."""

    method: str
    params: Mapping[str, Any]
    latest: float
    """When it has to have left; later it would be given up before it could be answered."""
    together: bool = False
    """Whether it may travel in a batch."""
    thrifty: bool = False
    """Whether it had rather share a request than leave at once."""
    submitted: float = 0.0
    limited: bool = False
    """Whether the portal's limit made it wait."""
    left: float | None = None
    """When its request left."""
    company: int = 0
    """How many calls that request carries."""
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
    """Sends calls within the portal's limits.

    Those that may share a request and those that travel alone wait in two rows, each in the order in which it came, and
    the rows take turns: a batch of fifty costs the portal no more than one write.
    """

    def __init__(
        self,
        wire: Wire,
        bucket: LeakyBucket,
        operating: OperatingTime,
        tasks: TaskGroup,
        *,
        seconds: float,
        observer: Observer,
        clock: Callable[[], float] = anyio.current_time,
    ) -> None:
        self._wire = wire
        self._bucket = bucket
        self._operating = operating
        self._tasks = tasks
        self._seconds = seconds
        self._observer = observer
        self._clock = clock
        self._rows: tuple[deque[Call], deque[Call]] = (deque(), deque())
        self._turn = 0
        self._under_way = 0
        self._closed = False
        self._changed = anyio.Event()
        self._last_left = float("-inf")

    def submit(self, call: Call) -> None:
        """Let a call wait for its turn."""
        call.submitted = self._clock()
        if self._closed:
            call.finish(NotReachableError("the connection to the portal is closed"))
            return
        call.limited = self.seconds_until_room() > 0
        self._rows[call.together].append(call)
        self._changed.set()

    def abandon(self, call: Call) -> None:
        """Nobody waits for this call any more; if it has not left, it never will."""
        call.abandoned = True
        self._changed.set()

    def close(self) -> None:
        """Send nothing more, and tell those that wait."""
        self._closed = True
        for row in self._rows:
            while row:
                row.popleft().finish(NotReachableError("the connection to the portal is closed"))

    def seconds_until_room(self) -> float:
        """How long the portal's limit makes a call wait that comes now, behind those that wait already."""
        requests = len(self._rows[False]) + -(-len(self._rows[True]) // batch.LARGEST)
        return self._bucket.pause(requests + 1)

    async def run(self) -> None:
        """Send what waits, for as long as the portal is open."""
        while True:
            await anyio.lowlevel.checkpoint()  # whoever is ready at this moment joins first
            self._drop_the_late()
            pause = self._pause()
            if pause == 0:
                self._send(self._next())
                continue
            self._changed = anyio.Event()
            with anyio.move_on_after(min(pause, self._patience())):
                await self._changed.wait()

    def _drop_the_late(self) -> None:
        now = self._clock()
        for row in self._rows:
            for call in [call for call in row if call.abandoned or call.latest < now]:
                row.remove(call)
                if not call.abandoned:
                    call.finish(self._too_late())

    def _too_late(self) -> PortalError:
        if seconds := self.seconds_until_room():
            return LimitedError(
                "the limit on requests left no room in time", code="QUERY_LIMIT_EXCEEDED", seconds=seconds
            )
        return NotReachableError("no connection to the portal was free in time")

    def _patience(self) -> float:
        """Seconds until the first of those that wait is late."""
        return min((call.latest for row in self._rows for call in row), default=float("inf")) - self._clock() + 0.001

    def _pause(self) -> float:
        """Seconds until the next request may leave; infinity if that takes an event."""
        if not any(self._rows) or self._under_way >= SIDE_BY_SIDE:
            return float("inf")
        return max(self._bucket.pause(), self._gathering())

    def _gathering(self) -> float:
        """A fuller bucket lets more calls gather, a full one until a request has leaked out.

        Never one that is alone, nor a full batch.
        """
        alone, together = map(len, self._rows)
        only_one = not self._under_way and together == 1
        fullness = self._bucket.fullness()
        if fullness <= LOW or alone or only_one or together >= batch.LARGEST:
            return 0.0
        return max(0.0, self._last_left + self._bucket.seconds_a_request() * fullness - self._clock())

    def _next(self) -> list[Call]:
        row = self._rows[self._turn] or self._rows[1 - self._turn]
        self._turn = 1 - self._turn
        few = len(row) <= FEW and self._bucket.fullness() <= LOW and not any(call.thrifty for call in row)
        size = 1 if few or not row[0].together else batch.LARGEST
        return [row.popleft() for _ in range(min(size, len(row)))]

    def _send(self, group: list[Call]) -> None:
        self._bucket.take()
        self._last_left = self._clock()
        self._under_way += 1
        token, trace = self._wire.token_in_use(), Trace()
        for call in group:
            call.trace, call.token = trace, token
            call.left, call.company = self._last_left, len(group)
        self._tasks.start_soon(self._deliver, group, token, trace)

    async def _deliver(self, group: Sequence[Call], token: str | None, trace: Trace) -> None:
        try:
            for call, (outcome, time) in zip(group, await self._outcomes(group, token, trace), strict=True):
                self._operating.note(call.method, time)
                call.finish(self._known(call, outcome))
        except Exception:
            logger.exception("An answer of the portal could not be understood")
        finally:
            self._under_way -= 1
            self._changed.set()
            for call in group:
                if not call.done.is_set():
                    call.finish(_lost(trace, "the answer could not be read"))

    async def _outcomes(self, group: Sequence[Call], token: str | None, trace: Trace) -> list[batch.Outcome]:
        """What became of each call; one request never holds its place for longer than a call may last."""
        seconds = self._seconds if len(group) == 1 else self._seconds * BATCH_SHARE
        outcomes: list[batch.Outcome] = []
        error: PortalError | None = None
        left = self._clock()
        with anyio.move_on_after(seconds) as patience:
            try:
                outcomes = await self._request(group, token, trace)
            except PortalError as refused:
                error = refused
        if patience.cancelled_caught:
            error = _lost(trace, f"no answer within {seconds:g} s")
        self._observer.request_ended(Request(len(group), self._clock() - left, error))
        if error is None:
            return outcomes
        if isinstance(error, LimitedError) and error.code == "QUERY_LIMIT_EXCEEDED":
            self._bucket.overflowed()
        if len(group) > 1 and isinstance(error, RefusedError):
            error = AnswerLostError(f"the portal refused the batch: {error.description}")
        return [(copy.copy(error), None) for _ in group]

    async def _request(self, group: Sequence[Call], token: str | None, trace: Trace) -> list[batch.Outcome]:
        if len(group) == 1:
            return [await self._wire.request(group[0].method, group[0].params, token, trace)]
        body = batch.body([(call.method, call.params) for call in group])
        result, _ = await self._wire.request("batch", body, token, trace)
        return batch.outcomes(result, len(group))

    def _known(self, call: Call, outcome: Any) -> Any:
        if isinstance(outcome, LimitedError) and outcome.code == "OPERATION_TIME_LIMIT":
            return self._operating.refused(call.method)
        return outcome


def _lost(trace: Trace, words: str) -> PortalError:
    return AnswerLostError(words) if trace.may_have_left else NotReachableError(words)
