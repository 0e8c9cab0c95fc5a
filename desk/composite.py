"""What a tool of several portal calls is, and what it works with."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.method import Method
from tools.names import snake_case
from tools.tool import Tool

if TYPE_CHECKING:
    from portal.client import Portal, Report


@dataclass(frozen=True)
class Desk:
    """One portal as one caller may use it."""

    portal: "Portal"
    tools: Mapping[str, type[Tool]]
    """The tools that exist for this caller, by name."""
    report: "Report | None" = None
    """Told how long a call has been waiting, and for what."""

    async def ask(self, method: Method) -> Any:
        """The typed result of one method; PortalError, RefusedByResult or UnexpectedResult where there is none."""
        raw = await self.portal.call(
            method.rest, method.to_wire(), repeatable=method.repeatable(), scopes=method.scopes, report=self.report
        )
        return method.result(raw)


class Composite(Tool):
    """Base of these tools; the class's name in snake_case is the tool's."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return snake_case(cls.__name__)

    async def chat(self, desk: Desk) -> int | None:  # noqa: ARG002  (most are about no single dialog)
        """The chat that a call is about, for whoever has to agree to it first; it only reads."""
        return None

    @abstractmethod
    async def run(self, desk: Desk) -> Any:
        """The result, made of several calls that only read unless the effects say more."""
