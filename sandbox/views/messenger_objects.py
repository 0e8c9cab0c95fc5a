"""The objects of the messenger's second API, as methods and events show them: messages, chats, users and bots."""

from typing import Any

from sandbox.state.company import Company
from sandbox.state.people import Bot, Client, Employee, PortalUser
from sandbox.state.records import Chat, File, Message
from sandbox.views.chats import choose_color, format_iso, make_core_card, make_dialog_card
from sandbox.views.history import make_file_card, make_message_params, respell
from sandbox.views.recents import make_uuid

LANGUAGE = "en"
LONGEST_TEXT, CUT = 20000, " (...)"
NOBODY: dict[str, Any] = {"id": 0}
"""The author of the portal's own messages."""
ANSWERS_ONLY = frozenset({"messageCount", "dateCreate", "public", "managerList"})
"""What a chat has in the answers of methods and not in events."""
CHAT_TYPES = {"L": "lines", "P": "private"}
FILE_FIELDS = (
    "id", "chatId", "date", "type", "name", "extension", "size", "image", "authorId", "authorName",
    "isTranscribable", "isVideoNote", "isVoiceNote",
)  # fmt: skip


def make_message(company: Company, message: Message) -> dict[str, Any]:
    """A message, ready for JSON; `authorId` 0 is the portal itself, and what is long is cut.

    Source, here and below: the page "Chatbot Objects and Fields 2.0" of the official REST documentation.
    """
    text = message.text
    members = company.chats[message.chat_id].members
    return {
        "id": message.id,
        "chatId": message.chat_id,
        "authorId": message.author_id,
        "date": format_iso(message.created),
        "text": text[:LONGEST_TEXT] + CUT if len(text) > LONGEST_TEXT + len(CUT) else text,
        "isSystem": message.system,
        "uuid": make_uuid(message) or "",
        "forward": None,
        "params": make_message_params(message),
        "viewedByOthers": any(
            company.reads.get((member, message.chat_id), 0) >= message.id
            for member in members
            if member != message.author_id
        ),
    }


def find_dialog_id(chat: Chat, user_id: int) -> str:
    """What a user calls a chat: `chat` and its number, or the number of the other one in a dialog of two."""
    if chat.type != "P":
        return f"chat{chat.id}"
    return str(next((member for member in chat.members if member != user_id), user_id))


def make_event_chat(company: Company, chat: Chat, user_id: int) -> dict[str, Any]:
    """A chat as events show it to a user or bot, without what differs between the users of a chat otherwise."""
    shown = _make_chat(company, chat, user_id)
    return {name: value for name, value in shown.items() if name not in ANSWERS_ONLY}


def _make_chat(company: Company, chat: Chat, user_id: int) -> dict[str, Any]:
    card: dict[str, Any] = respell(make_core_card(company, chat))
    other = company.find_user(int(find_dialog_id(chat, user_id))) if chat.type == "P" else None
    return card | {
        "dialogId": find_dialog_id(chat, user_id),
        "name": other.name if other else chat.name,
        "type": CHAT_TYPES.get(chat.type, "chat"),
        "avatar": "",
        "description": "",
        "containsCollaber": False,
        "diskFolderId": None,
        "textFieldEnabled": "Y",
    }


def make_chat(company: Company, chat: Chat, user_id: int) -> dict[str, Any]:
    """A chat as methods show it to a user or bot, ready for JSON."""
    card = make_dialog_card(company, chat, user_id)
    return _make_chat(company, chat, user_id) | {
        "role": card["role"],
        "muteList": [],
        "lastMessageId": card["last_message_id"],
        "lastMessageViews": "{}",
        "lastId": company.find_last_read(user_id, chat),
        "markedId": None,
        "unreadId": card["unread_id"] or None,
        "userCounter": card["user_counter"],
    }


def make_user(person: PortalUser | None) -> dict[str, Any]:
    """A person as methods show them, ready for JSON; `connector` is true for a client of a line."""
    if person is None:
        return dict(NOBODY)
    employee = person if isinstance(person, Employee) else None
    bot, client = bool(employee and employee.bot), isinstance(person, Client)
    extranet = bool(employee and employee.extranet)
    return {
        "id": person.id,
        "active": person.active,
        "name": person.name,
        "firstName": person.first_name,
        "lastName": person.last_name,
        "workPosition": (employee and employee.position) or "",
        "color": choose_color(person.id),
        "avatar": "",
        "gender": person.gender,
        "birthday": "",
        "extranet": extranet,
        "bot": bot,
        "connector": client,
        "externalAuthId": "imconnector" if client else "bot" if bot else "default",
        "status": employee.presence if employee else "online",
        "idle": False,
        "lastActivityDate": format_iso(person.last_activity) if person.last_activity else False,
        "mobileLastDate": False,
        "desktopLastDate": False,
        "absent": False,
        "departments": list(employee.departments) if employee else [],
        "phones": False,
        "website": "",
        "email": f"{employee.login}@sandbox.example" if employee and employee.login else "",
        "type": "bot" if bot else "extranet" if extranet else "user" if client else "employee",
    }


def make_event_user(person: PortalUser | None) -> dict[str, Any]:
    """A person as events show them: without any time of being online."""
    return make_user(person) | ({"lastActivityDate": False} if person else {})


def make_bot(bot: Bot, *, own: bool = True) -> dict[str, Any]:
    """A bot, ready for JSON; only its own application sees how it gets its events and what it did."""
    shown = {
        "id": bot.user_id,
        "code": bot.code,
        "type": bot.type,
        "isHidden": bot.hidden,
        "isSupportOpenline": bot.openline,
        "isReactionsEnabled": bot.reactions,
        "backgroundId": bot.background,
        "language": LANGUAGE,
    }
    if not own:
        return shown
    return shown | {
        "moduleId": "rest",
        "eventMode": bot.event_mode,
        "countMessage": bot.message_count,
        "countCommand": 0,
        "countChat": bot.chat_count,
        "countUser": 0,
    }


def make_file(company: Company, file: File) -> dict[str, Any]:
    """A file that a bot has sent, ready for JSON: without the addresses that need a browser's session."""
    card = make_file_card(company, file)
    return {name: card[name] for name in FILE_FIELDS}
