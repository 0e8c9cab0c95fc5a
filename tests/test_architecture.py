"""Who imports whom, read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "tools": set(),
    "portal": set(),
    "reference": {"tools", "workflows"},
    "prompts": {"tools"},
    "sandbox": set(),
    "workflows": {"tools", "portal"},
    "server": {"tools", "portal", "workflows", "reference", "prompts", "sandbox", "openchannels_mcp"},
    "openchannels_mcp": {"server", "openchannels_mcp"},
}
OURS = set(MAY_IMPORT) | {"tests", "bench"}
HTTP_CLIENTS = {"httpx", "httpx2", "requests", "aiohttp", "urllib3", "http.client", "urllib.request"}


def _modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are literal, not relative"
            yield node.module or ""


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_the_architecture_allows(folder: str) -> None:
    paths = _modules(folder)
    assert paths
    for path in paths:
        imported = {name.partition(".")[0] for name in _imports(path)} & OURS
        assert imported - {folder} <= MAY_IMPORT[folder], path


def test_only_the_portal_folder_opens_http_connections() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for folder in set(MAY_IMPORT) - {"portal"}
        for path in _modules(folder)
        if HTTP_CLIENTS & set(_imports(path))
    }
    assert users == {
        "server/connection.py",  # only puts the sandbox in the network's place
        "server/http/auth/jwks.py",  # the keys of an authorisation server are no portal's
        "reference/mirror/source.py",  # brings the official documentation, when somebody asks for it
    }


def test_only_the_server_knows_the_mcp_sdk() -> None:
    users = {
        folder
        for folder in MAY_IMPORT
        for path in _modules(folder)
        if any(name.partition(".")[0] in {"mcp", "mcp_types"} for name in _imports(path))
    }
    assert users == {"server"}


def test_nothing_prints_past_the_command_line() -> None:
    printing = [
        path
        for folder in MAY_IMPORT
        for path in _modules(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert printing == []
