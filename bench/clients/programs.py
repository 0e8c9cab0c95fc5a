"""The clients that are driven: how each is told of a model and of a server, and how it is started for one wish."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.clients import anthropic, codex_code, gemini, openai
from bench.clients.dialect import SERVER, Dialect

WISH = "Do the story."
SECONDS_TO_START = 60
"""For a server, on a busy machine."""


@dataclass(frozen=True)
class Server:
    """A command with its settings, or an address."""

    command: tuple[str, ...] = ()
    settings: Mapping[str, str] | None = None
    url: str = ""


@dataclass(frozen=True)
class Start:
    """Arguments and environment of a client."""

    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Program:
    """A client of the npm registry."""

    name: str
    package: str
    binary: str
    dialect: Dialect
    configure: Callable[[Path, Server, str, str], Start]
    """Writes its settings into a folder that is its home: for a server, and for a model at an address and its name."""


def _configure_claude(home: Path, server: Server, address: str, model: str) -> Start:
    """Tools are there in the first turn, instead of being searched for: the scripted model does not search."""
    path = home / "mcp.json"
    path.write_text(json.dumps({"mcpServers": {SERVER: _describe(server)}}), encoding="utf-8")
    options = ("--strict-mcp-config", "--mcp-config", str(path), "--allowedTools", f"mcp__{SERVER}")
    return Start(
        ("-p", WISH, *options, "--output-format", "json", "--model", model),
        {
            "ANTHROPIC_BASE_URL": address,
            "ANTHROPIC_API_KEY": "none",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "ENABLE_TOOL_SEARCH": "false",
            "MCP_CONNECTION_NONBLOCKING": "false",
            "MCP_CONNECT_TIMEOUT_MS": f"{SECONDS_TO_START}000",
        },
    )


def _describe(server: Server) -> dict[str, Any]:
    if server.url:
        return {"type": "http", "url": server.url}
    program, *words = server.command
    return {"type": "stdio", "command": program, "args": words, "env": server.settings}


def _configure_codex(home: Path, server: Server, address: str, model: str) -> Start:
    """A required server is waited for; the scripted model calls it sooner than others would."""
    described = {name: value for name, value in _describe(server).items() if name != "type"}
    env = described.pop("env", None)
    lines = [
        f'model = "{model}"',
        'model_provider = "scripted"',
        'approval_policy = "never"',
        'sandbox_mode = "danger-full-access"',
        "[model_providers.scripted]",
        'name = "scripted"',
        f'base_url = "{address}/v1"',
        'env_key = "SCRIPTED_KEY"',
        'wire_api = "responses"',
        f"[mcp_servers.{SERVER}]",
        "required = true",
        f"startup_timeout_sec = {SECONDS_TO_START}",
        *(f"{name} = {json.dumps(value)}" for name, value in described.items()),
    ]
    if env:
        lines += [f"[mcp_servers.{SERVER}.env]", *(f"{name} = {json.dumps(value)}" for name, value in env.items())]
    (home / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return Start(("exec", "--skip-git-repo-check", "--json", WISH), {"CODEX_HOME": str(home), "SCRIPTED_KEY": "none"})


def _configure_gemini(home: Path, server: Server, address: str, model: str) -> Start:
    described = {"httpUrl": server.url} if server.url else _describe(server)
    described.pop("type", None)
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "telemetry": {"enabled": False},
        "general": {"disableAutoUpdate": True},
        "mcpServers": {SERVER: {**described, "trust": True}},
    }
    folder = home / ".gemini"
    folder.mkdir()
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    return Start(
        ("-p", WISH, "--yolo", "--skip-trust", "-m", model, "--output-format", "json"),
        {"GEMINI_API_KEY": "none", "GOOGLE_GEMINI_BASE_URL": address},
    )


PROGRAMS = (
    Program("Claude Code", "@anthropic-ai/claude-code", "claude", anthropic, _configure_claude),
    Program("Codex", "@openai/codex", "codex", openai, _configure_codex),
    Program("Codex, from a script", "@openai/codex", "codex", codex_code, _configure_codex),
    Program("Gemini CLI", "@google/gemini-cli", "gemini", gemini, _configure_gemini),
)
