"""The way of a tool call: class, policy, arguments, guard, portal, result, reply; each step once."""

import difflib
import logging
import traceback
from collections.abc import Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import anyio
from mcp.types import CallToolResult, InputRequiredResult

from desk.composite import Composite, Desk
from server import failures
from server.catalogue import DRY_RUN
from server.connection import Connection
from server.gateway import CallMethod, DescribeMethod, FindMethod, named
from server.guard.keeping import Keeping
from server.guard.masking import Masks, NoMasks, masks_of
from server.guard.person import AskFirst, Nobody, Person
from server.guard.status import ApprovalStatus
from server.lookup import INDEX, Lookup
from server.observation import OK, UNKNOWN_TOOL, Running
from server.policy import Policy, every_tool
from server.replies import Failure, Reply, answer, as_result, sketch
from server.shelf import Library
from tools.method import Method
from tools.outside import is_code, repeated
from tools.tool import InvalidArguments, Tool

if TYPE_CHECKING:
    from portal.client import Report
    from server.guard.guard import Guard

logger = logging.getLogger(__name__)

ASKED = "asked"
LOOK_EVERY = 0.5
"""Seconds between looks for what a person approved, while something waits."""
WITHOUT_CLIENTS = (Lookup, FindMethod, DescribeMethod)
"""Tools whose results are pages of ours."""


