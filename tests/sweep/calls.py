"""The calls that are swept: every tool that reads, by several ways through it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STATISTICS = ("imopenlines.v2.",)
MARCH = {"date_from": "2026-03-01T00:00:00+01:00", "date_to": "2026-03-31T23:59:59+01:00"}
VOTED = {f"date_vote_{end[5:]}": moment for end, moment in MARCH.items()}
CREATED = {f"date_create_{end[5:]}": moment for end, moment in MARCH.items()}
NAMES_OF_LINES = ("imopenlines.config.list.get",)
HANGS_ON = (
    *("im.dialog.messages.get messages", "imopenlines.session.history.get message"),
    *("imopenlines.session.history.get files", "imopenlines.dialog.get id"),
)
"""Where the message stands that has a file, the number of the file, and that of its chat."""


@dataclass(frozen=True)
class ReadingCall:
    """One call of a tool that reads."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    rows: str = ""
    """Key of the list in the result whose rows count; nothing where there is no list."""
    without: tuple[str, ...] = ()
    """Beginnings of names of methods that this portal lacks."""
    found_in: tuple[str, ...] = ()
    """Beginnings of fields in which that is looked up which the call names: a line, an operator, a dialog."""

    def count_rows(self, data: Mapping[str, Any]) -> int:
        """How many rows a result has."""
        return len(data.get(self.rows) or ()) if self.rows else 0

    def is_for(self, where: str) -> bool:
        """Whether this is what the call is for: without it, it may fail as a whole."""
        return where in ESSENTIAL.get(self.tool, ()) or where.startswith(self.found_in or "-")

    def __str__(self) -> str:
        given = " ".join(f"{name}={value}" for name, value in self.arguments.items())
        lacks = f"(without {' '.join(self.without)})" if self.without else ""
        return " ".join(filter(None, (self.tool, given, lacks)))


