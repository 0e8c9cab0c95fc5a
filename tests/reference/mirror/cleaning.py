"""A made-up documentation, and one page of it cleaned."""

from collections.abc import Mapping
from textwrap import dedent

from reference.mirror.clean import Cleaner, CleanPage
from reference.mirror.languages import LANGUAGES

NEIGHBOURS = {
    "api/ships/index.md": "# Ships",
    "api/ships/tug.md": "# Tugs of [the harbour](../harbour.md) {#tugs}\n\nThey pull.",
    "api/harbour.md": "---\ntitle: 'The Harbour'\ndescription: 'Where ships sleep'\n---\n\nWater and stone.",
    "_includes/star.md": "A star is a must {.info}",
    "_includes/table.md": "### Heading\n\n#|\n|| **Code** | **Why** ||\n|| `A` | [stone](/api/harbour.html) ||\n|#",
    "_includes/outer.md": "Outer.\n\n{% include [x](inner.md) %}",
    "_includes/inner.md": "Inner.\n\n{% include [x](outer.md) %}",
}


def clean_page(
    body: str, path: str = "api/ships/ferry", lang: str = "en", others: Mapping[str, str] = NEIGHBOURS
) -> CleanPage:
    return Cleaner({**others, f"{path}.md": f"# Ferry\n\n{dedent(body)}"}, LANGUAGES[lang]).page(path)


def clean_text(body: str, path: str = "api/ships/ferry", lang: str = "en") -> str:
    """The page's text under its title."""
    title, text = clean_page(body, path, lang).text.split("\n\n", 1)
    assert title == "# Ferry"
    return text.strip()
