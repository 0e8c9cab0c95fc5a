"""What is left of HTML in Markdown, as Markdown."""

import re

_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:\s[^<>]*)?)/?>")
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_DROPPED = re.compile(
    r"html|body|div|span|p|center|font|su[bp]|u|s|small|details|summary|fig(?:ure|caption)|picture|source|video|audio|"
    r"table|thead|tbody|t[rdh]|[uo]l|li|iframe"
)
"""Elements whose text stays without them; a name in angle brackets that is no element is a placeholder and stays."""


def strip_html(text: str) -> str:
    """The text with links, emphasis and line breaks as Markdown and other elements gone; code has to be put aside."""
    targets: list[str] = []
    return _TAG.sub(lambda tag: _replace_tag(tag, targets), _COMMENT.sub("", text)).replace("&nbsp;", " ")


def _replace_tag(tag: re.Match[str], targets: list[str]) -> str:
    closing, name = tag[1], tag[2].lower()
    attributes: dict[str, str] = {found[0].lower(): found[1] or found[2] for found in _ATTRIBUTE.findall(tag[3])}
    if name == "a":
        return _replace_anchor(closing, attributes, targets)
    if name == "img":
        return attributes.get("alt", "")
    if name == "iframe" and "src" in attributes:
        return f"<{attributes['src']}>"
    if name == "br":
        return "<br>"
    return _MARKS.get(name) or ("" if _DROPPED.fullmatch(name) else tag.group())


def _replace_anchor(closing: str, attributes: dict[str, str], targets: list[str]) -> str:
    if not closing:
        targets.append(attributes.get("href", ""))
        return "[" if targets[-1] else ""
    target = targets.pop() if targets else ""
    return f"]({target})" if target else ""