CALLS = (
    ReadingCall("inbox", {}, "dialogs"),
    ReadingCall("inbox", {}, "dialogs", STATISTICS),
    ReadingCall("inbox", {"line": "Sales", "channel": "Telegram"}, "dialogs", found_in=NAMES_OF_LINES),
    ReadingCall("inbox", {"mine": True}, "dialogs", found_in=("profile",)),
    ReadingCall("inbox", {"unassigned": True, "waiting_minutes": 20, "limit": 3}, "dialogs"),
    ReadingCall("dialog_list", {}, "dialogs"),
    ReadingCall("dialog_list", {}, "dialogs", STATISTICS),
    ReadingCall("dialog_list", {"client": "contact 701"}, "dialogs"),
    ReadingCall("dialog", {"dialog": "206"}, "messages"),
    ReadingCall("dialog", {"dialog": "session 312"}, "messages"),
    ReadingCall("dialog", {"dialog": "205"}, "messages", ("im.",)),
    ReadingCall("dialog", {"dialog": "deal 601"}, "messages", found_in=("imopenlines.crm.chat.",)),
    ReadingCall("dialog", {"dialog": "Grace Miller"}, "messages", found_in=("im.recent.list",)),
    ReadingCall("dialog", {"dialog": "Grace Miller"}, "messages", STATISTICS, found_in=("im.recent.list",)),
    ReadingCall("dialog", {"dialog": "livechat|1|9207|107", "last": 2}, "messages"),
    ReadingCall("channel_report", {"period": "today"}, "by_operator"),
    ReadingCall(
        "channel_report", {"line": "Website support", "compare": False}, "by_operator", found_in=NAMES_OF_LINES
    ),
    ReadingCall(
        "channel_report", {"operator": "Olga", **MARCH, "date_to": "2026-03-16"}, "by_operator", found_in=NAMES_OF_LINES
    ),
    ReadingCall("team_load", {}, "people"),
    ReadingCall("team_load", {"line": "Sales"}, "people", found_in=NAMES_OF_LINES),
    ReadingCall("channel_overview", {"line": "Website support"}, "queue", found_in=NAMES_OF_LINES),
    ReadingCall("channel_overview", {"line": "5"}, "queue", STATISTICS, found_in=NAMES_OF_LINES),
    ReadingCall("channel_audit", {}, "lines"),
    ReadingCall("quick_replies", {"line": "1"}, "replies", found_in=NAMES_OF_LINES),
    ReadingCall("channel_audit", {"line": "Spring campaign"}, "lines", STATISTICS, found_in=NAMES_OF_LINES),
    ReadingCall("portal_check", {}, "checks"),
    ReadingCall("config_get", {"config_id": 1}),
    ReadingCall("config_list_get", {}, "result"),
    ReadingCall("config_list_get", {"select": ["LINE_NAME"], "queue": True, "config_queue": True}, "result"),
    ReadingCall("config_path_get"),
    ReadingCall("revision_get"),
    ReadingCall("dialog_get", {"chat_id": 207}),
    ReadingCall("dialog_get", {"session_id": 306, "detail": "full"}),
    ReadingCall("session_open", {"user_code": "livechat|1|9207|107"}),
    ReadingCall("session_history_get", {"chat_id": 210}, "messages"),
    ReadingCall("session_history_get", {"session_id": 306, "detail": "full"}),
    ReadingCall("file_get", {"dialog": "219"}, found_in=HANGS_ON),
    ReadingCall("file_get", {"dialog": "session 319", "message_id": 1052}, found_in=HANGS_ON),
    ReadingCall("file_get", {"dialog": "219", "file_id": 5001}, without=("im.dialog.",), found_in=HANGS_ON),
    ReadingCall("crm_chat_get", {"crm_entity_type": "lead", "crm_entity": 501}, "result"),
    ReadingCall("crm_chat_get_last_id", {"crm_entity_type": "lead", "crm_entity": 501}),
    ReadingCall("v2_stat_get", MARCH),
    ReadingCall("v2_operator_list", {}, "operators"),
    ReadingCall("v2_session_list", {}, "sessions"),
    ReadingCall("v2_session_list", {"status": "closed", **CREATED, "order": "waitAnswer", "limit": 3}, "sessions"),
    ReadingCall("v2_session_stat_get", {"session_id": [301, 316]}, "sessions"),
    ReadingCall("v2_session_rating_list", VOTED, "ratings"),
    ReadingCall("v2_session_transfer_list", {"session_id": [305, 316]}, "transfers"),
    ReadingCall("event_get", {}, "result"),
    ReadingCall("events", {}, "result"),
    ReadingCall("event_offline_list", {}, "records"),
    ReadingCall("imbot_v2_bot_get", {"bot_id": 10}),
    ReadingCall("imbot_v2_bot_list", {}, "bots"),
    ReadingCall("imbot_v2_chat_get", {"bot_id": 10, "dialog_id": "chat217"}),
    ReadingCall("imbot_v2_chat_user_list", {"bot_id": 10, "dialog_id": "chat217"}, "result"),
    ReadingCall("imbot_v2_chat_message_get", {"bot_id": 10, "message_id": 1046}),
    ReadingCall("imbot_v2_chat_message_get_context", {"bot_id": 10, "message_id": 1046}, "messages"),
    ReadingCall("imbot_v2_revision_get"),
    ReadingCall("imconnector_list"),
    ReadingCall("imconnector_status", {"connector": "sandbox_chat", "line": 1}),
    ReadingCall("im_recent_list", {}, "dialogs"),
    ReadingCall("im_recent_list", {"skip_dialog": False, "skip_chat": False, "limit": 10}, "dialogs"),
    ReadingCall("im_recent_list", {"detail": "full"}, "items"),
    ReadingCall("im_dialog_messages_get", {"dialog_id": "chat206"}, "messages"),
    ReadingCall("im_dialog_messages_get", {"dialog_id": "chat206", "detail": "full"}, "messages"),
    ReadingCall("user_current"),
    ReadingCall("user_current", {"detail": "full"}),
    ReadingCall("user_get", {}, "users"),
    ReadingCall("user_get", {"filter": {"ID": [3, 4]}, "detail": "full"}, "users"),
    ReadingCall("user_search", {"filter": {"FIND": "Olga"}}, "users"),
    ReadingCall("scope", {}, "result"),
    ReadingCall("methods", {"scope": "im"}, "result"),
)

