"""The project's own modules as data: what each imports, when, and which folder it belongs to."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from tests.spawning import ROOT

PRODUCTION = ("openchannels_mcp", "server", "tools", "prompts", "portal", "workflows", "sandbox", "reference")
BESIDE = ("bench", "tests")

When = Literal["start", "later", "types"]
"""An import that runs when its module is loaded, one inside a function, one that only type checkers read."""


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: str
    """From the project's root, with slashes."""

    @cached_property
    def name(self) -> str:
        """As it is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def top(self) -> str:
        """The folder at the top that it lies in."""
        return self.path.partition("/")[0]

    @property
    def room(self) -> str:
        """The folder it lies in; a file that lies beside the rooms of its folder stands for itself."""
        folder, _, file = self.path.rpartition("/")
        return self.path if file != "__init__.py" and folder in _divided() else folder

    @cached_property
    def text(self) -> str:
        """Its source."""
        return (ROOT / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> tuple[tuple[str, When], ...]:
        """Dotted names, as far as the imported module and the name that is taken from it, and when."""
        return tuple(_imports(self.tree, "start"))

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """All nodes of some kinds."""
        return (node for kind in kinds for node in self._by_kind.get(kind, ()))

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            found.setdefault(type(node), []).append(node)
        return found


def _imports(node: ast.AST, when: When) -> Iterator[tuple[str, When]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue  # no statement lies in an expression, and most of a tree are expressions
        if isinstance(child, ast.Import):
            yield from ((alias.name, when) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            module = f"{'.' * child.level}{child.module or ''}"
            yield from ((f"{module}.{alias.name}", when) for alias in child.names)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imports(child, "later")
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            yield from _imports(child, "types")
        else:
            yield from _imports(child, when)


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Every module of these folders at the top."""
    found = (path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")))
    return tuple(Module(path.relative_to(ROOT).as_posix()) for path in found)


@cache
def _divided() -> frozenset[str]:
    """Folders that have rooms."""
    folders = {Path(module.path).parent for module in modules(*PRODUCTION)}
    return frozenset(folder.parent.as_posix() for folder in folders)


def dependencies(*counted: When) -> Mapping[Module, frozenset[Module]]:
    """Production module -> those that it imports, counting imports of these kinds."""
    known = {module.name: module for module in modules(*PRODUCTION)}

    def origin(name: str) -> Module | None:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return known.get(name)

    return {
        module: frozenset(
            found
            for name, when in module.imports
            if when in counted and (found := origin(name)) is not None and found != module
        )
        for module in known.values()
    }
