"""Our pages compiled for search, and where that is kept: beside the compiled modules, as Python does with those.

The file is used only if its first bytes are the hash of all that the pages are made of, and the next ones that of the
rest of the file. Where it cannot be written, each process compiles for itself.
"""

import marshal
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import cache_from_source, find_spec
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Self

import pydantic

from reference.search.documents import Document
from reference.search.field_index import collect_fields
from reference.search.memory_tables import MemoryTable, MemoryTables
from reference.search.page_text import SearchableSection
from reference.search.vocabulary import list_vocabulary
from reference.search.weights import OWN_WORDS
from reference.search.words import list_stems, remember_stems, split_words

_ROOT = Path(__file__).parents[2]
_SOURCES = ("reference", "tools", "workflows", "docs/guides", "docs/sections")
"""Folders whose files make the pages and what search makes of them."""
_KINDS = (".py", ".md", ".toml")
_HASH = 32
"""Bytes of a hash."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """What search needs of all pages, by their numbers."""

    tables: MemoryTables
    sections: Sequence[tuple[SearchableSection, ...]]
    fields: Mapping[str, Mapping[int, float]]
    """Field in the spelling of `normalise_name()` -> the pages that have it, each with how much it says of it."""
    known: Sequence[str]
    """Words that may be meant by one with a slip."""
    written: Sequence[str]
    """Stems of further words that are no slips."""

    @classmethod
    def make(cls, documents: Sequence[Document]) -> Self:
        """From the text of every page."""
        spoken = {word for document in documents for phrase in document.spoken for word in split_words(phrase)}
        written = (line.tokens for document in documents for section in document.sections for line in section.lines)
        return cls(
            MemoryTables.make([document.to_index() for document in documents], OWN_WORDS),
            [document.sections for document in documents],
            collect_fields(documents),
            sorted(spoken | list_vocabulary()),
            sorted({*chain.from_iterable(written)}),
        )

    def write(self) -> bytes:
        """All of it, with the stems that were needed for it, as numbers, texts and lists."""
        tables = self.tables
        ranked = [(table.rows, table.ranks) for table in (tables.phrases, tables.questions, tables.texts)]
        sections = [[section.write() for section in of_page] for of_page in self.sections]
        data: Any = (ranked, tables.lines, tables.counts, tables.pages, sections, self.fields, self.known, self.written)
        return marshal.dumps((*data, list_stems()))

    @classmethod
    def read(cls, data: bytes) -> Self:
        """The same again."""
        ranked, lines, counts, count, sections, fields, known, written, stems = marshal.loads(data)  # noqa: S302  (hashed)
        remember_stems(stems)
        phrases, questions, texts = (MemoryTable(*table) for table in ranked)
        tables = MemoryTables(phrases, questions, texts, lines, counts, count)
        return cls(tables, _Sections(sections), fields, known, written)


class _Sections(Sequence[Any]):
    """Sections of pages, read when a page is found."""

    def __init__(self, written: Sequence[Any]) -> None:
        self._written = written

    def __len__(self) -> int:
        return len(self._written)

    def __getitem__(self, number: Any) -> Any:
        return tuple(map(SearchableSection.read, self._written[number]))


def compile_pages(documents: Sequence[Document]) -> Compiled:
    """What search needs of all our pages: from the file if that is made of the same, otherwise anew, and kept."""
    file, key = _find_file(), _hash_sources()
    if file and (data := _read_file(file, key)):
        return Compiled.read(data)
    compiled = Compiled.make(documents)
    if file and not sys.dont_write_bytecode:
        _write_file(file, key, compiled.write())
    return compiled


def _find_file() -> Path | None:
    """Beside the compiled modules; None where this Python keeps none."""
    try:
        return Path(cache_from_source(__file__)).with_suffix(".pages")
    except NotImplementedError:
        return None


def _hash_sources() -> bytes:
    """A hash of the sources of the pages, of this Python, and of the libraries that have a say in them."""
    found = sha256(f"{sys.version} {pydantic.VERSION}".encode())
    for path in _list_sources():
        content = path.read_bytes()
        found.update(f"{path.name} {len(content)} ".encode() + content)
    return found.digest()


def _list_sources() -> Iterator[Path]:
    for folder in _SOURCES:
        for place, folders, names in os.walk(_ROOT / folder):
            folders.sort()
            yield from (Path(place, name) for name in sorted(names) if name.endswith(_KINDS))
    stemmers = find_spec("snowballstemmer")
    for place in (stemmers and stemmers.submodule_search_locations) or ():
        yield from (Path(place, f"{language}_stemmer.py") for language in ("english", "russian"))


def _read_file(file: Path, key: bytes) -> bytes | None:
    """What is kept; None where that is nothing, something else, or damaged."""
    try:
        whole = file.read_bytes()
    except OSError:
        return None
    data = whole[2 * _HASH :]
    return data if whole[: 2 * _HASH] == key + sha256(data).digest() else None


def _write_file(file: Path, key: bytes, data: bytes) -> None:
    """Put it in the place of what was there; readers see the one or the other."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=file.parent, delete=False) as written:
            written.write(key + sha256(data).digest() + data)
        try:
            Path(written.name).chmod(0o644)
            Path(written.name).replace(file)
        except OSError:
            Path(written.name).unlink(missing_ok=True)
