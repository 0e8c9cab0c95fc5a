"""Anthropic's Messages, as Claude Code speaks it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.clients.dialect import SERVER, Body, join_parts

PATH = "/v1/messages"
MODEL = "claude-sonnet-4-5"


def name_tool(tool: str) -> str:
    """What the client calls a tool of the server."""
    return f"mcp__{SERVER}__{tool}"


def is_turn(body: Body) -> bool:
    """Whether the server's tools are offered."""
    return any(tool["name"].startswith(name_tool("")) for tool in body.get("tools", ()))


def read_results(body: Body) -> list[str]:
    """What the request shows the model of each call so far."""
    return [
        join_parts(block.get("content", ""))
        for message in body["messages"]
        if isinstance(message["content"], list)
        for block in message["content"]
        if block["type"] == "tool_result"
    ]


def write_call(number: int, tool: str, arguments: Mapping[str, Any]) -> Iterator[Body]:
    """Events of an answer that calls a tool."""
    block = {"type": "tool_use", "id": f"toolu_{number:04}", "name": tool, "input": {}}
    return _write(block, {"type": "input_json_delta", "partial_json": json.dumps(arguments)}, "tool_use")


def write_words(words: str) -> Iterator[Body]:
    """Events of an answer that ends the turn."""
    return _write({"type": "text", "text": ""}, {"type": "text_delta", "text": words}, "end_turn")


def _write(block: Body, delta: Body, reason: str) -> Iterator[Body]:
    message: Body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
    stop = {"stop_reason": reason, "stop_sequence": None}
    yield {"type": "message_start", "message": message}
    yield {"type": "content_block_start", "index": 0, "content_block": block}
    yield {"type": "content_block_delta", "index": 0, "delta": delta}
    yield {"type": "content_block_stop", "index": 0}
    yield {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 1}}
    yield {"type": "message_stop"}
