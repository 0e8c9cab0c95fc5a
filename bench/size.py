"""Bytes that a conversation pays for: the list of tools, and the answers of those that read."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import anyio
from mcp import Client
from mcp.types import CallToolResult, TextContent

from bench.figures import ratio
from bench.served import OURS, of_portal, over_stdio, portal
from bench.table import Row, Table
from server.catalogue.definitions import count_bytes
from server.catalogue.registry import every_tool
from server.policy import Policy
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.effect import Effect

WEEK = {"date_from": "2026-03-10T00:00:00+01:00", "date_to": "2026-03-16T10:00:00+01:00"}
ASKED: Mapping[str, Mapping[str, Any]] = {
    "config_get": {"config_id": 1},
    "config_list_get": {"select": ["ID", "LINE_NAME", "ACTIVE"]},
    "dialog_get": {"chat_id": 201},
    "session_open": {"user_code": "livechat|1|9206|106"},
    "session_history_get": {"session_id": 306},
    "crm_chat_get": {"crm_entity_type": "lead", "crm_entity": 503},
    "v2_stat_get": WEEK,
    "v2_operator_list": {},
    "v2_session_list": {"limit": 20},
    "v2_session_stat_get": {"session_id": [301, 306]},
    "v2_session_rating_list": {"date_vote_from": WEEK["date_from"], "date_vote_to": WEEK["date_to"]},
    "v2_session_transfer_list": {"session_id": [301, 306]},
    "im_recent_list": {"limit": 20},
    "im_dialog_messages_get": {"dialog_id": "chat206"},
    "user_current": {},
    "user_get": {"filter": {"ID": [3, 4]}},
    "user_search": {"filter": {"FIND": "James"}},
    "methods": {"scope": "imopenlines"},
    "inbox": {},
    "dialog": {"dialog": "206"},
    "channel_report": {"line": "Website support", "period": "today"},
    "channel_overview": {"line": "Website support"},
    "channel_audit": {"line": "Website support"},
    "docs_search": {"query": "hand a dialog over"},
    "docs_read": {"uri": "imopenlines.operator.transfer"},
}
"""Reading tools, and what each is asked of the seeded company."""


def measure(*, short: bool) -> Table:  # noqa: ARG001  (bytes take no time)
    """Both kinds."""
    return Table(
        "5. Size",
        "Bytes of JSON of the tool list by mode and toolset, beside the default list; bytes of text that reading tools "
        "answer on the seeded company, beside the same tool's answer with `detail=full` where it has one.",
        ("what", "bytes", "beside", "its bytes", "times"),
        (*listed(), *anyio.run(answers)),
    )


def listed() -> list[Row]:
    """Tool lists."""
    every = frozenset(TOOLSETS)
    policies = {
        "default": Policy(frozenset(DEFAULT_TOOLSETS)),
        "all": Policy(every),
        "read-only": Policy(frozenset(DEFAULT_TOOLSETS), Effect.READ),
        "gateway": Policy(every, mode="gateway"),
    }
    lists = {f"mode {name}": [*policy.listed.values()] for name, policy in policies.items()}
    for toolset in (*TOOLSETS, None):
        name = f"toolset {toolset}" if toolset else "no toolset"
        lists[name] = [tool for tool in every_tool().values() if tool.toolset() == toolset]
    sizes = {name: sum(map(count_bytes, tools)) for name, tools in lists.items()}
    default = sizes["mode default"]
    return [
        (f"{name}: {len(tools)} tools", sizes[name], "default", default, ratio(sizes[name], default))
        for name, tools in lists.items()
    ]


async def answers() -> list[Row]:
    """What reading tools answer."""
    rows: list[Row] = []
    with ExitStack() as stack:
        here = stack.enter_context(portal())
        command = stack.enter_context(over_stdio(OURS, **of_portal(here.webhook)))
        async with Client(command) as client:
            for tool, arguments in ASKED.items():
                concise = length(await client.call_tool(tool, dict(arguments)))
                if "detail" in every_tool()[tool].model_fields:
                    full = length(await client.call_tool(tool, {**arguments, "detail": "full"}))
                    rows.append((tool, concise, "full", full, ratio(concise, full)))
                else:
                    rows.append((tool, concise, None, None, None))
    return rows


def length(reply: CallToolResult) -> int:
    """Bytes of text that a model reads."""
    text = "".join(block.text for block in reply.content if isinstance(block, TextContent))
    if reply.is_error:
        raise RuntimeError(text)
    return len(text.encode())
