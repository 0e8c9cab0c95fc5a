"""OpenAI's Responses, as Codex speaks it to a model that calls tools from JavaScript.

The script gets the whole result, and what it prints reaches the model. This one prints all of it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.clients.dialect import SERVER, Body, join_parts
from bench.clients.openai import PATH, is_turn, write_item, write_words

__all__ = ["MODEL", "PATH", "is_turn", "name_tool", "read_results", "write_call", "write_words"]
MODEL = "gpt-6-sol"


def name_tool(tool: str) -> str:
    """What a script calls a tool of the server."""
    return f"tools.mcp__{SERVER}__{tool}"


def read_results(body: Body) -> list[str]:
    """What the request shows the model of each call so far."""
    return [join_parts(item["output"]) for item in body["input"] if item["type"] == "custom_tool_call_output"]


def write_call(number: int, tool: str, arguments: Mapping[str, Any]) -> Iterator[Body]:
    """Events of an answer that runs a script of one call."""
    script = {"namespace": "functions", "name": "exec", "input": f"text(await {tool}({json.dumps(arguments)}))"}
    return write_item({"type": "custom_tool_call", "id": f"ct_{number}", "call_id": f"call_{number}", **script})
