"""When a call leaves, and with which others: side by side while there is room, in batches when there are many."""

import copy
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.abc import TaskGroup

from portal import batch, envelope
from portal.bucket import LeakyBucket
from portal.errors import (
    AnswerLostError,
    AnswerTooLargeError,
    LimitedError,
    NotReachableError,
    PortalError,
    RefusedError,
)
from portal.observer import Observer, PortalRequest
from portal.operating import OperatingTime
from portal.sent import note_change
from portal.wire import RequestTrace, Wire

logger = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""Requests under way at a time."""
FEW = 8
"""So many waiting calls leave one by one while the bucket is low."""
LOW = 0.3
"""Up to here the bucket is low: fifteen requests of a standard portal."""
A_MOMENT = 0.001
"""Seconds after which a call that had to have left by a time is late for certain."""
BATCH_SHARE = 1 / 3
"""Of the seconds of a call, for a batch: if one command hangs, the others can still be asked alone."""
FULL_BUCKET = {"QUERY_LIMIT_EXCEEDED", None}
"""Codes of a limit on requests; a front end that limits them has none."""


@dataclass(eq=False)
class PendingCall:
    """One call on its way through the scheduler."""

    method: str
    params: Mapping[str, Any]
    send_by: float
    """When it has to have left; later it would be given up before it could be answered."""
    batchable: bool
    """Whether it may travel in a batch."""
    prefer_batch: bool = False
    """Whether it had rather share a request than leave at once."""
    changes: bool = False
    """Whether it changes something."""
    submitted_at: float = 0.0
    limited: bool = False
    """Whether the portal's limit made it wait."""
    sent_at: float | None = None
    """When its request left."""
    request_size: int = 0
    """How many calls that request carries."""
    done: anyio.Event = field(default_factory=anyio.Event)
    trace: RequestTrace | None = None
    """How far its request got, once it has one."""
    token: str | None = field(default=None, repr=False)
    """The token it left with."""
    abandoned: bool = False
    result: Any = None
    error: PortalError | None = None

    @property
    def may_have_left(self) -> bool:
        """Whether the portal may have got its request."""
        return self.trace is not None and self.trace.may_have_left

    def note_end(self, error: BaseException | None) -> None:
        """Take note of a change that the portal executed, or may have; `error` is what this attempt came to."""
        if self.changes and self._may_have_run(error):
            note_change()

    def _may_have_run(self, error: BaseException | None) -> bool:
        found = self.error if self.error and not isinstance(error, PortalError) else error
        if isinstance(found, PortalError):
            return isinstance(found, AnswerLostError)
        return self.done.is_set() or self.may_have_left

    def finish(self, outcome: Any) -> None:
        """Tell whoever waits."""
        if isinstance(outcome, PortalError):
            self.error = outcome
        else:
            self.result = outcome
        self.done.set()


