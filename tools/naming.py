"""The spellings of one name: REST method to tool, argument to REST parameter."""

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def to_snake_case(name: str) -> str:
    """`crm.chat.getLastId` -> `crm_chat_get_last_id`."""
    return _HUMP.sub("_", name).replace(".", "_").lower()


MESSENGER_V2 = "im.v2."
"""How the messenger's second generation begins; its tools are named as those of the first."""


def make_tool_name(rest: str) -> str:
    """The tool of a REST method; the scope that gives the server its name is dropped, and the messenger's version.

    `imopenlines.v2.Session.list` -> `v2_session_list`, `im.v2.Event.get` -> `im_event_get`,
    `imbot.v2.Bot.get` -> `imbot_v2_bot_get`.
    """
    name = rest.removeprefix("imopenlines.")
    return to_snake_case(f"im.{name.removeprefix(MESSENGER_V2)}" if name.startswith(MESSENGER_V2) else name)


def to_camel_case(name: str) -> str:
    """`date_create_from` -> `dateCreateFrom`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def name_field(field: str) -> str:
    """Where names stand beside the ids of a field: `operatorId` -> `operatorName`, `QUEUE` -> `QUEUE_NAMES`."""
    for ending, replacement in (("Id", "Name"), ("_ID", "_NAME"), ("_id", "_name")):
        if field.endswith(ending):
            return field.removesuffix(ending) + replacement
    return f"{field}_NAMES"
