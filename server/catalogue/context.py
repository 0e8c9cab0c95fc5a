"""What a call works with, by what its tool needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from server.catalogue.library import Library
from tools.tool import Tool
from workflows.core.context import Context

if TYPE_CHECKING:
    from server.approvals.store import Approval


@dataclass(frozen=True)
class DocumentationContext:
    """For tools that need no portal (`Tool.uses_portal`)."""

    tools: Mapping[str, type[Tool]]
    """The tools that exist for this caller, by name."""
    library: Library


@dataclass(frozen=True, kw_only=True)
class CallContext(Context):
    """For all others: the portal as this caller may use it, and the approvals that this caller asked for."""

    find_approval: Callable[[str], "Approval | None"]
    """The approval of this id; None where this caller asked for none of that id."""
