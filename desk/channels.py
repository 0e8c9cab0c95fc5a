"""Channels by the names that people know."""

from tools.outside import code

_NAMES = {
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


def channel(connector: str) -> str:
    """The name of a connector for a text; its code where it is an application's own."""
    return _NAMES.get(connector) or code(connector)
