"""Pages of the official documentation as plain Markdown, without a trace of the templates that they are written in."""

import posixpath
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reference.mirror.blocks import render_blocks
from reference.mirror.code import Code
from reference.mirror.languages import Language
from reference.mirror.links import Links
from reference.mirror.prose import strip_links
from reference.mirror.tables import in_table, render_tables

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_FIRST_HEADING = re.compile(r"\A\s*#{1,6}[ \t][^\n]*\n?")
_ANCHOR = re.compile(r"\s*\{#[^}]*\}")
_CONDITION = re.compile(
    r"^[ \t]*\{%-?\s*if\s+(?P<name>\w+)\s*(?P<sign>[=!]=)\s*['\"](?P<value>[^'\"]*)['\"]\s*-?%\}"
    r"(?P<then>(?:(?!\{%-?\s*if\b).)*?)"
    r"(?:\{%-?\s*else\s*-?%\}(?P<otherwise>.*?))?"
    r"\{%-?\s*endif\s*-?%\}",
    re.DOTALL | re.MULTILINE,
)
_INCLUDE = re.compile(
    r"\{%-?\s*include\s+(?P<bare>notitle\s+)?\[[^\]]*\]\((?P<target>[^)#\s]+)[^)]*\)\s*-?%\}(?P<rest>[^\n]*)"
)
_LITERAL = re.compile(r"\{\{[^{}\n]*\}\}|\{%[^\w\n]*(?:(?:if|for)[^\w\n]*)?%\}")
"""Template syntax that a page is about, not made with."""
_PUBLISHED = {"build": "prod"}
"""Values of the templates' variables on the public site."""
_TEXT_LINE = re.compile(r"^(?![#>|`\-*+<!]|\d+[.)]\s|\s)[^\n]+(?:\n(?![#>|`\-*+\n])[^\n]+)*", re.MULTILINE)
_SENTENCE = re.compile(r".+?[.!?…](?=\s+[^\s\da-z\u0430-\u0451]|\s*$)", re.DOTALL)
_BROKEN_LINE = re.compile(r"^(?![ \t>]*\|)[^\n]*<br>[^\n]*$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_LONGEST_SUMMARY = 200


@dataclass(frozen=True, slots=True)
class CleanPage:
    """One page as a reader gets it."""

    path: str
    """Without extension, as in its address."""
    title: str
    summary: str
    """Its own description, else its first sentence."""
    text: str


def is_page(file: str) -> bool:
    """Whether a file is a page of its own, and not a piece that others include or the front of the repository."""
    *folders, name = file.split("/")
    inner = any(folder.startswith(("_", ".")) for folder in folders)
    return name.endswith(".md") and name != "README.md" and not inner


class Cleaner:
    """All files of one language, as pages use pieces, titles and addresses of others."""

    def __init__(self, texts: Mapping[str, str], language: Language) -> None:
        self._texts = {file: text.lstrip("\ufeff").replace("\r\n", "\n") for file, text in texts.items()}
        self._language = language
        self._titles = {
            _remove_extension(file): _find_title(text, file) for file, text in self._texts.items() if is_page(file)
        }
        self._links = Links(language, self._titles.keys(), self._titles)
        self._pieces: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._titles)

    def pages(self) -> Iterator[CleanPage]:
        """Every page, in the order of their paths."""
        return (self.page(path) for path in sorted(self._titles))

    def page(self, path: str) -> CleanPage:
        """One page by its path."""
        title, text = self._titles[path], self._render(f"{path}.md", ())
        if not text.startswith("# "):
            text = f"# {title}\n\n{text}"
        described = _read_front_matter(self._texts[f"{path}.md"]).get("description")
        return CleanPage(path, title, described or _summarise(text), text)

    def _render(self, file: str, trail: tuple[str, ...]) -> str:
        code = Code()
        text = self._prepare(file, code, trail)
        return code.show(_tidy(render_blocks(render_tables(text, code), self._language.code)))

    def _prepare(self, file: str, code: Code, trail: tuple[str, ...]) -> str:
        """A file's text with its links resolved and what it includes in place; tables and blocks are as they were."""
        text = code.hide(_FRONT.sub("", self._texts[file]).replace("not_var{{", "{{"))
        text = _LITERAL.sub(lambda found: code.hide(f"`{found[0]}`"), _apply_conditions(text))
        text = _INCLUDE.sub(lambda found: self._include(found, file, code, (*trail, file)), text)
        return self._links.plain(text, file)

    def _include(self, found: re.Match[str], file: str, code: Code, trail: tuple[str, ...]) -> str:
        """The text that a directive stands for: rendered, unless it has to fit into a line or a cell."""
        target = found["target"]
        folder = "" if target.startswith("/") else posixpath.dirname(file)
        piece = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        if piece in trail or piece not in self._texts:
            return ""
        before, rest = found.string[: found.start()], found["rest"]
        if before.rpartition("\n")[2].strip() or rest.strip() or in_table(before):
            return _remove_title(self._prepare(piece, code, trail), found).strip("\n") + rest
        if piece not in self._pieces:
            self._pieces[piece] = self._render(piece, trail)
        return code.keep(_remove_title(self._pieces[piece], found).strip("\n"))


def _remove_extension(file: str) -> str:
    return file.removesuffix(".md")


def _remove_title(text: str, found: re.Match[str]) -> str:
    return _FIRST_HEADING.sub("", text, count=1) if found["bare"] else text


def _read_front_matter(text: str) -> dict[str, str]:
    """The plain values of a page's front matter."""
    found = _FRONT.match(text)
    pairs = re.findall(r"^(\w+):[ \t]*(\S.*?)[ \t]*$", found[1], re.MULTILINE) if found else []
    return {name: value[1:-1] if value[0] == value[-1] and value[0] in "'\"" else value for name, value in pairs}


def _find_title(text: str, file: str) -> str:
    """The title from the front matter, else the first heading, else the name of the file."""
    heading = _HEADING.search(text.partition("```")[0])
    title = _read_front_matter(text).get("title") or (heading[1] if heading else "")
    return _ANCHOR.sub("", strip_links(title)).strip() or posixpath.basename(_remove_extension(file))


def _apply_conditions(text: str) -> str:
    """The text with its conditions decided as on the public site, the innermost first."""
    while (decided := _CONDITION.sub(_choose_branch, text)) != text:
        text = decided
    return text


def _choose_branch(condition: re.Match[str]) -> str:
    holds = (_PUBLISHED.get(condition["name"]) == condition["value"]) == (condition["sign"] == "==")
    return condition["then"] if holds else condition["otherwise"] or ""


def _tidy(text: str) -> str:
    """One blank line at most between blocks, and breaks of lines as such outside tables."""
    text = _BROKEN_LINE.sub(lambda line: line[0].replace("<br>", "\n"), text)
    return _BLANK_LINES.sub("\n\n", text).strip("\n") + "\n"


def _summarise(text: str) -> str:
    """The first sentence of the first paragraph, without links."""
    paragraph = _TEXT_LINE.search(text)
    words = " ".join(strip_links(paragraph[0]).split()) if paragraph else ""
    sentence = _SENTENCE.match(words)
    return textwrap.shorten(sentence[0] if sentence else words, _LONGEST_SUMMARY, placeholder=" …")
