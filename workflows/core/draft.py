"""What a call would do, as far as it is known before the call is made."""

from dataclasses import dataclass

from tools.method import Method

STATE, OPERATOR, LINE = "state", "operator", "line"
"""What of a dialog a call may change, beside settings and flags."""
QUEUE = "the queue"
NOTHING = "Nothing"
"""With which `does` begins where a call would change nothing."""


@dataclass(frozen=True)
class Change:
    """Something that will have another value afterwards; what people wrote is marked in both."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class Draft:
    """What a call would do; what people outside wrote is marked in all texts."""

    does: str = ""
    """In whole sentences; empty where the title of the tool says it."""
    changes: tuple[Change, ...] = ()
    """Empty where `told` is true: nothing would change."""
    client_gets: tuple[str, ...] = ()
    """The texts that the client gets to read; empty for none."""
    warnings: tuple[str, ...] = ()
    """What whoever agrees should know, each a whole sentence."""
    unchecked: tuple[str, ...] = ()
    """What might make the portal refuse the call all the same, or change its effect, and cannot be read before."""
    steps: tuple[Method, ...] = ()
    """What would be sent, for a tool of several calls."""
    reversible: bool = False
    """Whether all that is overwritten is shown, and can be set again."""
    told: bool = True
    """False where only the class of the tool says what a call does."""

    @property
    def changes_nothing(self) -> bool:
        """Whether it says so."""
        return self.told and not (self.changes or self.client_gets) and self.does.startswith(NOTHING)


UNTOLD = Draft(told=False)
