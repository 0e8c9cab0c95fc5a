"""Pseudonyms in place of clients' phones, e-mail addresses, cards and names, for all that an assistant gets to read."""

from pathlib import Path
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Masks(Protocol):
    """Hides what belongs to clients, and puts it back."""

    def listen(self, answer: Any) -> None:
        """Learn from an answer of the portal, a JSON value, who the clients are."""

    def hide(self, value: T) -> T:
        """A JSON value, or a dataclass, with pseudonyms in its texts; names of fields stay."""
        ...

    def restore(self, value: T) -> T:
        """A JSON value with the originals in place of pseudonyms.

        Raises:
            InvalidArgumentsError: A pseudonym was never given on this portal.
        """
        ...


class NoMasks:
    """Nothing is hidden."""

    def listen(self, answer: Any) -> None:
        """Learn nothing."""

    def hide(self, value: T) -> T:
        """The value as it is."""
        return value

    def restore(self, value: T) -> T:
        """The value as it is."""
        return value


def open_masks(folder: Path, portal: str) -> Masks:
    """The masks of a portal, the same for all servers that keep their state in this folder.

    `portal` is what tells the portal and its user from others (`Connection.key`). The folder is made at the first use.
    """
    from server.privacy.masker import PortalMasks
    from server.storage.database import State

    return PortalMasks(State.in_folder(folder), portal)
