"""The messages of a session as `imopenlines.session.history.get` shows them, odd spelling included."""

from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from sandbox.domain import permissions
from sandbox.state.company import Company
from sandbox.state.people import Client, Employee, PortalUser
from sandbox.state.records import Chat, File, Message, Session
from sandbox.views.chats import choose_color, format_iso, make_core_card

HIDDEN = {"CLASS": "bx-messenger-content-item-system", "COMPONENT_ID": "HiddenMessage"}
"""How a message that was written in silent mode is marked."""
KINDS = {"png": "image", "jpg": "image", "mp4": "video", "ogg": "audio"}


def respell(value: Any) -> Any:
    """A value whose names with underscores are turned into camelCase and, oddly, camelCase names into lower case."""
    if isinstance(value, dict):
        return {_respell_name(str(name)): respell(item) for name, item in value.items()}
    if isinstance(value, list):
        return [respell(item) for item in value]
    return value


@lru_cache(1000)
def _respell_name(name: str) -> str:
    head, *tail = name.lower().split("_")
    return head + "".join(part.capitalize() for part in tail)


def make_history(company: Company, session: Session, user_id: int) -> dict[str, Any]:
    """A session with its messages, people and files as `imopenlines.session.history.get` shows them, ready for JSON."""
    chat = company.chats[session.chat_id]
    messages = company.list_session_messages(session)[::-1]
    people = _list_people(company, chat, messages)
    votes = permissions.can_vote_as_head(company, user_id, session.line_id)
    members = [person.id for person in people if person.id in chat.members]
    files = [company.files[file_id] for message in messages for file_id in message.file_ids]
    return {
        "chatId": chat.id,
        "canJoin": "Y" if permissions.can_join(company, user_id, chat) else "N",
        "canVoteHead": "Y" if votes else "N",
        "sessionId": session.id,
        "sessionVoteHead": session.vote_head,
        "sessionCommentHead": session.comment_head,
        "userId": f"chat{chat.id}",
        "message": respell({message.id: _make_message(message) for message in messages}),
        "usersMessage": {f"chat{chat.id}": [str(message.id) for message in messages]},
        "users": respell({person.id: make_person_card(person) for person in people}) or [],
        "openlines": {"canvoteashead": {str(session.line_id): votes}},
        "userInGroup": _group_people(people) or [],
        "woUserInGroup": [],
        "chat": {str(chat.id): respell(_make_chat(company, chat))},
        "userBlockChat": {str(chat.id): {str(member): False for member in members} or []},
        "userInChat": {str(chat.id): members},
        "files": respell({file.id: make_file_card(company, file) for file in files}) or [],
    }


def _list_people(company: Company, chat: Chat, messages: list[Message]) -> list[PortalUser]:
    ids = [*chat.members, *(message.author_id for message in messages)]
    found = (company.find_user(user_id) for user_id in dict.fromkeys(ids))
    return [person for person in found if person]


def make_message_params(message: Message) -> dict[str, Any]:
    """The field `params` of a message, with names in upper case; what is empty is left out."""
    attached = {
        "FILE_ID": list(message.file_ids),
        "ATTACH": message.attach,
        "REPLY_ID": str(message.reply_to) if message.reply_to else "",
        "CONNECTOR_MID": list(message.external_ids),
        "SENDING": "Y" if message.sending else "",
        "IS_DELETED": "Y" if message.deleted else "",
    }
    return (HIDDEN if message.hidden else {}) | {name: value for name, value in attached.items() if value}


def _make_message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "chatId": str(message.chat_id),
        "senderId": str(message.author_id),
        "recipientId": f"chat{message.chat_id}",
        "date": format_iso(message.created),
        "text": message.text,
        "textLegacy": message.text.replace("[b]", "<b>").replace("[/b]", "</b>"),
        "params": make_message_params(message) or [],
    }


def make_person_card(person: PortalUser) -> dict[str, Any]:
    """A person in the older of the messenger's two formats, ready for JSON."""
    employee = person if isinstance(person, Employee) else None
    kind = "bot" if employee and employee.bot else "user"
    return {
        "id": str(person.id),
        "name": person.name,
        "active": person.active,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "work_position": employee.position if employee else None,
        "color": choose_color(person.id),
        "avatar": "",
        "avatar_id": None,
        "birthday": False,
        "gender": person.gender,
        "phone_device": False,
        "phones": False,
        "extranet": bool(employee and employee.extranet),
        "network": False,
        "bot": kind == "bot",
        "connector": isinstance(person, Client),
        "profile": f"/company/personal/user/{person.id}/",
        "external_auth_id": "imconnector" if isinstance(person, Client) else kind.replace("user", "default"),
        "status": employee.presence if employee else None,
        "idle": False,
        "last_activity_date": format_iso(person.last_activity) if person.last_activity else False,
        "mobile_last_date": False,
        "desktop_last_date": False,
        "departments": list(employee.departments) if employee else [],
        "absent": False,
        "type": kind,
        "services": None,
        "bot_data": None,
    }


def _group_people(people: list[PortalUser]) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for person in people:
        for department in person.departments if isinstance(person, Employee) else ():
            groups.setdefault(str(department), {"id": department, "users": []})["users"].append(str(person.id))
    return groups


def _make_chat(company: Company, chat: Chat) -> dict[str, Any]:
    return make_core_card(company, chat) | {
        "id": str(chat.id),
        "owner": str(chat.owner),
        "avatar": "",
        "call": "0",
        "call_number": "",
        "mute_list": {str(member): False for member in chat.members} or [],
    }


def make_file_card(company: Company, file: File) -> dict[str, Any]:
    """A file as all views of messages show it, ready for JSON; `size` is in bytes."""
    author = company.find_user(file.author_id)
    extension = PurePosixPath(file.name).suffix.lstrip(".").lower()
    kind = KINDS.get(extension, "file")
    address = f"{company.address}/bitrix/services/main/ajax.php?action=disk.api.file."
    download = f"{address}download&fileId={file.id}"
    return {
        "id": file.id,
        "chatId": file.chat_id,
        "date": format_iso(file.created),
        "type": kind,
        "name": file.name,
        "extension": extension,
        "size": file.size,
        "image": {"height": 615, "width": 646} if kind == "image" else False,
        "status": "done",
        "progress": 100,
        "authorId": file.author_id,
        "authorName": author.name if author else "",
        "urlPreview": download,
        "urlShow": f"{address}showImage&fileId={file.id}",
        "urlDownload": download,
        "viewerAttrs": {"viewer": "", "viewerType": kind, "src": download, "objectId": str(file.id)},
        "mediaUrl": {"preview": {"250": download}} if kind == "image" else [],
        "isTranscribable": False,
        "isVideoNote": False,
        "isVoiceNote": False,
    }
