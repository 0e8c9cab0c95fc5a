"""Addresses of pages: ours, and those of the official documentation."""

from tools.events import Event
from tools.method import Method
from tools.naming import to_snake_case

ROOT = "openchannels://docs"
INDEX = f"{ROOT}/index"
ERRORS = f"{ROOT}/errors"
GUIDES = f"{ROOT}/guides"
SECTIONS = f"{ROOT}/sections"
TOOLS = f"{ROOT}/tools"
_OFFICIAL = "https://apidocs.bitrix24.com/api-reference"
_FOLDERS = {
    "channels": "imopenlines/openlines",
    "setup": "imopenlines/openlines",
    "dialogs": "imopenlines/openlines/sessions",
    "operators": "imopenlines/openlines/operators",
    "messages": "imopenlines/openlines/messages",
    "crm_chats": "imopenlines/openlines/chats",
    "chatbots": "imopenlines/openlines/chat-bots",
    "connectors": "imopenlines/imconnector",
}
"""Toolset -> folder; the statistics methods have no known page."""
_COMPANION_FOLDERS = {
    "im.recent.": "chats",
    "im.": "chats/messages",
    "user.": "user",
    "scope": "common/system",
    "methods": "common/system",
}
"""How a method of another module begins -> folder."""
_EVENT_FOLDERS = {"line_events": "imopenlines/openlines/events", "connector_events": "imopenlines/imconnector/events"}


def event_address(event: type[Event]) -> str:
    """Address of an event's page."""
    return f"{ROOT}/events/{event.name}"


def error_address(code: str) -> str:
    """Address of a code's page."""
    return f"{ERRORS}/{code or 'empty'}"


def section_address(name: str) -> str:
    """Address of the overview of a section."""
    return f"{SECTIONS}/{name}"


def official_method_page(method: type[Method]) -> str | None:
    """The official page of a method, where one is known."""
    folder = _FOLDERS.get(method.toolset()) or _find_companion_folder(method.rest)
    return None if folder is None else f"{_OFFICIAL}/{folder}/{_to_kebab_case(method.rest)}.html"


def _find_companion_folder(rest: str) -> str | None:
    return next((folder for start, folder in _COMPANION_FOLDERS.items() if rest.startswith(start)), None)


def official_event_page(event: type[Event]) -> str:
    """The official page of an event."""
    return f"{_OFFICIAL}/{_EVENT_FOLDERS[event.section()]}/{_to_kebab_case(event.name)}.html"


def _to_kebab_case(name: str) -> str:
    """`imopenlines.crm.chat.getLastId` -> `imopenlines-crm-chat-get-last-id`."""
    return to_snake_case(name).replace("_", "-")
