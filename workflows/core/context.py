"""What a tool of several calls works with: one portal, as one caller may use it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import anyio

from tools.method import Method
from tools.tool import Tool
from workflows.core.errors import ForbiddenError

if TYPE_CHECKING:
    from portal.client import Portal, Report


def _nobody(_: Any) -> None:
    """Listens, or objects."""


@dataclass(frozen=True)
class Context:
    """One portal as one caller may use it, during one tool call; every request of a workflow goes through it."""

    portal: "Portal"
    tools: Mapping[str, type[Tool]]
    """The tools that exist for this caller, by name."""
    report: "Report | None" = None
    """Told how long a call has been waiting, and for what."""
    began: float = field(default_factory=anyio.current_time)
    listen: Callable[[Any], None] = _nobody
    """Hears every answer of the portal as it came."""
    explain_denial: Callable[[type[Method]], str | None] = _nobody
    """The reason why this caller may not use a method that changes something, as the end of a sentence; None if they
    may. It holds for the method as a step of any tool."""
    shares_requests: bool = False
    """See `sharing_requests`."""
    shows_pictures: bool = True
    """False where clients' data are hidden: in a picture nothing can be."""
    files_folder: Path | None = None
    """Folder of this machine from which files may be sent; None where none may."""

    describe_events: Callable[[], list[dict[str, Any]]] = list
    """By what events of the portal are heard: `name`, `running`, `sees`, `cannot_see` and `promise` of each source."""

    def check(self, *methods: Method) -> None:
        """See whether all of these steps may be taken, before the first of them changes anything.

        Raises:
            ForbiddenError: This caller may not take one of them. Methods that only read are always allowed.
        """
        for method in methods:
            if not method.reads() and (why := self.explain_denial(type(method))):
                raise ForbiddenError(f"It takes {method.tool()}, and {why}")

    async def ask(self, method: Method) -> Any:
        """The typed result of one method, after one call of the portal; `listen` hears the raw result first.

        Raises:
            PortalError: The portal refused the call, or no answer came.
            RefusedByResultError: The portal answered with a result that means a refusal, such as false.
            UnexpectedResultError: The result has not the form that the method's answer should have.
            ForbiddenError: This caller may not use the method; nothing was sent.
        """
        self.check(method)
        raw = await self.portal.call(
            method.rest,
            method.to_wire(),
            repeatable=method.repeatable(),
            scopes=method.scopes,
            report=self._report_wait if self.report else None,
            prefer_batch=self.shares_requests,
        )
        self.listen(raw)
        return method.result(raw)

    def sharing_requests(self) -> Self:
        """The same context, but questions that are asked at the same time share one HTTP request, even two of them."""
        return replace(self, shares_requests=True)

    async def ask_all(self, methods: Iterable[Method]) -> list[Any]:
        """The results of several methods that are asked at the same time, in the order of the methods.

        Raises:
            Exception: Whatever `ask` raises first; the other questions are cancelled then.
        """
        return await run_together(*(partial(self.ask, method) for method in methods))

    async def tell(self, doing: str) -> None:
        """Report what is being done now, with the seconds since the tool call began; nothing where nobody listens."""
        if self.report:
            await self.report(anyio.current_time() - self.began, doing)

    async def _report_wait(self, _: float, reason: str) -> None:
        """One time for all that a tool waits for, so that progress never goes back."""
        await self.tell(reason)


async def run_together(*steps: Callable[[], Awaitable[Any]]) -> list[Any]:
    """The results of steps that run at the same time, in the order of the steps.

    Raises:
        Exception: The first failure of a step as it is, not in an ExceptionGroup; the other steps are cancelled then.
    """
    results: dict[int, Any] = {}
    failures: list[Exception] = []

    async def take(place: int, step: Callable[[], Awaitable[Any]]) -> None:
        try:
            results[place] = await step()
        except Exception as error:  # noqa: BLE001  (raised again below)
            failures.append(error)
            tasks.cancel_scope.cancel()

    async with anyio.create_task_group() as tasks:
        for place, step in enumerate(steps):
            tasks.start_soon(take, place, step)
    if failures:
        raise failures[0]
    return [results[place] for place in range(len(steps))]
