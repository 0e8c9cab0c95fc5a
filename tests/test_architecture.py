"""Who imports whom, how long things are and what they are called, read from the source."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.source_tree import BESIDE, PRODUCTION, Module, dependencies, modules

MAY_IMPORT = {
    "tools": set(),
    "portal": set(),
    "reference": {"tools", "workflows"},
    "prompts": {"tools"},
    "sandbox": set(),
    "workflows": {"tools", "portal"},
    "server": {"tools", "portal", "workflows", "reference", "prompts", "sandbox", "openchannels_mcp"},
    "openchannels_mcp": {"server"},
}
LAUNCHER = "openchannels_mcp"
"""Starts the server, which reads the version from it."""
HTTP_CLIENTS = {"httpx", "httpx2", "requests", "aiohttp", "urllib3", "http.client", "urllib.request", "jwt.PyJWKClient"}
OPEN_CONNECTIONS = {
    "server/connection.py",  # only puts the sandbox in the network's place
    "server/http/auth/jwks.py",  # the keys of an authorisation server are no portal's
    "server/events/posting.py",  # posts events to a developer's own handler
    "sandbox/wire/deliveries.py",  # the portal posts events to the handlers of applications
    "reference/mirror/source.py",  # brings the official documentation, when somebody asks for it
}
"""Modules outside of `portal/` that may open HTTP connections."""
MOST_LINES, LONGEST_FUNCTION = 300, 40

LONG_MODULES = {
    "tools/chatbots.py": "one section of the REST API",
    "tools/connectors.py": "one section of the REST API: a class for each of its methods, one after the other",
    "tools/dialogs.py": "one section of the REST API",
    "tools/events.py": "one section of the REST API",
    "tools/messenger.py": "one section of the REST API",
}
"""Modules that may be longer, and why."""


def _circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One circle in a graph, each of it importing the next; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        return list(reversed(found.args[1]))
    return []


def test_every_folder_of_production_code_is_held_to_the_table() -> None:
    assert set(MAY_IMPORT) == set(PRODUCTION)
    assert all(modules(folder) for folder in (*PRODUCTION, *BESIDE))


def test_imports_are_literal() -> None:
    relative = {module.path for module in modules(*PRODUCTION) for name, _ in module.imports if name.startswith(".")}
    assert relative == set()


def test_a_folder_imports_only_what_the_architecture_allows() -> None:
    ours = {*PRODUCTION, *BESIDE, "evals"}
    forbidden = {
        f"{module.path} imports {name}"
        for module in modules(*PRODUCTION)
        for name, _ in module.imports
        if (top := name.partition(".")[0]) in ours and top not in {module.top, *MAY_IMPORT[module.top]}
    }
    assert forbidden == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    """When they are loaded; circles through imports inside functions are found between folders, by the next test."""
    assert _circle({one.path: {other.path for other in others} for one, others in dependencies("start").items()}) == []


@pytest.mark.parametrize("level", ["top", "room"])
def test_no_folders_import_each_other_in_a_circle(level: str) -> None:
    """Imports inside functions and those for type checkers count too; the launcher's back door does not."""
    graph: dict[str, set[str]] = defaultdict(set)
    for module, others in dependencies("start", "later", "types").items():
        here = str(getattr(module, level))
        if module.top != LAUNCHER:
            graph[here] |= {str(getattr(other, level)) for other in others} - {here}
    assert len(graph) >= len(PRODUCTION) - 1
    assert _circle(graph) == []


def test_only_the_named_places_open_http_connections() -> None:
    users = {
        module.path
        for module in modules(*PRODUCTION)
        if module.top != "portal"
        if any(f"{name}.".startswith(f"{client}.") for name, _ in module.imports for client in HTTP_CLIENTS)
    }
    assert users == OPEN_CONNECTIONS


def test_only_the_server_knows_the_mcp_sdk() -> None:
    sdk = {"mcp", "mcp_types"}
    users = {one.top for one in modules(*PRODUCTION) if any(name.partition(".")[0] in sdk for name, _ in one.imports)}
    assert users == {"server"}


def test_nothing_prints_past_the_command_line() -> None:
    calls = (
        (one.path, node) for one in modules(*PRODUCTION) for node in one.nodes(ast.Name) if isinstance(node, ast.Name)
    )
    assert [path for path, node in calls if node.id == "print"] == []


def test_a_module_fits_on_a_few_screens() -> None:
    long = {one.path for one in modules(*PRODUCTION, *BESIDE) if len(one.text.splitlines()) > MOST_LINES}
    assert long - set(LONG_MODULES) == set()
    assert set(LONG_MODULES) <= long, "these need no exception any more"


def test_a_function_fits_on_a_screen() -> None:
    long = {
        f"{module.path}: {node.name}"
        for module in modules(*PRODUCTION, *BESIDE)
        for node in module.nodes(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }
    assert long == set()


def _classes(module: Module) -> list[ast.ClassDef]:
    return [node for node in module.nodes(ast.ClassDef) if isinstance(node, ast.ClassDef)]


def test_the_name_of_an_exception_ends_in_error() -> None:
    """The exceptions' bases end in Error too, apart from the two at the root."""
    odd = [
        f"{module.path}: {node.name}"
        for module in modules(*PRODUCTION, *BESIDE)
        for node in _classes(module)
        for base in map(ast.unparse, node.bases)
        if (base.endswith("Error") or base in {"Exception", "BaseException"}) and not node.name.endswith("Error")
    ]
    assert odd == []


def test_no_two_public_classes_have_one_name() -> None:
    found = defaultdict(list)
    for module in modules(*PRODUCTION):
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(module.path)
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert twice == {}
