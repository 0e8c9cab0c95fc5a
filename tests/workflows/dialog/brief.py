"""A briefing on a dialog of a fresh portal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio

from sandbox.seed import seed
from sandbox.state.company import Company
from server.policy import Policy
from tests.workflows.portal_context import open_portal
from tools import TOOLSETS
from tools.fence import remove_marks_in
from workflows.dialog.tool import Dialog


def brief(
    dialog: int | str,
    prepare: Callable[[Company], None] | None = None,
    webhook: str = seed.ADMIN_WEBHOOK_PATH,
    policy: Policy | None = None,
    **arguments: Any,
) -> tuple[dict[str, Any], str]:
    """Its data, without marks, and its text; `prepare` changes the company before."""

    async def run() -> tuple[dict[str, Any], str]:
        async with open_portal(webhook=webhook) as fresh:
            if prepare:
                prepare(fresh.company)
            call = Dialog.from_tool({"dialog": dialog, **arguments})
            context = replace(fresh.context, tools=(policy or Policy(frozenset(TOOLSETS))).tools)
            result = await call.run(context)
            return remove_marks_in(call.structured(result)), call.text(result)

    return anyio.run(run)
