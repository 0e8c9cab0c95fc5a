"""The connectors that applications register, and where they are switched on."""

from dataclasses import dataclass, field
from typing import Any

BUILT_IN = {
    "livechat": "Live Chat",
    "telegrambot": "Telegram",
    "whatsappbytwilio": "WhatsApp by Twilio",
    "facebook": "Facebook",
    "network": "Bitrix24.Network",
}
"""The portal's own connectors."""


@dataclass
class Connector:
    """A channel of an application; registering it again changes only the settings that are given then."""

    id: str
    application: str
    name: str
    handler: str
    icon: dict[str, Any]
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def chat_group(self) -> bool:
        """Whether its clients share the chats they write in."""
        return bool(self.settings.get("CHAT_GROUP", False))

    @property
    def deletes_external(self) -> bool:
        """Whether the channel may take back what a client wrote."""
        return bool(self.settings.get("DEL_EXTERNAL_MESSAGES", True))


@dataclass
class LineConnection:
    """A connector on a line; without one it is off there."""

    active: bool = False
    error: bool = False
    data: dict[str, str] = field(default_factory=dict)

    @property
    def configured(self) -> bool:
        """Whether it was switched on; the sandbox does not tell that from being connected and registered."""
        return self.active

    @property
    def works(self) -> bool:
        """Whether messages pass."""
        return self.configured and not self.error
