"""Tools that tell what happened at the portal, and that wait until something does."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import anyio
from pydantic import Field
from typing_extensions import Doc

from server.catalogue import update_page, update_text
from server.catalogue.context import CallContext
from server.catalogue.update_page import CLIENTS, UpdatesData, UpdatesQuery
from server.events.feed.event import EventFilter
from tools.effect import Effect
from tools.naming import to_snake_case
from tools.tool import Tool
from workflows.directory.dialogs import DialogRef, find_dialog, read_chat_id
from workflows.directory.lines_and_users import Directory, LineRef

LEASE = 600.0
"""Seconds for which the sources go on after a call, so that the next one finds what happened between them."""
LOOK_SECONDS = 15.0
"""Within which a source has to have looked once."""
SLOW = f"what happened in the last moments: the portal was not asked within {LOOK_SECONDS:.0f} s"
TELL_EVERY = 5.0
"""Seconds between two reports of progress: some clients give up without them."""


class EventTool(Tool):
    """Base of these tools; the class's name in snake_case is the tool's."""

    effects = Effect.READ
    data_type = UpdatesData

    dialog: DialogRef | None = None
    line: LineRef | None = None

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return to_snake_case(cls.__name__)

    @classmethod
    def toolset(cls) -> str:
        """Whoever may not read dialogs has no use for it."""
        return "dialogs"

    @classmethod
    def page(cls) -> str:
        """The guide."""
        return "openchannels://docs/guides/live-updates"

    def text(self, result: Any) -> str:
        """A line an event."""
        return update_text.render_text(result)

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The same as a program reads it."""
        return update_text.mark_page(result)

    def client_chats(self, result: Any) -> frozenset[int]:
        """The chats whose messages are shown."""
        return update_page.list_client_chats(result)

    async def make_filter(self, context: CallContext, kinds: str) -> EventFilter:
        """Which events are asked for.

        Raises:
            InvalidArgumentsError: There is no such dialog or line, or several.
        """
        chat_id, line_id = None, None
        if self.dialog is not None:
            chat_id = read_chat_id(self.dialog) or (await find_dialog(context, self.dialog)).chat.id
        if self.line is not None:
            known = str(self.line).strip()
            line_id = int(known) if known.isdecimal() else (await Directory(context).find_line(self.line)).id
        return EventFilter(CLIENTS if kinds == "clients" else frozenset(), chat_id, line_id)


class Updates(EventTool):
    """Tell what happened since you last looked (or since a cursor): messages, sessions, who took which dialog.

    The first call begins to listen. To wait for the next event: wait_for_update.
    """

    title = "What happened"

    kinds: Annotated[Literal["all", "clients"], Doc("clients: only their messages")] = "all"
    since: Annotated[int | None, Field(ge=0), Doc("cursor of an answer before")] = None
    newest: Annotated[bool | None, Doc("the last ones, seen or not")] = None
    limit: Annotated[int, Field(ge=1, le=100)] = 30

    async def run(self, context: CallContext) -> UpdatesData:
        """The events, after one look at the portal.

        Raises:
            InvalidArgumentsError: There is no such dialog or line, or several.
            StorageError: The feed of events cannot be used.
        """
        wanted = await self.make_filter(context, self.kinds)
        query = UpdatesQuery(wanted, self.since, self.limit, newest=bool(self.newest))
        hub = context.open_events()
        hub.keep_listening(LEASE)
        async with hub.listen():
            is_fresh = await hub.refresh(LOOK_SECONDS)
            start = None if query.newest else await update_page.find_start(context, query)
            page = await update_page.make_page(context, query, start)
        return page if is_fresh else {**page, "missing": [*page["missing"], SLOW]}


class WaitForUpdate(EventTool):
    """Wait until a client writes, in a dialog, on a line or anywhere, or (kinds=all) until anything happens.

    Answers as updates does; what happened since you last looked ends the wait at once.
    """

    title = "Wait for what happens"

    kinds: Annotated[Literal["clients", "all"], Doc("all: whatever happens")] = "clients"
    since: Annotated[int | None, Field(ge=0), Doc("cursor of an answer before")] = None
    seconds: Annotated[int, Field(ge=1, le=300, description="many clients give up after 60")] = 50
    limit: Annotated[int, Field(ge=1, le=100)] = 30

    async def run(self, context: CallContext) -> UpdatesData:
        """The events, as soon as there are any; none when the time is over, which is no failure.

        Raises:
            InvalidArgumentsError: There is no such dialog or line, or several.
            StorageError: The feed of events cannot be used.
        """
        query = UpdatesQuery(await self.make_filter(context, self.kinds), self.since, self.limit)
        hub, deadline = context.open_events(), anyio.current_time() + self.seconds
        start = await update_page.find_start(context, query)
        if start is None:
            start = update_page.StartingPoint(await hub.get_newest(), "since you began to wait")
        hub.keep_listening(LEASE)
        async with hub.listen():
            page = await update_page.make_page(context, query, start)
            if not page["events"]:
                await hub.refresh(min(LOOK_SECONDS, self.seconds))
            while not page["events"] and await self._wait(context, page["cursor"], deadline):
                page = await update_page.make_page(context, query, replace(start, number=page["cursor"]))
        within = "" if page["events"] else f" within {self.seconds} s"
        return {**page, "after": start.number, "began": f"{page['began']}{within}"}

    async def _wait(self, context: CallContext, after: int, deadline: float) -> bool:
        """Until the feed has grown, with a sign of life now and then; False when the time is over before."""
        hub = context.open_events()
        while anyio.current_time() < deadline:
            await context.tell("waiting for something to happen")
            with anyio.move_on_after(min(TELL_EVERY, deadline - anyio.current_time())):
                await hub.wait(after)
                return True
        return False
