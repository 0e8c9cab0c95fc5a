"""Channels by the names that people know."""

from typing import Annotated

from pydantic import AfterValidator, Field

from tools.untrusted import is_code, mark_unless_code
from workflows.directory.names import match_name

CHANNELS = {
    "avito": "Avito",
    "facebook": "Facebook",
    "facebookcomments": "Facebook comments",
    "fbinstagram": "Instagram",
    "fbinstagramdirect": "Instagram Direct",
    "imessage": "Apple Messages",
    "livechat": "Live chat",
    "network": "Bitrix24 Network",
    "notifications": "Bitrix24 notifications",
    "ok": "Odnoklassniki",
    "olx": "OLX",
    "telegrambot": "Telegram",
    "viber": "Viber",
    "vkgroup": "VK",
    "vkgrouporder": "VK orders",
    "wechat": "WeChat",
    "whatsappbyedna": "WhatsApp (edna)",
    "whatsappbytwilio": "WhatsApp (Twilio)",
}


def name_channel(connector: str) -> str:
    """The name of a connector for a text; its code where it is an application's own."""
    return CHANNELS.get(connector) or mark_unless_code(connector)


def find_connectors(named: str) -> frozenset[str]:
    """Codes of the connectors that a name or a code stands for; what is no name is an application's own code."""
    asked = named.strip()
    if asked.lower() in CHANNELS:
        return frozenset({asked.lower()})
    return frozenset(match_name(asked, CHANNELS, "exact") or {asked})


def is_known_connector(connector: str) -> bool:
    """Whether it has a name here, as those of applications have not."""
    return connector in CHANNELS


def _check_channel(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    if not match_name(value, CHANNELS, "exact") and not is_code(value.strip()):
        raise ValueError(f"should be a connector's code or one of {', '.join(CHANNELS.values())}")
    return value


ChannelRef = Annotated[str, AfterValidator(_check_channel), Field(description="e.g. Telegram")]
