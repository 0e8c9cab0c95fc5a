"""Every method that a tool calls as a class; one module per section of the API, which is also a toolset."""

DEFAULT_TOOLSETS = ("channels", "dialogs", "operators", "messages", "crm_chats", "statistics")
"""What is on unless the settings say otherwise: a tool is paid for in every conversation."""
TOOLSETS = (*DEFAULT_TOOLSETS, "setup", "chatbots", "connectors", "messenger")
"""All toolsets, in the order in which tools are listed; the last ones are for developers and for those who ask."""
DESCRIBED_WITH = {"setup": "channels"}
"""Toolsets that have no overview of their own: what they do is told in that of another."""
