"""The way of a tool call: class, policy, arguments, portal, result, reply; each step once."""

import difflib
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult

from desk.composite import Composite, Desk
from server import failures
from server.connection import Connection
from server.library import Library
from server.lookup import INDEX, Lookup
from server.observation import OK, UNKNOWN_TOOL
from server.policy import Policy
from server.replies import Failure, answer, refuse
from server.settings import WrongSettings
from tools.method import Method, RefusedByResult, UnexpectedResult
from tools.tool import InvalidArguments, Tool

if TYPE_CHECKING:
    from portal.client import Report

logger = logging.getLogger(__name__)


class Calls:
    """Turns tool calls into requests to one portal, within one policy; `caller` is the name of whoever makes them."""

    def __init__(self, policy: Policy, connection: Connection, library: Library, caller: str = "") -> None:
        self._policy = policy
        self._connection = connection
        self._library = library
        self._caller = caller

    async def call(self, name: str, arguments: Mapping[str, Any], report: "Report | None" = None) -> CallToolResult:
        """Answer a tool call; whatever goes wrong comes back as a flagged failure."""
        with self._connection.observer.call(name, self._caller) as running:
            reply = await self._reply(name, arguments, report)
            if isinstance(reply, Failure):
                running.outcome, running.code = reply.outcome, reply.code
                return refuse(reply)
            running.outcome = OK
            return reply

    async def _reply(
        self, name: str, arguments: Mapping[str, Any], report: "Report | None"
    ) -> CallToolResult | Failure:
        tool = self._policy.tools.get(name)
        if tool is None:
            return self._no_such_tool(name)
        try:
            return await self._run(tool, arguments, report)
        except Exception:
            logger.exception("The tool %s failed inside this server", name)
            return failures.fault(tool)

    async def _run(
        self, tool: type[Tool], arguments: Mapping[str, Any], report: "Report | None"
    ) -> CallToolResult | Failure:
        from portal.errors import PortalError

        try:
            call = tool.from_tool(arguments)
            return answer(call, await self._result(call, report))
        except InvalidArguments as error:
            return failures.invalid(tool, error)
        except PortalError as error:
            return failures.portal_error(tool, error)
        except RefusedByResult as error:
            return failures.refused_by_result(tool, error)
        except UnexpectedResult as error:
            return failures.unexpected(tool, error)
        except WrongSettings as error:
            return failures.wrong_settings(tool, error)

    async def _result(self, call: Tool, report: "Report | None") -> Any:
        if isinstance(call, Lookup):
            return call.look_up(self._library)
        desk = Desk(await self._connection.portal(), self._policy.tools, report)
        match call:
            case Method():
                return await desk.ask(call)
            case Composite():
                return await call.run(desk)
            case _:
                raise TypeError(f"{call.tool()} is no kind of tool that can be called")

    def _no_such_tool(self, name: str) -> Failure:
        from tools.registry import methods

        known = methods().get(name)
        shown = name[:80]
        if known is not None and (reason := self._policy.why_not(known)):
            todo = "Ask the person who runs the server to allow it."
            return Failure(shown, "policy_refused", f"Nothing was sent: {reason}", todo, page=known.page())
        near = difflib.get_close_matches(shown, list(self._policy.tools), n=3)
        advice = f"Did you mean {', '.join(near)}?" if near else "See the list of tools."
        return Failure(shown, UNKNOWN_TOOL, "There is no tool of this name", advice, page=INDEX)
