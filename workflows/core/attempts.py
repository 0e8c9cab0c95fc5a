"""Questions that the portal may refuse without that being the end."""

from typing import Any

from portal.errors import AuthRefused, PortalError, Refused
from tools.method import Method
from workflows.core.composite import Desk

NO_SCOPE = "insufficient_scope"


async def attempt(desk: Desk, question: Method) -> Any:
    """The result of a method, or the PortalError by which the portal refuses this one, for its scope or itself."""
    try:
        return await desk.ask(question)
    except Refused as refusal:
        return refusal
    except AuthRefused as refusal:
        if refusal.code != NO_SCOPE:
            raise
        return refusal


def refused(answer: object) -> bool:
    """Whether an attempt failed."""
    return isinstance(answer, PortalError)
