"""What search keeps of our pages is used as long as it is right, and made anew otherwise."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reference.pages.registry import pages
from reference.search import compiled
from reference.search.compiled import Compiled, compile_pages
from reference.search.documents import Document

DOCUMENTS = [Document(page) for page in list(pages().values())[:5]]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where this Python keeps compiled modules, and so the pages."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One number for each time that pages were compiled."""
    times: list[int] = []
    make = Compiled.make

    def count(documents: list[Document]) -> Compiled:
        times.append(len(documents))
        return make(documents)

    monkeypatch.setattr(Compiled, "make", count)
    return times


def _find_file(folder: Path) -> Path:
    (file,) = folder.rglob("*.pages")
    return file


def test_what_is_read_is_what_was_compiled(made: list[int]) -> None:
    first, second = compile_pages(DOCUMENTS), compile_pages(DOCUMENTS)

    assert len(made) == 1
    assert (second.tables, second.fields, second.known, second.written) == (
        first.tables,
        first.fields,
        first.known,
        first.written,
    )
    assert list(second.sections) == list(first.sections)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:-1],
        lambda data: data[:100],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 1]) + data[1:],
    ],
    ids=["empty", "cut", "cut in the beginning", "a bit of the end", "made of something else"],
)
def test_a_file_that_is_not_right_is_made_anew(damage: Callable[[bytes], bytes], folder: Path, made: list[int]) -> None:
    compile_pages(DOCUMENTS)
    file = _find_file(folder)
    right = file.read_bytes()
    file.write_bytes(damage(right))

    compile_pages(DOCUMENTS)

    assert len(made) == 2
    assert file.read_bytes()[:32] == right[:32]
    compile_pages(DOCUMENTS)
    assert len(made) == 2


def test_a_change_of_a_page_is_noticed_and_no_second_file_is_left(
    folder: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiled, "_ROOT", folder)
    guide = folder / "docs" / "guides" / "ferry.md"
    guide.parent.mkdir(parents=True)
    for text in ("one", "two", "two"):
        guide.write_text(text, encoding="utf-8")
        compile_pages(DOCUMENTS)

    assert len(made) == 2
    _find_file(folder)


def test_nothing_is_written_where_python_writes_nothing_either(
    folder: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    compile_pages(DOCUMENTS)
    compile_pages(DOCUMENTS)

    assert len(made) == 2
    assert not list(folder.rglob("*.pages"))


def test_where_nothing_can_be_written_each_process_compiles(
    folder: Path, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    occupied = folder / "occupied"
    occupied.write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "pycache_prefix", str(occupied))

    assert compile_pages(DOCUMENTS).tables.pages == len(DOCUMENTS)
    assert len(made) == 1


def test_a_python_that_keeps_no_compiled_modules_keeps_no_pages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", None)

    assert compile_pages(DOCUMENTS).tables.pages == len(DOCUMENTS)
    assert not list(folder.rglob("*.pages"))
