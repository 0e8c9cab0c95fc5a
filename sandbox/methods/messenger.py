"""The messenger: the dialogs of a user, their messages, and what has been read."""

import re
from datetime import datetime, timedelta
from typing import Any

from sandbox.domain.permissions import can_join
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry, ResultPage
from sandbox.state.errors import RefusalError, make_method_not_found_error
from sandbox.state.records import Chat, Message
from sandbox.views.chats import format_iso
from sandbox.views.history import make_file_card, make_message_params
from sandbox.views.recents import (
    RecentFilter,
    count_unread,
    list_offered_dialogs,
    list_recent_dialogs,
    make_user_card,
    make_uuid,
)

METHODS = MethodRegistry()
SCOPES = ("im",)
DIALOG = re.compile(r"(chat|sg|crm)(\d+)", re.IGNORECASE)
DIGITS = re.compile(r"\d+")
PAGE, LARGEST_PAGE = 50, 200
MESSAGES, MOST_MESSAGES = 20, 50
MOST_UNREAD = 99
LONGEST_SYNC = timedelta(days=7)


def check_module(call: MethodCall) -> None:
    """Refuse a call where the messenger's module is missing, as if the method were unknown.

    Raises:
        RefusalError: ERROR_METHOD_NOT_FOUND with 404.
    """
    if not call.company.switches.modules.im:
        raise make_method_not_found_error()


@METHODS.method("im.recent.list", any_case=True, scopes=SCOPES)
def im_recent_list(call: MethodCall) -> Any:
    """A page of the caller's dialogs; those offered by the queue come with every page."""
    check_module(call)
    params = call.params
    wanted, limit = _read_filter(call), params.read_integer("LIMIT")
    limit = min(limit, LARGEST_PAGE) if limit > 0 else PAGE
    offset = 0 if wanted.until else max(call.start, params.read_integer("OFFSET"), 0)
    page = list_recent_dialogs(call.company, call.user_id, wanted)[offset : offset + limit]
    more = len(page) == limit
    items = [*page, *(list_offered_dialogs(call.company, call.user_id, wanted) if wanted.queue else [])]
    result = {
        "items": items,
        "hasMorePages": more,
        "hasMore": more,
        "copilot": None,
        "messagesAutoDeleteConfigs": [],
    }
    if wanted.until is None and not wanted.unread_only:
        result["birthdayList"] = []
    return ResultPage(result, -1, offset + len(items) if more else None)


def _read_filter(call: MethodCall) -> RecentFilter:
    params = call.params
    lines = not params.is_yes("SKIP_OPENLINES")
    return RecentFilter(
        lines=lines,
        queue=lines and not params.is_yes("SKIP_UNDISTRIBUTED_OPENLINES") and not params.is_yes("ONLY_COPILOT"),
        dialogs=not params.is_yes("SKIP_DIALOG"),
        groups=not params.is_yes("SKIP_CHAT"),
        nothing_else=params.is_yes("ONLY_COPILOT") or params.is_yes("ONLY_CHANNEL"),
        unread_only=params.is_yes("UNREAD_ONLY"),
        until=_read_moment(params.get("LAST_MESSAGE_DATE")),
        markup=params.is_yes("GET_ORIGINAL_TEXT") or params.is_yes("PARSE_TEXT"),
    )


@METHODS.method("im.recent.get", any_case=True, scopes=SCOPES)
def im_recent_get(call: MethodCall) -> Any:
    """The caller's dialogs, newest first and all in one answer, with those that the queue offers."""
    check_module(call)
    params, company = call.params, call.company
    if params.is_yes("ONLY_OPENLINES"):
        wanted = RecentFilter(dialogs=False, groups=False)
    else:
        lines, since = not params.is_yes("SKIP_OPENLINES"), _read_moment(params.get("LAST_SYNC_DATE"))
        wanted = RecentFilter(
            lines=lines,
            queue=lines,
            dialogs=not params.is_yes("SKIP_DIALOG"),
            groups=not params.is_yes("SKIP_CHAT"),
            since=max(since, company.clock() - LONGEST_SYNC) if since else None,
        )
    items = list_recent_dialogs(company, call.user_id, wanted)
    items += list_offered_dialogs(company, call.user_id, wanted) if wanted.queue else []
    return sorted(items, key=lambda item: (item["date_update"], item["message"]["id"]), reverse=True)


@METHODS.method("im.counters.get", any_case=True, scopes=SCOPES)
def im_counters_get(call: MethodCall) -> Any:
    """The numbers of unread messages by kinds of chats and by chats."""
    check_module(call)
    return count_unread(call.company, call.user_id)


def _read_moment(value: Any) -> datetime | None:
    """A moment, None for one that cannot be read."""
    try:
        moment = datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
    return moment


