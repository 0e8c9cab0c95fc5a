"""What is told of tool calls, and to whom: metrics, logs and spans all listen here."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from portal.errors import PortalError
from portal.observer import Attempt, Observer, PortalRequest
from tools.naming import to_snake_case

logger = logging.getLogger(__name__)

OK = "ok"
CANCELLED = "cancelled"
UNKNOWN_TOOL = "unknown_tool"
NAMELESS = "unknown"
"""In place of a name that no tool has: clients could make up any number of them."""


@dataclass(slots=True)
class Running:
    """A tool call on its way; whoever answers it writes down what became of it."""

    outcome: str = CANCELLED
    """As in `CallEnded`."""
    code: str | None = None
    """The portal's code, where it gave one."""
    requests: int = 0
    """Requests to the portal so far; one shared with other calls counts for each of them."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """A tool call that was answered, or whose client gave it up."""

    tool: str
    caller: str
    """Name of whoever made it; empty where there is only one."""
    outcome: str
    """`ok`, `cancelled`, or the kind of failure as server/protocol/failures.py names it."""
    code: str | None
    """The portal's code, where it gave one."""
    seconds: float
    """From the call to its answer."""
    requests: int
    """Requests to the portal that the call needed."""


class CallObserver(Observer):
    """Told what a portal's client does and what becomes of tool calls; this one takes no notice of anything."""

    def call_started(self) -> None:
        """A tool call came in."""

    def call_ended(self, ended: CallEnded) -> None:
        """A tool call was answered; told where it was made."""

    @contextmanager
    def call(self, tool: str, caller: str) -> Iterator[Running]:
        """Observe a call for as long as the context is open; what it gives takes down the outcome.

        A call whose context ends without one was cancelled.
        """
        running = Running()
        token, started = _running.set(running), time.perf_counter()
        self.call_started()
        try:
            yield running
        finally:
            _running.reset(token)
            name = NAMELESS if running.outcome == UNKNOWN_TOOL else tool
            seconds = time.perf_counter() - started
            self.call_ended(CallEnded(name, caller, running.outcome, running.code, seconds, running.requests))


class Observers(CallObserver):
    """Tells each of several observers; one that fails disturbs neither the call nor the others."""

    def __init__(self, *observers: CallObserver) -> None:
        self._observers = observers

    def on_open(self, fullness: Callable[[], float]) -> None:
        """Pass it on."""
        self._tell(lambda observer: observer.on_open(fullness))

    def on_request_end(self, request: PortalRequest) -> None:
        """Pass it on."""
        self._tell(lambda observer: observer.on_request_end(request))

    def on_attempt_end(self, attempt: Attempt) -> None:
        """Pass it on, and count it for the tool call that it belongs to."""
        if attempt.calls and (running := _running.get()):
            running.requests += 1
        self._tell(lambda observer: observer.on_attempt_end(attempt))

    def on_pause(self, error: PortalError, seconds: float) -> None:
        """Pass it on."""
        self._tell(lambda observer: observer.on_pause(error, seconds))

    def call_started(self) -> None:
        """Pass it on."""
        self._tell(lambda observer: observer.call_started())

    def call_ended(self, ended: CallEnded) -> None:
        """Pass it on."""
        self._tell(lambda observer: observer.call_ended(ended))

    def _tell(self, what: Callable[[CallObserver], None]) -> None:
        for observer in self._observers:
            try:
                what(observer)
            except Exception:
                logger.exception("%s failed; the call goes on", type(observer).__name__)


NO_OBSERVER = CallObserver()
_running: ContextVar[Running | None] = ContextVar("running", default=None)


def label_outcome(error: BaseException | None) -> str:
    """What a request or an attempt came to, as a label: `ok`, `cancelled`, or the kind of a portal's error."""
    if error is None:
        return OK
    return to_snake_case(type(error).__name__.removesuffix("Error")) if isinstance(error, PortalError) else CANCELLED
