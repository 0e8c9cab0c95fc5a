"""Questions that the portal may refuse without that being the end."""

from collections.abc import Awaitable, Callable
from typing import Any

from portal.errors import AuthRefusedError, NotReachableError, PortalError, RefusedError
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from tools.untrusted import mark_unless_code
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
    except PortalError as refusal:
        if not is_of_method(refusal):
            raise
        return refusal


def is_of_method(error: PortalError) -> bool:
    """Whether the portal refuses just one method: the method itself, or that its scope was not granted."""
    return isinstance(error, RefusedError) or is_without_scope(error)


def is_refusal(answer: object) -> bool:
    """Whether what `attempt` returned is the portal's refusal."""
    return isinstance(answer, PortalError)


async def ask_tolerantly(context: Context, question: Method) -> Any:
    """The result of a method, or the error by which just this method fails: a refusal, a lost or an odd answer.

    Raises:
        PortalError: The portal cannot be reached, or refuses the credentials: then no other method works either.
    """
    return await _try(lambda: context.ask(question))


async def read_helper(step: Callable[[], Awaitable[Any]], otherwise: Any, what: str, missing: list[str]) -> Any:
    """The result of a step without which an answer only lacks `what`.

    Where it fails, `otherwise` stands in, and `missing` gets a phrase such as `names of lines (HTTP 500)`.

    Raises:
        PortalError: As of `ask_tolerantly`.
    """
    found = await _try(step)
    if not isinstance(found, Exception):
        return found
    missing.append(f"{what} ({describe_failure(found)})")
    return otherwise


def is_failure(answer: object) -> bool:
    """Whether what `ask_tolerantly` returned is an error."""
    return isinstance(answer, Exception)


def is_refused(answer: object) -> bool:
    """Whether it is the portal's refusal of just this method: its plan, its age, the rights, the scopes."""
    return isinstance(answer, RefusedError | AuthRefusedError)


def is_without_scope(answer: object) -> bool:
    """Whether it is the refusal of a method whose scope was not granted."""
    return isinstance(answer, AuthRefusedError) and answer.code == NO_SCOPE


def describe_failure(error: Exception) -> str:
    """Why one method gave nothing, in a few words: the portal's code, the status, or that the form is not known."""
    if isinstance(error, PortalError):
        status = f"HTTP {error.status}" if error.status else "no usable answer"
        return mark_unless_code(error.code) if error.code else status
    return "answered in a form that this server does not know"


async def _try(step: Callable[[], Awaitable[Any]]) -> Any:
    try:
        return await step()
    except (RefusedByResultError, UnexpectedResultError) as error:
        return error
    except NotReachableError:
        raise
    except AuthRefusedError as refusal:
        if refusal.code != NO_SCOPE:
            raise
        return refusal
    except PortalError as error:
        return error
