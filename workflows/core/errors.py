"""A tool of several calls that stopped on its way: what it had done by then, why it stopped, what to do next."""

from collections.abc import Sequence

from portal.errors import PortalError
from tools.method import Method, RefusedByResultError


class UnfinishedError(Exception):
    """What was asked for is not done, or not all of it.

    `happened` is a sentence without its full stop. `done` are the steps that were taken and stay; with none, nothing
    was changed. `unsure` says that the portal may have executed the step that failed. Where a step of the portal's
    `failed`, its error says what to do unless `todo` does.
    """

    def __init__(
        self,
        happened: str,
        todo: str = "",
        *,
        done: Sequence[str] = (),
        unsure: bool = False,
        failed: "tuple[type[Method], PortalError | RefusedByResultError] | None" = None,
    ) -> None:
        super().__init__(happened)
        self.happened = happened
        self.todo = todo
        self.done = tuple(done)
        self.unsure = unsure
        self.failed = failed


class ForbiddenError(UnfinishedError):
    """A step that the server's policy does not let this caller take; nothing of this step was sent."""
