"""The company whose portal this is: every record, the clock and the counters."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.state.connectors import Connector, LineConnection
from sandbox.state.event_logs import EventLogs
from sandbox.state.faults import Faults
from sandbox.state.happenings import Happening, HappeningKind, Happenings
from sandbox.state.index import RecordIndex
from sandbox.state.limits import PortalLimits
from sandbox.state.oauth import AuthorizationServer
from sandbox.state.offline_events import OfflineQueue
from sandbox.state.outbox import Outbox
from sandbox.state.people import AccessKey, Bot, Client, Employee, PortalUser
from sandbox.state.records import CallRecord, Chat, CrmEntity, File, Line, Message, QuickAnswer, Session, Transfer
from sandbox.state.subscriptions import EventBinding
from sandbox.state.switches import Switches

START = datetime(2026, 3, 16, 10, 0, tzinfo=timezone(timedelta(hours=1)))
LOG_LENGTH = 10_000
DELETED = "This message was deleted."
SITE_CHAT = "livechat"
"""The connector of the site chat, whose window reads the portal itself."""


class Clock:
    """A clock that moves only when it is told to, so that two runs give the same answers."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def __call__(self) -> datetime:
        """The present moment."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self._now += timedelta(seconds=seconds)


@dataclass
class Company:
    """The state of a portal: all records by their ids, and what a test can change about it."""

    clock: Clock = field(default_factory=Clock)
    switches: Switches = field(default_factory=Switches)
    happenings: Happenings = field(default_factory=Happenings)
    faults: Faults = field(default_factory=Faults)
    limits: PortalLimits = field(default_factory=PortalLimits)
    oauth: AuthorizationServer = field(default_factory=AuthorizationServer)
    bindings: list[EventBinding] = field(default_factory=list)
    offline_events: OfflineQueue = field(default_factory=OfflineQueue)
    outbox: Outbox = field(default_factory=Outbox)
    woken: dict[int, datetime] = field(default_factory=dict)
    """Bindings of the event that tells of offline events, and when each was told last."""
    address: str = "https://sandbox.example"
    departments: dict[int, str] = field(default_factory=dict)
    employees: dict[int, Employee] = field(default_factory=dict)
    clients: dict[int, Client] = field(default_factory=dict)
    bots: list[Bot] = field(default_factory=list)
    event_logs: EventLogs = field(default_factory=EventLogs)
    access_keys: list[AccessKey] = field(default_factory=list)
    lines: dict[int, Line] = field(default_factory=dict)
    connectors: dict[str, Connector] = field(default_factory=dict)
    connections: dict[tuple[str, int], LineConnection] = field(default_factory=dict)
    outsiders: dict[tuple[str, str], int] = field(default_factory=dict)
    crm: dict[tuple[str, int], CrmEntity] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    sessions: dict[int, Session] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    files: dict[int, File] = field(default_factory=dict)
    download_tokens: dict[str, int] = field(default_factory=dict)
    """Token -> file, each good for one download."""
    history_readers: set[tuple[int, int]] = field(default_factory=set)
    """Users and the chats whose history they have read, and whose files they may therefore read."""
    transfers: list[Transfer] = field(default_factory=list)
    quick_answers: list[QuickAnswer] = field(default_factory=list)
    recents: set[tuple[int, int]] = field(default_factory=set)
    reads: dict[tuple[int, int], int] = field(default_factory=dict)
    network_lines: dict[str, str] = field(default_factory=dict)
    network_sent: dict[tuple[str, int], datetime] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    requests: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))

    def __post_init__(self) -> None:
        self._chats_by_code = RecordIndex(self.chats.values, lambda chat: chat.user_code)
        self._sessions_by_chat = RecordIndex(self.sessions.values, lambda session: session.chat_id)
        self._messages_by_chat = RecordIndex(self.messages.values, lambda message: message.chat_id)
        self._messages_by_session = RecordIndex(self.messages.values, lambda message: message.session_id)
        self._transfers_by_session = RecordIndex(lambda: self.transfers, lambda transfer: transfer.session_id)

    def issue_id(self, kind: str) -> int:
        """The next id of a kind; no id is given twice."""
        self.counters[kind] = self.counters.get(kind, 0) + 1
        return self.counters[kind]

    def find_user(self, user_id: int) -> PortalUser | None:
        """The employee, bot or client of an id, dismissed or not; None if there is none."""
        return self.employees.get(user_id) or self.clients.get(user_id)

    def find_employee(self, user_id: int) -> Employee | None:
        """The employee or bot of an id who is not dismissed; None if there is none."""
        found = self.employees.get(user_id)
        return found if found and found.active else None

    def is_bot(self, user_id: int) -> bool:
        """Whether the user is a bot."""
        found = self.employees.get(user_id)
        return bool(found and found.bot)

    def find_bot(self, user_id: int) -> Bot | None:
        """The registered bot of a user id, None if there is none."""
        return next((bot for bot in self.bots if bot.user_id == user_id), None)

    def find_chat_by_code(self, user_code: str) -> Chat | None:
        """The chat of a user code; None if there is none, or no code is given."""
        return next(iter(self._chats_by_code.find(user_code)), None) if user_code else None

    def find_line(self, session: Session) -> Line | None:
        """The line that the session is on now; None if it was deleted."""
        return self.lines.get(session.line_id)

    def list_sessions(self, chat_id: int) -> list[Session]:
        """The sessions of a chat in the order of their ids."""
        return sorted(self._sessions_by_chat.find(chat_id), key=lambda session: session.id)

    def list_messages(self, chat_id: int) -> list[Message]:
        """The messages of a chat, oldest first."""
        return self._messages_by_chat.find(chat_id)

    def list_session_messages(self, session: Session) -> list[Message]:
        """The messages of a session, oldest first."""
        return self._messages_by_session.find(session.id)

    def list_transfers(self, session: Session) -> list[Transfer]:
        """The moves of a session, oldest first."""
        return self._transfers_by_session.find(session.id)

    def say(self, chat: Chat, author_id: int, text: str, **details: Any) -> Message:
        """Write a message into a chat, within the session that is open there; `details` are its further fields."""
        message = Message(self.issue_id("message"), chat.id, chat.session_id, author_id, self.clock(), text, **details)
        message.sending = message.to_client and chat.connector in self.connectors
        self.messages[message.id] = message
        self.mark_read(author_id, message)
        self._tell_of_message(HappeningKind.MESSAGE_ADDED, message)
        if message.to_client and self._takes_messages(chat):
            self.tell(HappeningKind.MESSAGE_HANDED_OVER, chat, message_id=message.id)
        return message

    def _takes_messages(self, chat: Chat) -> bool:
        """Whether messages to the client go through a connector that works."""
        connection = self.connections.get((chat.connector, chat.line_id))
        works = chat.connector not in self.connectors or (connection is not None and connection.works)
        return works and chat.connector not in {"", SITE_CHAT}

    def edit_message(self, message: Message, text: str, received: Mapping[str, Any] | None = None) -> None:
        """Change the text of a message; its files stay. `received` is what a channel sent, if one did."""
        message.text = text
        self._tell_of_message(HappeningKind.MESSAGE_UPDATED, message, received=received or {})

    def delete_message(self, message: Message, received: Mapping[str, Any] | None = None) -> None:
        """Delete a message, whose place stays. `received` is what a channel sent, if one did."""
        message.text, message.file_ids, message.deleted = DELETED, [], True
        self._tell_of_message(HappeningKind.MESSAGE_DELETED, message, received=received or {})

    def _tell_of_message(self, kind: HappeningKind, message: Message, **details: Any) -> None:
        by = self._classify_author(message)
        self.tell(kind, self.chats.get(message.chat_id), message_id=message.id, by=by, **details)

    def _classify_author(self, message: Message) -> str:
        if message.system or not message.author_id:
            return "system"
        if message.author_id in self.clients:
            return "client"
        return "bot" if self.is_bot(message.author_id) else "operator"

    def tell(
        self,
        kind: HappeningKind,
        chat: Chat | None = None,
        *,
        message_id: int = 0,
        session: Session | None = None,
        line_id: int = 0,
        connector: str = "",
        **details: Any,
    ) -> None:
        """Tell whoever listens what happened now; without a session it is about the one that the chat has open."""
        session = session or self.sessions.get(chat.session_id if chat else 0)
        happening = Happening(
            kind,
            self.clock(),
            chat_id=chat.id if chat else 0,
            message_id=message_id,
            session_id=session.id if session else 0,
            line_id=line_id or (session.line_id if session else chat.line_id if chat else 0),
            connector=connector or (chat.connector if chat else ""),
            cause=self.happenings.cause,
            details=details,
        )
        self.happenings.publish(happening)

    def mark_read(self, user_id: int, message: Message) -> None:
        """Note that a user has read a chat up to a message; marks never move back."""
        mark = (user_id, message.chat_id)
        self.reads[mark] = max(self.reads.get(mark, 0), message.id)

    def mark_all_read(self, user_id: int, chat: Chat) -> None:
        """Note that a user has read all of a chat."""
        for message in self.list_messages(chat.id)[-1:]:
            self.mark_read(user_id, message)

    def find_last_read(self, user_id: int, chat: Chat) -> int:
        """The id of the last message of a chat that a user has read; 0 for none."""
        return self.reads.get((user_id, chat.id), 0)

    def list_unread(self, user_id: int, chat: Chat) -> list[Message]:
        """The messages that a member of a chat has not read, oldest first, without system messages."""
        if user_id not in chat.members:
            return []
        last = self.find_last_read(user_id, chat)
        return [message for message in self.list_messages(chat.id) if message.id > last and not message.system]

    def announce(self, chat: Chat, text: str, *, to_client: bool = False) -> Message:
        """Write a system message into a chat."""
        return self.say(chat, 0, text, system=True, to_client=to_client)

    def invite(self, user_ids: Iterable[int], chat: Chat) -> None:
        """Offer the chat to users, who see it in their lists."""
        offered = {(user_id, chat.id) for user_id in user_ids} - self.recents
        self.recents |= offered
        if offered:
            self.tell(HappeningKind.CHAT_OFFERED, chat, users=sorted(user_id for user_id, _ in offered))

    def uninvite(self, chat: Chat) -> None:
        """Withdraw the offer of a chat from everybody's list."""
        self.recents = {(user, chat_id) for user, chat_id in self.recents if chat_id != chat.id}

    def add_member(self, chat: Chat, user_id: int) -> None:
        """Add a user to the members of a chat, if they are none yet."""
        if user_id not in chat.members:
            chat.members.append(user_id)
            self.tell(HappeningKind.MEMBER_JOINED, chat, member=user_id)

    def keep_members(self, chat: Chat, stays: Callable[[int], bool]) -> None:
        """Remove the members of a chat who do not stay."""
        gone = [member for member in chat.members if not stays(member)]
        chat.members = [member for member in chat.members if member not in gone]
        for member in gone:
            self.tell(HappeningKind.MEMBER_LEFT, chat, member=member)

    def set_owner(self, chat: Chat, user_id: int, how: str = "taken") -> None:
        """Make a user the owner of a chat, or nobody; `how` is taken or transferred."""
        previous, chat.owner = chat.owner, user_id
        if previous != user_id:
            how = how if user_id else "released"
            self.tell(HappeningKind.OWNER_CHANGED, chat, how=how, owner=user_id, previous=previous)

    def format_mention(self, user_id: int) -> str:
        """The messenger's markup for a person."""
        person = self.find_user(user_id)
        return f"[USER={user_id}]{person.name}[/USER]" if person else f"[USER={user_id}][/USER]"
