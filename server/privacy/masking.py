"""Pseudonyms in place of clients' phones, e-mail addresses, cards and names, for all that an assistant gets to read."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from server.privacy.restored import RestoredPseudonyms

if TYPE_CHECKING:
    from workflows.core.context import Context

T = TypeVar("T")


class Masks(Protocol):
    """Hides what belongs to clients, and puts it back."""

    async def meet(self, context: "Context") -> None:
        """Learn once what the portal calls its employees, lines and channels."""

    def listen(self, answer: Any, method: str = "") -> Any:
        """Learn from an answer of the portal, a JSON value, who the clients are; the answer with pseudonyms escaped.

        `method` is the REST method that gave it.
        """

    def escape(self, value: T) -> T:
        """A value from outside, in which nothing reads as a pseudonym."""
        ...

    def hide(self, value: T) -> T:
        """A JSON value, or a dataclass, with pseudonyms in its texts; names of fields stay."""
        ...

    async def hide_result(self, value: T, chats: frozenset[int], restored: RestoredPseudonyms | None) -> T:
        """What a reading call found, likewise; whose each pseudonym is is kept.

        `chats` are those whose clients' words are in the value, by number: if it is one, all is its client's that is
        nobody else's by its record. What the call itself brought (`restored`) becomes nobody's by that.
        """
        ...

    def restore(self, value: T, restored: RestoredPseudonyms | None = None) -> T:
        """A JSON value with the originals in place of pseudonyms; `restored` notes which.

        Raises:
            InvalidArgumentsError: A pseudonym was never given on this portal.
        """
        ...

    def find_owners(self, pseudonym: str) -> frozenset[str]:
        """Whose a pseudonym is: `chat 201`, `user 101`; none where that is not known."""
        ...


class NoMasks:
    """Nothing is hidden."""

    async def meet(self, context: "Context") -> None:
        """Learn nothing."""

    def listen(self, answer: Any, method: str = "") -> Any:  # noqa: ARG002
        """The answer as it is."""
        return answer

    def escape(self, value: T) -> T:
        """The value as it is."""
        return value

    def hide(self, value: T) -> T:
        """The value as it is."""
        return value

    async def hide_result(self, value: T, chats: frozenset[int], restored: RestoredPseudonyms | None) -> T:  # noqa: ARG002
        """The value as it is."""
        return value

    def restore(self, value: T, restored: RestoredPseudonyms | None = None) -> T:  # noqa: ARG002
        """The value as it is."""
        return value

    def find_owners(self, pseudonym: str) -> frozenset[str]:  # noqa: ARG002
        """Nobody's."""
        return frozenset()


def open_masks(folder: Path, portal: str) -> Masks:
    """The masks of a portal, the same for all servers that keep their state in this folder.

    `portal` is what tells the portal and its user from others (`Connection.key`). The folder is made at the first use.
    """
    from server.privacy.masker import PortalMasks
    from server.storage.database import State

    return PortalMasks(State.in_folder(folder), portal)
