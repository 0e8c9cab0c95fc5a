"""The people of the seeded company, its lines, its CRM and the keys to its portal."""

from datetime import timedelta

from sandbox.domain.line_queue import NO_FIELDS
from sandbox.state.company import Company
from sandbox.state.connectors import Connector, LineConnection
from sandbox.state.line_settings import make_default_settings
from sandbox.state.people import AccessKey, Bot, Client, Employee, Reach, Role
from sandbox.state.records import CrmEntity, Line, LineQueueEntry

ADMINISTRATOR = Role("administrator", *[Reach.ALL] * 8)
SUPERVISOR = Role(
    "supervisor",
    lines_view=Reach.ALL,
    lines_modify=Reach.DEPARTMENT,
    join=Reach.ALL,
    history=Reach.ALL,
    vote_head=Reach.ALL,
    quick_answers=Reach.ALL,
    reports=Reach.ALL,
    crm=Reach.ALL,
)
OPERATOR = Role(
    "operator",
    lines_view=Reach.OWN,
    join=Reach.OWN,
    history=Reach.OWN,
    quick_answers=Reach.ALL,
    crm=Reach.OWN,
)
NOBODY = Role("nobody")

TOKENS = {
    "admin": "sandbox-admin-token",
    "supervisor": "sandbox-supervisor-token",
    "operator": "sandbox-operator-token",
    "second operator": "sandbox-second-operator-token",
    "extranet": "sandbox-extranet-token",
    "no rights": "sandbox-no-rights-token",
    "no scope": "sandbox-no-scope-token",
    "inactive": "sandbox-inactive-token",
    "dismissed": "sandbox-dismissed-token",
}
APP_TOKEN = "sandbox-application-token"  # noqa: S105  nothing but the sandbox knows it
SESSION_TOKEN = "sandbox-session-token"  # noqa: S105  nothing but the sandbox knows it
BOT_CLIENT_ID = "sandbox-bot-client"
APPLICATION_ID = "local.sandbox"
CONNECTOR, GROUP_CONNECTOR = "sandbox_chat", "sandbox_forum"
BOT, APPLICATION_BOT, NETWORK_BOT = 9, 10, 11
HANDLER = "https://app.example/connector/settings"
ICON = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E"}
COMPANY_DEPARTMENT, SUPPORT, SALES = 1, 5, 7

CLIENTS = (
    (101, "Emma Wilson", "F", "telegrambot"),
    (102, "Liam Brown", "M", "livechat"),
    (103, "Ирина Кузнецова", "F", "livechat"),
    (104, "Noah Davies", "M", "livechat"),
    (105, "Klaus Richter", "M", "telegrambot"),
    (106, "Grace Miller", "F", "livechat"),
    (107, "Алексей Волков", "M", "livechat"),
    (108, "Chloe Martin", "F", "livechat"),
    (109, "Oliver Smith", "M", "livechat"),
    (110, "Мария Орлова", "F", "telegrambot"),
    (111, "Lucky Winner", "M", "telegrambot"),
    (112, "Hannah Lee", "F", "livechat"),
    (113, "Victor Laurent", "M", "whatsappbytwilio"),
    (114, "Amelia Clark", "F", "whatsappbytwilio"),
    (115, "George Hill", "M", "whatsappbytwilio"),
    (116, "Lucas Meyer", "M", "telegrambot"),
    (117, "Дмитрий Соколов", "M", "livechat"),
    (118, "Julia Novotna", "F", "facebook"),
    (119, "Ella Turner", "F", "livechat"),
    (121, "Henry Adams", "M", "livechat"),
)


def add_people(company: Company) -> None:
    """Add the employees, bots and clients to a company."""
    company.departments.update({COMPANY_DEPARTMENT: "Company", SUPPORT: "Support", SALES: "Sales"})
    now = company.clock()
    staff = (
        Employee(1, "Anna", "Keller", "F", role=ADMINISTRATOR, login="anna", admin=True, position="Director"),
        Employee(2, "Martin", "Vogel", role=SUPERVISOR, login="martin", position="Head of Support"),
        Employee(3, "Olga", "Smirnova", "F", role=OPERATOR, login="olga", position="Support Engineer"),
        Employee(4, "James", "Carter", role=OPERATOR, login="james", position="Support Engineer"),
        Employee(5, "Sofia", "Marino", "F", role=OPERATOR, login="sofia", position="Sales Manager", presence="pause"),
        Employee(6, "Peter", "Novak", role=OPERATOR, login="peter", active=False, presence="offline"),
        Employee(7, "Lena", "Hoffmann", "F", role=OPERATOR, login="lena", extranet=True),
        Employee(8, "Tom", "Becker", role=NOBODY, login="tom", position="Accountant", presence="offline"),
        Employee(BOT, "Helpie", bot=True),
        Employee(APPLICATION_BOT, "Concierge", bot=True),
        Employee(NETWORK_BOT, "Partner Support", bot=True),
    )
    teams = {1: COMPANY_DEPARTMENT, 2: SUPPORT, 3: SUPPORT, 4: SUPPORT, 5: SALES, 6: SALES, 8: COMPANY_DEPARTMENT}
    for member in staff:
        member.departments = (teams[member.id],) if member.id in teams else ()
        member.last_activity = now - timedelta(minutes=member.id)
        company.employees[member.id] = member
    company.bots.extend(
        (
            Bot(BOT, f"custom{BOT_CLIENT_ID}", code="helpie", openline=True),
            Bot(APPLICATION_BOT, APPLICATION_ID, code="concierge", openline=True),
        )
    )
    for number, name, gender, connector in CLIENTS:
        first, _, last = name.partition(" ")
        company.clients[number] = Client(number, first, last, gender, connector=connector)


