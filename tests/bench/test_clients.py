"""The scripted model that published clients are driven with."""

import json
import urllib.request
from typing import Any

import pytest

from bench.clients import anthropic, codex_code, gemini, openai
from bench.clients.dialect import Dialect
from bench.clients.model import serve_model
from bench.clients.story import STORY, judge

TIMEOUT = 10
SHOWN = "a page"
BLOCKS = [{"type": "text", "text": SHOWN}]
RESPONSE = {"name": "mcp_openchannels_docs_read", "response": {"output": SHOWN}}
TURNS: tuple[tuple[Dialect, dict[str, Any]], ...] = (
    (
        anthropic,
        {
            "tools": [{"name": "mcp__openchannels__inbox"}],
            "messages": [{"role": "user", "content": [{"type": "tool_result", "content": BLOCKS}]}],
        },
    ),
    (openai, {"input": [{"type": "function_call_output", "output": SHOWN}]}),
    (codex_code, {"input": [{"type": "custom_tool_call_output", "output": BLOCKS}]}),
    (
        gemini,
        {
            "tools": [{"functionDeclarations": [{"name": "mcp_openchannels_inbox"}]}],
            "contents": [{"role": "user", "parts": [{"functionResponse": RESPONSE}]}],
        },
    ),
)


@pytest.mark.parametrize(("dialect", "body"), TURNS, ids=[dialect.MODEL for dialect, _ in TURNS])
def test_the_scripted_model_keeps_what_it_is_shown_and_asks_for_the_next_call(
    dialect: Dialect, body: dict[str, Any]
) -> None:
    with serve_model(dialect, STORY) as model:
        request = urllib.request.Request(  # noqa: S310
            f"{model.address}/models/any{dialect.PATH}?alt=sse", json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            said = answer.read().decode()

    assert model.results == [SHOWN]
    assert STORY[1].tool in said
    assert STORY[0].tool not in said


def test_a_fence_that_is_missing_in_one_of_two_answers_is_missing() -> None:
    results = [
        "Give exactly one of user_id, queue_id and transfer_id",
        "<client 1a2b3c>Hannah Lee: The Oslo, bought last spring.</1a2b3c>",
        "Grace Miller: I need it corrected today, please.",
        '{"draft": true, "message": "Good morning, I am looking into it."}',
        "dialog failed.",
    ]

    assert judge(results) == {"page": True, "fences": False, "draft": True, "advice": False}
