"""Every construct of the official pages as plain Markdown."""

from collections.abc import Mapping
from textwrap import dedent

import pytest

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


def page(
    body: str, path: str = "api/ships/ferry", lang: str = "en", others: Mapping[str, str] = NEIGHBOURS
) -> CleanPage:
    return Cleaner({**others, f"{path}.md": f"# Ferry\n\n{dedent(body)}"}, LANGUAGES[lang]).page(path)


def clean(body: str, path: str = "api/ships/ferry", lang: str = "en") -> str:
    """The page's text under its title."""
    title, text = page(body, path, lang).text.split("\n\n", 1)
    assert title == "# Ferry"
    return text.strip()


def test_a_table_becomes_a_markdown_table() -> None:
    assert clean(
        """
        #|
        || **Name**
        `type` | **Meaning** ||
        || **ID***
        [`integer`](../harbour.md) | Number of a ship ||
        || ROUTE | ||
        |#
        """
    ) == (
        "| **Name** `type` | **Meaning** |\n"
        "| --- | --- |\n"
        "| **ID*** [`integer`](openchannels://official/en/api/harbour) | Number of a ship |\n"
        "| ROUTE |  |"
    )


def test_a_table_may_stand_on_one_line() -> None:
    assert clean("#| || a | b || || c | d || |#") == "| a | b |\n| --- | --- |\n| c | d |"


def test_lists_paragraphs_notes_and_code_of_a_cell_stand_on_its_line() -> None:
    table = clean(
        """
        #|
        || Name | Meaning ||
        || A | First line
        goes on.

        Second paragraph:
        - one
          - inner
        1. first

        {% note warning "Mind" %}

        the gap

        {% endnote %}

        ```json
        {
          "a": 1
        }
        ```
        ||
        |#
        """
    )

    assert table.splitlines()[2] == (
        "| A | First line goes on.<br>Second paragraph:<br>- one<br>- inner<br>1. first<br>"
        '**Mind**<br>the gap<br>`{ "a": 1 }` |'
    )


def test_bars_in_code_and_escaped_bars_end_no_cell() -> None:
    table = clean("#|\n|| A | B ||\n|| `a | b` and `c || d` | x\\|y ||\n|#")

    assert table.splitlines()[2] == r"| `a \| b` and `c \|\| d` | x\|y |"


def test_a_table_in_a_cell_becomes_a_list_of_its_rows() -> None:
    table = clean(
        "#|\n|| A | B ||\n|| x | Values:\n\n#|\n|| Id | Name ||\n|| 1 | one ||\n||2|two||\n|#\n\nafter ||\n|#"
    )

    assert table.splitlines()[2] == "| x | Values:<br>- 1 — one<br>- 2 — two<br>after |"


def test_merged_cells_are_empty_and_short_rows_are_filled() -> None:
    table = clean("#|\n|| A | B | C ||\n|| Title | > | > ||\n|| x | ^ ||\n|#")

    assert table.splitlines()[2:] == ["| Title |  |  |", "| x |  |  |"]


def test_rows_that_are_marked_as_points_or_end_twice_are_rows() -> None:
    table = clean("#|\n|| A | B ||\n- || x | y ||\n|| z | w || ||\n|#")

    assert table.splitlines()[2:] == ["| x | y |", "| z | w |"]


def test_a_table_that_never_ends_ends_with_the_page() -> None:
    assert clean("#|\n|| A | B ||\n|| x | y ||") == "| A | B |\n| --- | --- |\n| x | y |"


def test_tabs_become_headings_and_their_content_moves_out() -> None:
    assert clean(
        """
        ## Examples

        {% list tabs %}

        - cURL

            ```bash
            curl -d '{"a": 1}'
              --more
            ```

        - PHP

            Use it:

            - a point

        {% endlist %}

        After.
        """
    ) == (
        "## Examples\n\n### cURL\n\n```bash\ncurl -d '{\"a\": 1}'\n  --more\n```\n\n"
        "### PHP\n\nUse it:\n\n- a point\n\nAfter."
    )


def test_tabs_in_tabs_are_one_level_deeper_and_the_next_tab_is_not() -> None:
    text = clean(
        """
        {% list tabs %}

        - Outer

            {% list tabs %}

            - Inner

                text

            {% endlist %}

        - Next

            more

        {% endlist %}
        """
    )

    assert text == "## Outer\n\n### Inner\n\ntext\n\n## Next\n\nmore"


