"""Search over the pages: names first, then the words of the field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from docs.errors import codes, givers
from docs.page import Page
from docs.pages import pages
from docs.search.corpus import Document, Section
from docs.search.index import Index, Term
from docs.search.names import Names
from docs.search.vocabulary import terms
from docs.search.words import plain
from math import log

W = dict(phrase=1.0, second=0.2, more=1.1, asked=0.8, body=0.2, field=1.2, exact=6.0, name=3, code1=3, code_page=2.4, codes=1,  core=3,
  guide=0.95, error=0.6, overview=0.2)
_TYPED_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9]+)+|[A-Za-z]*[a-z][A-Z]\w*")
_FIELD = re.compile(r"\w*(?:_\w|[a-z][A-Z])\w*|\b[A-Z][A-Z0-9]+\b")

class Search:
    def __init__(self, documents: Sequence[Document]):
        self.documents = documents
        self.index = Index(documents)
        self.by_name = {}
        self.number = {d.page.name: i for i, d in enumerate(documents)}
        for i, d in enumerate(documents):
            for name in self.names(d.page):
                self.by_name.setdefault(plain(name), []).append(i)
        self.names_ = Names(d.page.name for d in documents if d.page.kind in ("method", "event"))
        self.fields: dict[str, dict[int, float]] = {}
        for i, d in enumerate(documents):
            if d.page.kind == "error": continue
            for field, w in d.fields():
                f = self.fields.setdefault(plain(field), {})
                f[i] = max(w, f.get(i, 0))

    @staticmethod
    def names(page: Page):
        yield page.uri
        yield page.name
        yield page.title
        if "/" in page.name: yield page.name.split("/")[1]
        if page.kind == "method":
            yield page.name.removeprefix("imopenlines.")
            yield page.name.removeprefix("imopenlines.v2.")
        if page.kind == "event":
            yield page.name.removeprefix("On")

    def scores(self, query: str, debug=False):
        score: dict[int, float] = {}
        parts: dict[int, dict] = {}
        def add(i, what, v):
            score[i] = score.get(i, 0) + v
            if debug: parts.setdefault(i, {})[what] = round(v, 3)
        wanted = list(dict.fromkeys(terms(query)))
        for i, values in self.index.by_phrase(wanted).items():
            add(i, "phrase", W["phrase"] * values[0])
            if len(values) > 1:
                add(i, "second", W["second"] * values[1])
                add(i, "more", W["more"] * sum(values[2:5])/3)
        for table in ("asked", "body"):
            found = self.index.by_page(wanted, "asked" if table == "asked" else "pages")
            top = max(found.values(), default=1)
            for i, v in found.items():
                add(i, table, W[table] * v / top)
        overview = any("~overview" in groups for _, groups in wanted)
        for i in score:
            k = self.documents[i].page.kind
            score[i] *= W.get(k, 1)
            if overview and k == "section": score[i] += W["overview"]
        typed = [t for t in _TYPED_NAME.findall(query) if plain(t) in self.by_name and self.documents[self.by_name[plain(t)][0]].page.kind != "error" or plain(t) not in self.fields]
        named = {}
        for t in typed:
            for i in self.by_name.get(plain(t), ()):
                if self.documents[i].page.kind == "error": continue
                named[i] = 1.2
            for name, v in self.names_.resembling(t):
                i = self.number[name]
                named[i] = max(named.get(i, 0), v)
        for i in self.by_name.get(plain(query), ()):
            add(i, "exact", W["exact"])
        for i, v in named.items():
            add(i, "name", W["name"] * v * v)
        known = set(codes())
        for f in dict.fromkeys(_FIELD.findall(query)):
            if f in known and (len(givers(f))==1 or "_" in f) or f in known and f not in ("CODE","USER_ID","CHAT_ID"):
                g = givers(f)
                n = self.number.get(f"errors/{f}")
                if f in _core():
                    add(n, "code", W["core"]); add(self.number["errors"], "code", W["core"] * 0.8)
                    if "guides/errors" in self.number: add(self.number["guides/errors"], "code", W["core"] * 0.75)
                elif len(g) == 1:
                    add(n, "code", W["code_page"]); add(self.number[g[0].rest], "code", W["code1"])
                else:
                    rest = len(wanted) > len(list(terms(f)))
                    if n is not None: add(n, "code", W["code_page"] * (0.6 if rest else 1))
                for m in g: add(self.number[m.rest], "codes", W["codes"])
            holders = self.fields.get(plain(f), {})
            for i, v in holders.items():
                if "_" not in f and f.isupper():
                    if v < 1: continue
                    v = 0.5
                add(i, "field:"+f, W["field"] * v * log(1 + len(self.documents) / len(holders)) / log(1 + len(self.documents)))
        return score, parts

@cache
def _core():
    from tools.errors import CORE
    return set(CORE)

@cache
def engine() -> Search:
    return Search([Document(p) for p in pages().values()])

def search(query, limit=5, kind=None):
    s, p = engine().scores(query)
    best = sorted(s, key=lambda i: -s[i])
    return [engine().documents[i].page for i in best if kind is None or engine().documents[i].page.kind == kind][:limit]
