"""The people a portal knows: employees, bots and clients, what they may do, and the keys they call with."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum


class Reach(IntEnum):
    """How far a permission goes."""

    NONE = 0
    OWN = 1
    DEPARTMENT = 2
    ALL = 3


@dataclass(frozen=True)
class Role:
    """A role of the Open Channels rights, plus the right to read CRM."""

    name: str
    lines_view: Reach = Reach.NONE
    lines_modify: Reach = Reach.NONE
    join: Reach = Reach.NONE
    history: Reach = Reach.NONE
    vote_head: Reach = Reach.NONE
    quick_answers: Reach = Reach.NONE
    reports: Reach = Reach.NONE
    crm: Reach = Reach.NONE


@dataclass
class PortalUser:
    """Anyone with a user id: an employee, a bot or a client who came through a connector."""

    id: int
    first_name: str
    last_name: str = ""
    gender: str = "M"
    active: bool = True
    last_activity: datetime | None = None

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Employee(PortalUser):
    """A user of the portal; bots are such users too."""

    role: Role = Role("none")
    login: str = ""
    position: str | None = None
    departments: tuple[int, ...] = ()
    admin: bool = False
    extranet: bool = False
    bot: bool = False
    presence: str = "online"

    @property
    def can_take_dialogs(self) -> bool:
        """Whether a dialog may be handed to this user."""
        return self.active and not self.extranet and not self.bot


@dataclass
class Client(PortalUser):
    """A customer, seen by the portal as a user of a connector."""

    connector: str = ""


@dataclass
class Bot:
    """A registered chat bot: `client_id` is `custom<CLIENT_ID>` for webhooks, the application's id otherwise.

    `type` is bot, openline, supervisor, personal or network; `openline` says whether it hears what is said in lines.
    `event_mode` is fetch or webhook; the counts are of messages it got and chats it was brought into.
    """

    user_id: int
    client_id: str = ""
    network_code: str = ""
    code: str = ""
    type: str = "bot"
    openline: bool = False
    event_mode: str = "webhook"
    webhook_url: str = ""
    hidden: bool = False
    reactions: bool = True
    background: str | None = None
    message_count: int = 0
    chat_count: int = 0


@dataclass
class AccessKey:
    """A secret that lets its bearer act as a user; `kind` is webhook, application or session.

    `level` is that of the event that brought it, 0 for none.
    """

    token: str
    user_id: int
    scopes: tuple[str, ...] = ("imopenlines",)
    kind: str = "webhook"
    client_id: str = ""
    active: bool = True
    level: int = 0
