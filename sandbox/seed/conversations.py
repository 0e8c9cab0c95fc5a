"""The dialogs of the seeded company, in every state a session can be in."""

# ruff: noqa: RUF001  clients write in their own languages

from dataclasses import dataclass, field
from typing import Any

from sandbox.seed.people_and_lines import BOT
from sandbox.state.records import DISLIKE, LIKE, Status

SeedMessage = tuple[str, int, str]
Tags = dict[str, Any]


@dataclass(frozen=True)
class SeedConversation:
    """One conversation, which began `ago` minutes ago.

    Its messages are (author, minutes since the beginning, text); the author is c for the client, o for the operator, s
    for the system.
    """

    chat: int
    line: int
    ago: int
    status: Status
    operator: int = 0
    messages: tuple[SeedMessage, ...] = ()
    session: int = 0
    answered: int | None = None
    closed: int | None = None
    reason: str | None = None
    tags: Tags = field(default_factory=dict)


def _make_new(chat: int, line: int, ago: int, operator: int, *messages: SeedMessage) -> SeedConversation:
    return SeedConversation(chat, line, ago, Status.NEW, operator, messages)


def _make_open(
    chat: int, line: int, ago: int, status: Status, operator: int, *messages: SeedMessage, **tags: Any
) -> SeedConversation:
    answered = next((minute for speaker, minute, _ in messages if speaker == "o"), 1)
    session = tags.pop("session", 0)
    return SeedConversation(chat, line, ago, status, operator, messages, session, answered, tags=tags)


def _make_closed(
    chat: int, line: int, ago: int, operator: int, closed: int, *messages: SeedMessage, **tags: Any
) -> SeedConversation:
    answered = next((minute for speaker, minute, _ in messages if speaker == "o"), None)
    status, reason = tags.pop("status", Status.CLOSED), tags.pop("reason", "operator")
    return SeedConversation(
        chat, line, ago, status, operator, messages, tags.pop("session", 0), answered, closed, reason, tags
    )


