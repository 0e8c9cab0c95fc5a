"""The full-text index: SQLite FTS5 in memory, over the phrases that stand for the pages and over their sections."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log

from docs.search.corpus import Document, Section
from docs.search.vocabulary import terms

Term = tuple[str, tuple[str, ...]]
_T = """tokenize = "ascii tokenchars '~_'" """
_SCHEMA = f"""
create virtual table phrases using fts5(words, {_T}, content = '');
create virtual table asked using fts5(words, {_T});
create virtual table pages using fts5(headings, body, {_T});
create virtual table sections using fts5(heading, body, {_T});
"""
P = dict(candidates=100, group=0.9, spare=0.3, heading=3.0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to ask for a page."""

    document: int
    tokens: frozenset[str]
    weight: float


class Index:
    """All pages, to be asked for words."""

    def __init__(self, documents: Sequence[Document], phrases=None) -> None:
        self._sections: list[tuple[int, Section]] = []
        self._phrases: list[Phrase] = []
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("begin")
        spoken = [[list(terms(p)) for p in (phrases(document) if phrases else document.phrases)] for document in documents]
        self._weights = self._weigh(spoken)
        for number, document in enumerate(documents):
            for phrase in spoken[number]:
                self._add_phrase(number, phrase)
            self._connection.execute("insert into asked(rowid, words) values (?, ?)", (number, " ".join(t for p in spoken[number] for t in tokens(p))))
            headings, body = [], []
            for section in document.sections:
                h, b = " ".join(tokens(terms(section.heading))), " ".join(token for line in section.lines for token in tokens(terms(line)))
                headings.append(h); body.append(b)
                self._sections.append((number, section))
                self._connection.execute("insert into sections(rowid, heading, body) values (?, ?, ?)", (len(self._sections) - 1, h, b))
            self._connection.execute("insert into pages(rowid, headings, body) values (?, ?, ?)", (number, " ".join(headings), " ".join(body)))
        self._connection.execute("commit")

    def _weigh(self, spoken) -> dict[str, float]:
        counts: dict[str, int] = {}
        for phrases in spoken:
            for token in {token for phrase in phrases for token in tokens(phrase)}:
                counts[token] = counts.get(token, 0) + 1
        self._rare = log(1 + len(spoken))
        return {token: log(1 + len(spoken) / count) for token, count in counts.items()}

    def _add_phrase(self, document: int, found: Sequence[Term]) -> None:
        if found:
            row = frozenset(tokens(found))
            self._phrases.append(Phrase(document, row, sum(map(self.weight, {t[0]: t for t in found}.values()))))
            self._connection.execute(
                "insert into phrases(rowid, words) values (?, ?)", (len(self._phrases) - 1, " ".join(row))
            )

    def weight(self, term: Term) -> float:
        """How much a word tells pages apart."""
        stem, groups = term
        known = [self._weights[token] for token in (stem, *groups) if token in self._weights]
        return sum(known) / len(known) if known else self._rare

    def by_phrase(self, wanted: Sequence[Term]) -> dict[int, list[float]]:
        """Document -> how well its phrases fit (0 to 1), the best first."""
        found: dict[int, list[float]] = {}
        weights = [(term, self.weight(term)) for term in wanted]
        whole = sum(weight for _, weight in weights)
        for (row,) in self._rows("phrases", wanted, "bm25(phrases)", P["candidates"]):
            phrase = self._phrases[row]
            found.setdefault(phrase.document, []).append(self._likeness(weights, whole, phrase))
        for values in found.values():
            values.sort(reverse=True)
        return found

    def _likeness(self, weights: Sequence[tuple[Term, float]], whole: float, phrase: Phrase) -> float:
        matched = 0.0
        for (stem, groups), weight in weights:
            if stem in phrase.tokens:
                matched += weight
            else:
                g = max((self._weights[group] for group in groups if group in phrase.tokens), default=0)
                matched += P["group"] * g
        spare = max(0.0, phrase.weight - matched)
        return matched / (whole + P["spare"] * spare)

    def ideal(self, wanted):
        return 2.2 * sum(sum(self._weights.get(t, self._rare) for t in (stem, *groups)) for stem, groups in wanted) or 1

    def by_page(self, wanted, table) -> dict[int, float]:
        rank = f"bm25({table})" if table == "asked" else f"bm25({table}, {P['heading']}, 1.0)"
        return {row: -r for row, r in self._rows(table, wanted, rank, 60, ranked=True)}

    def _rows(self, table: str, wanted: Sequence[Term], rank: str, limit: int, *, ranked: bool = False) -> list[tuple]:
        question = " OR ".join(f'"{token}"' for token in dict.fromkeys(tokens(wanted)))
        if not question:
            return []
        what = f"rowid, {rank}" if ranked else "rowid"
        return self._connection.execute(
            f"select {what} from {table} where {table} match ? order by {rank} limit ?", (question, limit)
        ).fetchall()


def tokens(found: Iterable[Term]) -> Iterator[str]:
    """The words and then the groups of each term, as the index holds them."""
    for stem, groups in found:
        yield stem
        yield from groups
