"""A busy month: any number of dialogs, the same at every call, added like those of the seeded company."""

# ruff: noqa: RUF001  clients write in their own languages

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sandbox.domain.new_clients import open_chat
from sandbox.domain.queues import asks_everyone, list_operators
from sandbox.seed.build import add_conversation
from sandbox.seed.conversations import DAY, SeedConversation, SeedMessage, Tags
from sandbox.state.company import Company
from sandbox.state.people import Client
from sandbox.state.records import DISLIKE, LIKE, CrmEntity, Line, Status
from sandbox.state.validation import BadInputError, read_required

MOST = 20_000
MONTH = 30 * DAY
SHIFT = 240
"""Minutes in which everybody who is not done yet has written."""
LINES = (1, 1, 1, 2, 1, 2, 3, 1, 2, 5)
"""Whose turn it is; the website has most clients."""
FIRST_NAMES = (
    "Emily", "Jonas", "Анна", "Lukas", "Sarah", "Сергей", "Marta", "Daniel", "Елена", "Paul", "Nina", "Максим", "Clara",
    "Felix", "Ольга", "Laura", "Simon", "Павел", "Eva", "Thomas", "Наталья", "Julian", "Alice",
)  # fmt: skip
LAST_NAMES = (
    "Baker", "Fischer", "Лебедева", "Novak", "Walker", "Морозов", "Rossi", "Hughes", "Соколова", "Weber", "Green",
    "Фёдоров", "Jansen", "Moore", "Никитина", "Dubois", "Kovacs", "Орлов", "Larsen",
)  # fmt: skip
TALKS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Hello, when will my order arrive? It was promised for Monday.",
        "It left our warehouse this morning and will be with you tomorrow.",
        "Tomorrow is too late, can it be sent by courier today?",
        "The courier will be at your door before 18:00.",
    ),
    (
        "Добрый день! Подскажите, пожалуйста, есть ли этот стол в белом цвете?",
        "Добрый день! Да, белый есть в наличии, осталось четыре штуки.",
        "А сборка входит в стоимость?",
        "Сборка бесплатная при заказе с доставкой.",
    ),
    (
        "I was charged twice for the same invoice.",
        "I am sorry about that. Which invoice is it?",
        "Number 20931, both payments went through on Friday.",
        "The second payment is on its way back to you.",
    ),
    (
        "Guten Tag, die Lampe kam beschädigt an. Was soll ich tun?",
        "Das tut uns leid. Können Sie uns bitte ein Foto schicken?",
        "Das Foto habe ich gestern schon per E-Mail geschickt.",
        "Danke, gefunden. Die neue Lampe geht heute noch hinaus.",
    ),
    (
        "My password link does not work, it says that it has expired.",
        "I have sent you a new link, it is good for an hour.",
        "Still the same error. Could you reset it yourself?",
        "Done: please sign in with the code from the text message.",
    ),
    (
        "Здравствуйте, хочу вернуть стул: не подошёл по высоте.",
        "Здравствуйте! Вернуть можно в течение четырнадцати дней. Когда вам удобно?",
        "Завтра после обеда. Деньги вернутся на карту?",
        "Да, в течение трёх дней на ту же карту.",
    ),
    (
        "Do you ship to Norway, and what does it cost for two boxes?",
        "We do. Two boxes are 39 euros, four to six days.",
        "Is that with customs?",
        "Customs are paid on delivery, about 12 euros.",
    ),
)
REMINDERS = ("Is anybody there?", "Hello??", "Есть кто-нибудь?", "I am still waiting.", "Bitte melden Sie sich.")
SPAM = "You have won a voucher! Open the link within one hour to claim it."


@dataclass(frozen=True)
class DialogCounts:
    """How many dialogs to add, and in how many of them the client waits."""

    dialogs: int
    waiting: int

    def list_kinds(self) -> Iterator[str]:
        """The state of each dialog; three of four who wait are in the queue, few answered ones are still open."""
        new = self.waiting * 3 // 4
        numbers = {
            "new": new,
            "accepted": (self.waiting - new) // 3,
            "again": self.waiting - new - (self.waiting - new) // 3,
            "answered": self.waiting // 10,
            "closing": self.waiting // 60,
        }
        for kind, number in numbers.items():
            yield from [kind] * number
        yield from ["done"] * (self.dialogs - sum(numbers.values()))


