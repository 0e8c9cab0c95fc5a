"""Every method that a tool calls as a class; one module per section of the API, which is also a toolset."""

DEFAULT_TOOLSETS = ("channels", "dialogs", "operators", "messages", "crm_chats", "statistics")
"""Those with tools that are on unless the settings say otherwise (server/catalogue/order.py names the tools)."""
TOOLSETS = (*DEFAULT_TOOLSETS, "setup", "chatbots", "connectors", "messenger", "events")
"""All toolsets; the last ones are for developers and for those who ask."""
DESCRIBED_WITH = {"setup": "channels"}
"""Toolsets that have no overview of their own: what they do is told in that of another."""