class Calls:
    """Turns tool calls of one caller into requests to one portal, within one policy."""

    def __init__(self, name: str, policy: Policy, connection: Connection, shelf: Library, keeping: Keeping) -> None:
        self._name = name
        self._policy = policy
        self._connection = connection
        self._shelf = shelf
        self._keeping = keeping
        self._watching = False

    async def call(
        self,
        name: str,
        arguments: Mapping[str, Any],
        report: "Report | None" = None,
        person: Person = Nobody(),  # noqa: B008  (it holds nothing)
    ) -> CallToolResult | InputRequiredResult:
        """Answer a tool call, or ask the person first; whatever goes wrong comes back as a flagged failure."""
        with self._connection.observer.call(name, self._name) as running:
            try:
                reply = await self._reply(name, arguments, report, person)
            except AskFirst as asking:
                running.outcome = ASKED
                return asking.result
            _note(running, reply)
        return as_result(reply)

    async def show(self, name: str, arguments: Mapping[str, Any], report: "Report | None" = None) -> Reply:
        """What a tool that only reads answers, for a resource; it has to exist here, but need not be listed."""
        with self._connection.observer.call(name, self._name) as running:
            reply = await self._tried(self._policy.tools[name], arguments, report, Nobody())
            _note(running, reply)
        return reply

    async def desk(self, report: "Report | None" = None) -> Desk:
        """The portal as this caller may use it."""
        return Desk(await self._connection.portal(), self._policy.tools, report, listen=self._masks.listen)

    async def make_approved(self, approval_id: str) -> None:
        """Make a call that a person approved, unless somebody else has begun to."""
        approval = self.guard.approvals.claim(approval_id)
        if approval is None:
            return
        try:
            call = self._policy.tools[approval.tool].from_tool(approval.arguments)
        except (KeyError, InvalidArguments):
            self.guard.approvals.finish(approval.id, "failed", "This server does not allow the call any more.")
            return
        await self.guard.make_approved(approval, call, lambda: self._made(call, None))

    @cached_property
    def guard(self) -> "Guard":
        """What stands before changing calls; made at the first of them."""
        from server.guard.guard import Guard

        return Guard(self._policy, self._keeping, self._connection.key, self._name, self._masks)

    @cached_property
    def _masks(self) -> Masks:
        """What hides clients' data from the assistant."""
        return masks_of(self._keeping.folder, self._connection.key) if self._keeping.masks else NoMasks()

    async def _reply(self, name: str, arguments: Mapping[str, Any], report: "Report | None", person: Person) -> Reply:
        try:
            tool, arguments = self._found(name, arguments)
        except InvalidArguments as error:
            return failures.invalid(CallMethod, error)
        if tool is None:
            return self._no_such_tool(name, arguments)
        return await self._tried(tool, arguments, report, person)

    async def _tried(
        self, tool: type[Tool], arguments: Mapping[str, Any], report: "Report | None", person: Person
    ) -> Reply:
        try:
            reply = await self._run(tool, arguments, report, person)
            return self._masks.hidden(reply) if isinstance(reply, Failure) else reply
        except AskFirst:
            raise
        except Exception:  # noqa: BLE001  (told as a failure, and noted)
            logger.error("The tool %s failed inside this server\n%s", tool.tool(), self._cause())  # noqa: TRY400
            return failures.fault(tool)

    def _cause(self) -> str:
        """What failed, for the log; a cause can hold what the portal said."""
        try:
            return self._masks.hidden(traceback.format_exc())
        except _unkept() as error:
            return f"{type(error).__name__}: pseudonyms cannot be kept, so the cause is withheld"

    def _found(self, name: str, arguments: Mapping[str, Any]) -> tuple[type[Tool] | None, Mapping[str, Any]]:
        """The tool that is meant, behind the gateway too, with its own arguments."""
        if self._policy.mode == "gateway" and name == CallMethod.tool():
            wanted = CallMethod.from_tool(arguments)
            return self._policy.tools[named(wanted.name, self._policy.tools)], wanted.arguments
        return self._policy.listed.get(name), arguments

    async def _run(
        self, tool: type[Tool], arguments: Mapping[str, Any], report: "Report | None", person: Person
    ) -> Reply:
        try:
            arguments, dry = _without_dry_run(tool, self._masks.restored(arguments))
            call = tool.from_tool(arguments)
        except InvalidArguments as error:
            return failures.invalid(tool, error)
        if tool.reads():
            return await self._made(call, report)
        return await self._guarded(call, report, person, dry=dry)

    async def _guarded(self, call: Tool, report: "Report | None", person: Person, *, dry: bool) -> Reply:
        from server.guard.guard import Stopped

        try:
            desk = await self.desk(report)
            if dry:
                return sketch(self._masks.hidden(await self.guard.draft(call, desk)))
            if isinstance(call, Composite) and self.guard.has_to_look(call):
                call = await call.settled(desk)
            return await self.guard.make(call, desk, person, partial(self._made, call, report))
        except Stopped as stopped:
            return stopped.failure
        except failures.OF_CALLS as error:
            return failures.of_call(type(call), error)
        finally:
            self._watch()

    async def _made(self, call: Tool, report: "Report | None") -> Reply:
        """The call itself; every way in which it can fail in words."""
        try:
            result = await self._result(call, report)
        except failures.OF_CALLS as error:
            return failures.of_call(type(call), error)
        if self._policy.taint and (chats := call.heard(result)):
            self.guard.hear(chats)
        return answer(call, result if isinstance(call, WITHOUT_CLIENTS) else self._masks.hidden(result))

    async def _result(self, call: Tool, report: "Report | None") -> Any:
        match call:
            case Lookup():
                return call.look_up(self._shelf)
            case FindMethod() | DescribeMethod():
                return call.look_up(self._policy.tools, self._shelf)
            case ApprovalStatus():
                await self._connection.portal()
                self._watch()
                return call.look_up(self.guard.approvals, self._connection.key, self._name)
            case Method():
                return await (await self.desk(report)).ask(call)
            case Composite():
                return await call.run(await self.desk(report))
            case _:
                raise TypeError(f"{call.tool()} is no kind of tool that can be called")

    def _watch(self) -> None:
        """Make what a person approves, as long as something waits; a fault here is none of the call at hand."""
        try:
            self.guard.note_lost(every_tool())
            waiting = self.guard.approvals.open(self._connection.key, self._name)
        except _unkept():
            logger.error("Approvals cannot be read\n%s", self._cause())  # noqa: TRY400  (without what was being handled)
            return
        if waiting and not self._watching:
            self._watching = True
            self._connection.start(self._make_what_is_approved)

    async def _make_what_is_approved(self) -> None:
        try:
            while waiting := self.guard.approvals.open(self._connection.key, self._name):
                for approval_id, approved in waiting.items():
                    if approved:
                        await self.make_approved(approval_id)
                await anyio.sleep(LOOK_EVERY)
        except _unkept():
            logger.error("Approvals cannot be read\n%s", self._cause())  # noqa: TRY400  (without what was being handled)
        finally:
            self._watching = False

    def _no_such_tool(self, name: str, arguments: Mapping[str, Any]) -> Failure:
        known = every_tool().get(name)
        shown = name[:80] if is_code(name[:80]) else "The call"
        if known is not None and (reason := self._policy.why_not(known)):
            if not known.reads():
                self.guard.refused(known, arguments, reason)
            todo = "Ask the person who runs the server to allow it."
            return Failure(shown, "policy_refused", f"Nothing was sent: {reason}", todo, page=known.page())
        if known is not None:
            todo = f"Call it through {CallMethod.tool()}."
            return Failure(
                shown, UNKNOWN_TOOL, "This server shows its tools through a gateway", todo, page=known.page()
            )
        near = difflib.get_close_matches(shown, list(self._policy.listed), n=3)
        advice = f"Did you mean {', '.join(near)}?" if near else "See the list of tools."
        return Failure(shown, UNKNOWN_TOOL, f"There is no tool {repeated(name[:80])}", advice, page=INDEX)


def _unkept() -> tuple[type[Exception], ...]:
    """How keeping something on the disk fails; asked only where something did, so that no start loads the database."""
    import sqlite3

    return OSError, sqlite3.Error


def _note(running: Running, reply: Reply) -> None:
    if isinstance(reply, Failure):
        running.outcome, running.code = reply.outcome, reply.code
    else:
        running.outcome = OK


def _without_dry_run(tool: type[Tool], arguments: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The tool's own arguments, and whether only a draft is wanted."""
    if tool.reads() or DRY_RUN not in arguments:
        return arguments, False
    dry = arguments[DRY_RUN]
    if not isinstance(dry, bool | None):
        raise InvalidArguments([f"{DRY_RUN}: should be true or false"])
    return {name: value for name, value in arguments.items() if name != DRY_RUN}, bool(dry)
