"""Addresses of pages: ours, and those of the official documentation."""

from tools.event import Event
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
    "connectors": "imopenlines/imconnector",
}
"""Toolset -> folder; the statistics methods have no known page."""
_BOTS = "chat-bots/chat-bots-v2"
_COMPANION_FOLDERS = {
    "imopenlines.bot.": "imopenlines/openlines/chat-bots",
    "event.test": None,
    "event.": "events",
    "events": "events",
    "im.v2.Event.": f"{_BOTS}/im.v2/events",
    "imbot.v2.Bot.": f"{_BOTS}/imbot.v2/bots",
    "imbot.v2.Event.": f"{_BOTS}/imbot.v2/events",
    "imbot.v2.File.": f"{_BOTS}/imbot.v2/files",
    "imbot.v2.Chat.Message.": f"{_BOTS}/imbot.v2/messages",
    "imbot.v2.Chat.InputAction.": f"{_BOTS}/imbot.v2/ui",
    "imbot.v2.Chat.": f"{_BOTS}/imbot.v2/chats",
    "imbot.v2.": f"{_BOTS}/imbot.v2",
    "im.recent.": "chats",
    "im.": "chats/messages",
    "user.": "user",
    "scope": "common/system",
    "methods": "common/system",
}
"""How a method begins whose toolset has no folder of its own -> folder; None for one without a page."""
_VERSIONS = ("im.v2.", "imbot.v2.")
"""What the files of the messenger's second generation leave out of their methods' names."""
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
    return None if folder is None else f"{_OFFICIAL}/{folder}/{_to_kebab_case(_drop_version(method.rest))}.html"


def _drop_version(rest: str) -> str:
    return next((rest.removeprefix(start) for start in _VERSIONS if rest.startswith(start)), rest)


def _find_companion_folder(rest: str) -> str | None:
    return next((folder for start, folder in _COMPANION_FOLDERS.items() if rest.startswith(start)), None)


def official_event_page(event: type[Event]) -> str:
    """The official page of an event."""
    return f"{_OFFICIAL}/{_EVENT_FOLDERS[event.section()]}/{_to_kebab_case(event.name)}.html"


def _to_kebab_case(name: str) -> str:
    """`imopenlines.crm.chat.getLastId` -> `imopenlines-crm-chat-get-last-id`."""
    return to_snake_case(name).replace("_", "-")
