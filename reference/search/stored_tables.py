"""The tables of an index in a database of SQLite."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from reference.search.fulltext import FullTextTable
from reference.search.indexed_page import IndexedPage, IndexedPhrase, list_tokens, read_places, weigh_term, write_terms
from reference.search.weights import WordWeights

_TABLES = (
    "CREATE TABLE size (pages INTEGER NOT NULL)",
    "CREATE TABLE word_counts (word TEXT PRIMARY KEY, pages INTEGER NOT NULL, phrases INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE phrase_terms (id INTEGER PRIMARY KEY, page INTEGER, weight REAL, terms TEXT)",
)


class StoredTables:
    """The tables as they were written into a database."""

    def __init__(self, connection: sqlite3.Connection, weights: WordWeights) -> None:
        self._connection = connection
        self.phrases = FullTextTable(connection, "phrases", {"words": 1.0})
        self.questions = FullTextTable(connection, "questions", {"words": 1.0})
        self.texts = FullTextTable(
            connection, "texts", {"headings": weights.heading, "body": 1.0, "code": weights.code}
        )

    def write(self, pages: Sequence[IndexedPage]) -> None:
        """Fill the database with these pages, once. Raises: sqlite3.Error."""
        spoken = [(number, phrase) for number, page in enumerate(pages) for phrase in page.phrases]
        tokens = [[*dict.fromkeys(list_tokens(phrase))] for _, phrase in spoken]
        self.questions.write([" ".join(page.list_phrase_tokens())] for page in pages)
        self.texts.write([" ".join(page.headings), " ".join(page.body), " ".join(page.code)] for page in pages)
        self.phrases.write([" ".join(words)] for words in tokens)
        in_phrases = Counter(chain.from_iterable(tokens))
        in_pages = Counter(token for page in pages for token in {*page.list_phrase_tokens()})
        for statement in _TABLES:
            self._connection.execute(statement)
        self._connection.execute("INSERT INTO size VALUES (?)", (len(pages),))
        self._connection.executemany(
            "INSERT INTO word_counts VALUES (?, ?, ?)", ((word, in_pages[word], in_phrases[word]) for word in in_pages)
        )
        self._connection.executemany(
            "INSERT INTO phrase_terms VALUES (?, ?, ?, ?)",
            (
                (
                    row,
                    number,
                    sum(weigh_term(term, len(pages), in_pages.__getitem__) for term in dict.fromkeys(phrase)),
                    write_terms(phrase),
                )
                for row, (number, phrase) in enumerate(spoken)
            ),
        )

    def read_phrases(self, rows: Sequence[int]) -> Iterator[IndexedPhrase]:
        """The phrases of these rows, in this order."""
        marks = ", ".join("?" * len(rows))
        found = self._connection.execute(
            f"SELECT id, page, weight, terms FROM phrase_terms WHERE id IN ({marks})",  # noqa: S608  (marks only)
            rows,
        )
        by_row = {row: IndexedPhrase(page, weight, read_places(terms)) for row, page, weight, terms in found}
        return (by_row[row] for row in rows)

    def count(self, token: str) -> tuple[int, int]:
        """How many pages are asked for with a word or group, and how many phrases have it."""
        found = self._connection.execute("SELECT pages, phrases FROM word_counts WHERE word = ?", (token,)).fetchone()
        return found or (0, 0)

    def count_pages(self) -> int:
        """How many pages there are."""
        (pages,) = self._connection.execute("SELECT pages FROM size").fetchone()
        return int(pages)
