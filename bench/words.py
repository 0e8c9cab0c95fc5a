"""What clients of an invented company write, in several scripts; the same each time."""

# ruff: noqa: RUF001  (Cyrillic letters are meant)

import random
from collections.abc import Iterator, Mapping, Sequence

SENTENCES: Mapping[str, Sequence[str]] = {
    "English": (
        "I ordered two garden chairs last Tuesday and only one of them has arrived.",
        "The invoice shows the wrong company name, could you correct it before Friday?",
        "Is the dark green linen back in stock, and what would four metres cost with delivery?",
        "The courier says that nobody was at home, although I waited the whole afternoon.",
        "Thank you, that helped; one more thing, though: the warranty card was missing.",
        "Please call me back after six, I cannot talk at work.",
    ),
    "Russian": (
        "Заказала две садовые скамейки в прошлый вторник, а привезли почему-то только одну.",
        "В счёте указано неправильное название компании, исправьте его, пожалуйста, до пятницы.",
        "Тёмно-зелёный лён снова есть в наличии? Сколько будут стоить четыре метра с доставкой?",
        "Курьер утверждает, что никого не было дома, хотя я прождал его весь день.",
        "Спасибо, помогло! Но есть ещё вопрос: в коробке не оказалось гарантийного талона.",
        "Перезвоните мне после шести, на работе разговаривать не могу.",
    ),
    "links and emoji": (
        "https://shop.example.com/catalog/item?id=48213&utm_source=tg&utm_campaign=7f3a9c1e-22d4",
        "👍🏽👍🏽 супер, спасибо!!! 🎉🎉🎉",
        "№ 0042-117/Б от 14.03.2026, 12 480,50 ₽, арт. XK-7781-AZ/3",
        "😭😭😭 wo ist mein Paket?? DHL 00340434161094021501",
        "+7 (916) 555-01-42, g.miller+orders@garden.example.com",
        "IMG_20260314_081522.jpg https://cdn.example.com/u/9c/1e/7f3a9c1e22d4b8a0.jpg",
    ),
}


def write_messages(language: str, count: int, sentences: int) -> Iterator[str]:
    """Messages of one to so many sentences."""
    chosen = random.Random(language)  # noqa: S311  (nothing is kept secret by it)
    for _ in range(count):
        yield " ".join(chosen.choices(SENTENCES[language], k=chosen.randint(1, sentences)))
