"""What would become of a connector on a line, with its present status."""

from tools.connector_methods import ApplicationMethod
from tools.connectors import ImconnectorActivate, ImconnectorStatus
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context
from workflows.core.draft import UNTOLD, Change, Draft
from workflows.drafts.facts import refuse

APPLICATION_ONLY, NOT_ACTIVE = "WRONG_AUTH_TYPE", "NOT_ACTIVE_LINE"
ANY_CONNECTOR, ANY_LINE = "none", 1
"""What is asked about where only the kind of authorisation matters."""


async def draft_connector(call: ApplicationMethod, context: Context) -> Draft:
    """On or off, and whether it was; of the others whether they are taken at all.

    Raises:
        UnfinishedError: No application asks, or the connector is off on the line.
    """
    connector, line = getattr(call, "connector", ANY_CONNECTOR), getattr(call, "line", ANY_LINE)
    answer = await attempt(context, ImconnectorStatus(connector=connector, line=line))
    if is_refusal(answer):
        if answer.code == APPLICATION_ONLY:
            raise refuse(call, "it takes an application, and these credentials are none", APPLICATION_ONLY)
        return UNTOLD
    is_on = bool(answer.get("CONFIGURED"))
    if not is_on and NOT_ACTIVE in call.errors:
        raise refuse(call, f"the connector {connector} is not on for line {line}", NOT_ACTIVE)
    return _draft_switch(call, before=is_on) if isinstance(call, ImconnectorActivate) else UNTOLD


def _draft_switch(call: ImconnectorActivate, *, before: bool) -> Draft:
    forgets = () if call.active else ("What is stored for it on the line is forgotten.",)
    if before == call.active:
        return Draft("It is so already.", warnings=forgets)
    words = ("on" if state else "off" for state in (before, call.active))
    return Draft(changes=(Change(f"connector on line {call.line}", *words),), warnings=forgets)
