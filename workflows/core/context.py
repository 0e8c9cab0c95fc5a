"""What a tool of several calls works with: one portal, as one caller may use it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
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
    """One portal as one caller may use it."""

    portal: "Portal"
    tools: Mapping[str, type[Tool]]
    """The tools that exist for this caller, by name."""
    report: "Report | None" = None
    """Told how long a call has been waiting, and for what."""
    began: float = field(default_factory=anyio.current_time)
    listen: Callable[[Any], None] = _nobody
    """Hears every answer of the portal as it came."""
    explain_denial: Callable[[type[Method]], str | None] = _nobody
    """Why a method may not change anything for this caller, whichever tool it is a part of."""
    thrifty: bool = False
    """See `saving`."""

    def check(self, *methods: Method) -> None:
        """ForbiddenError, before anything is changed, if one of these steps may not be taken."""
        for method in methods:
            if not method.reads() and (why := self.explain_denial(type(method))):
                raise ForbiddenError(f"It takes {method.tool()}, and {why}")

    async def ask(self, method: Method) -> Any:
        """The typed result of one method.

        Raises:
            PortalError, RefusedByResultError or UnexpectedResultError: There is no result.
            ForbiddenError: This caller may not ask for it.
        """
        self.check(method)
        raw = await self.portal.call(
            method.rest,
            method.to_wire(),
            repeatable=method.repeatable(),
            scopes=method.scopes,
            report=self._waiting if self.report else None,
            prefer_batch=self.thrifty,
        )
        self.listen(raw)
        return method.result(raw)

    def saving(self) -> Self:
        """The same context, at which questions that are asked at once share a request even if they are few."""
        return replace(self, thrifty=True)

    async def ask_all(self, methods: Iterable[Method]) -> list[Any]:
        """The results of several methods that are asked at once, in their order; the first failure as it is."""
        return await together(*(partial(self.ask, method) for method in methods))

    async def tell(self, doing: str) -> None:
        """Progress, for whoever listens: what is being done now."""
        if self.report:
            await self.report(anyio.current_time() - self.began, doing)

    async def _waiting(self, _: float, reason: str) -> None:
        """One time for all that a tool waits for, so that progress never goes back."""
        await self.tell(reason)


async def together(*steps: Callable[[], Awaitable[Any]]) -> list[Any]:
    """The results of steps that are taken at once, in their order; the first failure as it is, not in a group."""
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
