"""What calling a method does to the world; annotations, policy and documentation derive from it."""

from collections.abc import Iterable
from enum import Flag, StrEnum, auto
from typing import Self


class Effect(Flag):
    """One or several effects; a method that only reads has READ alone."""

    READ = auto()
    WRITE = auto()
    """Changes state that only colleagues see."""
    CUSTOMER = auto()
    """Somebody gets something to read, usually the client of the channel."""
    TAKEOVER = auto()
    """A dialog moves between people, bots or queues."""
    DESTRUCTIVE = auto()
    """Ends, deletes or overwrites something that cannot simply be put back."""

    @property
    def names(self) -> tuple[str, ...]:
        """The effects in lower case, in the order of their declaration."""
        return tuple(str(effect.name).lower() for effect in Effect if effect in self)

    @classmethod
    def from_names(cls, names: Iterable[str]) -> Self:
        """The effects of these names together; the names are those of `names`, in lower case.

        Raises:
            ValueError: A name is no effect; the message lists those that there are.
        """
        known = {str(effect.name).lower(): effect for effect in cls}
        found = cls(0)
        for name in names:
            if name not in known:
                raise ValueError(f"unknown effect {name[:40]}; choose from {', '.join(known)}")
            found |= known[name]
        return found


NO_EFFECT = Effect(0)
EVERY_EFFECT = ~NO_EFFECT
"""All effects together."""


class Auth(StrEnum):
    """What kind of authorisation the portal accepts for a method."""

    ANY = "webhook or application"
    BOT_OWNER = "application that owns a chat bot, or webhook with client_id"
    BOT = "application, or webhook with bot_token"
    APPLICATION = "application only"
