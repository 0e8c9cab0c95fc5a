"""The local copy of the official documentation as the rest of the program sees it: search, pages, and its state."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reference.mirror.languages import LANGUAGES, detect_text_language
from reference.mirror.official_search import find_paths, search_pages
from reference.mirror.store import NoMirrorError, check_database, database_path, open_database, unpack
from reference.search.hit import OfficialHit

State = Literal["ready", "absent", "outdated", "damaged"]
MOST_HITS = 100
"""Pages of an answer."""


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """A mirrored page."""

    path: str
    lang: str
    title: str
    summary: str
    text: str
    """In Markdown, complete with what the page includes."""
    dated: str
    """Day of the state that was mirrored, ISO 8601."""
    address: str
    """On the public site."""

    @property
    def uri(self) -> str:
        """Address of the mirrored page."""
        return LANGUAGES[self.lang].mirrored(self.path)


@dataclass(frozen=True, slots=True)
class MirrorState:
    """What there is of one language."""

    lang: str
    state: State
    message: str
    """In words, with what to do where it is not ready."""
    pages: int = 0
    dated: str = ""
    synced: str = ""
    """Moment of the sync, ISO 8601."""
    source: str = ""


class Mirror:
    """Both languages in a folder; each call opens its database anew and so sees what the last sync brought."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def search(self, query: str, limit: int = 10, lang: str | None = None) -> list[OfficialHit]:
        """The best pages for a question; none where there is no mirror.

        The language is that of the question's alphabet unless given; the other one is searched where that is missing.
        """
        for code in sorted(LANGUAGES, key=lambda code: code != (lang or detect_text_language(query))):
            if lang in {None, code}:
                with suppress(NoMirrorError), open_database(database_path(self._folder, code)) as connection:
                    return search_pages(connection, LANGUAGES[code], query, max(0, min(limit, MOST_HITS)))
        return []

    def page(self, lang: str, path: str) -> OfficialPage | None:
        """A page by its path, with or without an extension; None where there is none, or no mirror."""
        wanted = path.strip("/").removesuffix(".md").removesuffix(".html")
        if lang not in LANGUAGES:
            return None
        try:
            with open_database(database_path(self._folder, lang)) as connection:
                row = connection.execute(
                    "SELECT path, title, summary, text, dated FROM pages WHERE path IN (?, ?) ORDER BY path LIMIT 1",
                    (wanted, f"{wanted}/index".lstrip("/")),
                ).fetchone()
                return _make_page(lang, row) if row else None
        except NoMirrorError:
            return None

    def find_named(self, name: str) -> OfficialPage | None:
        """The page of a method or event by its name in any spelling, the English one first; None where there is none.

        A page that stands in a folder of old ones is taken only where there is no other.
        """
        for lang in LANGUAGES:
            with suppress(NoMirrorError), open_database(database_path(self._folder, lang)) as connection:
                if paths := find_paths(connection, name):
                    return self.page(lang, paths[0])
        return None

    def originals(self, lang: str) -> dict[str, str]:
        """The files about what is ours as they are written, by their path; NoMirrorError where there is no mirror."""
        with open_database(database_path(self._folder, lang)) as connection:
            return {file: unpack(text) for file, text in connection.execute("SELECT file, text FROM originals")}

    def states(self) -> list[MirrorState]:
        """What there is of each language."""
        return [self._read_state(code) for code in LANGUAGES]

    def _read_state(self, lang: str) -> MirrorState:
        try:
            with open_database(database_path(self._folder, lang)) as connection:
                meta = dict(connection.execute("SELECT name, value FROM meta"))
                pages = int(connection.execute("SELECT count(*) FROM pages").fetchone()[0])
                check_database(connection)
                words = f"{pages:,} pages, as of {meta['dated']}, synced {meta['synced'][:10]}"
                return MirrorState(lang, "ready", words, pages, meta["dated"], meta["synced"], meta["source"])
        except NoMirrorError as reason:
            return MirrorState(lang, reason.state, str(reason))


def _make_page(lang: str, row: tuple[str, str, str, bytes, str]) -> OfficialPage:
    path, title, summary, text, dated = row
    return OfficialPage(path, lang, title, summary, unpack(text), dated, LANGUAGES[lang].online(path))
