"""Every way in which a call can fail, in words: what happened and what to do next."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from portal.errors import AuthRefusedError, LimitedError, OutcomeUnknownError, PortalError
from server.config.settings import SettingsError
from server.protocol.outage_advice import advise_on_outage
from server.protocol.results import Failure
from server.storage.errors import StorageError
from server.telemetry.observer import label_outcome
from tools.error_advice import describe_missing_scope, find_advice
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from tools.tool import InvalidArgumentsError, Tool
from workflows.core.composite import Composite
from workflows.core.errors import ForbiddenError, UnfinishedError

logger = logging.getLogger(__name__)

INVALID = "arguments_refused"
REFUSED = "policy_refused"
ASK = "Ask the person who runs the server to allow it."


def make_arguments_failure(tool: type[Tool], error: InvalidArgumentsError) -> Failure:
    """Arguments that no request was made for."""
    happened = _describe_cause(tool, "the arguments are not right")
    todo = f"Correct this and call again: {'; '.join(error.problems)}."
    return Failure(tool.tool(), INVALID, happened, todo, page=tool.page())


def make_policy_failure(tool: type[Tool], happened: str) -> Failure:
    """A call that the policy forbids; `happened` says what is forbidden, as a sentence without its full stop."""
    return Failure(tool.tool(), REFUSED, happened, ASK, page=tool.page())


def make_storage_failure(tool: type[Tool], error: StorageError) -> Failure:
    """A change that could not be written down before it was made, or what is kept here and could not be read."""
    if tool.reads():
        logger.error("%s could not be answered, as its state folder cannot be used: %s", tool.tool(), error)
        happened = "It takes what this server keeps in its state folder, and that is out of reach now"
    else:
        logger.error("%s was not sent, as it could not be written down first: %s", tool.tool(), error)
        happened = "Nothing was sent: a call that changes something is written down first, and that is not possible now"
    todo = (
        f"Ask the person who runs the server to look at its state folder: room, rights, a damaged or locked file "
        f"({error.kind})."
    )
    return Failure(tool.tool(), "not_set_up", happened, todo, page=tool.page())


def _describe_cause(tool: type[Tool], cause: str) -> str:
    """Why no request was made, as a sentence without its full stop; only of a change it matters that none was."""
    return f"{cause[0].upper()}{cause[1:]}" if tool.reads() else f"Nothing was sent, because {cause}"


def _make_settings_failure(tool: type[Tool], error: SettingsError) -> Failure:
    """A portal that cannot be used with these settings."""
    happened = _describe_cause(tool, "the portal is not set up")
    todo = f"Ask the person who runs the server: {error}."
    return Failure(tool.tool(), "not_set_up", happened, todo, page=tool.page())


def _make_portal_failure(tool: type[Tool], error: PortalError) -> Failure:
    """A call that brought no result."""
    return Failure(
        tool.tool(),
        label_outcome(error),
        error.happened,
        _advise(tool, error),
        code=error.code,
        said=error.description,
        page=tool.page(),
    )


def _advise(tool: type[Tool], error: PortalError) -> str:
    if isinstance(error, LimitedError) and error.seconds is not None:
        return f"Nothing was executed. Call again in {error.seconds:.0f} s."
    if advice := advise_on_outage(error):
        return advice
    match error:
        case OutcomeUnknownError():
            return f"It was not sent again, and should not be before you know. {tool.afterwards}"
        case _ if error.code is None:
            return "Ask the person who runs the server to correct the portal's address in its settings."
    refused_before = isinstance(error, AuthRefusedError)
    return find_advice(error.code, _own_advice(tool, refused_before=refused_before))


def _own_advice(tool: type[Tool], *, refused_before: bool) -> Mapping[str, str]:
    """The tool's words on its codes; on what is refused before it is asked it has only that of its scope."""
    if issubclass(tool, Method | Composite) and not refused_before:
        return tool.errors
    if issubclass(tool, Method) and tool.scopes:
        return {"insufficient_scope": describe_missing_scope(tool.scopes)}
    return {}


def _make_refused_by_result_failure(tool: type[Tool], error: RefusedByResultError) -> Failure:
    """An answer that means that nothing was done, or not all."""
    meaning = "there is nothing to read" if tool.reads() else "nothing was done"
    happened = error.happened or f"The portal answered {str(error.result).lower()}, which means that {meaning}"
    return Failure(
        tool.tool(), "nothing_done", happened, error.advice, code=error.code, said=error.said, page=tool.page()
    )


def _make_unfinished_failure(tool: type[Tool], error: UnfinishedError) -> Failure:
    """A tool of several calls that stopped on its way; its outcome says whether anything was changed."""
    outcome = "outcome_unknown" if error.unsure else "half_done" if error.done else "nothing_done"
    if isinstance(error, ForbiddenError) and not error.done:
        return Failure(tool.tool(), REFUSED, f"Nothing was changed. {error.happened}", ASK, page=tool.page())
    code, said, todo = None, "", error.todo or (ASK if isinstance(error, ForbiddenError) else "")
    match error.failed:
        case (step, RefusedByResultError() as refusal):
            code, said, todo = refusal.code, refusal.said, todo or refusal.advice
        case (step, cause):
            code, said, todo = cause.code, cause.description, todo or _advise(step, cause)
    return Failure(tool.tool(), outcome, error.happened, todo, code=code, said=said, page=tool.page(), done=error.done)


def _make_unexpected_result_failure(tool: type[Tool], _: UnexpectedResultError) -> Failure:
    """A result of a form that the method is not known to give."""
    happened = "The portal answered in a form that this server does not know"
    if tool.reads():
        todo = "Its version may be newer than this server: look for an update, and report it."
        return Failure(tool.tool(), "unexpected_result", happened, todo, page=tool.page())
    todo = f"The call was probably executed; do not repeat it before you know. {tool.afterwards}"
    return Failure(tool.tool(), "unexpected_result", happened, todo, page=tool.page())


def make_fault(tool: type[Tool]) -> Failure:
    """A mistake of this server."""
    todo = "This is a fault of the server, noted in its log; report it."
    if not tool.reads():
        todo = f"The call may have been executed; see first what it did. {tool.afterwards} {todo}"
    return Failure(tool.tool(), "fault", "This server failed inside", todo, page=tool.page())


_FAILURES: Mapping[type[Exception], Callable[[type[Tool], Any], Failure]] = {
    InvalidArgumentsError: make_arguments_failure,
    PortalError: _make_portal_failure,
    RefusedByResultError: _make_refused_by_result_failure,
    UnexpectedResultError: _make_unexpected_result_failure,
    UnfinishedError: _make_unfinished_failure,
    SettingsError: _make_settings_failure,
}
CALL_ERRORS = tuple(_FAILURES)
"""What a call can fail with; anything else is a mistake of this server."""


def make_failure(tool: type[Tool], error: Exception) -> Failure:
    """The failure that one of `CALL_ERRORS` stands for."""
    return next(make(tool, error) for kind, make in _FAILURES.items() if isinstance(error, kind))
