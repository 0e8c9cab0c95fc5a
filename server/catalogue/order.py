"""The order in which tools are listed, and which of them are on unless the settings name toolsets."""

from tools.tool import Tool

ESSENTIAL_TOOLS = (
    "inbox",
    "dialog",
    "reply",
    "hand_over",
    "close_dialog",
    "docs_search",
    "docs_read",
    "channel_report",
    "channel_overview",
    "channel_audit",
    "approval_status",
    "portal_check",
)
"""What nobody should miss: some clients take the first 40 tools of all their servers, others fewer."""
DEFAULT_TOOLS = (
    *ESSENTIAL_TOOLS,
    "dialog_list",
    "updates",
    "wait_for_update",
    "note",
    "v2_session_list",
    "session_history_get",
    "file_get",
    "dialog_get",
    "operator_answer",
    "team_load",
    "v2_operator_list",
    "v2_stat_get",
    "crm_chat_get",
    "config_list_get",
    "config_get",
    "session_join",
    "session_intercept",
    "operator_spam",
    "operator_skip",
    "session_mode_pin",
    "session_mode_silent",
    "session_head_vote",
    "message_quick_save",
    "crm_lead_create",
    "crm_message_add",
    "session_start",
    "crm_chat_user_add",
    "revision_get",
)
"""A day of those who lead a support team, most used first: a tool is paid for in every conversation.

Of the toolsets that are on by default (`tools.DEFAULT_TOOLSETS`) this leaves out what a tool of several calls does
better (transfers and finishing, also in reports), and second ways to a chat's number.
"""
OTHER_TOOLSETS = (
    "operators",
    "dialogs",
    "messenger",
    "setup",
    "channels",
    "messages",
    "crm_chats",
    "statistics",
    "chatbots",
    "connectors",
    "events",
)
"""Order of the other tools: toolset by toolset, most used first."""
_RANKS = {name: rank for rank, name in enumerate((*DEFAULT_TOOLS, *OTHER_TOOLSETS))}


def rank_tool(tool: type[Tool]) -> int:
    """The place of a tool in every list; within a toolset the order of declaration stays."""
    return _RANKS[tool.tool()] if tool.tool() in DEFAULT_TOOLS else _RANKS[str(tool.toolset())]
