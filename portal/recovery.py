"""How many calls ask again after a fault: two, while the others wait for what becomes of those.

Without this every call of a batch that was lost, or of many side by side, would try its luck alone: thirty questions
would be a hundred and fifty requests to a portal that is down.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import anyio

from portal.errors import (
    AnswerLostError,
    AnswerTooLargeError,
    BlockedError,
    LimitedError,
    NotReachableError,
    PortalError,
)

SCOUTS = 2
"""So many ask again at a time: if one of them is what the portal fails at, the other shows that it works."""


class _News:
    """What the calls that wait are told."""

    def __init__(self) -> None:
        self.came = anyio.Event()
        self.is_up: bool | None = None
        """Whether an answer came; None if only a place among those who ask is free."""


class Recovery:
    """Which calls ask again after a fault, for all calls of one portal."""

    def __init__(self) -> None:
        self._scouts: dict[object, bool] = {}
        """Those who ask, and whether they have given up."""
        self._news = _News()
        self._gave_up_at = float("-inf")

    @contextmanager
    def follow(self, call: object) -> Iterator[None]:
        """While a call is on its way; one that is cancelled leaves its place to another.

        When all who asked have given up, so do those who wait.
        """
        try:
            yield
        except PortalError:
            self._give_up(call)
            raise
        finally:
            if self._scouts.get(call) is False:
                del self._scouts[call]
                self._tell(is_up=None)

    async def wait_for_turn(self, call: object, error: PortalError, deadline: float, sent_at: float | None) -> bool:
        """Whether a call that failed with `error` is to ask again, once it is its turn.

        False, if those who asked before it gave up, also if that was while its request, which left at `sent_at`, was
        still on its way; or if its deadline came first.
        """
        if not is_outage(error):
            return True
        if sent_at is not None and sent_at < self._gave_up_at and call not in self._scouts:
            return False
        most = 1 if isinstance(error, LimitedError) else SCOUTS
        with anyio.move_on_at(deadline):
            while call not in self._scouts and len(self._scouts) >= most:
                news = self._news
                await news.came.wait()
                if news.is_up is not None:
                    return news.is_up
            self._scouts[call] = False
            return True
        return False

    def note_answer(self, error: PortalError | None) -> None:
        """Take note that a request was answered; if the portal spoke, all who wait go ahead."""
        if self._scouts and not is_outage(error):
            self._scouts.clear()
            self._tell(is_up=True)

    def _give_up(self, call: object) -> None:
        if call in self._scouts:
            self._scouts[call] = True
            if all(self._scouts.values()):
                self._scouts.clear()
                self._gave_up_at = anyio.current_time()
                self._tell(is_up=False)

    def _tell(self, *, is_up: bool | None) -> None:
        news, self._news = self._news, _News()
        news.is_up = is_up
        news.came.set()


def is_outage(error: PortalError | None) -> bool:
    """Whether the portal itself has not spoken, so that other calls would fare no better."""
    match error:
        case LimitedError():
            return error.code is None
        case AnswerTooLargeError():
            return False
        case AnswerLostError() | NotReachableError() | BlockedError():
            return True
    return False
