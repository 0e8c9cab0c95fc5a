"""The changing steps of one tool call: each is taken once, and what was done is remembered."""

from dataclasses import dataclass, field
from typing import Any

from portal.errors import OutcomeUnknownError, PortalError, RefusedError
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from workflows.core.chat_state import NOT_SEEN, ChatState, read_chat
from workflows.core.context import Context
from workflows.core.errors import ForbiddenError, UnfinishedError


@dataclass(frozen=True)
class StepResult:
    """A step that the portal executed, or may have."""

    result: Any = None
    lost: bool = False
    """No usable answer came: only a look at the state tells whether it was executed."""


@dataclass(frozen=True)
class UnreadableDialog:
    """A dialog that could not be read."""

    out_of_sight: bool
    """The caller may not see it any more."""

    def stage(self) -> str:
        """In words, as of a dialog that can be read."""
        return "out of your sight" if self.out_of_sight else "not to be read"


@dataclass
class Steps:
    """One tool call on its way."""

    context: Context
    done: list[str] = field(default_factory=list)
    """What has been changed so far, in words."""

    async def take(self, step: Method, doing: str, otherwise: str) -> StepResult:
        """Take a step, once; whoever listens hears `doing` first. The result is lost where no usable answer came.

        Raises:
            UnfinishedError: The portal did not execute the step; its sentence begins with `otherwise`.
            ForbiddenError: This caller may not take it.
        """
        await self.context.tell(doing)
        try:
            return StepResult(await self.context.ask(step))
        except (OutcomeUnknownError, UnexpectedResultError):
            return StepResult(lost=True)
        except PortalError as error:
            raise self._make_refusal(f"{otherwise}. {error.happened}", step, error) from None
        except ForbiddenError as error:
            raise ForbiddenError(f"{otherwise}. {error.happened}", done=self.done) from None
        except RefusedByResultError as error:
            answered = error.happened or f"The portal answered {str(error.result).lower()}"
            raise self._make_refusal(f"{otherwise}. {answered}", step, error) from None

    async def look(self, chat_id: int) -> ChatState | UnreadableDialog:
        """The dialog as it stands now; that it cannot be read must not hide what was done."""
        try:
            return await read_chat(self.context, chat_id)
        except (PortalError, RefusedByResultError, UnexpectedResultError) as error:
            return UnreadableDialog(isinstance(error, RefusedError) and error.code == NOT_SEEN)

    def make_error(self, happened: str, todo: str, *, unsure: bool = False) -> UnfinishedError:
        """The failure that tells what was done before it."""
        return UnfinishedError(happened, todo, done=self.done, unsure=unsure)

    def _make_refusal(self, happened: str, step: Method, error: PortalError | RefusedByResultError) -> UnfinishedError:
        return UnfinishedError(happened, done=self.done, failed=(type(step), error))
