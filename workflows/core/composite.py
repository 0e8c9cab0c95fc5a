"""What a tool of several portal calls is, and what it works with."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Self

import anyio

from tools.method import Method
from tools.names import snake_case
from tools.tool import Tool
from workflows.core.errors import Forbidden

if TYPE_CHECKING:
    from portal.client import Portal, Report

PAGES = "openchannels://docs/tools"


def _nobody(_: Any) -> None:
    """Listens, or objects."""


@dataclass(frozen=True)
class Desk:
    """One portal as one caller may use it."""

    portal: "Portal"
    tools: Mapping[str, type[Tool]]
    """The tools that exist for this caller, by name."""
    report: "Report | None" = None
    """Told how long a call has been waiting, and for what."""
    began: float = field(default_factory=anyio.current_time)
    listen: Callable[[Any], None] = _nobody
    """Hears every answer of the portal as it came."""
    why_not: Callable[[type[Method]], str | None] = _nobody
    """Why a method may not change anything for this caller, whichever tool it is a part of."""
    thrifty: bool = False
    """See `saving`."""

    def check(self, *methods: Method) -> None:
        """Forbidden, before anything is changed, if one of these steps may not be taken."""
        for method in methods:
            if not method.reads() and (why := self.why_not(type(method))):
                raise Forbidden(f"It takes {method.tool()}, and {why}")

    async def ask(self, method: Method) -> Any:
        """The typed result of one method.

        PortalError, RefusedByResult or UnexpectedResult where there is none, Forbidden where it may not be asked for.
        """
        self.check(method)
        raw = await self.portal.call(
            method.rest,
            method.to_wire(),
            repeatable=method.repeatable(),
            scopes=method.scopes,
            report=self._waiting if self.report else None,
            thrifty=self.thrifty,
        )
        self.listen(raw)
        return method.result(raw)

    def saving(self) -> Self:
        """The same desk, at which questions that are asked at once share a request even if they are few."""
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


class Composite(Tool):
    """Base of these tools; the class's name in snake_case is the tool's."""

    errors: ClassVar[Mapping[str, str]] = {}
    """Portal's error code -> what to do next."""
    needs: ClassVar[tuple[type[Method], ...]] = ()
    """Methods without which it cannot work."""
    asks: ClassVar[tuple[str, ...]] = ()
    """What it asks the portal, in order, for the documentation page."""
    details: ClassVar[str] = ""
    """What its figures and words mean, in Markdown for the documentation page."""
    answer: ClassVar[str] = ""
    """Its structured result in words, for the documentation page."""
    example: ClassVar[Mapping[str, Any]] = {}
    """Arguments of the example on the documentation page."""
    example_answer: ClassVar[str] = ""
    """What the embedded portal answers to them."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return snake_case(cls.__name__)

    @classmethod
    def page(cls) -> str:
        """Address of its documentation page."""
        return f"{PAGES}/{cls.tool()}"

    async def chat(self, desk: Desk) -> int | None:  # noqa: ARG002  (most are about no single dialog)
        """The chat that a call is about, for whoever has to agree to it first; it only reads."""
        return None

    async def settled(self, desk: Desk) -> Self:  # noqa: ARG002
        """The same call with what it names looked up: what was agreed to must not become something else meanwhile."""
        return self

    @abstractmethod
    async def run(self, desk: Desk) -> Any:
        """The result, made of several calls that only read unless the effects say more."""