def test_a_table_in_a_tab_moves_out_with_it_even_where_its_lines_are_not_set_in() -> None:
    text = clean(
        "{% list tabs %}\n\n- Fields\n\n"
        "    #|\n    || A\n`t` | B ||\n    || x\n[`y`](#z) | w ||\n    |#\n\n{% endlist %}"
    )

    assert text == "## Fields\n\n| A `t` | B |\n| --- | --- |\n| x `y` | w |"


def test_a_note_becomes_a_quote_under_its_title() -> None:
    assert clean('{% note info "Look" %}\n\nOne.\n\nTwo.\n\n{% endnote %}\n\nAfter.') == (
        "> **Look**\n>\n> One.\n>\n> Two.\n\nAfter."
    )


@pytest.mark.parametrize(("lang", "kind", "title"), [("en", "warning", "Warning"), ("ru", "alert", "Важно")])
def test_a_note_without_a_title_says_when_it_is_a_warning(lang: str, kind: str, title: str) -> None:
    assert clean(f'{{% note {kind} "" %}}\n\nMind.\n\n{{% endnote %}}', lang=lang) == f"> **{title}**\n>\n> Mind."


def test_other_notes_without_a_title_get_none() -> None:
    assert clean("{% note tip %}\n\nMind.\n\n{% endnote %}") == "> Mind."


def test_code_in_a_note_is_quoted_line_by_line() -> None:
    assert clean("{% note info %}\n\n```js\na\n\n b\n```\n\n{% endnote %}") == "> ```js\n> a\n>\n>  b\n> ```"


def test_directives_amid_text_work_too() -> None:
    assert clean("Before {% note info %} inside {% endnote %} after") == "Before\n\n> inside\n\nafter"


def test_a_cut_becomes_a_heading_and_the_next_one_is_its_equal() -> None:
    text = clean('## Part\n\n{% cut "More" %}\n\na\n\n{% endcut %}\n\n{% cut "Yet more" %}\n\nb\n\n{% endcut %}')

    assert text == "## Part\n\n### More\n\na\n\n### Yet more\n\nb"


def test_what_is_included_is_there_and_its_links_fit() -> None:
    text = clean("{% include [x](../../_includes/star.md) %}\n\n{% include notitle [y](/../../_includes/table.md) %}")

    assert text == (
        "A star is a must\n\n"
        "| **Code** | **Why** |\n| --- | --- |\n| `A` | [stone](openchannels://official/en/api/harbour) |"
    )


def test_what_is_included_with_its_title_keeps_it() -> None:
    assert clean("{% include [y](../../_includes/table.md) %}").startswith("### Heading\n\n| **Code** ")


def test_an_include_fits_into_a_cell() -> None:
    table = clean("#|\n|| A | B ||\n|| x | {% include [s](../../_includes/star.md) %} ||\n|#")

    assert table.splitlines()[2] == "| x | A star is a must |"


def test_files_that_include_each_other_end() -> None:
    assert clean("{% include [x](../../_includes/outer.md) %}") == "Outer.\n\nInner."


def test_an_include_of_nothing_leaves_nothing() -> None:
    assert clean("a\n\n{% include [x](../../_includes/gone.md) %}\n\nb") == "a\n\nb"


def test_conditions_are_decided_as_on_the_public_site() -> None:
    text = clean(
        "{% if build == 'dev' %}\n\ndraft\n\n{% else %}\n\nfinal\n\n{% endif %}\n\n"
        "{% if build != 'dev' %}yes{% endif %}"
    )

    assert text == "final\n\nyes"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a tug](./tug.md)", "[a tug](openchannels://official/en/api/ships/tug)"),
        ("[a tug](tug.md#engine)", "[a tug](openchannels://official/en/api/ships/tug)"),
        ("[{#T}](../harbour.md)", "[The Harbour](openchannels://official/en/api/harbour)"),
        ("[](./tug.md)", "[Tugs of the harbour](openchannels://official/en/api/ships/tug)"),
        ("[all](./)", "[all](openchannels://official/en/api/ships/index)"),
        ("[stone](/api/harbour.html)", "[stone](openchannels://official/en/api/harbour)"),
        ("[stone](https://apidocs.bitrix24.com/api/harbour.html)", "[stone](openchannels://official/en/api/harbour)"),
        ("[gone](../gone.md)", "[gone](https://apidocs.bitrix24.com/api/gone.html)"),
        ("[a file](./plan.zip)", "[a file](https://apidocs.bitrix24.com/api/ships/plan.zip)"),
        ("[below](#engine)", "below"),
        ("[elsewhere](https://example.org/a#b)", "[elsewhere](https://example.org/a#b)"),
        ("[`code` and [brackets]](./tug.md)", "[`code` and [brackets]](openchannels://official/en/api/ships/tug)"),
        ('![a ship](./_images/ship.png "Ship"){width=420}', "a ship"),
        ("[![a ship](ship.png)](./tug.md)", "[a ship](openchannels://official/en/api/ships/tug)"),
        ("the [anchor](*anchor) fell", "the anchor fell"),
    ],
)  # fmt: skip
def test_links_lead_to_mirrored_pages_or_to_the_public_site(link: str, expected: str) -> None:
    assert clean(link) == expected


