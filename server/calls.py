"""The way of a tool call: class, policy, arguments, guard, portal, result, reply; each step once."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import anyio
from mcp.types import CallToolResult, InputRequiredResult

from server.catalogue.approval_status import ApprovalStatus
from server.catalogue.definitions import DRY_RUN
from server.catalogue.docs_tools import INDEX, Lookup
from server.catalogue.gateway import CallMethod, DescribeMethod, FindMethod, named
from server.catalogue.library import Library
from server.config.guard_settings import GuardSettings
from server.config.settings import SettingsError
from server.connection import Connection
from server.policy import Policy, every_tool
from server.privacy.masking import Masks, NoMasks, masks_of
from server.protocol import failures
from server.protocol.elicitation import InputRequiredError, Nobody, Person
from server.protocol.results import Failure, Reply, answer, as_result, sketch
from server.telemetry.observer import OK, UNKNOWN_TOOL, Running
from tools.method import Method
from tools.suggestions import suggest
from tools.tool import InvalidArgumentsError, Tool
from tools.untrusted import is_code, quote_argument
from workflows.core.composite import Composite
from workflows.core.context import Context

if TYPE_CHECKING:
    from portal.client import Report
    from server.approvals.gate import Guard

logger = logging.getLogger(__name__)

ASKED = "asked"
LOOK_EVERY = 0.5
"""Seconds between looks for what a person approved, while something waits."""
WITHOUT_CLIENTS = (Lookup, FindMethod, DescribeMethod)
"""Tools whose results are pages of ours."""


class Calls:
    """Turns tool calls of one caller into requests to one portal, within one policy."""

    def __init__(
        self,
        name: str,
        policy: Policy,
        connection: Connection,
        library: Library,
        guard_settings: GuardSettings,
        *,
        owner: str,
        still: Callable[[], bool],
    ) -> None:
        self._name = name
        self._owner = owner
        self._still = still
        self._policy = policy
        self._connection = connection
        self._library = library
        self._guard_settings = guard_settings
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
            except InputRequiredError as asking:
                running.outcome = ASKED
                return asking.result
            _note(running, reply)
        return as_result(reply)

    async def show(self, name: str, arguments: Mapping[str, Any], report: "Report | None" = None) -> Reply:
        """What a tool that only reads answers, for a resource; it has to exist here, but need not be listed."""
        with self._connection.observer.call(name, self._name) as running:
            tool = self._policy.tools[name]
            reply = await self._tried(tool, partial(self._run, tool, arguments, report, Nobody()))
            _note(running, reply)
        return reply

    async def context(self, report: "Report | None" = None) -> Context:
        """The portal as this caller may use it."""
        portal, policy = await self._connection.portal(), self._policy
        return Context(portal, policy.tools, report, listen=self._masks.listen, why_not=policy.why_denied)

    async def make_approved(self, approval_id: str) -> None:
        """Make a call that a person approved; not if somebody else has begun to, or it is for a server that may."""
        asked = self.guard.approvals.get(approval_id)
        tool = self._policy.tools.get(asked.tool) if asked else None
        if asked is None or tool is None or not self._still():
            return
        try:
            call, context = tool.from_tool(asked.arguments), await self.context()
        except (InvalidArgumentsError, SettingsError):
            return
        if approval := self.guard.approvals.claim(approval_id):
            make = partial(self._tried, tool, partial(self._made, call, None))
            await self._tried(tool, partial(self.guard.make_approved, approval, call, context, make))

    @cached_property
    def guard(self) -> "Guard":
        """What stands before changing calls; made at the first of them."""
        from server.approvals.gate import Guard

        return Guard(
            self._policy, self._guard_settings, self._connection.key, self._name, self._masks, owner=self._owner
        )

    @cached_property
    def _masks(self) -> Masks:
        """What hides clients' data from the assistant."""
        return masks_of(self._guard_settings.folder, self._connection.key) if self._guard_settings.masks else NoMasks()

    async def _reply(self, name: str, arguments: Mapping[str, Any], report: "Report | None", person: Person) -> Reply:
        try:
            tool, name, arguments = self._found(name, arguments)
        except InvalidArgumentsError as error:
            return failures.invalid(CallMethod, error)
        if tool is None:
            return self._no_such_tool(name, arguments)
        return await self._tried(tool, partial(self._run, tool, arguments, report, person))

    async def _tried(self, tool: type[Tool], work: Callable[[], Awaitable[Reply]]) -> Reply:
        try:
            reply = await work()
            return self._masks.hidden(reply) if isinstance(reply, Failure) else reply
        except InputRequiredError:
            raise
        except Exception:
            logger.exception("The tool %s failed inside this server", tool.tool())
            return failures.fault(tool)

    def _found(self, name: str, arguments: Mapping[str, Any]) -> tuple[type[Tool] | None, str, Mapping[str, Any]]:
        """The tool that is meant, behind the gateway too, if it exists here; its name and its own arguments."""
        if self._policy.mode == "gateway" and name == CallMethod.tool():
            wanted = CallMethod.from_tool(arguments)
            name = named(wanted.name, every_tool())
            return self._policy.tools.get(name), name, wanted.arguments
        return self._policy.listed.get(name), name, arguments

    async def _run(
        self, tool: type[Tool], arguments: Mapping[str, Any], report: "Report | None", person: Person
    ) -> Reply:
        try:
            arguments, dry = _without_dry_run(tool, self._masks.restored(arguments))
            call = tool.from_tool(arguments)
        except InvalidArgumentsError as error:
            return failures.invalid(tool, error)
        if tool.reads():
            return await self._made(call, report)
        return await self._guarded(call, report, person, dry=dry)

    async def _guarded(self, call: Tool, report: "Report | None", person: Person, *, dry: bool) -> Reply:
        from server.approvals.gate import CallStoppedError

        try:
            context = await self.context(report)
            if dry:
                return sketch(self._masks.hidden(await self.guard.draft(call, context)))
            if isinstance(call, Composite) and self.guard.has_to_look(call):
                call = await call.settled(context)
            return await self.guard.make(call, context, person, partial(self._made, call, report))
        except CallStoppedError as stopped:
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
        if self._policy.taint and (chats := call.client_chats(result)):
            self.guard.hear(chats)
        return answer(call, result if isinstance(call, WITHOUT_CLIENTS) else self._masks.hidden(result))

    async def _result(self, call: Tool, report: "Report | None") -> Any:
        match call:
            case Lookup():
                return call.look_up(self._library)
            case FindMethod() | DescribeMethod():
                return call.look_up(self._policy.tools, self._library)
            case ApprovalStatus():
                await self._connection.portal()
                self._watch()
                return call.look_up(self.guard.approvals, self._connection.key, self._owner)
            case Method():
                return await (await self.context(report)).ask(call)
            case Composite():
                return await call.run(await self.context(report))
            case _:
                raise TypeError(f"{call.tool()} is no kind of tool that can be called")

    def _watch(self) -> None:
        """Make what a person approves, as long as something waits; a fault here is none of the call at hand."""
        try:
            self.guard.note_lost(every_tool())
            waiting = self.guard.approvals.open(self._connection.key, self._owner)
        except _unkept():
            logger.exception("Approvals cannot be read")
            return
        if waiting and not self._watching:
            self._watching = True
            self._connection.start(self._make_what_is_approved)

    async def _make_what_is_approved(self) -> None:
        try:
            while waiting := self.guard.approvals.open(self._connection.key, self._owner):
                for approval_id, approved in waiting.items():
                    if approved:
                        await self.make_approved(approval_id)
                await anyio.sleep(LOOK_EVERY)
        except _unkept():
            logger.exception("Approvals cannot be read")
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
        near = suggest(shown, self._policy.listed, count=3)
        advice = f"Did you mean {', '.join(near)}?" if near else "See the list of tools."
        return Failure(shown, UNKNOWN_TOOL, f"There is no tool {quote_argument(name[:80])}", advice, page=INDEX)


def _unkept() -> tuple[type[Exception], ...]:
    """How keeping something on the disk fails; asked only where something did, so that no start loads the database."""
    from server.approvals.gate import UNKEPT

    return UNKEPT


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
        raise InvalidArgumentsError([f"{DRY_RUN}: should be true or false"])
    return {name: value for name, value in arguments.items() if name != DRY_RUN}, bool(dry)
