"""Links, images, anchors and tooltips of one page as plain Markdown."""

import posixpath
import re
from collections.abc import Container, Mapping

from reference.mirror.html import strip_html
from reference.mirror.languages import Language

_TEXT = r"\[((?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.)*\])*)\]"
_TARGET = r"\(\s*<?([^()\s<>]*(?:\([^()\s]*\)[^()\s<>]*)*)>?(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?[^()\n]*?\)"
_ATTRIBUTES = r"\{\s*(?:(?:\.[\w-]+|(?:width|height|class|style|target|rel|align|inline)=(?:\"[^\"]*\"|[^\s}]+))\s*)+\}"
_IMAGE = re.compile(rf"!{_TEXT}{_TARGET}")
_LINK = re.compile(rf"{_TEXT}{_TARGET}")
_TOOLTIP = re.compile(r"^\[\*[^\]\n]+\]:[^\n]*\n?", re.MULTILINE)
_TOOLTIP_USE = re.compile(rf"{_TEXT}\(\*[^)\n]*\)")
_ANCHOR = re.compile(rf"\{{#[^}}\n]*\}}|{_ATTRIBUTES}")
_SCHEME = re.compile(r"[a-zA-Z][\w+.-]*:")


class Links:
    """Where the links of one language lead: to a mirrored page, else to the public site."""

    def __init__(self, language: Language, pages: Container[str], titles: Mapping[str, str]) -> None:
        self._language = language
        self._pages = pages
        self._titles = titles
        self._places: dict[tuple[str, str], str] = {}

    def plain(self, text: str, path: str) -> str:
        """Text of a page with its links resolved, images as their words and anchors gone; code has to be put aside."""
        text = _TOOLTIP_USE.sub(r"\1", _TOOLTIP.sub("", strip_html(text)))
        text = _IMAGE.sub(lambda image: image[1], text)
        text = _LINK.sub(lambda link: self._render_link(link[1], link[2], path), text)
        return _ANCHOR.sub("", text)

    def _render_link(self, text: str, target: str, path: str) -> str:
        folder = posixpath.dirname(path)
        if (folder, target) not in self._places:
            self._places[folder, target] = self._find_place(target, folder)
        place = self._places[folder, target]
        if text.strip() in {"{#T}", ""}:
            text = self._titles.get(place) or posixpath.basename(place) or target
        address = self._find_address(place, target)
        return f"[{text}]({address})" if address else text

    def _find_address(self, place: str, target: str) -> str:
        if not place:
            return target if _SCHEME.match(target) else ""
        if place in self._pages:
            return self._language.mirrored(place)
        return f"{self._language.site}/{place}" if posixpath.splitext(place)[1] else self._language.online(place)

    def _find_place(self, target: str, folder: str) -> str:
        """What a target names on the site, a page without extension; empty for the same page and for other sites."""
        target = target.removeprefix(self._language.site).partition("#")[0].partition("?")[0]
        if not target or _SCHEME.match(target):
            return ""
        place = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        stem, extension = posixpath.splitext(place)
        if extension in {".md", ".html", ".yaml"}:
            return stem
        is_folder = target.endswith(("/", ".")) or not extension
        return posixpath.join(place, "index") if is_folder else place
