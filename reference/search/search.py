"""Search over the pages, and where it is given over the official documentation too."""

from collections.abc import Container, Sequence
from functools import cache, cached_property, lru_cache
from urllib.parse import urlsplit

from reference.pages.registry import pages
from reference.search.codes import find_codes
from reference.search.compiled import Compiled, compile_pages
from reference.search.documents import Document
from reference.search.excerpt import make_excerpt
from reference.search.field_index import SPELT
from reference.search.hit import Hit, OfficialHit
from reference.search.official import OfficialSearch, is_named, make_hits, merge_hits
from reference.search.ranking import Ranking
from reference.search.vocabulary import Term, find_foreign_subjects, read_terms, read_tokens
from reference.search.weights import MOST_FOREIGN, OFFICIAL_FIRST
from reference.search.words import normalise_name

_REMEMBERED = 50
"""Pages whose sections are kept."""
LONGEST_QUERY = 500
"""Characters of a question that are read."""


class Search:
    """Pages, ready to be asked."""

    def __init__(self, documents: Sequence[Document], compiled: Compiled) -> None:
        self._documents = documents
        self._ranking = Ranking(documents, compiled)
        self._read_sections = lru_cache(_REMEMBERED)(compiled.sections.__getitem__)

    def find_hits(self, query: str, limit: int, kind: str | None = None) -> list[Hit]:
        """The best of our pages, of one kind if it is given, the best first."""
        wanted = self._ranking.read_terms(query)
        scores = self._ranking.score(query, wanted)
        fitting = [number for number in scores if kind in {None, self._documents[number].page.kind}]
        best = sorted(fitting, key=lambda number: -scores[number])[:limit]
        names = [*SPELT.findall(query), *find_codes(query)]
        return [self._make_hit(number, scores[number], wanted, names) for number in best]

    def find_hits_with_official(self, query: str, limit: int, official: OfficialSearch) -> list[Hit]:
        """The best pages of both; none of the official ones that describe the same thing as one of ours.

        Official pages go below ours, unless they hold more of the question or are named in it; if what is named is on a
        page of ours too, then after that one.
        """
        ours = self.find_hits(query, limit)
        theirs = [hit for hit in official.search(query, limit) if hit.path not in self._covered]
        named = [hit for hit in theirs if is_named(hit, query)]
        above = [] if self._ranking.is_named(query) else named or self._find_better(theirs, ours, query)
        second = [hit for hit in named if hit not in above]
        below = [hit for hit in theirs if hit not in above and hit not in second]
        return merge_hits(make_hits(above), ours[:1], make_hits(second), ours[1:], below=make_hits(below), limit=limit)

    @cached_property
    def _covered(self) -> set[str]:
        """Paths of the official pages about what our pages are about; they are the same in all languages."""
        addresses = (document.page.official for document in self._documents)
        return {urlsplit(address).path.strip("/").removesuffix(".html") for address in addresses if address}

    def _find_foreign(self, theirs: Sequence[OfficialHit], ours: Sequence[Hit], query: str) -> list[OfficialHit]:
        """A few that tell of all that a question is about, where that is something else than Open Channels.

        None where our first page is that of a companion, such as user.search, or a phrase of ours holds more of it.
        """
        subjects = find_foreign_subjects(query)
        if not subjects or (ours and self._of(ours[0]).page.is_companion()):
            return []
        by_stem = {term.stem: term for term in subjects}
        wanted = [by_stem.get(term.stem, term) for term in self._ranking.read_terms(query)]
        phrases = (phrase for hit in ours for phrase in self._of(hit).phrases)
        least = max((self._weigh_held(wanted, _list_tokens(phrase)) for phrase in phrases), default=0.0)
        texts = ((hit, read_tokens(f"{hit.title} {hit.summary}")) for hit in theirs)
        found = [
            hit
            for hit, held in texts
            if all(held.intersection(term.tokens()) for term in subjects) and self._weigh_held(wanted, held) >= least
        ]
        return found[:MOST_FOREIGN]

    def _of(self, hit: Hit) -> Document:
        return self._by_address[hit.uri]

    @cached_property
    def _by_address(self) -> dict[str, Document]:
        return {document.page.uri: document for document in self._documents}

    def _weigh_held(self, wanted: Sequence[Term], held: frozenset[str]) -> float:
        """The weight of the terms that are among these words and groups, to be compared for one question."""
        return sum(self._ranking.weigh(term) for term in wanted if held.intersection(term.tokens()))

    def _find_better(self, theirs: Sequence[OfficialHit], ours: Sequence[Hit], query: str) -> list[OfficialHit]:
        """Those that hold more of a question than our pages do, and what is not about Open Channels."""
        if foreign := self._find_foreign(theirs, ours, query):
            return foreign
        enough = self._measure_our_share(query, {hit.uri for hit in ours}) + OFFICIAL_FIRST
        return [hit for hit in theirs if self._measure_share(query, f"{hit.title} {hit.summary}") > enough]

    def _measure_our_share(self, query: str, addresses: Container[str]) -> float:
        """How much of a question is in what people say who want one of these pages, for the best of them."""
        spoken = (document.spoken for document in self._documents if document.page.uri in addresses)
        return max((self._measure_share(query, " ".join(phrases)) for phrases in spoken), default=0.0)

    def _measure_share(self, query: str, text: str) -> float:
        """How much of a question a text holds, by what tells pages apart."""
        held = read_tokens(text)
        weights = {term: self._ranking.weigh(term) for term in self._ranking.read_terms(query)}
        found = sum(weight for term, weight in weights.items() if held.intersection(term.tokens()))
        return found / (sum(weights.values()) or 1.0)

    def _make_hit(self, number: int, score: float, wanted: Sequence[Term], names: Sequence[str]) -> Hit:
        document = self._documents[number]
        page = document.page
        known = {term.stem for term in read_terms(page.name)}
        sought = [term for term in wanted if term.stem not in known]
        weights = {token: self._ranking.weigh(term) for term in sought for token in term.tokens()}
        foreign = [name for name in names if normalise_name(name) not in normalise_name(page.name)]
        section, text = make_excerpt(self._read_sections(number), weights, foreign)
        return Hit(
            page.uri,
            page.title,
            page.kind,
            page.description,
            section,
            text,
            page.official,
            "openchannels",
            round(score, 4),
        )


def _list_tokens(phrase: Sequence[Term]) -> frozenset[str]:
    return frozenset(token for term in phrase for token in term.tokens())


def search(query: str, limit: int = 5, kind: str | None = None, official: OfficialSearch | None = None) -> list[Hit]:
    """The pages that answer a question best, the best first; none where no page has any of its words.

    `kind` leaves only one kind of pages; without it the official documentation has its say too, where it is given.
    """
    question = query[:LONGEST_QUERY]
    if kind == "official":
        return make_hits(official.search(question, limit)) if official else []
    if official is None or kind is not None:
        return _make_search().find_hits(question, limit, kind)
    return _make_search().find_hits_with_official(question, limit, official)


@cache
def _make_search() -> Search:
    documents = [Document(page) for page in pages().values()]
    return Search(documents, compile_pages(documents))
