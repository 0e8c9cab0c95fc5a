"""How the messenger shows a chat."""

from datetime import datetime
from typing import Any

from sandbox.state.company import Company
from sandbox.state.records import Chat, Message

COLORS = ("#58cc47", "#4ba984", "#ba9c7b", "#df532d", "#3e99ce", "#8474c8")
CRM_ORDER = ("LEAD", "COMPANY", "CONTACT", "DEAL")
RESTRICTIONS = ("avatar", "rename", "extend", "call", "mute", "leave", "leave_owner", "send", "user_list")
PERMISSIONS = {
    "manage_users_add": "member",
    "manage_users_delete": "manager",
    "manage_ui": "member",
    "manage_settings": "owner",
    "manage_messages": "member",
    "can_post": "member",
}


def format_iso(moment: datetime) -> str:
    """A moment as answers write it: ISO 8601 with the offset, to the second."""
    return moment.isoformat(timespec="seconds")


def format_optional_iso(moment: datetime | None) -> str | None:
    """A moment as answers write it, None for none."""
    return format_iso(moment) if moment else None


def choose_color(number: int) -> str:
    """The colour of a chat or a person, by its id."""
    return COLORS[number % len(COLORS)]


def _format_flag(*, on: bool) -> str:
    return "Y" if on else "N"


def make_entity_data_1(company: Company, chat: Chat) -> str:
    """The field `entity_data_1` of a chat, ten values between bars.

    They are: has CRM, type and id of the main CRM object, pinned, waits for closing, session, its start, the line it
    was moved to, and two that are always 0.
    """
    session = company.sessions.get(chat.session_id)
    crm_type, crm_id = chat.crm_main or ("NONE", 0)
    parts: tuple[object, ...] = (
        _format_flag(on=chat.crm_main is not None),
        crm_type,
        crm_id,
        _format_flag(on=bool(session and session.paused)),
        _format_flag(on=bool(session and session.wait_action)),
        chat.session_id,
        chat.session_started,
        chat.moved_to_line,
        0,
        0,
    )
    return "|".join(map(str, parts))


def make_entity_data_2(chat: Chat) -> str:
    """The field `entity_data_2` of a chat: its CRM objects as type and id between bars, 0 for none."""
    return "|".join(f"{name}|{chat.crm_bindings.get(name, 0)}" for name in CRM_ORDER)


def make_core_card(company: Company, chat: Chat) -> dict[str, Any]:
    """The fields of a chat that all views of it share, ready for JSON."""
    lines = chat.entity_type == "LINES"
    return {
        "id": chat.id,
        "parent_chat_id": 0,
        "parent_message_id": 0,
        "name": chat.name,
        "owner": chat.owner,
        "extranet": False,
        "color": choose_color(chat.id),
        "type": "lines" if lines else "chat",
        "message_count": len(company.list_messages(chat.id)),
        "entity_type": chat.entity_type,
        "entity_id": chat.user_code,
        "entity_data_1": make_entity_data_1(company, chat) if lines else "",
        "entity_data_2": make_entity_data_2(chat) if lines else "",
        "entity_data_3": chat.silent,
        "date_create": format_iso(chat.created),
        "message_type": chat.type,
        "public": "",
        "entity_link": {"type": chat.entity_type, "url": "", "id": chat.user_code},
        "text_field_enabled": True,
        "background_id": None,
        "permissions": dict(PERMISSIONS),
        "is_new": False,
        "manager_list": [chat.owner] if chat.owner else [],
    }


def make_dialog_card(company: Company, chat: Chat, user_id: int) -> dict[str, Any]:
    """A chat as `imopenlines.dialog.get` shows it to a user, ready for JSON."""
    messages, unread = company.list_messages(chat.id), company.list_unread(user_id, chat)
    last = messages[-1] if messages else None
    return make_core_card(company, chat) | {
        "description": None,
        "avatar": "",
        "counter": len(unread),
        "user_counter": len(chat.members),
        "unread_id": unread[0].id if unread else 0,
        "restrictions": dict.fromkeys(RESTRICTIONS, True),
        "last_message_id": last.id if last else 0,
        "last_id": last.id if last else 0,
        "marked_id": 0,
        "disk_folder_id": 0,
        "mute_list": [],
        "role": _choose_role(chat, user_id),
        "readed_list": _list_readers(company, chat, messages),
        "last_message_views": _describe_views(company, chat, last),
        "dialog_id": f"chat{chat.id}",
    }


def _choose_role(chat: Chat, user_id: int) -> str:
    if user_id == chat.owner:
        return "owner"
    return "member" if user_id in chat.members else "guest"


def _list_readers(company: Company, chat: Chat, messages: list[Message]) -> list[dict[str, Any]]:
    client = company.clients.get(chat.client_id)
    seen = [message.id for message in messages if message.author_id == chat.client_id or message.id == chat.client_read]
    if not client or not seen:
        return []
    return [{"user_id": client.id, "user_name": client.name, "message_id": seen[-1], "date": None}]


def _describe_views(company: Company, chat: Chat, last: Message | None) -> dict[str, Any]:
    owner = company.find_user(chat.owner)
    viewers = []
    if owner and last:
        viewers.append({"user_id": owner.id, "user_name": owner.name, "date": format_iso(last.created)})
    return {"message_id": last.id if last else 0, "first_viewers": viewers, "count_of_viewers": 0}
