"""Numbers, addresses and names that are written so that they are hard to find; and rows of numbers that are none."""

# ruff: noqa: RUF001  letters that look alike

import pytest

from tests.server.privacy.finding import kinds, named

DISGUISED = [
    "+7 999\n123-45-67",
    "8 (999)\n123\n45\n67",
    "+7[/B] 999 123 [I]45[/I] 67",
    "+7|999|123|45|67",
    "8;999;123;45;67",
    "8:999:123:45:67",
    "8,999,123,45,67",
    "+7_999_123_45_67",
    "8*999*123*45*67",
    "8\ufe0f\u20e39\ufe0f\u20e39\ufe0f\u20e39\ufe0f\u20e31\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e34\ufe0f\u20e35\ufe0f\u20e36\ufe0f\u20e37\ufe0f\u20e3",
    "+49|30|1234567",
    "0171_2345678",
    "601 234 567",
    "601-234-567",
    "emma\u200b.wilson@exa\u200bmple.com",
    "emma＠example．com",
    "emma @ example.com",
    "emma@\nexample.com",
    "emma (at) example.com",
]


@pytest.mark.parametrize("written", DISGUISED)
def test_a_disguise_hides_nothing(written: str) -> None:
    assert [one for _, one in kinds(f"See {written}, thanks")] == [written]


@pytest.mark.parametrize(
    "text",
    [
        "12;450;3000;17;8;999",
        "8;999;123;45;67;12",
        "1,2,3,4,5,6,7,8,9,10,11",
        "601 000 000",
        "120 450 300 руб",
        "order 123456789",
        "321|1773223732|0|0|0",
        "10\n20\n30\n40\n50\n60",
    ],
)
def test_rows_of_numbers_are_no_phones(text: str) -> None:
    assert kinds(text) == []


def test_a_word_before_a_short_number_says_that_it_is_a_phone() -> None:
    for text in ("phone: 555-0142", "тел 501234567", "Tel. 030/123456", "позвоните мне 223-45-67"):
        assert [kind for kind, _ in kinds(text)] == ["phone"], text


@pytest.mark.parametrize(
    ("client", "written"),
    [
        ("Emma Wilson", "E\u200bm\u200bma"),
        ("Emma Wilson", "Еmmа"),
        ("Emma Wilson", "E m m a"),
        ("Emma Wilson", "E.m.m.a"),
        ("Emma Wilson", "𝐄𝐦𝐦𝐚"),
        ("Emma Wilson", "ｅｍｍａ"),
        ("Emma Wilson", "wilsonemma"),
        ("Emma Wilson", "E[b]mm[/b]a"),
        ("Ирина Кузнецова", "Irina Kuznetsova"),
        ("Ирина Кузнецова", "%D0%98%D1%80%D0%B8%D0%BD%D0%B0"),
        ("Ирина Кузнецова", "И р и н а"),
        ("Jürgen Größmann", "Juergen Groessmann"),
        ("Henrike von Stetten", "HenrikeStetten"),
    ],
)
def test_a_name_in_disguise_is_found(client: str, written: str) -> None:
    for around in ("({}) asked", "https://example.com/{}?a=1", "я {}"):
        assert named(around.format(written), client) == [written], around
