"""The MCP server: its handlers, each of which only asks the part that knows."""

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from anyio import BrokenResourceError, ClosedResourceError
from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError

from openchannels_mcp import VERSION
from server.calls import Calls
from server.connection import Connection
from server.instructions import INSTRUCTIONS
from server.policy import Policy

Context = ServerRequestContext[Any]


class Handlers:
    """What the server answers; definitions are made when a client first asks for them."""

    def __init__(self, policy: Policy, connection: Connection) -> None:
        self._policy = policy
        self._calls = Calls(policy, connection)

    @cached_property
    def _tools(self) -> list[types.Tool]:
        from server.catalogue import definition

        return [definition(method) for method in self._policy.tools.values()]

    def input_schema(self, tool: str) -> Mapping[str, Any] | None:
        """Schema of one tool, for the protocol's own checks."""
        method = self._policy.tools.get(tool)
        return method.input_schema() if method else None

    async def list_tools(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """All tools that the policy leaves."""
        return types.ListToolsResult(tools=self._tools)

    async def call_tool(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """One call; failures are results too. A client that asked for progress hears what a long call waits for."""

        async def report(seconds: float, reason: str) -> None:
            with suppress(BrokenResourceError, ClosedResourceError):
                await context.session.report_progress(seconds, None, reason)

        return await self._calls.call(params.name, params.arguments or {}, report)

    async def list_resources(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        """All documentation pages."""
        from server.content import resources

        return types.ListResourcesResult(resources=resources())

    async def list_resource_templates(
        self, _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        """How the addresses of pages are made."""
        from server.content import templates

        return types.ListResourceTemplatesResult(resource_templates=templates())

    async def read_resource(self, _: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        """One documentation page."""
        from server.content import MARKDOWN, NoSuchPage, page

        try:
            text = page(params.uri).text()
        except NoSuchPage as error:
            raise MCPError(types.INVALID_PARAMS, str(error), {"uri": params.uri[:200]}) from None
        contents = types.TextResourceContents(uri=params.uri, mime_type=MARKDOWN, text=text)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(self, _: Context, __: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        """All prompts."""
        from server.content import prompt_list

        return types.ListPromptsResult(prompts=prompt_list())

    async def get_prompt(self, _: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        """One prompt, filled in."""
        from server.content import NoSuchPrompt, prompt

        try:
            return prompt(params.name, params.arguments or {})
        except NoSuchPrompt as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None


def create_server(policy: Policy, connection: Connection) -> Server[Any]:
    """The server, ready to be run over any transport."""
    handlers = Handlers(policy, connection)
    return Server(
        "openchannels",
        version=VERSION,
        title="Bitrix24 Open Channels",
        instructions=f"{INSTRUCTIONS}{connection.described()}",
        get_tool_input_schema=handlers.input_schema,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_resource_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )


async def serve_stdio(policy: Policy, connection: Connection) -> None:
    """Serve one client over standard input and output until it leaves."""
    from mcp.server.stdio import stdio_server

    async with connection, stdio_server() as (incoming, outgoing):
        server = create_server(policy, connection)
        await server.run(incoming, outgoing, server.create_initialization_options())
