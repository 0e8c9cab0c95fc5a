"""The MCP server: its handlers, each of which asks who is calling and then the part that knows."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from anyio import BrokenResourceError, ClosedResourceError
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.context import CallNext, HandlerResult
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from openchannels_mcp import VERSION
from server.caller import Caller, CallerOf
from server.protocol.announcing import AnnouncingServer, ChannelServer
from server.protocol.caching import CACHE_HINTS, NEVER_KEPT, choose_page_hint
from server.protocol.elicitation import ClientPerson
from server.protocol.identity import NAME, introduce_server
from server.protocol.params import describe_flaws
from tools.fence import quote_marked

if TYPE_CHECKING:
    from portal.client import Report

Context = ServerRequestContext[Any]
INTRODUCTIONS = frozenset({"initialize", "server/discover"})
"""What a client asks first, in either era of the protocol."""

UNEXPLAINED = "Invalid request parameters"
"""What the SDK says to a request before the session was initialized."""


class Handlers:
    """What the server answers to each caller."""

    def __init__(self, caller_of: CallerOf) -> None:
        self._caller_of = caller_of

    async def introduce(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Put what this caller is told once into the answer to its first request, and name what is wrong with params.

        The SDK says of the latter only that they are invalid; all else passes as it is.
        """
        try:
            result = await call_next(ctx)
        except ValidationError as error:
            raise MCPError(types.INVALID_PARAMS, describe_flaws(error)) from None
        except MCPError as error:
            if error.error.message == UNEXPLAINED:
                raise MCPError(types.INVALID_PARAMS, f"{UNEXPLAINED}: send initialize first") from None
            raise
        if ctx.method in INTRODUCTIONS and isinstance(result, dict):
            return introduce_server(ctx.method, result, self._caller_of(ctx).instructions)
        return result

    async def list_tools(self, context: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """All tools that the policy leaves."""
        return types.ListToolsResult(tools=self._caller_of(context).definitions)

    async def call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        """One call; failures are results too. A client that asked for progress hears what a long call waits for."""
        calls = self._caller_of(context).calls
        return await calls.answer(
            params.name, params.arguments or {}, _make_report(context), ClientPerson(context, params)
        )

    async def list_resources(
        self, context: Context, _: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """What the portal holds now, and all documentation pages."""
        from server.protocol.resources import list_page_resources

        return types.ListResourcesResult(
            resources=[*self._caller_of(context).resources.list_resources(), *list_page_resources()]
        )

    async def list_resource_templates(
        self, context: Context, _: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """How the addresses of dialogs, lines and pages are made."""
        from server.protocol.resources import list_page_templates

        portal_templates = self._caller_of(context).resources.list_templates()
        return types.ListResourceTemplatesResult(resource_templates=[*portal_templates, *list_page_templates()])

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """What the portal holds now, or one documentation page."""
        from server.catalogue.documentation import PageNotFoundError
        from server.portal_resources import TEXT, ResourceUnavailableError
        from server.protocol.resources import MARKDOWN

        caller, kind, hint = self._caller_of(context), TEXT, NEVER_KEPT
        if file := caller.calls.exports.find(params.uri):
            blob = b64encode(file.content).decode()
            held = types.BlobResourceContents(uri=params.uri, mime_type=file.mime_type, blob=blob)
            return types.ReadResourceResult(contents=[held], ttl_ms=hint.ttl_ms, cache_scope=hint.scope)
        try:
            text = await caller.resources.read(params.uri, _make_report(context))
            if text is None:
                text, kind, hint = caller.documentation.read(params.uri).text, MARKDOWN, choose_page_hint(params.uri)
        except (PageNotFoundError, ResourceUnavailableError) as error:
            code = (
                types.INTERNAL_ERROR
                if isinstance(error, ResourceUnavailableError) and error.there
                else types.INVALID_PARAMS
            )
            raise MCPError(code, quote_marked(str(error)), {"uri": params.uri[:200]}) from None
        contents = types.TextResourceContents(uri=params.uri, mime_type=kind, text=text)
        return types.ReadResourceResult(contents=[contents], ttl_ms=hint.ttl_ms, cache_scope=hint.scope)

    async def list_prompts(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        """All prompts."""
        from server.protocol.prompts import list_prompts

        return types.ListPromptsResult(prompts=list_prompts())

    async def get_prompt(self, context: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        """One prompt, filled in."""
        from server.protocol.prompts import PromptNotFoundError, fill_prompt

        try:
            return fill_prompt(params.name, params.arguments or {}, self._caller_of(context).policy)
        except PromptNotFoundError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None

    async def complete(self, context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        """What an argument of a prompt or of an address may become."""
        from server.protocol.completions import list_values, make_completion

        ref, argument = params.ref, params.argument
        known = list_values(ref, argument.name) or await self._caller_of(context).resources.list_ids(ref, argument.name)
        return types.CompleteResult(completion=make_completion(argument.value, known))


def _make_report(context: Context) -> "Report":
    """Progress for a client that asked for it."""

    async def report(seconds: float, reason: str) -> None:
        with suppress(BrokenResourceError, ClosedResourceError):
            await context.session.report_progress(seconds, None, reason)

    return report


def find_input_schema(tool: str) -> Mapping[str, Any] | None:
    """Schema of one tool, for the protocol's own checks of headers; they are made before it is known who calls."""
    from server.catalogue import definitions
    from server.catalogue.registry import every_tool

    known = every_tool().get(tool)
    return definitions.make_input_schema(known) if known else None


def create_server(caller_of: CallerOf, kind: type[Server[Any]] = Server, **more: Any) -> Server[Any]:
    """The server, ready to be run over any transport; `more` are further handlers of the transport."""
    handlers = Handlers(caller_of)
    server = kind(
        NAME,
        version=VERSION,
        cache_hints=CACHE_HINTS,
        get_tool_input_schema=find_input_schema,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_resource_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
        on_completion=handlers.complete,
        **more,
    )
    server.middleware.append(handlers.introduce)
    return server


async def serve_stdio(caller: Caller) -> None:
    """Serve one client over standard input and output until it leaves."""
    from server.stdio import connect_stdio
    from server.subscriptions import Subscriptions

    async with caller.connection, connect_stdio() as (incoming, outgoing):
        subscriptions = Subscriptions(lambda _: caller)
        kind = AnnouncingServer if caller.channel == "off" else ChannelServer
        server = create_server(lambda _: caller, kind, **subscriptions.handlers)
        if caller.channel != "off":
            _open_channel(caller, server, outgoing.send)
        await server.run(incoming, outgoing, server.create_initialization_options())


def _open_channel(caller: Caller, server: Server[Any], send: Callable[[Any], Awaitable[None]]) -> None:
    from server.channel import Channel

    channel = Channel(caller, send, shows_text=caller.channel == "text", introductions=INTRODUCTIONS)
    server.middleware.append(channel.note_message)
    caller.connection.start(channel.run)