DAY = 24 * 60
CONVERSATIONS = (
    _make_closed(
        209,
        1,
        3 * DAY,
        3,
        40,
        ("c", 0, "Hi, how do I change my delivery address?"),
        ("o", 3, "Good morning, Oliver. Tell me the new address and I will change it for you."),
        ("c", 9, "12 Mill Lane, Oxford. Thank you!"),
        ("o", 12, "Done. Your parcel will arrive on Friday."),
        vote=LIKE,
        vote_head=5,
        comment_head="Quick and friendly.",
    ),
    _make_closed(
        210,
        2,
        2 * DAY,
        5,
        95,
        ("c", 0, "Здравствуйте! Есть ли оптовые цены на стулья?"),
        ("o", 50, "Здравствуйте, Мария. Да, от двадцати штук скидка 15 %."),
        ("c", 55, "Жаль, что ответ пришлось ждать почти час."),
        vote=DISLIKE,
        vote_head=2,
        comment_head="",
        crm=(("LEAD", 502),),
    ),
    _make_closed(
        211,
        2,
        2 * DAY + 30,
        4,
        2,
        ("c", 0, "Congratulations!!! You have been chosen, open the link to claim your prize"),
        status=Status.SPAM,
        reason="spam",
    ),
    _make_closed(212, 1, 300, 4, 60, ("c", 0, "Hello?"), status=Status.DUPLICATE, reason="auto"),
    _make_closed(
        213,
        3,
        DAY,
        2,
        120,
        ("c", 0, "Please send me last month's invoice."),
        ("o", 6, "It is in your mailbox now, Mr Laurent."),
        status=Status.SILENTLY_CLOSED,
        reason="auto",
    ),
    _make_closed(
        221,
        1,
        6 * DAY,
        4,
        30,
        ("c", 0, "Is the blue lamp in stock?"),
        ("o", 2, "Yes, eleven pieces are left."),
        reason="auto",
    ),
    _make_closed(
        221,
        1,
        DAY,
        4,
        45,
        ("c", 0, "The lamp arrived, it is lovely."),
        ("o", 4, "We are glad to hear that, Henry!"),
        session=341,
    ),
    _make_new(
        201,
        2,
        200,
        0,
        ("c", 0, "Hello! I ordered two desks a week ago, order 48213. When will they be shipped?"),
        ("c", 75, "Is anybody there?"),
        ("c", 170, "I have been waiting for almost three hours. Please answer or I will cancel the order."),
    ),
    _make_new(202, 1, 12, 3, ("c", 0, "Hi, my discount code SPRING10 does not work.")),
    SeedConversation(
        203,
        1,
        35,
        Status.SKIPPED,
        4,
        (
            ("c", 0, "Добрый день! Не приходит письмо с подтверждением заказа."),
            ("s", 4, "[USER=3]Olga Smirnova[/USER] rejected the conversation"),
        ),
        tags={"asked": [3, 4]},
    ),
    _make_open(204, 1, 8, Status.ACCEPTED, 4, ("c", 0, "Can I pay by invoice?")),
    _make_open(
        205,
        2,
        50,
        Status.CLIENT_FIRST,
        5,
        ("c", 0, "Guten Tag, liefern Sie auch nach Österreich?"),
        ("c", 20, "Es geht um zwölf Bürostühle."),
    ),
    _make_open(
        206,
        1,
        150,
        Status.CLIENT_AGAIN,
        1,
        ("c", 0, "My invoice shows the wrong company name."),
        ("o", 10, "Sorry about that, Grace. What should it say?"),
        ("c", 25, "Miller Garden Design Ltd. I need it corrected today, please."),
    ),
    _make_open(
        207,
        1,
        90,
        Status.OPERATOR_WROTE,
        3,
        ("c", 0, "Здравствуйте, курьер не приехал, хотя обещали вчера."),
        ("o", 5, "Алексей, приношу извинения. Курьер будет у вас сегодня до 14:00."),
        crm=(("LEAD", 501), ("CONTACT", 701)),
    ),
    _make_open(
        208,
        1,
        70,
        Status.CLOSING,
        3,
        ("c", 0, "How do I reset my password?"),
        ("o", 3, "Use the link 'Forgot password' on the sign-in page."),
        ("c", 6, "Works, thanks."),
        ("s", 30, "Thank you for contacting us."),
        ("s", 30, "Please rate our service: send 1 for good or 0 for bad."),
    ),
    _make_open(
        212,
        1,
        235,
        Status.CLIENT_AGAIN,
        4,
        ("c", 0, "Hello, do you repair chairs?"),
        ("o", 15, "We do. Which model is it, Hannah?"),
        ("c", 22, "The Oslo, bought last spring."),
        session=332,
    ),
    _make_open(
        214,
        3,
        DAY,
        Status.OPERATOR_WROTE,
        2,
        ("c", 0, "We would like to renew the service agreement for all our offices."),
        ("o", 12, "With pleasure, Ms Clark. I am preparing the offer and will be back by Wednesday."),
        crm=(("COMPANY", 801),),
        paused=True,
    ),
    _make_open(
        215,
        3,
        130,
        Status.CLIENT_AGAIN,
        1,
        ("c", 0, "Could you confirm the terms of the annual contract?"),
        ("o", 8, "Let me check them with our lawyer, Mr Hill."),
        ("c", 60, "Any news?"),
        crm=(("DEAL", 601),),
        silent="Y",
    ),
    _make_open(
        216,
        2,
        110,
        Status.CLIENT_AGAIN,
        4,
        ("c", 0, "Where can I see the fabric samples?"),
        ("o", 9, "In our showroom. I am passing you to a colleague who knows the stock."),
        ("s", 11, "[USER=5]Sofia Marino[/USER] transferred the conversation to [USER=4]James Carter[/USER]"),
        ("c", 31, "Do you have dark green linen?"),
    ),
    _make_new(
        217,
        5,
        45,
        BOT,
        ("c", 0, "Подскажите график работы склада."),
        ("o", 0, "Я бот Helpie. Склад работает с 9:00 до 18:00."),
        ("c", 2, "А в субботу? Позовите, пожалуйста, человека."),
    ),
    _make_open(
        218,
        4,
        5 * DAY,
        Status.OPERATOR_WROTE,
        3,
        ("c", 0, "Is the spring voucher still valid?"),
        ("o", 30, "It was valid until March 10, Julia, but I can offer you free delivery."),
        crm=(("LEAD", 503),),
    ),
    _make_open(
        219,
        1,
        25,
        Status.CLIENT_AGAIN,
        4,
        ("c", 0, "The checkout shows an error."),
        ("o", 2, "Could you send a screenshot, please?"),
        ("c", 5, "Here it is."),
        file="checkout-error.png",
        from_line=5,
    ),
)
