"""What a portal's client tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.errors import PortalError


@dataclass(frozen=True, slots=True)
class PortalRequest:
    """One request to the portal, told when it has ended."""

    calls: int
    """How many calls it carried: more than one in a batch."""
    seconds: float
    error: PortalError | None
    """None if an answer came, whatever it says to each call of a batch."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of one call, told where the call was made."""

    method: str
    number: int
    """From 1."""
    calls: int
    """How many calls its request carried; 0 if it never left."""
    waited: float
    """Seconds before it left, or before it was given up."""
    limited: bool
    """Whether the portal's limit on requests made it wait."""
    seconds: float
    """From leaving to the answer."""
    error: BaseException | None
    """A PortalError, or what cancelled the call."""


class Observer:
    """Told what happens, as it happens, and may neither wait nor raise; this one takes no notice of anything."""

    def on_open(self, fullness: Callable[[], float]) -> None:
        """The client is ready; `fullness` says how full the portal's bucket is, from 0 to 1."""

    def on_request_end(self, request: PortalRequest) -> None:
        """A request came back, or never will."""

    def on_attempt_end(self, attempt: Attempt) -> None:
        """An attempt brought a result or an error."""

    def on_pause(self, error: PortalError, seconds: float) -> None:
        """A call waits so long before it is sent again after this error."""


NO_OBSERVER = Observer()
