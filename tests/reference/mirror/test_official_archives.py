"""The whole official documentation in both languages: every page clean, every link alive, no code lost.

The archives are those beside the repository, or in the folder that OFFICIAL_DOCS_FOLDER names.
"""

import os
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pytest

from reference.mirror.archive import read_archive
from reference.mirror.clean import Cleaner, CleanPage
from reference.mirror.drift import compare_pages, read_known_differences
from reference.mirror.languages import LANGUAGES
from reference.mirror.method_pages import select_sources
from reference.pages.addresses import official_method_page
from tools.event import events
from tools.registry import methods

ARCHIVES = Path(os.environ.get("OFFICIAL_DOCS_FOLDER") or Path(__file__).parents[3] / "../shared/official-docs")
pytestmark = pytest.mark.skipif(
    not all((ARCHIVES / f"{lang}.tar.gz").is_file() for lang in LANGUAGES),
    reason=f"THE OFFICIAL PAGES ARE NOT WALKED: no archives in {ARCHIVES}; set OFFICIAL_DOCS_FOLDER",
)
each_language = pytest.mark.parametrize("lang", LANGUAGES)

FENCE = re.compile(r"^([ >]*(?:[-*+] +|\d+\. +)?)(`{3,})[^`\n]*\n.*?^[ >]*\2$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<![`\\])(`+)(?!`)[^\n]+?(?<!`)\1(?!`)")
TABLE = re.compile(r"(?:^[ >]*\|.*\n)+", re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
PLAIN_BLOCK = re.compile(r"^```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RESIDUE = {
    "directive": r"\{%",
    "variable": r"\{\{",
    "table": r"#\|(?!\w)|\|#",
    "row": r"\|\|",
    "anchor": r"\{#",
    "attributes": r"\{\.\w|\{(?:width|height|class)=",
    "tooltip": r"\[\*|\]\(\*",
    "container": r"^\s*:::",
    "comment": r"<!--",
    "HTML": r"</?(?:a|b|i|p|div|span|iframe|img|html|table|td|tr)(?:\s[^<>]*)?>",
    "entity": r"&nbsp;",
    "image": r"!\[",
    "title of a link": r"#T\b",
    "mark of code": "[\ue000-\ue003]",
    "blank lines": r"\n\n\n",
}


@dataclass
class Walk:
    """What is wrong on the pages of a language, each as page and place."""

    pages: int = 0
    residue: list[tuple[str, str]] = field(default_factory=list)
    dead_links: list[tuple[str, str]] = field(default_factory=list)
    uneven_tables: list[tuple[str, str]] = field(default_factory=list)
    lost_code: list[tuple[str, str]] = field(default_factory=list)
    untitled: list[str] = field(default_factory=list)
    without_summary: list[str] = field(default_factory=list)
    links: int = 0
    mirrored_links: int = 0


def _walk(lang: str) -> Walk:
    texts = read_archive(ARCHIVES / f"{lang}.tar.gz").texts()
    pages = list(Cleaner(texts, LANGUAGES[lang]).pages())
    patterns = {what: re.compile(pattern, re.MULTILINE) for what, pattern in RESIDUE.items()}
    there = {LANGUAGES[lang].mirrored(page.path) for page in pages}
    walk = Walk(len(pages))
    for page in pages:
        text = SPAN.sub("code", FENCE.sub("code", page.text))
        walk.residue += [
            (page.path, f"{what}: {found[0]}") for what in patterns for found in patterns[what].finditer(text)
        ]
        walk.uneven_tables += [(page.path, table) for table in TABLE.findall(text) if len(set(_bars(table))) > 1]
        walk.lost_code += [(page.path, code) for code in _lost(texts[f"{page.path}.md"], page)]
        targets = LINK.findall(text)
        mirrored = [target for target in targets if target.startswith("openchannels:")]
        walk.dead_links += [(page.path, target) for target in mirrored if target not in there]
        walk.dead_links += [(page.path, target) for target in targets if ":" not in target]
        walk.links += len(targets)
        walk.mirrored_links += len(mirrored)
        walk.untitled += [page.path] * (not page.title.strip() or not page.text.startswith("# "))
        walk.without_summary += [page.path] * (not page.summary)
    return walk


def _bars(table: str) -> Iterator[int]:
    return (len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines())


def _lost(original: str, page: CleanPage) -> Iterator[str]:
    """Blocks of code that stand at the margin, outside tables, and not in the clean page."""
    outside = re.sub(r"^#\|.*?^\|#", "", original.replace("not_var{{", "{{"), flags=re.MULTILINE | re.DOTALL)
    shown = "\n".join(line.removeprefix("> ").rstrip() for line in page.text.splitlines())
    for code in PLAIN_BLOCK.findall(outside):
        if "\n".join(line.rstrip() for line in code.rstrip().splitlines()) not in shown:
            yield code


@cache
def walks() -> Mapping[str, Walk]:
    """Both languages side by side, once for all tests."""
    with ProcessPoolExecutor(len(LANGUAGES), mp_context=get_context("spawn")) as pool:
        return dict(zip(LANGUAGES, pool.map(_walk, LANGUAGES), strict=True))


@each_language
def test_the_walk_is_over_the_whole_documentation(lang: str) -> None:
    assert walks()[lang].pages > 2600


@each_language
def test_nothing_of_the_templates_is_left_on_any_page(lang: str) -> None:
    assert walks()[lang].residue == []


@each_language
def test_every_link_leads_to_a_mirrored_page_or_to_a_site(lang: str) -> None:
    walk = walks()[lang]

    assert walk.dead_links == []
    assert walk.mirrored_links > 0.95 * walk.links


@each_language
def test_every_row_of_a_table_has_as_many_cells_as_its_heading(lang: str) -> None:
    assert walks()[lang].uneven_tables == []


@each_language
def test_no_block_of_code_is_lost_or_changed(lang: str) -> None:
    assert walks()[lang].lost_code == []


@each_language
def test_every_page_has_a_title_and_nearly_every_page_a_summary(lang: str) -> None:
    walk = walks()[lang]

    assert walk.untitled == []
    assert len(walk.without_summary) < 0.03 * walk.pages


def test_our_classes_lack_nothing_that_the_pages_of_their_methods_have() -> None:
    found = compare_pages(select_sources(read_archive(ARCHIVES / "en.tar.gz").texts()), read_known_differences())

    of_ours = [
        difference for difference in found.unknown if not difference.kind.startswith(("missing_m", "missing_ev"))
    ]
    assert found.methods == sum(bool(official_method_page(method)) for method in methods().values())
    assert found.events == len(events())
    assert of_ours == []
    assert found.stale == ()
