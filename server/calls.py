"""The way of a tool call, from top to bottom.

    find -> read the arguments -> decide -> preview -> agree -> record -> run -> record -> render

A call that only reads goes from its arguments to running. Each step is an object or a function of its own, in the
folder that its import names; here they stand in their order.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from mcp.types import CallToolResult, InputRequiredResult

from server.approvals.errors import CallStoppedError
from server.catalogue.context import CallContext, DocumentationContext, add_names
from server.catalogue.documentation import Documentation
from server.config.guard_settings import GuardSettings
from server.config.settings import SettingsError
from server.connection import Connection
from server.exports import Exports
from server.policy import Policy
from server.privacy.masking import Masks, NoMasks, open_masks
from server.protocol import failures
from server.protocol.arguments import read_arguments
from server.protocol.elicitation import InputRequiredError, Nobody, Person
from server.protocol.finder import FoundTool, ToolNotFoundError, find_tool
from server.protocol.results import Failure, Reply, add_link, make_bounded_answer, make_result
from server.storage.errors import StorageError
from server.switching import explain_switch
from server.telemetry.observer import OK, Running
from tools.csv_text import make_csv_file
from tools.tool import InvalidArgumentsError, Tool

if TYPE_CHECKING:
    from portal.client import Report
    from server.approvals.changes import Changes
    from server.approvals.preview import Preview
    from server.approvals.store import Approval

logger = logging.getLogger(__name__)

ROOM_FOR_LINK = 150
"""Characters of an answer that the address of a file takes."""
ASKED = "asked"
"""Outcome of a call whose client has to come again with a person's answer."""


