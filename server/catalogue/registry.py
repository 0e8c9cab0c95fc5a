"""Every tool that there is."""

from collections.abc import Mapping
from functools import cache

from tools.tool import Tool


@cache
def every_tool() -> Mapping[str, type[Tool]]:
    """Tool by name, whoever may use it: methods by toolset, tools of several calls, documentation, approvals."""
    from server.catalogue.approval_status import ApprovalStatus
    from server.catalogue.docs_tools import DocsRead, DocsSearch
    from tools.registry import methods
    from workflows.registry import COMPOSITES

    others: tuple[type[Tool], ...] = (*COMPOSITES, DocsSearch, DocsRead, ApprovalStatus)
    return {**methods(), **{tool.tool(): tool for tool in others}}
