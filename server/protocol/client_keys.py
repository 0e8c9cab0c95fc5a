"""Keys that clients put among the arguments for themselves; dropped where the tool has no argument of that name."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientKey:
    """Who sends a key, and where that is told."""

    client: str
    source: str


CLIENT_KEYS: Mapping[str, ClientKey] = {
    "toolCallId": ClientKey("n8n", "https://github.com/n8n-io/n8n/issues/21500"),
    "tool": ClientKey("n8n", "https://github.com/n8n-io/n8n/issues/21500"),
    "sessionId": ClientKey("n8n", "https://github.com/n8n-io/n8n/issues/37308"),
    "action": ClientKey("n8n", "https://github.com/n8n-io/n8n/issues/22787"),
    "chatInput": ClientKey("n8n", "https://github.com/n8n-io/n8n/issues/22787"),
    "task_progress": ClientKey("Cline", "https://github.com/cline/cline/issues/8256"),
    "random_string": ClientKey("Cursor", "https://github.com/edobry/minsky"),
    "dummy": ClientKey("Cursor", "https://github.com/edobry/minsky"),
    "_dummy": ClientKey("Cursor", "https://github.com/edobry/minsky"),
    "wait_for_previous": ClientKey("Gemini CLI", "https://github.com/MemPalace/mempalace/pull/322"),
    "_placeholder": ClientKey("opencode", "https://github.com/anomalyco/opencode/pull/15078"),
    "tool_call_description": ClientKey("several", "https://github.com/cyanheads/mcp-ts-core/issues/453"),
    "sessionKey": ClientKey("Pi", "https://github.com/joshuaswarren/remnic/issues/1513"),
    "security_risk": ClientKey("OpenHands", "https://github.com/OpenHands/OpenHands/issues/11210"),
    "cwd": ClientKey("coding agents", "https://github.com/joshuaswarren/remnic/issues/1434"),
    "_as_extra": ClientKey("several", "https://github.com/cyanheads/mcp-ts-core/issues/453"),
    "_meta": ClientKey("LangChain", "https://github.com/langchain-ai/langchain-mcp-adapters/pull/412"),
}
