"""What would become of a connector on a line, with its present status where an application asks."""

from dataclasses import replace

from tools.connectors import ImconnectorActivate, ImconnectorStatus
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context
from workflows.core.draft import UNTOLD, Change, Draft


async def draft_activate(call: ImconnectorActivate, context: Context) -> Draft:
    """On or off, and whether it was."""
    answer = await attempt(context, ImconnectorStatus(connector=call.connector, line=call.line))
    if is_refusal(answer):
        return replace(UNTOLD, unchecked=("the present status, which only an application may read",))
    before = bool(answer.get("CONFIGURED"))
    if before == call.active:
        lost = () if call.active else ("What is stored for it on the line is forgotten all the same.",)
        return Draft("Nothing changes: it is so already.", warnings=lost)
    words = ("on" if state else "off" for state in (before, call.active))
    warnings = () if call.active else ("What is stored for it on the line is forgotten.",)
    return Draft(changes=(Change(f"connector on line {call.line}", *words),), warnings=warnings)
