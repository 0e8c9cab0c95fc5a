"""Tabs, notes, cuts, includes and conditions of the official pages as plain Markdown."""

import pytest

from tests.reference.mirror.cleaning import clean_text


def test_tabs_become_headings_and_their_content_moves_out() -> None:
    assert clean_text(
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
    text = clean_text(
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


def test_a_note_becomes_a_quote_under_its_title() -> None:
    assert clean_text('{% note info "Look" %}\n\nOne.\n\nTwo.\n\n{% endnote %}\n\nAfter.') == (
        "> **Look**\n>\n> One.\n>\n> Two.\n\nAfter."
    )


@pytest.mark.parametrize(("lang", "kind", "title"), [("en", "warning", "Warning"), ("ru", "alert", "Важно")])
def test_a_note_without_a_title_says_when_it_is_a_warning(lang: str, kind: str, title: str) -> None:
    assert clean_text(f'{{% note {kind} "" %}}\n\nMind.\n\n{{% endnote %}}', lang=lang) == f"> **{title}**\n>\n> Mind."


def test_other_notes_without_a_title_get_none() -> None:
    assert clean_text("{% note tip %}\n\nMind.\n\n{% endnote %}") == "> Mind."


def test_code_in_a_note_is_quoted_line_by_line() -> None:
    assert clean_text("{% note info %}\n\n```js\na\n\n b\n```\n\n{% endnote %}") == "> ```js\n> a\n>\n>  b\n> ```"


def test_directives_amid_text_work_too() -> None:
    assert clean_text("Before {% note info %} inside {% endnote %} after") == "Before\n\n> inside\n\nafter"


def test_a_cut_becomes_a_heading_and_the_next_one_is_its_equal() -> None:
    text = clean_text('## Part\n\n{% cut "More" %}\n\na\n\n{% endcut %}\n\n{% cut "Yet more" %}\n\nb\n\n{% endcut %}')

    assert text == "## Part\n\n### More\n\na\n\n### Yet more\n\nb"


def test_what_is_included_is_there_and_its_links_fit() -> None:
    text = clean_text(
        "{% include [x](../../_includes/star.md) %}\n\n{% include notitle [y](/../../_includes/table.md) %}"
    )

    assert text == (
        "A star is a must\n\n"
        "| **Code** | **Why** |\n| --- | --- |\n| `A` | [stone](openchannels://official/en/api/harbour) |"
    )


def test_what_is_included_with_its_title_keeps_it() -> None:
    assert clean_text("{% include [y](../../_includes/table.md) %}").startswith("### Heading\n\n| **Code** ")


def test_files_that_include_each_other_end() -> None:
    assert clean_text("{% include [x](../../_includes/outer.md) %}") == "Outer.\n\nInner."


def test_an_include_of_nothing_leaves_nothing() -> None:
    assert clean_text("a\n\n{% include [x](../../_includes/gone.md) %}\n\nb") == "a\n\nb"


def test_conditions_are_decided_as_on_the_public_site() -> None:
    text = clean_text(
        "{% if build == 'dev' %}\n\ndraft\n\n{% else %}\n\nfinal\n\n{% endif %}\n\n"
        "{% if build != 'dev' %}yes{% endif %}"
    )

    assert text == "final\n\nyes"


def test_stray_ends_and_unknown_directives_leave_nothing() -> None:
    assert clean_text("{% endnote %}\n\n{% endlist %}\n\n|#\n\n::: block\n\ntext\n\n{% frobnicate a=b %}") == "text"
