"""Questions that the portal may refuse without that being the end."""

from typing import Any

from portal.errors import AuthRefusedError, PortalError, RefusedError
from tools.method import Method
from workflows.core.context import Context

NO_SCOPE = "insufficient_scope"


async def attempt(context: Context, question: Method) -> Any:
    """The result of a method, or the PortalError by which the portal refuses just this method.

    That is a refusal of the method itself, or that its scope was not granted; `is_refusal` tells it from a result.

    Raises:
        PortalError: Any other failure, such as a portal that cannot be reached: then no other method works either.
    """
    try:
        return await context.ask(question)
    except RefusedError as refusal:
        return refusal
    except AuthRefusedError as refusal:
        if refusal.code != NO_SCOPE:
            raise
        return refusal


def is_refusal(answer: object) -> bool:
    """Whether what `attempt` returned is the portal's refusal."""
    return isinstance(answer, PortalError)