def _find_dialog(call: MethodCall) -> Chat | None:
    """The chat of DIALOG_ID, None if there is none.

    Raises:
        RefusalError: DIALOG_ID_EMPTY for what is no identifier at all.
    """
    given = call.params.get("DIALOG_ID")
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if found := DIALOG.fullmatch(text):
        return call.company.chats.get(int(found.group(2))) if found.group(1).lower() == "chat" else None
    if not DIGITS.fullmatch(text) or text == "0":
        raise RefusalError("DIALOG_ID_EMPTY", "Dialog ID can't be empty")
    return find_private_chat(call, int(text))


def find_private_chat(call: MethodCall, user_id: int) -> Chat | None:
    """The private chat of the caller and another user, None if there is none."""
    pair = sorted((call.user_id, user_id))
    chats = call.company.chats.values()
    return next((chat for chat in chats if chat.type == "P" and sorted(chat.members) == pair), None)


def may_see(call: MethodCall, chat: Chat) -> bool:
    """Whether the caller may read a chat: as a member, by the queue, or by the right to join."""
    if call.user_id in chat.members or (call.user_id, chat.id) in call.company.recents:
        return True
    return chat.entity_type == "LINES" and can_join(call.company, call.user_id, chat)


@METHODS.method("im.dialog.messages.get", any_case=True, scopes=SCOPES)
def im_dialog_messages_get(call: MethodCall) -> Any:
    """Messages of a dialog with their authors and files."""
    check_module(call)
    chat = _find_dialog(call)
    if chat is None or not may_see(call, chat):
        raise RefusalError("ACCESS_ERROR", "You do not have access to the specified dialog", FORBIDDEN)
    limit = min(call.params.read_integer("LIMIT"), MOST_MESSAGES) if call.params.is_given("LIMIT") else MESSAGES
    messages = _choose_messages(call, chat, max(limit, 0))
    authors = dict.fromkeys(message.author_id for message in messages if message.author_id)
    files = [call.company.files[number] for message in messages for number in message.file_ids]
    return {
        "chat_id": chat.id,
        "messages": [_describe_message(call, chat, message) for message in messages],
        "users": [make_user_card(call.company.find_user(author)) for author in authors],
        "files": [make_file_card(call.company, file) for file in files],
    }


def _choose_messages(call: MethodCall, chat: Chat, limit: int) -> list[Message]:
    """The messages newer than FIRST_ID, older than LAST_ID, or else the last ones.

    Unread messages lengthen the last page; if there are more of them than fit, the page begins with the first of them.
    """
    found = call.company.list_messages(chat.id)
    if call.params.is_given("FIRST_ID"):
        first = _read_message_id(call, "FIRST_ID", "First")
        return [message for message in found if message.id > first][:limit]
    newest_first = found[::-1]
    if call.params.is_given("LAST_ID"):
        last = _read_message_id(call, "LAST_ID", "Last")
        return [message for message in newest_first if not last or message.id < last][:limit]
    unread = call.company.list_unread(call.user_id, chat)
    if len(unread) <= limit:
        return newest_first[: limit + len(unread)]
    read = call.company.find_last_read(call.user_id, chat)
    begun = [message for message in found if message.id > read][:limit]
    return begun[::-1] + [message for message in newest_first if message.id < unread[0].id][:limit]


def _read_message_id(call: MethodCall, name: str, word: str) -> int:
    value = call.params.read_text(name)
    if not DIGITS.fullmatch(value):
        raise RefusalError(f"{name}_STRING", f"{word} ID can't be string")
    return int(value)


def _describe_message(call: MethodCall, chat: Chat, message: Message) -> dict[str, Any]:
    member = call.user_id in chat.members
    return {
        "id": message.id,
        "chat_id": chat.id,
        "author_id": message.author_id,
        "date": format_iso(message.created),
        "text": message.text,
        "unread": member and message.id > call.company.find_last_read(call.user_id, chat),
        "uuid": make_uuid(message),
        "replaces": [],
        "params": make_message_params(message) or [],
        "disappearing_date": None,
    }


@METHODS.method("im.dialog.read", any_case=True, scopes=SCOPES)
def im_dialog_read(call: MethodCall) -> Any:
    """Note what the caller has read; false for a dialog that waits in the queue, or is none of the caller's."""
    check_module(call)
    chat, company = _find_dialog(call), call.company
    waits = chat is not None and chat.entity_type == "LINES" and not chat.owner
    if chat is None or waits or call.user_id not in chat.members:
        return False
    given = call.params.read_integer("LAST_ID" if call.params.is_given("LAST_ID") else "MESSAGE_ID")
    for message in company.list_messages(chat.id):
        if given <= 0 or message.id <= given:
            company.mark_read(call.user_id, message)
    unread = len(company.list_unread(call.user_id, chat))
    return {
        "dialogId": f"chat{chat.id}",
        "chatId": chat.id,
        "lastId": company.find_last_read(call.user_id, chat),
        "counter": MOST_UNREAD + 1 if unread > MOST_UNREAD else unread,
    }