ESSENTIAL: dict[str, set[str]] = {
    "channel_report": {"imopenlines.v2.Stat.get", "imopenlines.v2.Stat.get statResult"},
    "team_load": {
        *("imopenlines.v2.Operator.list", "imopenlines.v2.Operator.list operators"),
        *("imopenlines.v2.Session.list", "imopenlines.v2.Session.list sessions"),
    },
    "channel_overview": {"imopenlines.config.get"},
    "channel_audit": {"imopenlines.config.get", "imopenlines.config.list.get"},
    "quick_replies": {"imopenlines.v2.QuickReply.list", "imopenlines.v2.QuickReply.list replies"},
    "inbox": {"imopenlines.v2.Session.list", "imopenlines.v2.Session.list sessions", "im.recent.list items"},
    "dialog_list": {
        *("imopenlines.v2.Session.list", "imopenlines.v2.Session.list sessions"),
        *("im.recent.list", "im.recent.list items", "scope", "scope *"),
    },
    "dialog": {"imopenlines.dialog.get"},
    "file_get": {
        *("imopenlines.dialog.get", "imopenlines.session.history.get"),
        *("im.v2.File.download", "im.v2.File.download downloadUrl"),
    },
    "session_open": {"imopenlines.session.open chatId"},
    "session_history_get": {"imopenlines.session.history.get message"},
    "im_recent_list": {"im.recent.list items"},
    "im_dialog_messages_get": {"im.dialog.messages.get messages"},
    "imconnector_status": {"imconnector.status STATUS"},
    "event_offline_list": {"event.offline.list"},
    "imbot_v2_bot_get": {"imbot.v2.Bot.get bot"},
    "imbot_v2_bot_list": {"imbot.v2.Bot.list bots"},
    "imbot_v2_chat_get": {"imbot.v2.Chat.get chat"},
    "imbot_v2_chat_message_get": {"imbot.v2.Chat.Message.get message"},
    "imbot_v2_chat_message_get_context": {"imbot.v2.Chat.Message.getContext messages"},
    "v2_stat_get": {"imopenlines.v2.Stat.get statResult"},
    "v2_operator_list": {"imopenlines.v2.Operator.list operators"},
    "v2_session_list": {"imopenlines.v2.Session.list sessions"},
    "v2_session_stat_get": {"imopenlines.v2.Session.Stat.get sessions"},
    "v2_session_rating_list": {"imopenlines.v2.Session.Rating.list ratings"},
    "v2_session_transfer_list": {"imopenlines.v2.Session.Transfer.list transfers"},
}
"""Tool -> what it is for, as a method and the path of a field: without that the whole tool may fail.

A tool of one method needs the whole result of the method besides.
"""
SHOWS_BY_ITSELF = (
    *("user.get", "user.search", "imopenlines.config.list.get"),
    *("imopenlines.session.history.get users", "im.dialog.messages.get users"),
    *("imopenlines.session.history.get message.*.params", "im.dialog.messages.get messages.*.params"),
)
"""Where names come from, as what has none is shown by number, and a bag of whatever hangs on a message."""
SAYS_SOMETHING_ELSE = {
    "imopenlines.v2.Stat.get statResult.sessionsByHour",  # the keys of a map are hours
    "server.time",  # where else should the portal's offset come from?
}
"""What is no other form of the same: it is read otherwise."""
