"""Gemini's streamGenerateContent, as Gemini CLI speaks it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bench.clients.dialect import SERVER, Body

PATH = ":streamGenerateContent"
MODEL = "gemini-2.5-pro"
USAGE = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}


def name_tool(tool: str) -> str:
    """What the client calls a tool of the server."""
    return f"mcp_{SERVER}_{tool}"


def is_turn(body: Body) -> bool:
    """Whether the server's tools are offered."""
    offered = [tool["name"] for tools in body.get("tools", ()) for tool in tools.get("functionDeclarations", ())]
    return any(name.startswith(name_tool("")) for name in offered)


def read_results(body: Body) -> list[str]:
    """What the request shows the model of each call so far, `output` or `error`."""
    return [
        "\n".join(map(str, part["functionResponse"]["response"].values()))
        for content in body["contents"]
        for part in content["parts"]
        if "functionResponse" in part
    ]


def write_call(number: int, tool: str, arguments: Mapping[str, Any]) -> Iterator[Body]:
    """Events of an answer that calls a tool."""
    yield _write({"functionCall": {"id": f"call_{number}", "name": tool, "args": dict(arguments)}})


def write_words(words: str) -> Iterator[Body]:
    """Events of an answer that ends the turn."""
    yield _write({"text": words})


def _write(part: Body) -> Body:
    candidate = {"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}
    return {"candidates": [candidate], "usageMetadata": USAGE}