def add_lines_and_keys(company: Company) -> None:
    """Add the lines, CRM objects, connectors and access keys to a company."""
    for line in _make_lines(company):
        company.lines[line.id] = line
    for entity in (
        CrmEntity("LEAD", 501, "Website enquiry: delivery", 3),
        CrmEntity("LEAD", 502, "Telegram enquiry: wholesale", 5),
        CrmEntity("LEAD", 503, "Spring campaign: voucher", 3),
        CrmEntity("DEAL", 601, "Annual contract", 1),
        CrmEntity("CONTACT", 701, "Алексей Волков", 4),
        CrmEntity("COMPANY", 801, "Clark & Sons", 2),
    ):
        company.crm[entity.type, entity.id] = entity
    for number, name, settings in (
        (CONNECTOR, "Sandbox chat", {}),
        (GROUP_CONNECTOR, "Sandbox forum", {"CHAT_GROUP": True}),
    ):
        company.connectors[number] = Connector(number, APPLICATION_ID, name, HANDLER, dict(ICON), dict(settings))
        company.connections[number, 1] = LineConnection(active=True)
    company.access_keys.extend(_make_keys())
    company.counters.update({"user": 200, "line": 5, "crm": 900})


def _make_lines(company: Company) -> list[Line]:
    support = {"LINE_NAME": "Website support", "QUEUE_TYPE": "evenly", "KPI_FIRST_ANSWER_TIME": "300"}
    sales = {"LINE_NAME": "Sales", "QUEUE_TYPE": "all", "CRM_CREATE": "deal", "VOTE_MESSAGE": "N"}
    vip = {"LINE_NAME": "VIP", "QUEUE_TYPE": "strictly", "CLOSE_RULE": "none", "VOTE_MESSAGE": "N", "MAX_CHAT": "5"}
    campaign = {
        "LINE_NAME": "Spring campaign",
        "ACTIVE": "N",
        "WELCOME_MESSAGE": "N",
        "WORKTIME_DAYOFF_RULE": "text",
        "KPI_FIRST_ANSWER_ALERT": "Y",
    }
    night = {
        "LINE_NAME": "Night desk",
        "QUEUE_TYPE": "strictly",
        "CHECK_AVAILABLE": "Y",
        "WELCOME_BOT_ENABLE": "Y",
        "WELCOME_BOT_ID": str(BOT),
    }
    return [
        _make_line(company, 1, support, ("livechat",), (("user", 3), ("user", 4))),
        _make_line(company, 2, sales, ("telegrambot",), (("department", SALES), ("user", 4))),
        _make_line(company, 3, vip, ("whatsappbytwilio",), (("user", 1), ("user", 2))),
        _make_line(company, 4, campaign, ("facebook",), (("user", 3),)),
        _make_line(company, 5, night, ("livechat",), (("user", 4),)),
    ]


def _make_line(
    company: Company,
    number: int,
    settings: dict[str, str],
    connectors: tuple[str, ...],
    queue: tuple[tuple[str, int], ...],
) -> Line:
    created = company.clock() - timedelta(days=90)
    line = Line(number, make_default_settings() | settings, created, created, modified_by=1, connectors=connectors)
    line.queue = [LineQueueEntry(company.issue_id("queue"), *entry) for entry in queue]
    users = (company.employees[number] for kind, number in queue if kind == "user")
    line.user_fields = {
        user.id: NO_FIELDS | {"USER_NAME": user.name, "USER_WORK_POSITION": user.position} for user in users
    }
    return line


def _make_keys() -> list[AccessKey]:
    return [
        AccessKey(TOKENS["admin"], 1, scopes=("imopenlines", "im", "imbot", "user")),
        AccessKey(TOKENS["supervisor"], 2, scopes=("imopenlines", "im", "user_basic")),
        AccessKey(TOKENS["operator"], 3, scopes=("imopenlines", "im", "user_brief")),
        AccessKey(TOKENS["second operator"], 4),
        AccessKey(TOKENS["extranet"], 7, scopes=("imopenlines", "im", "user_basic")),
        AccessKey(TOKENS["no rights"], 8, scopes=("imopenlines", "im")),
        AccessKey(TOKENS["no scope"], 1, scopes=("crm", "user")),
        AccessKey(TOKENS["inactive"], 1, active=False),
        AccessKey(TOKENS["dismissed"], 6),
        AccessKey(APP_TOKEN, 1, ("imopenlines", "im", "imbot", "user"), kind="application", client_id=APPLICATION_ID),
        AccessKey(SESSION_TOKEN, 1, kind="session"),
    ]