def read_dialog_counts(body: dict[str, object]) -> DialogCounts:
    """The numbers of dialogs that the body of a control request asks for; by default 6 of 100 wait.

    Raises:
        BadInputError: `dialogs` is missing or more than 20000, or `waiting` more than three quarters of it.
    """
    dialogs = read_required(body, "dialogs", (int,))
    waiting = read_required({"waiting": dialogs * 6 // 100} | body, "waiting", (int,))
    if not 0 <= waiting <= dialogs * 3 // 4:
        raise BadInputError("waiting: from 0 to three quarters of dialogs")
    if dialogs > MOST:
        raise BadInputError(f"dialogs: at most {MOST}")
    return DialogCounts(dialogs, waiting)


def add_dialogs(company: Company, counts: DialogCounts) -> None:
    """Add dialogs of the last month to a company, each with a client of its own; the same at every call."""
    for number, kind in sorted(enumerate(counts.list_kinds()), key=lambda one: _compute_age(*one), reverse=True):
        _add_dialog(company, number, kind)


def _compute_age(number: int, kind: str) -> int:
    """How many minutes ago a dialog began; those that are open began within a shift."""
    return SHIFT + 1 + number * 37 % MONTH if kind == "done" else 2 + number * 53 % SHIFT


def _add_dialog(company: Company, number: int, kind: str) -> None:
    line = company.lines[LINES[number % len(LINES)]]
    first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number * 7 % len(LAST_NAMES)]
    client = Client(company.issue_id("user"), first, last, "F", connector=line.connectors[0])
    company.clients[client.id] = client
    chat = open_chat(company, client, line.id)
    conversations = [
        *_make_earlier(number, chat.id, line, company),
        _make_conversation(company, number, kind, chat.id, line),
    ]
    chat.created = company.clock() - timedelta(minutes=conversations[0].ago)
    for conversation in conversations:
        add_conversation(company, conversation)


def _make_earlier(number: int, chat: int, line: Line, company: Company) -> Iterator[SeedConversation]:
    """The earlier dialog of a client, which every sixth has."""
    if number % 6 == 0:
        yield _make_closed(company, number + 1, chat, line, MONTH + DAY + number % DAY)


def _make_conversation(company: Company, number: int, kind: str, chat: int, line: Line) -> SeedConversation:
    ago = _compute_age(number, kind)
    if kind == "done":
        return _make_closed(company, number, chat, line, ago)
    question, answer, further, _ = TALKS[number % len(TALKS)]
    operator = _choose_operator(company, number, line)
    session, tags = company.issue_id("session"), _make_tags(company, number)
    half, late = ago // 2, ago * 4 // 5
    reminder: tuple[SeedMessage, ...] = (("c", late, REMINDERS[number % len(REMINDERS)]),) if number % 3 == 0 else ()
    asked: SeedMessage = ("c", 0, question)
    talk: tuple[SeedMessage, ...] = (asked, ("o", ago // 4, answer), ("c", half, further))
    match kind:
        case "new":
            offered = 0 if asks_everyone(line) else operator
            return SeedConversation(chat, line.id, ago, Status.NEW, offered, (asked, *reminder), session, tags=tags)
        case "accepted":
            status = Status.CLIENT_FIRST if reminder else Status.ACCEPTED
            taken: SeedMessage = (
                "s",
                half,
                f"{company.format_mention(operator)} started working with the conversation",
            )
            return SeedConversation(
                chat, line.id, ago, status, operator, (asked, taken, *reminder), session, half, tags=tags
            )
        case "again":
            paused: Tags = {"paused": True} if number % 10 == 0 else {}
            messages = (*talk, *reminder)
            return SeedConversation(
                chat, line.id, ago, Status.CLIENT_AGAIN, operator, messages, session, ago // 4, tags=tags | paused
            )
        case "answered":
            messages = (*talk, ("o", late, TALKS[number % len(TALKS)][3]))
            return SeedConversation(
                chat, line.id, ago, Status.OPERATOR_WROTE, operator, messages, session, ago // 4, tags=tags
            )
    messages = (*talk, ("s", late, "Please rate our service: send 1 for good or 0 for bad."))
    return SeedConversation(chat, line.id, ago, Status.CLOSING, operator, messages, session, ago // 4, tags=tags)


def _make_closed(company: Company, number: int, chat: int, line: Line, ago: int) -> SeedConversation:
    """A closed dialog; one of forty was spam, one of five was rated."""
    question, answer, further, last = TALKS[number % len(TALKS)]
    operator, session = _choose_operator(company, number, line), company.issue_id("session")
    first = 1 + number * 11 % 45
    if number % 40 == 39:  # noqa: PLR2004
        spam: tuple[SeedMessage, ...] = (("c", 0, SPAM),)
        return SeedConversation(chat, line.id, ago, Status.SPAM, operator, spam, session, closed=first, reason="spam")
    messages: tuple[SeedMessage, ...] = (
        ("c", 0, question),
        ("o", first, answer),
        ("c", first + 5, further),
        ("o", first + 9, last),
    )
    rated: Tags = {"vote": DISLIKE if number % 4 == 0 else LIKE} if number % 5 == 0 else {}
    tags = {**_make_tags(company, number), **rated}
    return SeedConversation(
        chat, line.id, ago, Status.CLOSED, operator, messages, session, first, first + 30, "operator", tags
    )


def _choose_operator(company: Company, number: int, line: Line) -> int:
    found = list_operators(company, line)
    return found[number // len(LINES) % len(found)]


def _make_tags(company: Company, number: int) -> Tags:
    """The tags of a dialog; every fourth client is a lead."""
    if number % 4:
        return {}
    lead = company.issue_id("crm")
    company.crm["LEAD", lead] = CrmEntity("LEAD", lead, f"Enquiry {lead}", 3)
    return {"crm": (("LEAD", lead),)}
