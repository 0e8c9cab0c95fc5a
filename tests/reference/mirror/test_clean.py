"""Links, code, titles and the rest of the official pages as plain Markdown."""

import pytest

from reference.mirror.clean import Cleaner
from reference.mirror.languages import LANGUAGES
from tests.reference.mirror.cleaning import NEIGHBOURS, clean_page, clean_text


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
    assert clean_text(link) == expected


def test_links_of_the_russian_pages_lead_to_russian_ones() -> None:
    assert clean_text("[a](./tug.md) [b](../gone.md)", lang="ru") == (
        "[a](openchannels://official/ru/api/ships/tug) [b](https://apidocs.bitrix24.ru/api/gone.html)"
    )


def test_anchors_attributes_tooltips_and_comments_go() -> None:
    text = clean_text("## Engine {#engine}\n\nOil {.b24-info}<!-- drop -->\n\n[*oil]: black\n\nEnd {#end}")

    assert text == "## Engine\n\nOil\n\nEnd"


def test_html_becomes_markdown_and_placeholders_stay() -> None:
    text = clean_text(
        '<p>A <b>bold</b> <a href="https://example.org">link</a>, <img src="x.png" alt="a picture">.</p>\n\n'
        'One<br/>two&nbsp;three\n\n<iframe src="https://video.example/1" width="9"></iframe>\n\nUse <chatId> here.'
    )

    assert text == (
        "A **bold** [link](https://example.org), a picture.\n\nOne\ntwo three\n\n<https://video.example/1>\n\n"
        "Use <chatId> here."
    )


def test_code_stays_as_it_is() -> None:
    code = "```js\n{% if a %} #| || {{ x }} [a](b.md) {#id} <br> |#\n\n\n\tend\n```"

    assert clean_text(f"{code}\n\nand `{{% x %}} || [a](b.md)` too") == f"{code}\n\nand `{{% x %}} || [a](b.md)` too"


def test_template_syntax_that_a_page_is_about_becomes_code() -> None:
    assert clean_text("Write {{ name }} or {% if %}; not_var{{x}}") == "Write `{{ name }}` or `{% if %}`; `{{x}}`"


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    cleaner = Cleaner({"a.md": "\ufeff# A\r\n\r\n#|\r\n|| x | y ||\r\n|#\r\n"}, LANGUAGES["en"])

    assert cleaner.page("a").text == "# A\n\n| x | y |\n| --- | --- |\n"


def test_title_and_summary_come_from_the_front_matter() -> None:
    harbour = Cleaner(NEIGHBOURS, LANGUAGES["en"]).page("api/harbour")

    assert (harbour.title, harbour.summary) == ("The Harbour", "Where ships sleep")
    assert harbour.text == "# The Harbour\n\nWater and stone.\n"


def test_the_summary_is_the_first_sentence_of_the_text() -> None:
    found = clean_page(
        "> Scope: x\n\n- point\n\nThe method `a.b.c` of [ships](../harbour.md) floats, e.g. well. It sinks."
    )

    assert found.summary == "The method `a.b.c` of ships floats, e.g. well."


def test_pieces_and_the_front_of_the_repository_are_no_pages() -> None:
    paths = [found.path for found in Cleaner({**NEIGHBOURS, "README.md": "# Hello"}, LANGUAGES["en"]).pages()]

    assert paths == ["api/harbour", "api/ships/index", "api/ships/tug"]
