"""The two languages of the official documentation and where each is published."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_CYRILLIC = re.compile("[\u0400-\u04ff]")


@dataclass(frozen=True, slots=True)
class Language:
    """One edition of the documentation."""

    code: str
    name: str
    archive: str
    """Address of the archive of its newest state."""
    repository: str
    """Name that its folder and its addresses carry."""
    site: str

    def online(self, path: str) -> str:
        """Address of a page on the public site."""
        return f"{self.site}/{path}.html"

    def mirrored(self, path: str) -> str:
        """Address of a page in the local mirror."""
        return f"openchannels://official/{self.code}/{path}"


def _make_language(code: str, name: str, owner: str, repository: str, site: str) -> Language:
    return Language(
        code, name, f"https://codeload.github.com/{owner}/{repository}/tar.gz/refs/heads/main", repository, site
    )


LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        "en": _make_language("en", "English", "bitrix24", "b24restdocs", "https://apidocs.bitrix24.com"),
        "ru": _make_language("ru", "Russian", "bitrix-tools", "b24-rest-docs", "https://apidocs.bitrix24.ru"),
    }
)


def detect_language(root: str, origin: str) -> Language | None:
    """The language that the outermost folder, the address or the name of the file tells; None where nothing does."""
    for told in (root, origin):
        for language in LANGUAGES.values():
            if language.repository in told:
                return language
    name = re.split(r"[/\\]", origin.rstrip("/\\"))[-1].lower()
    found = re.findall(r"(?<![a-z])(en|ru)(?![a-z])", name)
    return LANGUAGES[found[-1]] if found else None


def detect_text_language(text: str) -> str:
    """The code of the language of a question, by its alphabet."""
    return "ru" if _CYRILLIC.search(text) else "en"