class Scheduler:
    """Sends calls within the portal's limits.

    Those that may share a request and those that travel alone wait in two queues, each in the order in which
    they came. The queues take turns: a batch of fifty costs the portal no more than one write.
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
        self._queues: tuple[deque[PendingCall], deque[PendingCall]] = (deque(), deque())
        self._next_queue = 0
        self._under_way = 0
        self._closed = False
        self._state_changed = anyio.Event()
        self._last_sent_at = float("-inf")

    def submit(self, call: PendingCall) -> None:
        """Let a call wait for its turn."""
        call.submitted_at = self._clock()
        if self._closed:
            call.finish(NotReachableError("the connection to the portal is closed"))
            return
        call.limited = self.seconds_until_room() > 0
        self._queues[call.batchable].append(call)
        self._state_changed.set()

    def abandon(self, call: PendingCall) -> None:
        """Nobody waits for this call any more; if it has not left, it never will, unless others go with it."""
        call.abandoned = True
        if call.trace is not None and call.request_size == 1:
            call.trace.stop()
        self._state_changed.set()

    def close(self) -> None:
        """Send nothing more, and tell those that wait."""
        self._closed = True
        for queue in self._queues:
            while queue:
                queue.popleft().finish(NotReachableError("the connection to the portal is closed"))

    def seconds_until_room(self) -> float:
        """How long the portal's limit makes a call wait that comes now, behind those that wait already."""
        requests = len(self._queues[False]) + -(-len(self._queues[True]) // batch.MAX_COMMANDS)
        return self._bucket.seconds_until_room(requests + 1)

    async def run(self) -> None:
        """Send what waits, for as long as the portal is open."""
        while True:
            await anyio.lowlevel.checkpoint()  # whoever is ready at this moment joins first
            self._drop_late_calls()
            pause = self._seconds_until_next_request()
            if pause == 0:
                self._send(self._take_next_group())
                continue
            self._state_changed = anyio.Event()
            with anyio.move_on_after(min(pause, self._seconds_until_late())):
                await self._state_changed.wait()

    def _drop_late_calls(self) -> None:
        now = self._clock()
        for queue in self._queues:
            for call in [call for call in queue if call.abandoned or call.send_by < now]:
                queue.remove(call)
                if not call.abandoned:
                    call.finish(self.make_late_error())

    def make_late_error(self) -> PortalError:
        """Why a call that waits now has not left in time: the limit on requests, or no place among those under way."""
        if seconds := self.seconds_until_room():
            return LimitedError(
                "the limit on requests left no room in time", code="QUERY_LIMIT_EXCEEDED", seconds=seconds
            )
        return NotReachableError("no connection to the portal was free in time")

    def _seconds_until_late(self) -> float:
        """Seconds until the first of those that wait is late."""
        first = min((call.send_by for queue in self._queues for call in queue), default=float("inf"))
        return first - self._clock() + A_MOMENT

    def _seconds_until_next_request(self) -> float:
        """Seconds until the next request may leave; infinity if that takes an event."""
        if not any(self._queues) or self._under_way >= SIDE_BY_SIDE:
            return float("inf")
        return max(self._bucket.seconds_until_room(), self._seconds_to_gather())

    def _seconds_to_gather(self) -> float:
        """A fuller bucket lets more calls gather, a full one until a request has leaked out.

        Never one that is alone, nor a full batch.
        """
        single, batchable = map(len, self._queues)
        only_one = not self._under_way and batchable == 1
        fullness = self._bucket.fullness()
        if fullness <= LOW or single or only_one or batchable >= batch.MAX_COMMANDS:
            return 0.0
        return max(0.0, self._last_sent_at + self._bucket.seconds_per_request() * fullness - self._clock())

    def _take_next_group(self) -> list[PendingCall]:
        queue = self._queues[self._next_queue] or self._queues[1 - self._next_queue]
        self._next_queue = 1 - self._next_queue
        few = len(queue) <= FEW and self._bucket.fullness() <= LOW and not any(call.prefer_batch for call in queue)
        size = 1 if few or not queue[0].batchable else batch.MAX_COMMANDS
        return [queue.popleft() for _ in range(min(size, len(queue)))]

    def _send(self, group: list[PendingCall]) -> None:
        self._bucket.take()
        self._last_sent_at = self._clock()
        self._under_way += 1
        token, trace = self._wire.token_in_use(), RequestTrace()
        for call in group:
            call.trace, call.token = trace, token
            call.sent_at, call.request_size = self._last_sent_at, len(group)
        self._tasks.start_soon(self._deliver, group, token, trace)

    async def _deliver(self, group: Sequence[PendingCall], token: str | None, trace: RequestTrace) -> None:
        try:
            for call, (outcome, time) in zip(group, await self._request_group(group, token, trace), strict=True):
                self._operating.record(call.method, time)
                call.finish(self._complete(call, outcome))
        except Exception:
            logger.exception("An answer of the portal could not be understood")
        finally:
            self._under_way -= 1
            self._state_changed.set()
            for call in group:
                if not call.done.is_set():
                    call.finish(_make_lost_error(trace, "the answer could not be read"))

    async def _request_group(
        self, group: Sequence[PendingCall], token: str | None, trace: RequestTrace
    ) -> list[batch.Outcome]:
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
            error = _make_lost_error(trace, f"no answer within {seconds:g} s")
        self._observer.on_request_end(PortalRequest(len(group), self._clock() - left, error))
        if error is None:
            return outcomes
        if isinstance(error, LimitedError) and error.code in FULL_BUCKET:
            self._bucket.fill()
        if len(group) > 1 and isinstance(error, RefusedError) and error.code != envelope.CLOSED:
            error = AnswerLostError(f"the portal refused the batch: {error.description}")
        if len(group) > 1 and isinstance(error, AnswerTooLargeError):
            error = AnswerLostError(error.description, status=error.status)
        return [(copy.copy(error), None) for _ in group]

    async def _request(
        self, group: Sequence[PendingCall], token: str | None, trace: RequestTrace
    ) -> list[batch.Outcome]:
        if len(group) == 1:
            return [await self._wire.request(group[0].method, group[0].params, token, trace)]
        body = batch.make_body([(call.method, call.params) for call in group])
        result, _ = await self._wire.request("batch", body, token, trace)
        return batch.read_outcomes(result, len(group))

    def _complete(self, call: PendingCall, outcome: Any) -> Any:
        if isinstance(outcome, LimitedError) and outcome.code == "OPERATION_TIME_LIMIT":
            return self._operating.record_refusal(call.method)
        return outcome


def _make_lost_error(trace: RequestTrace, words: str) -> PortalError:
    return AnswerLostError(words) if trace.may_have_left else NotReachableError(words)