def test_links_of_the_russian_pages_lead_to_russian_ones() -> None:
    assert clean("[a](./tug.md) [b](../gone.md)", lang="ru") == (
        "[a](openchannels://official/ru/api/ships/tug) [b](https://apidocs.bitrix24.ru/api/gone.html)"
    )


def test_anchors_attributes_tooltips_and_comments_go() -> None:
    text = clean("## Engine {#engine}\n\nOil {.b24-info}<!-- drop -->\n\n[*oil]: black\n\nEnd {#end}")

    assert text == "## Engine\n\nOil\n\nEnd"


def test_html_becomes_markdown_and_placeholders_stay() -> None:
    text = clean(
        '<p>A <b>bold</b> <a href="https://example.org">link</a>, <img src="x.png" alt="a picture">.</p>\n\n'
        'One<br/>two&nbsp;three\n\n<iframe src="https://video.example/1" width="9"></iframe>\n\nUse <chatId> here.'
    )

    assert text == (
        "A **bold** [link](https://example.org), a picture.\n\nOne\ntwo three\n\n<https://video.example/1>\n\n"
        "Use <chatId> here."
    )


def test_code_stays_as_it_is() -> None:
    code = "```js\n{% if a %} #| || {{ x }} [a](b.md) {#id} <br> |#\n\n\n\tend\n```"

    assert clean(f"{code}\n\nand `{{% x %}} || [a](b.md)` too") == f"{code}\n\nand `{{% x %}} || [a](b.md)` too"


def test_code_that_ends_in_the_line_of_a_row_ends() -> None:
    table = clean("#|\n|| A | B ||\n|| x |\n```\ncode\n``` ||\n|| y | z ||\n|#")

    assert table.splitlines()[2:] == ["| x | `code` |", "| y | z |"]


def test_template_syntax_that_a_page_is_about_becomes_code() -> None:
    assert clean("Write {{ name }} or {% if %}; not_var{{x}}") == "Write `{{ name }}` or `{% if %}`; `{{x}}`"


def test_stray_ends_and_unknown_directives_leave_nothing() -> None:
    assert clean("{% endnote %}\n\n{% endlist %}\n\n|#\n\n::: block\n\ntext\n\n{% frobnicate a=b %}") == "text"


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    cleaner = Cleaner({"a.md": "\ufeff# A\r\n\r\n#|\r\n|| x | y ||\r\n|#\r\n"}, LANGUAGES["en"])

    assert cleaner.page("a").text == "# A\n\n| x | y |\n| --- | --- |\n"


def test_title_and_summary_come_from_the_front_matter() -> None:
    harbour = Cleaner(NEIGHBOURS, LANGUAGES["en"]).page("api/harbour")

    assert (harbour.title, harbour.summary) == ("The Harbour", "Where ships sleep")
    assert harbour.text == "# The Harbour\n\nWater and stone.\n"


def test_the_summary_is_the_first_sentence_of_the_text() -> None:
    found = page("> Scope: x\n\n- point\n\nThe method `a.b.c` of [ships](../harbour.md) floats, e.g. well. It sinks.")

    assert found.summary == "The method `a.b.c` of ships floats, e.g. well."


def test_pieces_and_the_front_of_the_repository_are_no_pages() -> None:
    paths = [found.path for found in Cleaner({**NEIGHBOURS, "README.md": "# Hello"}, LANGUAGES["en"]).pages()]

    assert paths == ["api/harbour", "api/ships/index", "api/ships/tug"]
