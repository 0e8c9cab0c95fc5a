"""What a server announces to a client: the notices that it sends, and no others."""

from typing import Any

from mcp import types
from mcp.server import NotificationOptions, Server
from mcp.types.version import MODERN_PROTOCOL_VERSIONS


class AnnouncingServer(Server[Any]):
    """The SDK's server, which announces every kind of notice at once where `subscriptions/listen` is served.

    Clients of the newest revision are told on the streams that they open. Those of the older ones are told in their
    sessions, and not at all where there are none.
    """

    has_sessions = True
    changes_tools = False
    """Whether the list of tools may change while a client is connected."""
    experimental: dict[str, dict[str, Any]] | None = None
    """Capabilities that no revision of the protocol has."""

    def get_capabilities(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
        *,
        protocol_version: str | None = None,
    ) -> types.ServerCapabilities:
        """As the protocol has them, for a client of this revision; of an older one where none is named."""
        capabilities = super().get_capabilities(
            notification_options,
            experimental_capabilities or self.experimental,
            extensions,
            protocol_version=protocol_version,
        )
        is_told = self.has_sessions or protocol_version in MODERN_PROTOCOL_VERSIONS
        sent = {
            "tools": types.ToolsCapability(list_changed=is_told and self.changes_tools),
            "prompts": types.PromptsCapability(list_changed=False),
            "resources": types.ResourcesCapability(list_changed=False, subscribe=is_told),
        }
        return capabilities.model_copy(update=sent)


class ChannelServer(AnnouncingServer):
    """A server that pushes into sessions of Claude Code (server/channel.py)."""

    experimental: dict[str, dict[str, Any]] | None = {"claude/channel": {}}
