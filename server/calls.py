"""The way of a tool call: class, policy, arguments, portal, result, reply; each step once."""

import difflib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from server.connection import Connection
from server.policy import Policy
from server.replies import Failure, answer, refuse
from tools.method import InvalidArguments, Method, RefusedByResult, UnexpectedResult

if TYPE_CHECKING:
    from portal.errors import PortalError

logger = logging.getLogger(__name__)


class Calls:
    """Turns tool calls into requests to one portal, within one policy."""

    def __init__(self, policy: Policy, connection: Connection) -> None:
        self._policy = policy
        self._connection = connection

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """Answer a tool call; whatever goes wrong comes back as a flagged failure."""
        method = self._policy.tools.get(tool)
        if method is None:
            return refuse(self._no_such_tool(tool))
        try:
            return await self._run(method, arguments)
        except Exception:
            logger.exception("The tool %s failed inside this server", tool)
            return refuse(_fault(method))

    async def _run(self, method: type[Method], arguments: Mapping[str, Any]) -> CallToolResult:
        try:
            call = method.from_tool(arguments)
        except InvalidArguments as error:
            return refuse(_invalid(method, error))
        from portal.errors import PortalError

        try:
            portal = self._connection.portal()
            raw = await portal.call(method.rest, call.to_wire(), repeatable=method.repeatable())
            return answer(call, call.result(raw))
        except PortalError as error:
            return refuse(_portal_failure(method, error))
        except RefusedByResult as error:
            return refuse(_refused_by_result(method, error))
        except UnexpectedResult:
            return refuse(_unexpected(method))

    def _no_such_tool(self, tool: str) -> Failure:
        from tools.registry import methods

        known = methods().get(tool)
        name = tool[:80]
        if known is not None and (reason := self._policy.why_not(known)):
            return Failure(name, f"Nothing was sent: {reason}", "Ask the person who runs the server to allow it.")
        near = difflib.get_close_matches(name, list(self._policy.tools), n=3)
        advice = f"Did you mean {', '.join(near)}?" if near else "See the list of tools."
        return Failure(name, "There is no tool of this name", advice)


def page_of(method: type[Method]) -> str:
    """Address of the method's documentation page."""
    return f"openchannels://docs/methods/{method.rest}"


def _invalid(method: type[Method], error: InvalidArguments) -> Failure:
    return Failure(
        method.tool(),
        "Nothing was sent, because the arguments are not right",
        f"Correct this and call again: {'; '.join(error.problems)}.",
        page=page_of(method),
    )


def _portal_failure(method: type[Method], error: "PortalError") -> Failure:
    from portal.errors import AnswerLost, NotReachable
    from tools.errors import advice

    match error:
        case AnswerLost() if not method.repeatable():
            happened = "It is not known whether the portal executed the call: its answer was lost"
            todo = f"It was not sent again, and should not be before you know. {method.afterwards}"
        case AnswerLost():
            happened = f"{error.happened}, several times over"
            todo = "Nothing was changed. Try again later; if it goes on, check the portal."
        case NotReachable():
            happened = error.happened
            todo = "Check the address in OPENCHANNELS_WEBHOOK_URL and the network, then call again."
        case _:
            happened = error.happened
            todo = advice(error.code or "", method.errors)
    return Failure(method.tool(), happened, todo, code=error.code, said=error.description, page=page_of(method))


def _refused_by_result(method: type[Method], error: RefusedByResult) -> Failure:
    meaning = "there is nothing to read" if method.reads() else "nothing was done"
    happened = f"The portal answered {str(error.result).lower()}, which means that {meaning}"
    return Failure(method.tool(), happened, error.advice, page=page_of(method))


def _unexpected(method: type[Method]) -> Failure:
    happened = "The portal answered in a form that this server does not know"
    if method.reads():
        return Failure(method.tool(), happened, "Try detail=full or another tool.", page=page_of(method))
    todo = f"The call was probably executed; do not repeat it before you know. {method.afterwards}"
    return Failure(method.tool(), happened, todo, page=page_of(method))


def _fault(method: type[Method]) -> Failure:
    todo = "This is a fault of the server, noted in its log; report it."
    if not method.reads():
        todo = f"The call may have been executed; see first what it did. {method.afterwards} {todo}"
    return Failure(method.tool(), "This server failed inside", todo, page=page_of(method))
