"""The dialogs that a user has in the messenger, and those that the queue offers to them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sandbox.state.company import Company
from sandbox.state.people import Employee, PortalUser
from sandbox.state.records import Chat, File, Message
from sandbox.views.chats import RESTRICTIONS, choose_color, format_iso, make_core_card
from sandbox.views.history import KINDS, make_person_card

NAMESPACE = UUID("5f6f9b1e-0000-4000-8000-000000000000")
OLDER_FIELDS = frozenset({"avatar_id", "phone_device", "profile", "services"})
QUEUE_CHAT = (
    "id", "name", "owner", "extranet", "color", "type", "entity_type", "entity_id",
    "entity_data_1", "entity_data_2", "entity_data_3", "manager_list", "date_create", "message_type",
)  # fmt: skip
_MARKUP = re.compile(r"\[/?(?:[bius]|url|USER|CHAT|SEND|PUT)(?:[= ][^\]]*)?\]", re.IGNORECASE)


@dataclass(frozen=True)
class RecentFilter:
    """What a caller wants to see of their dialogs."""

    lines: bool = True
    queue: bool = True
    dialogs: bool = True
    groups: bool = True
    nothing_else: bool = False
    """Only kinds of chats are wanted that this company has none of."""
    unread_only: bool = False
    until: datetime | None = None
    since: datetime | None = None
    markup: bool = False


def make_user_card(person: PortalUser | None) -> dict[str, Any]:
    """A person as the messenger shows them, ready for JSON; the portal itself is `{"id": 0}`."""
    if person is None:
        return {"id": 0}
    shown = {name: value for name, value in make_person_card(person).items() if name not in OLDER_FIELDS}
    email = f"{person.login}@sandbox.example" if isinstance(person, Employee) and person.login else ""
    return shown | {"id": person.id, "birthday": "", "avatar_hr": "", "website": "", "email": email}


def make_uuid(message: Message) -> str | None:
    """The identifier that a message's author gave it; None for the portal's own messages."""
    return None if message.system else str(uuid5(NAMESPACE, str(message.id)))


def list_recent_dialogs(company: Company, user_id: int, wanted: RecentFilter) -> list[dict[str, Any]]:
    """The dialogs that a user takes part in, newest first, as `im.recent.list` shows them; closed ones are hidden."""
    mine = [chat for chat in company.chats.values() if user_id in chat.members and _is_wanted(chat, wanted)]
    shown = [_make_item(company, user_id, chat, wanted) for chat in mine if company.list_messages(chat.id)]
    fresh = [item for item in shown if item["counter"] or not wanted.unread_only]
    kept = [item for item in fresh if _is_in_time(datetime.fromisoformat(item["date_last_activity"]), wanted)]
    return sorted(kept, key=lambda item: (item["date_last_activity"], item["message"]["id"]), reverse=True)


def _is_in_time(moment: datetime, wanted: RecentFilter) -> bool:
    return (wanted.until is None or moment <= wanted.until) and (wanted.since is None or moment >= wanted.since)


def _is_wanted(chat: Chat, wanted: RecentFilter) -> bool:
    if wanted.nothing_else:
        return False
    if chat.entity_type == "LINES":
        return wanted.lines and chat.session_id != 0
    return wanted.dialogs if chat.type == "P" else wanted.groups


def count_unread(company: Company, user_id: int) -> dict[str, Any]:
    """The unread messages of a user's chats, as `im.counters.get` shows them; closed and offered dialogs have none."""
    counts: dict[str, dict[str, int]] = {"CHAT": {}, "LINES": {}, "DIALOG": {}}
    for item in list_recent_dialogs(company, user_id, RecentFilter(unread_only=True)):
        kind = "DIALOG" if item["type"] == "user" else "LINES" if "lines" in item else "CHAT"
        counts[kind][str(item["id"] if kind == "DIALOG" else item["chat_id"])] = item["counter"]
    sums = {kind: sum(found.values()) for kind, found in counts.items()}
    everything = sum(sums.values())
    return {
        "TYPE": {"ALL": everything, "NOTIFY": 0, **sums, "MESSENGER": everything},
        **{kind: found or [] for kind, found in counts.items()},
        "CHAT_MUTED": [],
        "CHAT_UNREAD": [],
        "DIALOG_UNREAD": [],
    }


def list_offered_dialogs(company: Company, user_id: int, wanted: RecentFilter) -> list[dict[str, Any]]:
    """The dialogs that the queue offers to a user and nobody has taken, newest first."""
    offered = [company.chats[chat_id] for user, chat_id in company.recents if user == user_id]
    items = [_make_queue_item(company, chat, wanted) for chat in offered]
    return sorted(items, key=lambda item: (item["date_update"], item["id"]), reverse=True)


