"""Every tool that there is."""

from collections.abc import Mapping
from functools import cache

from tools.tool import Tool


@cache
def every_tool() -> Mapping[str, type[Tool]]:
    """Tool by name, whoever may use it, in the order in which tools are listed."""
    from server.catalogue.approval_status import ApprovalStatus
    from server.catalogue.docs_tools import DocsRead, DocsSearch
    from server.catalogue.order import rank_tool
    from server.catalogue.updates import Updates, WaitForUpdate
    from tools.registry import methods
    from workflows.registry import COMPOSITES

    tools: tuple[type[Tool], ...] = (
        *methods().values(),
        *COMPOSITES,
        *(DocsSearch, DocsRead, ApprovalStatus, Updates, WaitForUpdate),
    )
    return {tool.tool(): tool for tool in sorted(tools, key=rank_tool)}
