"""Tables of the official pages as Markdown tables."""

from tests.reference.mirror.cleaning import clean_text


def test_a_table_becomes_a_markdown_table() -> None:
    assert clean_text(
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
    assert clean_text("#| || a | b || || c | d || |#") == "| a | b |\n| --- | --- |\n| c | d |"


def test_lists_paragraphs_notes_and_code_of_a_cell_stand_on_its_line() -> None:
    table = clean_text(
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
    table = clean_text("#|\n|| A | B ||\n|| `a | b` and `c || d` | x\\|y ||\n|#")

    assert table.splitlines()[2] == r"| `a \| b` and `c \|\| d` | x\|y |"


def test_a_table_in_a_cell_becomes_a_list_of_its_rows() -> None:
    table = clean_text(
        "#|\n|| A | B ||\n|| x | Values:\n\n#|\n|| Id | Name ||\n|| 1 | one ||\n||2|two||\n|#\n\nafter ||\n|#"
    )

    assert table.splitlines()[2] == "| x | Values:<br>- 1 — one<br>- 2 — two<br>after |"


def test_merged_cells_are_empty_and_short_rows_are_filled() -> None:
    table = clean_text("#|\n|| A | B | C ||\n|| Title | > | > ||\n|| x | ^ ||\n|#")

    assert table.splitlines()[2:] == ["| Title |  |  |", "| x |  |  |"]


def test_rows_that_are_marked_as_points_or_end_twice_are_rows() -> None:
    table = clean_text("#|\n|| A | B ||\n- || x | y ||\n|| z | w || ||\n|#")

    assert table.splitlines()[2:] == ["| x | y |", "| z | w |"]


def test_a_table_that_never_ends_ends_with_the_page() -> None:
    assert clean_text("#|\n|| A | B ||\n|| x | y ||") == "| A | B |\n| --- | --- |\n| x | y |"


def test_a_table_in_a_tab_moves_out_with_it_even_where_its_lines_are_not_set_in() -> None:
    text = clean_text(
        "{% list tabs %}\n\n- Fields\n\n"
        "    #|\n    || A\n`t` | B ||\n    || x\n[`y`](#z) | w ||\n    |#\n\n{% endlist %}"
    )

    assert text == "## Fields\n\n| A `t` | B |\n| --- | --- |\n| x `y` | w |"


def test_an_include_fits_into_a_cell() -> None:
    table = clean_text("#|\n|| A | B ||\n|| x | {% include [s](../../_includes/star.md) %} ||\n|#")

    assert table.splitlines()[2] == "| x | A star is a must |"


def test_code_that_ends_in_the_line_of_a_row_ends() -> None:
    table = clean_text("#|\n|| A | B ||\n|| x |\n```\ncode\n``` ||\n|| y | z ||\n|#")

    assert table.splitlines()[2:] == ["| x | `code` |", "| y | z |"]
