"""What can hang on a message: attachments, keyboards, context menus; as JSON or as its text."""

import json
from typing import Any

from sandbox.state import php
from sandbox.state.errors import RefusalError

ATTACH_LIMIT = 30 * 1024


def _decode(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def check_attach(value: Any) -> Any:
    """The attachment of a message as it is kept: an object with its `BLOCKS`.

    Raises:
        RefusalError: ATTACH_OVERSIZE beyond 30 kB of JSON, ATTACH_ERROR if it is no list of objects.
    """
    attach = _decode(value)
    if len(json.dumps(attach)) > ATTACH_LIMIT:
        raise RefusalError("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
    blocks = attach.get("BLOCKS") if isinstance(attach, dict) else attach
    if not _is_list_of_objects(blocks):
        raise RefusalError("ATTACH_ERROR", "Incorrect attach params")
    return attach if isinstance(attach, dict) else {"BLOCKS": attach}


def check_keyboard(value: Any) -> None:
    """Refuse a keyboard without buttons, or with a button that has no text.

    Raises:
        RefusalError: KEYBOARD_ERROR.
    """
    keyboard = _decode(value)
    buttons = keyboard["BUTTONS"] if isinstance(keyboard, dict) and "BUTTONS" in keyboard else keyboard
    if not _is_list_of_objects(buttons) or not all(map(_is_button, php.list_values(buttons))):
        raise RefusalError("KEYBOARD_ERROR", "Incorrect keyboard params")


def check_menu(value: Any) -> None:
    """Refuse a context menu without items, or with an item that has no text.

    Raises:
        RefusalError: MENU_ERROR.
    """
    menu = _decode(value)
    items = menu["ITEMS"] if isinstance(menu, dict) and "ITEMS" in menu else menu
    if not _is_list_of_objects(items) or not all(item.get("TEXT") for item in php.list_values(items)):
        raise RefusalError("MENU_ERROR", "Incorrect menu params")


def _is_button(button: dict[str, Any]) -> bool:
    return bool(button.get("TEXT")) or button.get("TYPE") == "NEWLINE"


def _is_list_of_objects(items: Any) -> bool:
    found = php.list_values(items)
    return bool(found) and all(isinstance(item, dict) for item in found)
