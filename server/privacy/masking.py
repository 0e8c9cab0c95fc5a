"""Pseudonyms in place of clients' phones, e-mail addresses, cards and names, for all that an assistant gets to read."""

from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Masks(Protocol):
    """Hides what belongs to clients, and puts it back."""

    def listen(self, answer: Any) -> None:
        """Learn from an answer of the portal who the clients are."""

    def hidden(self, value: T) -> T:
        """A JSON value, or the texts of a dataclass, with pseudonyms."""
        ...

    def restored(self, value: T) -> T:
        """A JSON value with the originals; InvalidArgumentsError where a pseudonym was never given."""
        ...


class NoMasks:
    """Nothing is hidden."""

    def listen(self, answer: Any) -> None:
        """Nothing is learned."""

    def hidden(self, value: T) -> T:
        """As it is."""
        return value

    def restored(self, value: T) -> T:
        """As it is."""
        return value


def masks_of(folder: Path, portal: str) -> Masks:
    """The masks of a portal, the same for all servers that keep their state in this folder."""
    from server.privacy.masker import PortalMasks
    from server.storage.database import State

    return PortalMasks(State(folder / "state.sqlite"), portal)
