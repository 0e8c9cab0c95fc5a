"""OpenAI's Responses, as Codex speaks it to a model that calls tools one by one.

Codex lists no tools to such a model: it may search for them. The scripted model knows them.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.clients.dialect import SERVER, Body, join_parts

PATH = "/v1/responses"
MODEL = "gpt-5.5"
USAGE = {
    "input_tokens": 1,
    "output_tokens": 1,
    "total_tokens": 2,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


def name_tool(tool: str) -> str:
    """What the client calls a tool of the server: a name in a namespace."""
    return f"mcp__{SERVER}.{tool}"


def is_turn(body: Body) -> bool:
    """There are no other requests."""
    return "input" in body


def read_results(body: Body) -> list[str]:
    """What the request shows the model of each call so far."""
    return [join_parts(item["output"]) for item in body["input"] if item["type"] == "function_call_output"]


def write_call(number: int, tool: str, arguments: Mapping[str, Any]) -> Iterator[Body]:
    """Events of an answer that calls a tool."""
    namespace, _, name = tool.rpartition(".")
    called = {"namespace": namespace, "name": name, "arguments": json.dumps(arguments)}
    return write_item({"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", **called})


def write_words(words: str) -> Iterator[Body]:
    """Events of an answer that ends the turn."""
    content = [{"type": "output_text", "text": words, "annotations": []}]
    return write_item({"type": "message", "id": "m_1", "role": "assistant", "content": content})


def write_item(item: Body) -> Iterator[Body]:
    """Events of an answer that is one item."""
    response = {"id": "resp_1", "object": "response", "model": MODEL}
    yield {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}}
    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {
        "type": "response.completed",
        "response": {**response, "status": "completed", "output": [item], "usage": USAGE},
    }
