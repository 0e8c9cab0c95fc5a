"""What counts as a phone, an address or a card, and what does not; names in all their forms."""

# ruff: noqa: RUF001  people write in their own letters

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.privacy.client_names import find_people
from server.privacy.detectors import find_personal_data
from tests.server.privacy.finding import kinds, named

PHONES = [
    "+7 999 123-45-67",
    "+79991234567",
    "8 (999) 123-45-67",
    "89991234567",
    "8-999-123-45-67",
    "7 9 9 9 1 2 3 4 5 6 7",
    "79991234567",
    "+1 212-555-0142",
    "(212) 555-0142",
    "212.555.0142",
    "2125550142",
    "+44 20 7946 0958",
    "020 7946 0958",
    "+49 30 123456",
    "0049 30 1234567",
    "06 12 34 56 78",
    "06.12.34.56.78",
    "+33 6 12 34 56 78",
    "98765 43210",
    "+380 50 123 45 67",
    "380501234567",
    "+7%20999%20123-45-67",
    "+7\u00a0999\u2011123\u201145\u201167",
    "+7\u200b9991234567",
    "８９９９１２３４５６７",
]
ADDRESSES = ["emma.wilson@example.com", "EMMA+shop@EXAMPLE.co.uk", "emma%40example.com", "почта@пример.рф"]
CARDS = [
    "4111 1111 1111 1111",
    "4111111111111111",
    "5555-5555-5555-4444",
    "3782 822463 10005",
    "378282246310005",
    "30569309025904",
    "2200 0000 0000 0053",
    "4222222222222",
]
AROUND = [
    ("", ""),
    ("Call me: ", ", please"),
    ("тел.", " после 18:00"),
    ("wa.me/", "?text=hi"),
    ("call_", "_20260316.amr"),
    ("whatsapp|3|", "|101"),
    ("[URL=tel:", "]x[/URL]"),
    ("a\\n", "\\n"),
    ("On 26.03.2026 ", " 2026-03-26T10:30:00+01:00"),
    ("“", "”"),
    ("\u202a", "\u202c"),
    ("x%2C", "%2C"),
]
NO_PERSONS = [
    "2026-03-16T10:00:00+01:00",
    "2026-03-16 10:00:00",
    "16.03.2026 10:30",
    "16.03-20.03.2026",
    "03/16/2026 03/17/2026",
    "01.03.26 31.03.26",
    "9:00-18:00 10:00-20:00",
    "Y|LEAD|1205|N|N|321|1773223732|0|0|0",
    "LEAD|1209|COMPANY|0|CONTACT|0|DEAL|0",
    "livechat|1|1373|211",
    "1773223732000",
    "20260316100000",
    "order 48213",
    "order 123456789",
    "from 1 to 2147483647",
    "1 234 567 890",
    "1 234 567,50 руб",
    "12 500 000 000 руб",
    "$ 12,500,000,000.00",
    "1234567890.50",
    "192.168.100.200",
    "550e8400-e29b-41d4-a716-446655440000",
    "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "301 302 303 304",
    "1001 1002 1003 1004",
    "1 2 3 4 5 6 7 8 9 10 11",
    "IMG_20260316_101500.jpg",
    "55.755826, 37.617300",
    "4111 1111 1111 1112",
    "chat2043 #58cc47 @handle user@host a@b",
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize(("kind", "original"), [("phone", one) for one in PHONES] + [("card", one) for one in CARDS])
def test_a_number_is_found_wherever_it_stands(kind: str, original: str, around: tuple[str, str]) -> None:
    assert (kind, original) in kinds(original.join(around))


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_found_wherever_it_stands(address: str, around: tuple[str, str]) -> None:
    assert [kind for kind, whole in kinds(address.join(around)) if address in whole] == ["email"]


@pytest.mark.parametrize("text", NO_PERSONS)
def test_dates_ids_times_and_amounts_are_no_persons(text: str) -> None:
    assert kinds(text) == []
    assert kinds(f"See {text}, please") == []


def test_each_of_several_is_found_by_itself() -> None:
    text = (
        "+7 999 123-45-67 8 999 765-43-21, 212-555-0142 646-555-0143; 4111 1111 1111 1111 12/27 123, 48213 2125550144"
    )
    assert kinds(text) == [
        ("phone", "+7 999 123-45-67"),
        ("phone", "8 999 765-43-21"),
        ("phone", "212-555-0142"),
        ("phone", "646-555-0143"),
        ("card", "4111 1111 1111 1111"),
        ("phone", "2125550144"),
    ]


@given(st.text(alphabet="0123456789 +-().,:/@a.Zя|\n", max_size=300))
def test_places_lie_within_the_text_and_apart(text: str) -> None:
    places = sorted(find_personal_data(text))
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    assert all(one.end <= other.start for one, other in pairwise(places))


@pytest.mark.parametrize(
    ("client", "written"),
    [
        ("Emma Wilson", "EMMA  wilson"),
        ("Emma Wilson", "emma"),
        ("Emma Wilson", "Emma_Wilson"),
        ("Emma Wilson", "EmmaWilson"),
        ("Ирина Кузнецова", "Ирине Кузнецовой"),
        ("Алексей Волков", "Алексея Волкова"),
        ("Дмитрий Соколов", "Дмитрию"),
        ("Анна Оболенская", "Оболенскую"),
        ("Мария Орлова", "марии"),
        ("Shaun O'Neil", "O’Neil"),
        ("Jean-Luc Picard", "jean-luc"),
        ("José Gómez", "Jose\u0301"),
        ("王小明", "王小明"),
        ("Will Smith", "Will"),
        ("Bo Li", "Bo"),
        ("Алёна", "Алена"),
    ],
)
def test_a_name_is_found_in_any_spelling(client: str, written: str) -> None:
    assert named(f"({written}) asked", client) == [written]
    assert named(f"\\ {written}'s order", client) == [written]


@pytest.mark.parametrize(
    ("client", "text"),
    [
        ("Emma Wilson", "Gemma and Emmanuel Wilsons"),
        ("Will Smith", "I will"),
        ("Chat Operator", "the chat, its operator and the OPERATORS"),
        ("Guest", "Guest"),
        ("Без имени", "без имени"),
        ("79991234567", "79991234567 7"),
        ("the to of", "the way to the end of it"),
        ("An Ng", "an answer"),
    ],
)
def test_other_words_stay(client: str, text: str) -> None:
    assert named(text, client) == []


def test_a_colleague_keeps_the_name_that_a_client_has_too() -> None:
    text = "Emma Keller, Emma, keller, Emma Wilson, Wilson"
    assert named(text, "Emma Wilson", staff=("Emma Keller",)) == ["Emma Wilson", "Wilson"]


def test_people_are_known_by_what_the_portal_says_of_them() -> None:
    known = find_people(
        {
            "users": {
                "101": {"id": "101", "name": "Emma W", "firstName": "Emma", "lastName": "Wilson", "connector": True},
                "3": {"id": "3", "name": "Olga Smirnova", "connector": False},
                "9": {"id": 9, "name": "Guest", "external_auth_id": "imconnector"},
            },
            "items": [
                {"title": "Liam Brown - Line 1", "chat": {"type": "lines", "entity_id": "livechat|1|9202|102"}},
                {"title": "Support team", "chat": {"type": "chat", "entity_id": ""}},
            ],
            "chat": {"name": "Noah (VIP) - Sales", "entityId": "livechat|1|9204|104", "owner": 3},
            "renamed": {"name": "Order 48213 - Sales", "entity_id": "livechat|1|9205|105"},
            "readed_list": [{"user_id": 104, "user_name": "Noah Davies"}, {"user_id": 3, "user_name": "Olga Smirnova"}],
            "files": [{"id": 102, "name": "scan.pdf", "size": 5, "authorId": 102, "authorName": "L. Brown"}],
            "message": {"text": "[USER=104]N. Davies[/USER] wrote to [USER=3]Olga[/USER]", "role": "client"},
            "said": {"role": "client", "author": "Grace"},
        }
    )
    assert known.clients == {
        "Emma W",
        "Emma",
        "Wilson",
        "Emma Wilson",
        "Guest",
        "Liam Brown",
        "Noah (VIP)",
        "Noah",
        "Noah Davies",
        "L. Brown",
        "N. Davies",
        "Grace",
    }
    assert known.staff == {"Olga Smirnova"}
