"""Every text of a value that a tool gives, with the field and the client it belongs to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

Change = Callable[[str, str, str], str]
"""Text, name of its field, owner -> the new text."""
_A_NAME = re.compile(r"[A-Za-z_]\w{0,60}|\d{1,9}", re.ASCII)
"""Of a field, or the id under which something stands in a map."""
PHONE_FIELDS = re.compile(r"phone|mobile|(?:^|_)(?:tel|fax)(?:_|$)", re.IGNORECASE)
"""Names of fields that hold nothing else."""
_USER_CODE = re.compile(r"[^|]+\|\d+\|[^|]*\|([1-9]\d*)")
_CHAT = re.compile(r"(?:chat)?([1-9]\d{0,17})")
_HIDDEN_MESSAGE = "HiddenMessage"
_STAFF_FIELDS = re.compile(r"comment|(?:^|_)line(?:_?name)?$|config_?name", re.IGNORECASE)
"""What only colleagues write."""


def make_chat_owner(chat_id: int) -> str:
    """The owner of what the client of a chat may know."""
    return f"chat {chat_id}"


def make_user_owner(user_code: str) -> str:
    """The owner by the USER_CODE of a dialog; empty where it names nobody."""
    found = _USER_CODE.fullmatch(user_code)
    return f"user {found[1]}" if found else ""


def change_texts(value: Any, change: Change, field: str = "", owner: str = "") -> Any:
    """The value with each text changed; names of fields stay.

    The owner is the chat or the client in whose record the text stands; `owner` says whose the value is where no record
    in it says so. What only colleagues see (hidden messages, notices, comments) belongs to nobody.
    """
    owner = "" if _STAFF_FIELDS.search(field) else owner
    if isinstance(value, str):
        return change(value, field, owner)
    if isinstance(value, int) and not isinstance(value, bool) and PHONE_FIELDS.search(field):
        changed = change(str(value), field, owner)
        return value if changed == str(value) else changed
    if isinstance(value, Mapping):
        owner = _find_owner(value, owner)
        return {
            _change_key(name, change, owner): change_texts(item, change, str(name), owner)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        items = [change_texts(item, change, field, owner) for item in value]
        return items if isinstance(value, list) else tuple(items)
    if is_dataclass(value) and not isinstance(value, type):
        own = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        owner = _find_owner(own, owner)
        return replace(value, **{name: change_texts(item, change, name, owner) for name, item in own.items()})
    return value


def _change_key(name: Any, change: Change, owner: str) -> Any:
    return name if not isinstance(name, str) or _A_NAME.fullmatch(name) else change(name, "", owner)


def _find_owner(record: Mapping[Any, Any], inherited: str) -> str:
    """Whose record it is."""
    own = {str(name).lower().replace("_", ""): item for name, item in record.items()}
    if _is_unseen(own):
        return ""
    code = own.get("entityid") or own.get("usercode")
    is_chat = isinstance(code, str) and bool(_USER_CODE.fullmatch(code))
    for number in (own.get("chatid"), own.get("dialogid"), own.get("id") if is_chat else None):
        if isinstance(number, int | str) and (found := _CHAT.fullmatch(str(number))):
            return f"chat {found[1]}"
    if own.get("connector") is True or own.get("externalauthid") == "imconnector":
        return f"user {own.get('id') or own.get('userid') or 0}"
    return inherited


def _is_unseen(record: Mapping[str, Any]) -> bool:
    """Whether it is a message that no client sees."""
    params = record.get("params")
    hidden = isinstance(params, Mapping) and params.get("COMPONENT_ID") == _HIDDEN_MESSAGE
    notice = "text" in record and record.get("authorid") in (0, "0")
    return hidden or notice or record.get("hidden") is True or record.get("role") == "system"
