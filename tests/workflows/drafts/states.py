"""States of a dialog, each from a number: whose it is, how its line stands, who calls, what the portal shows."""

from dataclasses import dataclass, replace
from random import Random

from sandbox.seed import seed
from sandbox.seed.people_and_lines import APP_TOKEN, BOT, TOKENS
from sandbox.state.company import Company
from sandbox.state.records import Chat, CrmEntity, Session, Status

CALLERS = {
    "admin": 1,
    "supervisor": 2,
    "operator": 3,
    "second operator": 4,
    "no rights": 8,
    "application": 1,
}
KEYS = {**TOKENS, "application": APP_TOKEN}
CHATS = (*range(201, 220), 221)
SETTINGS = {
    "QUEUE_TYPE": ("evenly", "strictly", "all"),
    "CHECK_AVAILABLE": ("N", "Y"),
    "MAX_CHAT": ("0", "1", "5"),
    "CLOSE_RULE": ("text", "none"),
    "VOTE_MESSAGE": ("Y", "N"),
    "WELCOME_MESSAGE": ("Y", "N"),
}


@dataclass(frozen=True)
class State:
    """One of them; `build` makes it anew as often as it is wanted."""

    number: int

    @property
    def caller(self) -> str:
        """Name of the webhook."""
        return list(CALLERS)[self.number % len(CALLERS)]

    @property
    def webhook(self) -> str:
        """Its path."""
        return f"/rest/{CALLERS[self.caller]}/{KEYS[self.caller]}/"

    @property
    def chat_id(self) -> int:
        """The dialog."""
        found: int = CHATS[self.number // len(CALLERS) % len(CHATS)]
        return found

    def build(self) -> Company:
        """A company in which the dialog is so."""
        random, company = Random(self.number), seed.create_seeded_company()  # noqa: S311  (no secret)
        chat = company.chats[self.chat_id]
        _change_people(random, company)
        _change_line(random, company, chat)
        if session := company.sessions.get(chat.session_id):
            _change_session(random, company, chat, session, CALLERS[self.caller])
        if random.random() < 0.2:
            company.switches.plan.reports = False
        if random.random() < 0.15:
            _take_scope(company, KEYS[self.caller], "im")
        return company


def _change_people(random: Random, company: Company) -> None:
    for number in (1, 2, 3, 4, 5):
        company.employees[number].presence = random.choice(("online", "online", "online", "offline", "pause"))


def _change_line(random: Random, company: Company, chat: Chat) -> None:
    line = company.lines[company.sessions[chat.session_id].line_id if chat.session_id else chat.line_id]
    for setting, values in SETTINGS.items():
        if random.random() < 0.3:
            line.settings[setting] = random.choice(values)
    if random.random() < 0.12:
        line.settings["ACTIVE"] = "N"
    if random.random() < 0.1:
        line.queue = []


def _change_session(random: Random, company: Company, chat: Chat, session: Session, caller: int) -> None:
    kind = random.choice(("as it is", "mine", "other's", "queued", "offered", "bot's", "closing"))
    if kind != "as it is":
        chat.members = [chat.client_id]
        company.uninvite(chat)
    match kind:
        case "mine" | "other's" | "closing":
            _give(chat, session, caller if kind == "mine" else random.choice((caller, 3, 4, 5)))
        case "queued" | "offered" | "bot's":
            _queue(company, chat, session, {"queued": 0, "offered": random.choice((caller, 4)), "bot's": BOT}[kind])
    if kind == "closing":
        session.status, session.wait_action = Status.CLOSING, True
    if random.random() < 0.25 and caller not in chat.members:
        chat.members.append(caller)
    if session.operator_id and session.status >= Status.ACCEPTED:
        session.paused = random.random() < 0.2
    chat.silent = random.choice(("", "", "", "Y"))
    if random.random() < 0.2:
        session.vote = 5
    if random.random() < 0.3 and not chat.crm_main:
        _bind(company, chat, session, random.choice((caller, 5)))


def _give(chat: Chat, session: Session, operator: int) -> None:
    chat.owner = session.operator_id = operator
    session.status, session.wait_answer, session.wait_action = Status.CLIENT_FIRST, False, False
    chat.members.append(operator)


def _queue(company: Company, chat: Chat, session: Session, chosen: int) -> None:
    chat.owner, session.operator_id = 0, chosen
    session.status, session.wait_answer, session.wait_action, session.paused = Status.NEW, True, False, False
    if chosen == BOT:
        chat.members.append(BOT)
    elif chosen:
        company.invite([chosen], chat)
        if company.lines[session.line_id].settings["QUEUE_TYPE"] == "all":
            session.operator_id = 0  # everyone is asked there, and nobody chosen


def _bind(company: Company, chat: Chat, session: Session, responsible: int) -> None:
    entity = CrmEntity("LEAD", 550, "A lead", responsible)
    company.crm["LEAD", 550] = entity
    for holder in (chat, session):
        holder.crm_main, holder.crm_bindings = ("LEAD", 550), {"LEAD": 550}


def _take_scope(company: Company, token: str, scope: str) -> None:
    company.access_keys = [
        replace(key, scopes=tuple(one for one in key.scopes if one != scope)) if key.token == token else key
        for key in company.access_keys
    ]
