"""Which room of the sandbox imports which, read from the source: each only rooms below it."""

import ast
from pathlib import Path

import pytest

import sandbox

ROOT = Path(sandbox.__file__).parent
MAY_IMPORT: dict[str, set[str]] = {
    "state": set(),
    "domain": {"state"},
    "views": {"domain", "state"},
    "methods": {"views", "domain", "state"},
    "wire": {"methods", "views", "domain", "state"},
    "seed": {"domain", "state"},
    "control": {"seed", "wire", "views", "domain", "state"},
    "app": {"control", "seed", "wire", "domain", "state"},
    "serve": {"app", "seed", "state"},
}


def list_imported_modules(path: Path) -> set[str]:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module)
            imported.update(f"{node.module}.{alias.name}" for alias in node.names)
    return imported


def list_imported_rooms(path: Path) -> set[str]:
    parts = (name.split(".") for name in list_imported_modules(path))
    return {part[1] for part in parts if part[0] == "sandbox" and len(part) > 1}


def list_modules(room: str) -> list[Path]:
    folder = ROOT / room
    return sorted(folder.glob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]


def test_every_room_has_its_place_in_the_order() -> None:
    found = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert found - {"__init__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_rooms_below_it(room: str) -> None:
    modules = list_modules(room)
    assert modules
    for path in modules:
        assert list_imported_rooms(path) - {room} <= MAY_IMPORT[room], path


def test_the_rooms_form_no_circle() -> None:
    placed: set[str] = set()
    for _ in MAY_IMPORT:
        placed |= {room for room, below in MAY_IMPORT.items() if below <= placed}
    assert placed == set(MAY_IMPORT)


def name_module(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {name_module(path): path for path in ROOT.rglob("*.py")}
    waiting = {name: (list_imported_modules(path) & set(modules)) - {name} for name, path in modules.items()}
    assert waiting["sandbox.app"]
    while ready := {name for name, imported in waiting.items() if not imported}:
        waiting = {name: imported - ready for name, imported in waiting.items() if name not in ready}
    assert waiting == {}, "these import each other in a circle"