class ToolCalls:
    """The tool calls of one caller to one portal, within one policy.

    `owner` is whose approvals these are; `is_still_valid` says whether the credential is as it was when they came.
    """

    def __init__(
        self,
        name: str,
        policy: Policy,
        connection: Connection,
        documentation: Documentation,
        guard_settings: GuardSettings,
        *,
        owner: str,
        is_still_valid: Callable[[], bool],
    ) -> None:
        self._name = name
        self._policy = policy
        self._connection = connection
        self._documentation = documentation
        self._guard_settings = guard_settings
        self._owner = owner
        self._is_still_valid = is_still_valid
        self.exports = Exports()
        """Tables that were too long for an answer."""

    async def answer(
        self,
        name: str,
        arguments: Mapping[str, Any],
        report: "Report | None" = None,
        person: Person = Nobody(),  # noqa: B008  (it holds nothing)
    ) -> CallToolResult | InputRequiredResult:
        """The result of a tool call, or the question that a person has to answer first.

        Whatever goes wrong comes back as a flagged failure. `report` is told of progress.
        """
        try:
            reply = await self.reply(name, arguments, report, person)
        except InputRequiredError as asking:
            return asking.result
        return make_result(reply, self._policy.answer_form)

    async def reply(
        self,
        name: str,
        arguments: Mapping[str, Any],
        report: "Report | None" = None,
        person: Person = Nobody(),  # noqa: B008  (it holds nothing)
    ) -> Reply:
        """What a tool call comes to, in words and as data.

        Raises:
            InputRequiredError: A person has to answer first, whom the client asks before it comes again.
        """
        with self._connection.observer.call(name, self._name) as running:
            try:
                reply = await self._reply(name, arguments, report, person)
            except InputRequiredError:
                running.outcome = ASKED
                raise
            _note_outcome(running, reply)
        return reply

    async def read(self, name: str, arguments: Mapping[str, Any], report: "Report | None" = None) -> Reply:
        """What a tool that only reads answers, for a resource; it has to exist here, but need not be listed."""
        with self._connection.observer.call(name, self._name) as running:
            tool = self._policy.tools[name]
            take = partial(self._take, FoundTool(tool, arguments), report, Nobody())
            reply = await self._answer_failures(tool, take)
            _note_outcome(running, reply)
        return reply

    async def make_approved(self, approval_id: str) -> None:
        """Make a call that a person approved; not if another server has begun to, or may."""
        approvals = self._changes.approvals
        asked = approvals.get(approval_id)
        tool = self._policy.tools.get(asked.tool) if asked else None
        if asked is None or tool is None or not self._is_still_valid():
            return
        try:
            call, context = tool.from_tool(asked.arguments), await self.open_context()
        except (InvalidArgumentsError, SettingsError):
            return
        if approval := approvals.claim(approval_id):
            await self._answer_failures(tool, partial(self._change_as_approved, approval, call, context))

    async def open_context(self, report: "Report | None" = None) -> CallContext:
        """The portal as this caller may use it.

        Raises:
            SettingsError: The portal is not set up.
        """
        return CallContext(
            await self._connection.portal(),
            self._policy.tools,
            report,
            listen=self._masks.listen,
            explain_denial=self._policy.explain_denial,
            find_approval=self._find_approval,
            shows_pictures=not self._guard_settings.masks,
            files_folder=self._guard_settings.files_folder,
            open_events=lambda: self._connection.events,
            owner=self._owner,
            answer_characters=self._policy.answer_form.characters,
            describe_events=self._connection.describe_events,
        )

    def _open_documentation(self) -> DocumentationContext:
        return DocumentationContext(self._policy.tools, self._documentation, partial(explain_switch, self._policy))

    def _find_approval(self, approval_id: str) -> "Approval | None":
        return self._changes.follow_up.find(approval_id)

    async def _reply(self, name: str, arguments: Mapping[str, Any], report: "Report | None", person: Person) -> Reply:
        """Step 1: find."""
        try:
            found = find_tool(self._policy, name, arguments)
        except ToolNotFoundError as error:
            if error.denied:
                self._changes.record_denied(error.denied, error.arguments, error.reason)
            return error.failure
        return await self._answer_failures(found.tool, partial(self._take, found, report, person))

    async def _take(self, found: FoundTool, report: "Report | None", person: Person) -> Reply:
        """Step 2: read the arguments. What follows depends on whether the call only reads."""
        read = read_arguments(found.tool, found.arguments, self._masks.restore)
        if not found.tool.uses_portal:
            return await self._run(read.call, self._open_documentation())
        context = await self.open_context(report)
        if read.call.reads():
            return await self._run(read.call, context)
        try:
            if read.dry_run:
                return self._masks.hide(await self._changes.preview(read.call, context)).answer()
            return await self._change(read.call, context, person)
        finally:
            self._changes.follow_up.watch()

    async def _change(self, call: Tool, context: CallContext, person: Person) -> Reply:
        """Steps 3 to 6: decide, preview, agree, record; then the call is made."""
        changes = self._changes
        needs_preview = changes.rules.needs_preview(call)
        if needs_preview:
            call = await call.resolve(context)
        with changes.recording_stops(call, person.name):
            changes.record(
                "asked", call, person.name, approval=person.answered_approval and person.answered_approval[:40]
            )
            changes.rules.check_hourly_limit(call)
            approval = None
            if needs_preview:
                preview = await changes.preview(call, context)
                if changes.rules.needs_person(call, preview):
                    _check_refusal(preview, person)
                    approval = await changes.agreement.ask(call, preview, person)
            await changes.begin(call, context, approval, "approved", person.name)
        return await self._make(call, context, approval, person.name)

    async def _change_as_approved(self, approval: "Approval", call: Tool, context: CallContext) -> Reply:
        """Step 6 for a call that was agreed to before; then it is made."""
        with self._changes.recording_stops(call, "", approval):
            await self._changes.begin(call, context, approval, "begun", "")
        return await self._make(call, context, approval, "")

    async def _make(self, call: Tool, context: CallContext, approval: "Approval | None", client: str) -> Reply:
        """Steps 7 and 8: run once, and record what became of it whatever happens."""
        with self._changes.recording_end(call, client, approval) as ending:
            reply = await self._answer_failures(type(call), partial(self._run, call, context))
            ending.reply = reply
        return reply

    async def _run(self, call: Tool, context: CallContext | DocumentationContext) -> Reply:
        """Steps 7 and 9: run, put names beside ids, and render."""
        result = await call.run(context)
        if not isinstance(context, CallContext):
            return make_bounded_answer(call, result, self._policy.answer_form)
        result = await add_names(context, call, result)
        if self._policy.taint and (chats := call.client_chats(result)):
            self._changes.rules.note_chats_read(chats)
        return self._render(call, self._masks.hide(result))

    def _render(self, call: Tool, result: Any) -> Reply:
        """An answer that fits, with a file of all of it where it is a table that does not."""
        form = self._policy.answer_form
        if (table := call.make_csv(result)) is None:
            return make_bounded_answer(call, result, form)
        answer = make_bounded_answer(call, result, replace(form, characters=form.characters - ROOM_FOR_LINK))
        if not answer.shortened:
            return answer
        return add_link(answer, self.exports.add(f"{call.tool()}.csv", make_csv_file(table)))

    async def _answer_failures(self, tool: type[Tool], steps: Callable[[], Awaitable[Reply]]) -> Reply:
        """The reply of some steps, or why there is none; nothing of a fault's words reaches the assistant."""
        try:
            try:
                return await steps()
            except CallStoppedError as stopped:
                failure = stopped.failure
            except failures.CALL_ERRORS as error:
                failure = failures.make_failure(tool, error)
            return self._masks.hide(failure)
        except InputRequiredError:
            raise
        except Exception as error:
            if isinstance(error, StorageError) and tool.reads():
                return failures.make_storage_failure(tool, error)
            logger.exception("The tool %s failed inside this server", tool.tool())
            return failures.make_fault(tool)

    @cached_property
    def _changes(self) -> "Changes":
        """What stands before changing calls; made at the first of them, so that no start loads the database."""
        from server.approvals.changes import Changes

        return Changes(
            self._policy,
            self._guard_settings,
            self._masks,
            portal=self._connection.key,
            caller=self._name,
            owner=self._owner,
            make=self.make_approved,
            start=self._connection.start,
        )

    @cached_property
    def _masks(self) -> Masks:
        """What hides clients' data from the assistant."""
        settings = self._guard_settings
        return open_masks(settings.folder, self._connection.key) if settings.masks else NoMasks()


def _check_refusal(preview: "Preview", person: Person) -> None:
    """Nobody is asked about a call that would be refused anyway.

    Raises:
        CallStoppedError: It would be.
    """
    if preview.refusal and person.answered_approval is None:
        raise CallStoppedError("refused", preview.refusal)


def _note_outcome(running: Running, reply: Reply) -> None:
    if isinstance(reply, Failure):
        running.outcome, running.code = reply.outcome, reply.code
    else:
        running.outcome = OK
