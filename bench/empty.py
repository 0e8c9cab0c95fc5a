"""The least server on the same SDK: one tool with a fixed answer. `python -m bench.empty [--http]` serves it."""

import sys

import anyio
from mcp import types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server

TOOL = "empty"
SCHEMA = {"type": "object", "properties": {}}


async def _list(_: ServerRequestContext, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[types.Tool(name=TOOL, input_schema=SCHEMA)])


async def _call(_: ServerRequestContext, __: types.CallToolRequestParams) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(text="{}")], structured_content={})


def server() -> Server:
    """It, for any transport."""
    return Server("empty", version="1", get_tool_input_schema=lambda _: SCHEMA, on_list_tools=_list, on_call_tool=_call)


async def over_stdio() -> None:
    """Serve one client."""
    empty = server()
    async with stdio_server() as (incoming, outgoing):
        await empty.run(incoming, outgoing, empty.create_initialization_options())


def over_http() -> None:
    """Serve on a free port, which is told."""
    import socket  # noqa: PLC0415  (stdio has no use for it)

    import uvicorn  # noqa: PLC0415

    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        config = uvicorn.Config(server().streamable_http_app(), log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    if "--http" in sys.argv:
        over_http()
    else:
        anyio.run(over_stdio)