def _make_queue_item(company: Company, chat: Chat, wanted: RecentFilter) -> dict[str, Any]:
    """An offered dialog has fewer fields, always one unread message, and no author."""
    last = company.list_messages(chat.id)[-1]
    message = _make_message(company, last, wanted)
    del message["sticker"]
    core = make_core_card(company, chat)
    card = {name: core[name] for name in QUEUE_CHAT} | _make_chat_extras(chat)
    return {
        "id": f"chat{chat.id}",
        "chat_id": chat.id,
        "type": "chat",
        "message": message,
        "counter": 1,
        "pinned": False,
        "unread": False,
        "has_reminder": False,
        "date_update": format_iso(last.created),
        "avatar": {"url": "", "color": choose_color(chat.id)},
        "title": chat.name,
        "chat": card,
        "lines": _make_session_fields(company, chat),
        "user": make_user_card(None),
    }


def _make_item(company: Company, user_id: int, chat: Chat, wanted: RecentFilter) -> dict[str, Any]:
    last = company.list_messages(chat.id)[-1]
    item: dict[str, Any] = {
        "id": f"chat{chat.id}",
        "chat_id": chat.id,
        "type": "chat",
        "avatar": {"url": "", "color": choose_color(chat.id)},
        "title": chat.name,
        "message": _make_message(company, last, wanted),
        "last_id": company.find_last_read(user_id, chat),
        "pinned": False,
        "unread": False,
        "has_reminder": False,
        "date_update": format_iso(last.created),
        "date_last_activity": format_iso(last.created),
        "counter": len(company.list_unread(user_id, chat)),
    }
    if chat.type == "P":
        return item | _make_private_fields(company, user_id, chat)
    role = "OWNER" if chat.owner == user_id else "MEMBER"
    card = make_core_card(company, chat) | _make_chat_extras(chat) | {"contains_collaber": False, "role": role}
    lines = {"lines": _make_session_fields(company, chat)} if chat.entity_type == "LINES" else {}
    return item | {"chat": card, **lines, "user": make_user_card(company.find_user(last.author_id)), "options": []}


def _make_private_fields(company: Company, user_id: int, chat: Chat) -> dict[str, Any]:
    """A dialog of two is named after the other one."""
    other = company.find_user(next((member for member in chat.members if member != user_id), user_id))
    settings: dict[str, Any] = {"text_field_enabled": True, "background_id": None, "mute_list": []}
    shown = {"chat": settings, "user": make_user_card(other), "options": []}
    return shown | {"id": other.id, "type": "user", "title": other.name} if other else shown


def _make_chat_extras(chat: Chat) -> dict[str, Any]:
    return {
        "avatar": "",
        "mute_list": [],
        "user_counter": len(chat.members),
        "restrictions": dict.fromkeys(RESTRICTIONS, True),
    }


def _make_session_fields(company: Company, chat: Chat) -> dict[str, Any]:
    session = company.sessions[chat.session_id]
    return {"id": session.id, "status": int(session.status), "date_create": format_iso(session.created)}


def _make_message(company: Company, message: Message, wanted: RecentFilter) -> dict[str, Any]:
    files = [company.files[number] for number in message.file_ids]
    read_by_client = any(_has_read(company, client, message) for client in _list_clients(company, message.chat_id))
    return {
        "id": message.id,
        "text": message.text if wanted.markup else _strip_markup(message, files),
        "file": {"type": KINDS.get(files[0].name.rpartition(".")[2], "file"), "name": files[0].name}
        if files
        else False,
        "author_id": message.author_id,
        "attach": bool(message.attach),
        "sticker": None,
        "date": format_iso(message.created),
        "status": "delivered" if read_by_client else "received",
        "uuid": make_uuid(message),
    }


def _list_clients(company: Company, chat_id: int) -> list[int]:
    return [member for member in company.chats[chat_id].members if member in company.clients]


def _has_read(company: Company, user_id: int, message: Message) -> bool:
    return company.reads.get((user_id, message.chat_id), 0) >= message.id


def _strip_markup(message: Message, files: list[File]) -> str:
    """One line without markup; a file or an attachment is mentioned."""
    attached = ["[Attachment]"] if message.attach else []
    mentions = [*attached, *(["[File]"] if files else [])]
    return " ".join([_MARKUP.sub("", message.text).replace("\n", " ").strip(), *mentions]).strip()
