"""The weights of search in one table: for each what it does and how its value was found.

Four benchmarks stand behind them. OWN is 59 questions with known answers over our pages (`python -m bench.search`),
beside the rules of tests/reference/search. OFFICIAL is 4,300 queries in two languages over the mirror: titles, parts of
titles, names, summaries, words and sentences of pages drawn at random, each of which should find its page. HELD OUT is
1,100 phrases of questions.toml, each asked while it is missing from the file. BLIND is the half for development of
tests/reference/search/asked.toml. A value is said to be tried where 0, half and twice of it were tried too and none
found more pages first without losing among five, and chosen where a rule of the tests asks for it and the benchmarks do
not tell its neighbours apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reference.pages.page import Kind


@dataclass(frozen=True, slots=True)
class WordWeights:
    """How the words of a question make the score of a page, about 1 where one of its phrases is the question."""

    nearest_phrase: float = 0.47
    """Share of the likeness of the nearest phrase of a page. OWN, tried."""
    second_phrase: float = 0.07
    """Share of the likeness of the second. OWN, tried."""
    other_phrases: float = 0.28
    """Share of the mean likeness of the three after it. OWN, tried; official pages have three phrases at most."""
    all_phrases: float = 0.145
    """Share of the rank by BM25 among the phrases of each page taken together. OWN, tried: twice loses among five."""
    text: float = 0.07
    """Share of the rank by BM25 among the texts of the pages. HELD OUT, tried."""
    synonym: float = 1.2
    """What a word of the same meaning counts by the rarity of its group, at most as the word itself. HELD OUT: 0.9
    finds 3 % fewer pages first, more than 1.2 loses questions of OWN."""
    spare_word: float = 0.3
    """What a word too many in a phrase counts against it, beside a missing one. OWN, tried."""
    heading: float = 3.0
    """What a word in a heading weighs beside one in the text. Chosen."""
    code: float = 0.1
    """What a word weighs that stands in blocks of code only. Chosen; our own pages are searched without their code."""


OWN_WORDS = WordWeights()
OFFICIAL_WORDS = replace(OWN_WORDS, text=0.2, synonym=0.9)
"""Their phrases are only title, summary and name, so their text says more: OFFICIAL, tried with 0.035, 0.3 and 0.4."""

WHOLE_NAME, SHORT_NAME = 1.5, 1.4
"""What a page gets whose name is all of the question, with and without its scope. Chosen: all words make about 1."""
SIMILAR_NAME = 0.6
"""What the page gets whose name is like one in the question. Chosen."""
FIELD = 0.35
"""What the only page gets that declares a field which the question names. OWN, tried."""
DECLARED, ANSWERED, MENTIONED = 1.0, 0.7, 0.3
"""How much a page has to say about a field in its tables, in a result, elsewhere. Chosen."""
FIELD_IN_CAPITALS = 0.5
"""What a word in capitals counts beside a field: it may be an ordinary abbreviation. Chosen."""
ERROR_CODE = 0.3
"""What a method gets that gives the code which the question names. Chosen."""

KINDS: Mapping[Kind, tuple[float, float, frozenset[str]]] = {
    "section": (0.97, 1.1, frozenset({"~overview"})),
    "guide": (0.9, 0.95, frozenset({"~guide"})),
    "event": (0.96, 1.0, frozenset({"~notify"})),
    "error": (0.5, 0.6, frozenset({"~error"})),
}
"""What words count on a page by its kind: usually, and where a group says that the kind is asked for. Chosen."""
PAGES: Mapping[str, tuple[float, float, frozenset[str]]] = {
    "guides/not-possible": (
        0.9,
        1.25,
        frozenset({"~merge", "~postpone", "~broadcast", "~block", "~phone_call", "~tag", "~typing"}),
    ),
}
"""The same of single pages: here the groups say what people wish that no method does. BLIND."""
NEIGHBOUR = 0.85
"""What words count on the page of a method of another module. Chosen."""
OUTDATED = 0.7
"""What all counts on an official page that stands in a folder of old ones. Chosen."""
OFFICIAL_EVENT = 0.75
"""What all counts on the official page of an event where the question does not speak of events. Chosen."""
OFFICIAL_TEXT = 0.9
"""What all counts on an official page that describes no method or event: most questions want one. Chosen."""
MOST_FOREIGN = 3
"""So many official pages go first where a question is not about Open Channels; ours have the other places. Chosen."""
OFFICIAL_FIRST = 0.1
"""How much more of a question an official page has to hold than ours to stand above them. Chosen."""

SCOPE_PART = 0.8
"""What a scope such as imopenlines counts in a name; other parts count by their rarity, which is above 1. Chosen."""
SAME_STEM, SLIP, SAME_MEANING = 0.95, 0.85, 0.6
"""How surely a part of a name is meant by a word with its stem, with a slip, of its meaning. Chosen."""
OUT_OF_ORDER = 0.04
"""What parts in another order take from the likeness of a name. Chosen."""

BEGINNING = 1.2
"""What the beginning of a page is worth in an excerpt, beside a later part with the same words. Chosen."""
WORD_IN_HEADING, WORD_ANYWHERE = 0.5, 0.3
"""What words count in the heading of a part and anywhere in it, beside those of its best line. Chosen."""
