"""Which pseudonyms a call brought with it."""

from dataclasses import dataclass, field

NAMES_A_DIALOG = frozenset({"dialog", "chat_id", "dialog_id", "session_id", "user_code", "line", "to", "user_id"})
"""Arguments that no client gets to read."""


@dataclass
class RestoredPseudonyms:
    """The pseudonyms in the arguments of one call, in place of which the originals were put."""

    everywhere: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    """Those in arguments that somebody may get to read."""

    def add(self, argument: str, pseudonyms: set[str]) -> None:
        """Note the pseudonyms of one argument."""
        self.everywhere |= pseudonyms
        self.sent |= set() if argument in NAMES_A_DIALOG else pseudonyms
