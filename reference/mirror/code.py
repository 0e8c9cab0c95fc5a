"""Code in Markdown, put aside while the text around it is changed."""

import re

_STRAY = re.compile("[\ue000-\ue003]")
_FENCE = re.compile(
    r"^(?P<indent>[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d+\.)[ \t]+)?)(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)\n"
    r"(?P<code>(?:(?![ \t>]*(?P=fence)[`~]*[ \t]*(?:\|\|[ \t]*)?$)[^\n]*\n)*)"
    r"(?:[ \t>]*(?P=fence)[`~]*[ \t]*(?P<row_end>\|\|[ \t]*)?$|[^\n]*\Z)",
    re.MULTILINE,
)
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)*", re.MULTILINE)
_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)")
_BLOCK_MARK = re.compile("^(?P<prefix>[^\ue000\n]*)\ue000(?P<number>\\d+)\ue001[ \t]*$", re.MULTILINE)
_SPAN_MARK = re.compile("\ue002(\\d+)\ue003")
_ANY_BLOCK = re.compile("\ue000(\\d+)\ue001")


class Code:
    """Fenced blocks and code spans of one text, each behind a mark that no pattern takes for template or Markdown."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def hide(self, text: str) -> str:
        """The text with marks in place of its code."""
        text = _FENCE.sub(self._keep_block, _STRAY.sub("", text))
        return _SPAN.sub(lambda span: self._keep_span(span[0]), text)

    def show(self, text: str) -> str:
        """The text with its code again; what stands before the mark of a block goes before each of its lines."""
        text = _BLOCK_MARK.sub(self._show_block, text)
        return _SPAN_MARK.sub(lambda mark: self._pieces[int(mark[1])], text)

    def keep(self, text: str) -> str:
        """A mark for text that is finished and stands alone on its lines."""
        self._pieces.append(text)
        return f"\ue000{len(self._pieces) - 1}\ue001"

    def in_cell(self, text: str) -> str:
        """The text as one table cell can hold it: blocks as spans, bars in code escaped."""
        text = _ANY_BLOCK.sub(lambda mark: self._keep_span(_make_span(self._pieces[int(mark[1])])), text)
        return _SPAN_MARK.sub(self._escape_bars, text)

    def _escape_bars(self, mark: re.Match[str]) -> str:
        span = self._pieces[int(mark[1])]
        return self._keep_span(re.sub(r"(?<!\\)\|", r"\\|", span)) if "|" in span else mark[0]

    def _keep_span(self, span: str) -> str:
        self._pieces.append(span)
        return f"\ue002{len(self._pieces) - 1}\ue003"

    def _keep_block(self, fence: re.Match[str]) -> str:
        indent = fence["indent"].expandtabs(4)
        code = _dedent(fence["code"].rstrip(), indent)
        marks = "````" if "```" in code else "```"
        row_end = f"\n{fence['row_end']}" if fence["row_end"] else ""
        return indent + self.keep(f"{marks}{fence['info'].strip()}\n{code}\n{marks}") + row_end

    def _show_block(self, mark: re.Match[str]) -> str:
        first, *lines = self._pieces[int(mark["number"])].split("\n")
        later = re.sub(r"[^\s>]", " ", mark["prefix"])  # a list's marker stands before its first line only
        return "\n".join((mark["prefix"] + first, *((later + line).rstrip() for line in lines)))


def _dedent(code: str, indent: str) -> str:
    """The lines without the indentation of their fence, as far as each has that."""
    if ">" in indent:
        return _QUOTED.sub("", code)
    return re.sub(rf"^(?:\t| {{1,{len(indent)}}})", "", code, flags=re.MULTILINE) if indent else code


def _make_span(block: str) -> str:
    code = block.partition("\n")[2].rpartition("\n")[0]
    return f"`` {' '.join(code.split())} ``" if "`" in code else f"`{' '.join(code.split())}`"
