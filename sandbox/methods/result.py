"""What a call came to, and the timing block beside it."""

from dataclasses import dataclass
from typing import Any

from sandbox.state.company import Clock
from sandbox.state.errors import OK, RefusalError
from sandbox.state.limits import OperatingReport
from sandbox.views.chats import format_iso

PROCESSING = 0.004
DURATION = 0.021
OPERATING_WINDOW = 600


@dataclass(frozen=True)
class CallResult:
    """What a call came to: a result or a refusal; a page of a list has `total` and `next` too."""

    result: Any = None
    refusal: RefusalError | None = None
    operating: OperatingReport | None = None
    total: int | None = None
    next: int | None = None

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers beside the result: `next` and `total`, where they are known."""
        return {name: value for name in ("next", "total") if (value := getattr(self, name)) is not None}

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.refusal.status if self.refusal else OK

    @property
    def outcome(self) -> str:
        """The word that the request log keeps: `ok`, or the code of the refusal."""
        if self.refusal is None:
            return "ok"
        return self.refusal.code or "empty error"


def make_time_block(clock: Clock, operating: OperatingReport | None = None) -> dict[str, Any]:
    """The block `time` of an answer, in seconds; `operating` counts only while the operating time is limited.

    Source: the module `rest` of the portal.
    """
    now = clock()
    start = int(now.timestamp())
    return {
        "start": start,
        "finish": start + DURATION,
        "duration": DURATION,
        "processing": PROCESSING,
        "date_start": format_iso(now),
        "date_finish": format_iso(now),
        "operating_reset_at": operating.reset_at if operating else start + OPERATING_WINDOW,
        "operating": operating.seconds if operating else 0,
    }
