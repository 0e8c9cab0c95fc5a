"""What a call works with, by what its tool needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from server.catalogue.documentation import Documentation
from tools.method import Method
from tools.tool import Tool
from workflows.core.context import Context

if TYPE_CHECKING:
    from server.events.hub import EventHub


class KnownApproval(Protocol):
    """What a tool may tell of an approval."""

    @property
    def id(self) -> str:
        """Eight letters and digits."""
        ...

    @property
    def stage(self) -> str:
        """What became of it: `pending`, `approved`, `denied`, `expired`, `running`, `executed`, `failed`, `unknown`."""
        ...

    @property
    def tool(self) -> str:
        """Name of the tool that was called."""
        ...

    @property
    def reply(self) -> str | None:
        """What the call answered, once it has run."""
        ...


@dataclass(frozen=True)
class DocumentationContext:
    """For tools that need no portal (`Tool.uses_portal`)."""

    tools: Mapping[str, type[Tool]]
    """The tools that exist for this caller, by name."""
    documentation: Documentation
    explain_switch: Callable[[type[Tool]], str | None] = lambda _: None
    """That a tool is off for this caller, and how it is switched on; None where it is on."""


@dataclass(frozen=True, kw_only=True)
class CallContext(Context):
    """For all others: the portal as this caller may use it, and the approvals that this caller asked for."""

    find_approval: Callable[[str], KnownApproval | None]
    """The approval of this id; None where this caller asked for none of that id."""
    open_events: "Callable[[], EventHub]"
    """What happens at the portal."""
    owner: str
    """Who calls, as what is kept of a caller is known by."""
    answer_characters: int
    """Of the longest answer."""


async def add_names(context: CallContext, call: Tool, result: Any) -> Any:
    """Names beside the ids of a method's answer; what finds them is loaded for whoever needs it."""
    if not (isinstance(call, Method) and call.names):
        return result
    from workflows.directory import id_names

    return await id_names.add_names(context, call, result)
