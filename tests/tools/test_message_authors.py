"""Messages that connectors post in the client's name, in the forms in which they stand in dialogs."""

# ruff: noqa: RUF001  (Russian is meant)
import pytest

from tools.message_authors import LONGEST_BEGINNING, recognize_post

NARROW, BOM, JOINER = "\u00a0", "\ufeff", "\u200b"
ECHOES = [
    ("=== Outgoing message, author: Phone ===\nFixed.", "Phone", "Fixed."),
    ("=== Исходящее сообщение, автор: Телефон ===\nДобрый день! 😊", "Телефон", "Добрый день! 😊"),
    ("=== Исходящее сообщение, автор: Битрикс24 (Анна) ===\nСәлеметсіз бе", "Битрикс24 (Анна)", "Сәлеметсіз бе"),
    (
        "=== Outgoing message, author: Bitrix24 (Bruno Moreira) ===\n\n (a)((()b)",
        "Bitrix24 (Bruno Moreira)",
        "(a)((()b)",
    ),
    ("=== Исходящее сообщение, автор: Битрикс24 (Анна) === 26 505 ₽", "Битрикс24 (Анна)", "26 505 ₽"),
    ("=== Исходящее сообщение ===\nВторой", "", "Второй"),
    ("=== Outgoing message, author: Phone ===", "Phone", ""),
    ("=== Outgoing message, author: Phone\nHi", "Phone", "Hi"),
    ("[b]=== Outgoing message, author: Phone ===[/b]\r\nHi\r\nthere", "Phone", "Hi\nthere"),
    ("=====  Исходящее" + NARROW + "сообщение ,  автор : Телефон =====\r\nПривет", "Телефон", "Привет"),
    (BOM + JOINER + "📱 === outgoing message, author: phone ===<br>Hi", "phone", "Hi"),
    ("[b]Исходящее сообщение[/b]\nПривет", "", "Привет"),
    ("[B]Outgoing message, author: Anna[/B]\nHi", "Anna", "Hi"),
    ("<b>=== Outgoing message, author: Phone ===</b><br />Hi", "Phone", "Hi"),
    ("--- Outgoing message, author: Anna-Maria Smith ---\nHi", "Anna-Maria Smith", "Hi"),
    ("\u2014 Исходящее сообщение, автор: Телефон \u2014\nПривет", "Телефон", "Привет"),
    ("*** Outgoing message ***\nHi", "", "Hi"),
    ("[OLChat] Telegram:\n[B][Исходящее][/B]\nОтвет менеджера", "", "Ответ менеджера"),
    ("[OLChat] WhatsApp:\n[B][Outgoing][/B]\nAnswer", "", "Answer"),
    ("[Outgoing] Hello", "", "Hello"),
    ("[Исходящее, автор: Анна]\nПривет", "Анна", "Привет"),
    ("Исходящее:\nДобрый день", "", "Добрый день"),
    ("Outgoing message:\n\nGood day", "", "Good day"),
    ("Сообщение отправлено с телефона\nДа", "телефона", "Да"),
    ("[i]Message sent from the phone:[/i]\nYes", "phone", "Yes"),
]
NOTICES = [
    "=== SYSTEM WZ === The client has not installed the app or has linked it to another number.",
    "=== SYSTEM WZ ===\nСообщение не доставлено",
    "[img]https://static.example/telegram.png[/img]&nbsp;  === SYSTEM WZ === Сообщение удалено.",
    "⚠️ === SYSTEM WZ === Пропущенный звонок",
    "=== Системное сообщение ===\nКанал отключён",
    "=== Message not delivered: not paid ===",
    "=== Ошибка доставки ===",
    "=== Клиент удалил сообщение ===",
    "[Сообщение не доставлено: не оплачено]",
    "[Message was deleted]",
    "Клиент удалил сообщение.",
    "The client edited a message",
]
OF_THE_CLIENT = [
    *("", " ", "===", "=== Hello ===", "=" * 3000, "[b]" * 3000, " " * 5000, "[img]" * 800, "[b]Hello[/b]"),
    "I got === Outgoing message, author: Phone === from you",
    "Outgoing message did not arrive",
    "Исходящее: 3 коробки",
    "Outgoing: 3 packages\nmissing",
    "- outgoing\n- incoming",
    "- outgoing messages are lost\nhelp",
    "*Outgoing message*",
    "Hello!\n=== Outgoing message, author: Phone ===\nFixed",
    "-" * 54 + "\nAnna [12:00]\n=== Outgoing message, author: Phone ===\n" + "-" * 54 + "\nThanks",
    "- system is down, please help",
    "=== System Information ===\nOS: Linux",
    "- Outgoing message, author unknown",
    "* System message\n* Another one",
    "[error] connection lost",
    "[b]Outgoing message[/b]s are lost",
    "[b]Anna:[/b]\nHello",
    "*error* when I log in",
    "Сообщение не доставлено, помогите",
    "Message not delivered?",
    "Клиент удалил сообщение, что делать?",
    "Отправлено с телефона",
    "Hello\n\nSent from my iPhone",
]


@pytest.mark.parametrize(("text", "author", "said"), ECHOES)
def test_what_the_company_sent_past_the_portal_is_an_operators(text: str, author: str, said: str) -> None:
    post = recognize_post(text)

    assert post is not None
    assert (post.role, post.author, post.text) == ("operator", author, said)


@pytest.mark.parametrize("text", NOTICES)
def test_a_notice_of_a_connector_is_nobodys(text: str) -> None:
    post = recognize_post(text)

    assert post is not None
    assert post.role == "system"


@pytest.mark.parametrize("text", OF_THE_CLIENT)
def test_no_client_gets_rid_of_a_message_by_accident(text: str) -> None:
    assert recognize_post(text) is None


def test_links_and_pictures_in_what_the_company_wrote_stay() -> None:
    said = "See [url=https://shop.example/7]our page[/url] [img]https://shop.example/7.png[/img]"
    post = recognize_post(f"=== Outgoing message, author: Phone ===\n{said}")

    assert post is not None
    assert post.text == said


def test_only_the_beginning_is_looked_at_and_the_rest_stays_as_it_is() -> None:
    long = "=== Outgoing message, author: Phone ===\n" + "[b]x[/b]" * LONGEST_BEGINNING
    post = recognize_post(long)

    assert post is not None
    assert post.text.endswith("[b]x[/b]")
