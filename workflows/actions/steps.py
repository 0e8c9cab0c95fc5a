"""The changing steps of one tool call: each is taken once, and what was done is remembered."""

from dataclasses import dataclass, field
from typing import Any

from portal.errors import OutcomeUnknown, PortalError, Refused
from tools.method import Method, RefusedByResult, UnexpectedResult
from workflows.core.chat_state import NOT_SEEN, ChatState, look
from workflows.core.composite import Desk
from workflows.core.errors import Forbidden, Unfinished


@dataclass(frozen=True)
class Taken:
    """A step that the portal executed, or may have."""

    result: Any = None
    lost: bool = False
    """No usable answer came: only a look at the state tells whether it was executed."""


@dataclass(frozen=True)
class Unseen:
    """A dialog that could not be read."""

    out_of_sight: bool
    """The caller may not see it any more."""

    def stage(self) -> str:
        """In words, as of a dialog that can be read."""
        return "out of your sight" if self.out_of_sight else "not to be read"


@dataclass
class Steps:
    """One tool call on its way."""

    desk: Desk
    done: list[str] = field(default_factory=list)
    """What has been changed so far, in words."""

    async def take(self, step: Method, doing: str, otherwise: str) -> Taken:
        """The result of a step; Unfinished, beginning with `otherwise`, where the portal did not execute it."""
        await self.desk.tell(doing)
        try:
            return Taken(await self.desk.ask(step))
        except (OutcomeUnknown, UnexpectedResult):
            return Taken(lost=True)
        except PortalError as error:
            raise self._failed(f"{otherwise}. {error.happened}", step, error) from None
        except Forbidden as error:
            raise Forbidden(f"{otherwise}. {error.happened}", done=self.done) from None
        except RefusedByResult as error:
            answered = error.happened or f"The portal answered {str(error.result).lower()}"
            raise self._failed(f"{otherwise}. {answered}", step, error) from None

    async def look(self, chat_id: int) -> ChatState | Unseen:
        """The dialog as it stands now; that it cannot be read must not hide what was done."""
        try:
            return await look(self.desk, chat_id)
        except (PortalError, RefusedByResult, UnexpectedResult) as error:
            return Unseen(isinstance(error, Refused) and error.code == NOT_SEEN)

    def stopped(self, happened: str, todo: str, *, unsure: bool = False) -> Unfinished:
        """The failure that tells what was done before it."""
        return Unfinished(happened, todo, done=self.done, unsure=unsure)

    def _failed(self, happened: str, step: Method, error: PortalError | RefusedByResult) -> Unfinished:
        return Unfinished(happened, done=self.done, failed=(type(step), error))
