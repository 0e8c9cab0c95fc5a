"""OpenAI's Responses, as Codex speaks it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bench.clients.dialect import Body, join_parts

PATH = "/v1/responses"
MODEL = "gpt-5-codex"
USAGE = {
    "input_tokens": 1,
    "output_tokens": 1,
    "total_tokens": 2,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


def list_tools(body: Body) -> list[str]:
    """Names of the tools that the request offers the model; those of a namespace follow it after a dot."""
    names: list[str] = []
    for tool in body.get("tools", ()):
        if tool["type"] == "namespace":
            names += [f"{tool['name']}.{inner['name']}" for inner in tool["tools"]]
        else:
            names.append(tool.get("name", tool["type"]))
    return names


def read_results(body: Body) -> list[str]:
    """What the request shows the model of each call so far."""
    return [join_parts(item["output"]) for item in body["input"] if item["type"] == "function_call_output"]


def write_call(number: int, tool: str, arguments: Mapping[str, Any]) -> Iterator[Body]:
    """Events of an answer that calls a tool."""
    namespace, _, name = tool.rpartition(".")
    item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}", "name": name}
    if namespace:
        item["namespace"] = namespace
    return _write({**item, "arguments": json.dumps(arguments), "status": "completed"})


def write_words(words: str) -> Iterator[Body]:
    """Events of an answer that ends the turn."""
    content = [{"type": "output_text", "text": words, "annotations": []}]
    return _write({"type": "message", "id": "m_1", "role": "assistant", "status": "completed", "content": content})


def _write(item: Body) -> Iterator[Body]:
    response = {"id": "resp_1", "object": "response", "model": MODEL}
    yield {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}}
    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield {
        "type": "response.completed",
        "response": {**response, "status": "completed", "output": [item], "usage": USAGE},
    }
