"""Every Open Channels method as a class; one module per section of the API, which is also a toolset."""

TOOLSETS = ("channels", "dialogs", "operators", "messages", "crm_chats", "chatbots", "statistics")
"""The toolsets, in the order in which tools are listed."""
