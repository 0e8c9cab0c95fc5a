"""What a portal holds now, as resources: each is the text of a tool that only reads, and exists where the tool does."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import anyio
from mcp import types

from prompts import takes_argument
from server.calls import ToolCalls
from server.events.addresses import DIALOGS, EVENTS, INBOX, LINES, ROOT
from server.exports import ADDRESS as EXPORTS
from server.policy import Policy
from server.protocol import failures
from server.protocol.results import Failure, make_text
from tools.fence import quote_marked

if TYPE_CHECKING:
    from portal.client import Report

GONE = "There is no such file: it is kept for an hour, by the server that made it, for who asked; call the tool again"
TEXT = "text/plain"
TRANSCRIPT = 50
"""Messages of a dialog."""
LAST_EVENTS = 50
_NUMBER = re.compile(r"(?:chat)?([1-9]\d{0,9})", re.ASCII | re.IGNORECASE)
FRESH = 30.0
"""Seconds for which ids are offered before the portal is asked again: somebody types letter by letter."""


class ResourceUnavailableError(Exception):
    """Why a resource cannot be read; `there` unless the address is wrong."""

    def __init__(self, why: str, *, there: bool) -> None:
        super().__init__(why)
        self.there = there


@dataclass(frozen=True)
class ResourceKind:
    """A family of resources, or one without an argument."""

    tool: str
    name: str
    title: str
    description: str
    argument: str = ""
    """Argument of the tool that the end of the address is."""
    variable: str = ""
    """Name of it in the address."""
    more: tuple[tuple[str, Any], ...] = ()
    """Further arguments of the tool."""

    @property
    def address(self) -> str:
        """The address, or how it is made."""
        return f"{ROOT}{self.name}" + (f"/{{{self.variable}}}" if self.variable else "")


WAITING = ResourceKind("inbox", INBOX, "Who waits", "The dialogs that need someone, longest wait first")
DIALOG = ResourceKind(
    "dialog",
    DIALOGS,
    "Dialog",
    f"A dialog by its chat id: client, state, owner, the last {TRANSCRIPT} messages",
    argument="dialog",
    variable="chat_id",
    more=(("last", TRANSCRIPT),),
)
LINE = ResourceKind(
    "channel_overview", LINES, "Line", "What a line does, in words, by its id", argument="line", variable="id"
)
HAPPENED = ResourceKind(
    "updates",
    EVENTS,
    "Events",
    f"The last {LAST_EVENTS} things that happened: messages, sessions, who took which dialog",
    more=(("newest", True), ("limit", LAST_EVENTS)),
)
KINDS = (WAITING, HAPPENED, DIALOG, LINE)
IN_PROMPTS: Mapping[str, ResourceKind] = {"chat_id": DIALOG, "config_id": LINE, "line": LINE}
"""Argument of a prompt -> what its values are the ids of."""


class PortalResources:
    """The resources of one caller."""

    def __init__(self, policy: Policy, calls: ToolCalls) -> None:
        self._kinds = tuple(kind for kind in KINDS if kind.tool in policy.tools)
        self._calls = calls
        self._answer_form = policy.answer_form
        self._offered: dict[str, tuple[float, list[int]]] = {}

    def list_resources(self) -> list[types.Resource]:
        """Those without an argument."""
        return [types.Resource(uri=kind.address, **_describe(kind)) for kind in self._kinds if not kind.variable]

    def list_templates(self) -> list[types.ResourceTemplate]:
        """How the addresses of the others are made."""
        return [
            types.ResourceTemplate(uri_template=kind.address, **_describe(kind))
            for kind in self._kinds
            if kind.variable
        ]

    async def read(self, uri: str, report: "Report | None" = None) -> str | None:
        """The text of a resource; None for an address of another kind.

        Raises:
            ResourceUnavailableError: The address is wrong, or the portal gives nothing.
        """
        if _clean(uri).lower().startswith(EXPORTS):
            raise ResourceUnavailableError(GONE, there=False)
        kind, end = self._parse(uri)
        if kind is None:
            return None
        arguments = {**({kind.argument: unquote(end)} if kind.variable else {}), **dict(kind.more)}
        reply = await self._calls.read(kind.tool, arguments, report)
        if isinstance(reply, Failure):
            raise ResourceUnavailableError(quote_marked(reply.text()), there=reply.outcome != failures.INVALID)
        return make_text(reply, self._answer_form)

    def find_subject(self, uri: str) -> str | None:
        """The address as events are told of it (server/events/addresses.py); None where nothing is told of it here."""
        kind, end = self._parse(uri)
        if kind is None:
            return None
        if not kind.variable:
            return kind.address
        number = _NUMBER.fullmatch(unquote(end))
        return f"{ROOT}{kind.name}/{number[1]}" if number else None

    def list_subjects(self) -> list[str]:
        """The addresses of which something may be told here, and how the others are made."""
        return [kind.address for kind in self._kinds]

    def _parse(self, uri: str) -> tuple[ResourceKind | None, str]:
        """The kind of an address, and the end of it that is an argument."""
        address = _clean(uri)
        name, _, end = address[len(ROOT) :].rstrip("/").partition("/")
        if not address.lower().startswith(ROOT):
            return None, end
        kinds = (kind for kind in self._kinds if kind.name == name.lower() and bool(kind.variable) is bool(end))
        return next(kinds, None), end

    async def list_ids(self, ref: types.ResourceTemplateReference | types.PromptReference, argument: str) -> list[str]:
        """Ids for the argument of a template or prompt; none where the portal does not tell."""
        kind = self._find_kind(ref, argument)
        if kind is None:
            return []
        at, ids = self._offered.get(kind.name, (float("-inf"), []))
        if anyio.current_time() - at >= FRESH:
            ids = await self._read_ids(kind)
            self._offered[kind.name] = (anyio.current_time(), ids)
        return list(map(str, ids))

    def _find_kind(
        self, ref: types.ResourceTemplateReference | types.PromptReference, argument: str
    ) -> ResourceKind | None:
        if isinstance(ref, types.PromptReference):
            kind = IN_PROMPTS.get(argument) if takes_argument(ref.name, argument) else None
            return kind if kind in self._kinds else None
        return next((kind for kind in self._kinds if kind.address == ref.uri and kind.variable == argument), None)

    async def _read_ids(self, kind: ResourceKind) -> list[int]:
        from workflows.directory.completions import list_line_ids, list_recent_chats

        try:
            context = await self._calls.open_context()
            return await (list_recent_chats(context) if kind is DIALOG else list_line_ids(context))
        except failures.CALL_ERRORS:
            return []


def _clean(uri: str) -> str:
    return (uri if "://" in uri else unquote(uri)).strip()


def _describe(kind: ResourceKind) -> dict[str, Any]:
    """What a client is told of a kind beside its address."""
    return {
        "name": kind.name,
        "title": kind.title,
        "description": kind.description,
        "mime_type": TEXT,
        "annotations": types.Annotations(audience=["user", "assistant"], priority=0.7),
    }
