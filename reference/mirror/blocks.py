"""Notes, tabs and cuts of the templates as quotes and headings, line by line."""

import re
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"\{%-?\s*(?P<name>\w+)(?P<rest>[^%\n]*?)-?%\}")
_AND_SPACES = re.compile(rf"{_DIRECTIVE.pattern} *")
_TITLE = re.compile(r"\"([^\"]*)\"")
_TAB = re.compile(r" *[-*+] +\S.*")
_HEADING = re.compile(r"(#{1,6}) ")
_SPECIAL = re.compile(r"\s*(?:\{%|#|:::)")
_CONTAINER = re.compile(r"\s*:{3,}")
_KINDS = {
    "en": {"warning": "Warning", "alert": "Important"},
    "ru": {"warning": "Внимание", "alert": "Важно"},
}
"""What a note without a title is called, where its kind matters."""
_DEEPEST = 6


@dataclass(slots=True)
class _Note:
    """A note that is open: how deep it is set in, and whether its text has begun."""

    indent: int
    begun: bool = False


@dataclass(slots=True)
class _Tabs:
    """A list of tabs that is open: level of the headings around it, depth of the tabs and of what stands under one."""

    level: int
    indent: int | None = None
    content: int | None = None

    def begins(self, line: str) -> bool:
        """Whether the line is the title of a tab; deeper items are a list inside one."""
        return bool(_TAB.fullmatch(line)) and (self.indent is None or _measure_indent(line) <= self.indent + 1)


@dataclass(slots=True)
class _Cut:
    """A cut that is open, and the level of the headings around it."""

    level: int


_Frame = _Note | _Tabs | _Cut
_ENDS: dict[str, type[_Frame]] = {"endnote": _Note, "endlist": _Tabs, "endcut": _Cut}


def render_blocks(text: str, language: str) -> str:
    """The text without directives: titles as headings or in bold, notes as quotes, tabs one below the other."""
    reader = _Reader(_KINDS[language])
    for line in _AND_SPACES.sub(_put_on_own_line, text.expandtabs(4)).split("\n"):
        reader.read(line.rstrip())
    return "\n".join(reader.lines)


def _put_on_own_line(directive: re.Match[str]) -> str:
    """Put a directive that stands amid text on a line of its own."""
    text = directive.string
    before = text[text.rfind("\n", 0, directive.start()) + 1 : directive.start()].strip()
    at_end = directive.end() == len(text) or text[directive.end()] == "\n"
    return ("\n" if before else "") + directive[0].rstrip() + ("" if at_end else "\n")


class _Reader:
    """Lines so far, and what is open at the next one."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._kinds = kinds
        self._open: list[_Frame] = []
        self._level = 1

    def read(self, line: str) -> None:
        """One more line."""
        if not self._open and not _SPECIAL.match(line):
            self.lines.append(line)
            return
        tabs = self._find_tabs()
        if tabs and tabs is self._open[-1] and tabs.begins(line):
            tabs.indent, tabs.content = _measure_indent(line), None
            self._write_heading(line.strip()[1:].strip(), tabs.level + 1)
            return
        if tabs and tabs.content is None and line.strip():
            tabs.content = _measure_indent(line)
        if directive := _DIRECTIVE.fullmatch(line.strip()):
            self._handle_directive(directive["name"], directive["rest"], _measure_indent(line))
        elif heading := _HEADING.match(line):
            self._write_heading(line[len(heading[0]) :], len(heading[1]))
        elif not _CONTAINER.match(line):
            self._write(line)

    def _handle_directive(self, name: str, rest: str, indent: int) -> None:
        found = _TITLE.search(rest)
        title = found[1].strip() if found else ""
        if name == "note":
            self._begin_note(title or self._kinds.get((*rest.split(), "")[0], ""), indent)
        elif name == "cut":
            self._open.append(_Cut(self._level))
            self._write_heading(title, self._level + 1)
        elif name == "list":
            self._open.append(_Tabs(self._level))
        elif name in _ENDS:
            self._close(_ENDS[name])

    def _begin_note(self, title: str, indent: int) -> None:
        self._write("")
        note = _Note(indent)
        self._open.append(note)
        if title:
            self._write(f"{' ' * indent}**{title}**")
            self._write("")
            note.begun = False

    def _close(self, kind: type[_Frame]) -> None:
        """Close the innermost of its kind; a stray end closes nothing."""
        for frame in reversed(self._open):
            if isinstance(frame, kind):
                self._open.remove(frame)
                self._level = getattr(frame, "level", self._level)
                break
        while self.lines and not self.lines[-1].strip(" >"):
            self.lines.pop()
        self._write("")

    def _write_heading(self, title: str, level: int) -> None:
        self._level = min(level, _DEEPEST)
        self._write("")
        self._write(f"{'#' * self._level} {title}")
        self._write("")

    def _find_tabs(self) -> _Tabs | None:
        return next((frame for frame in reversed(self._open) if isinstance(frame, _Tabs)), None)

    def _write(self, line: str) -> None:
        """Add a line without the indentation of its tab, behind the marks of its notes."""
        tabs = self._find_tabs()
        notes = [frame for frame in self._open if isinstance(frame, _Note)]
        if notes and not notes[-1].begun:
            if not line.strip():
                return
            notes[-1].begun = True
        outside = (tabs.content if tabs else None) or 0
        inside = max(outside, notes[-1].indent) if notes else outside
        marks = " " * (inside - outside) + "> " * len(notes)
        self.lines.append((marks + line[min(_measure_indent(line), inside) :]).rstrip())


def _measure_indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
