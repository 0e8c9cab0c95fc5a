"""What a chat bot hears and does in its chats by `imbot.v2`: events, answers, files, people."""

from typing import Any

from sandbox.domain.attachments import check_attach, check_keyboard
from sandbox.domain.operator_messages import write_as_operator
from sandbox.domain.permissions import is_channel_active
from sandbox.methods.bots import SCOPES, read_flag, require_bot
from sandbox.methods.files import issue_file_address, make_upload_result, upload_file
from sandbox.methods.messenger import DIALOG
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry, Params, has_pending_failure
from sandbox.methods.user_events import fetch_events
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.people import Bot
from sandbox.state.records import Chat, Message
from sandbox.views.messenger_events import WATCHERS
from sandbox.views.messenger_objects import CUT, LONGEST_TEXT, make_chat, make_file, make_message, make_user

METHODS = MethodRegistry()
USUAL_PEOPLE, MOST_PEOPLE, MOST_CONTEXT = 50, 200, 50


@METHODS.method("imbot.v2.Event.get", scopes=SCOPES)
def imbot_v2_event_get(call: MethodCall) -> Any:
    """The events of a bot in fetch mode, with those of the caller's own log if wanted; one offset is for both."""
    owners = [require_bot(call).user_id]
    if read_flag(call.params.get("withUserEvents")):
        owners.append(_require_subscriber(call))
    return fetch_events(call, owners)


def _require_subscriber(call: MethodCall) -> int:
    if "im" not in call.caller.scopes:
        raise RefusalError("SCOPE_ERROR", "Scope 'im' is required to fetch user events")
    if call.user_id <= 0:
        raise RefusalError("AUTH_ERROR", "Authorization required for user events")
    if not call.company.event_logs.is_open(call.user_id):
        raise RefusalError("USER_NOT_SUBSCRIBED", "User is not subscribed. Call im.v2.Event.subscribe first")
    return call.user_id


def _require_chat(call: MethodCall, bot: Bot) -> Chat:
    """The chat of `dialogId`, which the bot has to be in; a plain number is the dialog with a user."""
    dialog_id, company = php.to_text(call.params.get("dialogId")), call.company
    if found := DIALOG.fullmatch(dialog_id):
        chat = company.chats.get(int(found.group(2)))
    else:
        chat = _find_private_chat(company, bot, php.to_integer(dialog_id))
    if chat is None:
        raise RefusalError("CHAT_NOT_FOUND", "CHAT_NOT_FOUND")
    if bot.user_id not in chat.members:
        raise RefusalError("ACCESS_DENIED", "Access denied", FORBIDDEN)
    return chat


def _find_private_chat(company: Company, bot: Bot, user_id: int) -> Chat | None:
    """The dialog of a bot and a user, which is opened where there is none."""
    if company.find_employee(user_id) is None:
        return None
    pair = {bot.user_id, user_id}
    known = next((chat for chat in company.chats.values() if chat.type == "P" and set(chat.members) == pair), None)
    if known:
        return known
    number = company.issue_id("chat")
    company.chats[number] = Chat(number, "", company.clock(), type="P", entity_type="", members=sorted(pair))
    return company.chats[number]


@METHODS.method("imbot.v2.Chat.Message.send", scopes=SCOPES)
def imbot_v2_chat_message_send(call: MethodCall) -> Any:
    """Write as a bot; in a line it goes to the client."""
    bot, fields = require_bot(call), Params(call.params.read_array("fields"))
    chat = _require_chat(call, bot)
    text = fields.read_text("message").strip()
    text = text[:LONGEST_TEXT] + CUT if len(text) > LONGEST_TEXT + len(CUT) else text
    if not text and not fields.is_filled("attach"):
        raise RefusalError("EMPTY_MESSAGE", "Message is empty")
    attach = [check_attach(fields["attach"])] if fields.is_filled("attach") else []
    if fields.is_filled("keyboard"):
        check_keyboard(fields["keyboard"])
    company = call.company
    off = chat.entity_type == "LINES" and not is_channel_active(company, chat)
    if off or company.switches.message_storage_fails or has_pending_failure(call):
        raise RefusalError("SENDING_FAILED", "Sending failed")
    details = {"attach": attach, "reply_to": _read_reply_id(company, chat, fields)}
    with company.happenings.caused_by(bot.user_id):
        if read_flag(fields.get("system")):
            message = company.say(chat, 0, text, system=True, **details)
        elif chat.entity_type == "LINES":
            message = write_as_operator(company, chat, bot.user_id, text, **details)
        else:
            message = company.say(chat, bot.user_id, text, **details)
    return {"id": message.id, "uuidMap": []}


def _read_reply_id(company: Company, chat: Chat, fields: Params) -> int:
    number = fields.read_integer("replyId")
    answered = company.messages.get(number)
    if number > 0 and (answered is None or answered.chat_id != chat.id):
        text = "You can only reply to a message within the same chat"
        raise RefusalError("REPLY_FROM_OTHER_CHAT_ERROR", text)
    return max(number, 0)


@METHODS.method("imbot.v2.Chat.InputAction.notify", scopes=SCOPES)
def imbot_v2_chat_input_action_notify(call: MethodCall) -> Any:
    """Show that a bot writes, of which nothing is kept."""
    _require_chat(call, require_bot(call))
    return {"result": True}


@METHODS.method("imbot.v2.File.upload", scopes=SCOPES)
def imbot_v2_file_upload(call: MethodCall) -> Any:
    """Upload a file and send it into a chat as a bot."""
    bot = require_bot(call)
    chat = _require_chat(call, bot)
    with call.company.happenings.caused_by(bot.user_id):
        file, message = upload_file(call, chat, bot.user_id)
    return make_upload_result(call, chat, file, message) | {"file": make_file(call.company, file)}


@METHODS.method("imbot.v2.File.download", scopes=SCOPES)
def imbot_v2_file_download(call: MethodCall) -> Any:
    """An address, good for once, from which a file of one of the bot's chats can be fetched."""
    bot, company = require_bot(call), call.company
    file = company.files.get(call.params.read_integer("fileId"))
    if file is None:
        raise RefusalError("FILE_NOT_FOUND", "File not found")
    chat = company.chats.get(file.chat_id)
    if chat is None or bot.user_id not in chat.members:
        raise RefusalError("FILE_ACCESS_ERROR", "File access error", FORBIDDEN)
    return {"downloadUrl": issue_file_address(call, file)}


@METHODS.method("imbot.v2.Chat.get", scopes=SCOPES)
def imbot_v2_chat_get(call: MethodCall) -> Any:
    """A chat that a bot is in."""
    bot = require_bot(call)
    return {"chat": make_chat(call.company, _require_chat(call, bot), bot.user_id)}


@METHODS.method("imbot.v2.Chat.User.list", scopes=SCOPES)
def imbot_v2_chat_user_list(call: MethodCall) -> Any:
    """The members of a chat that a bot is in."""
    chat, params = _require_chat(call, require_bot(call)), call.params
    limit = params.read_integer("limit") if params.is_given("limit") else USUAL_PEOPLE
    order = {str(name): php.to_text(way).upper() for name, way in params.read_array("order").items()}
    members = sorted(chat.members) if "userId" in order else list(chat.members)
    if "DESC" in order.values():
        members.reverse()
    people = [call.company.find_user(member) for member in members[: min(max(limit, 0), MOST_PEOPLE)]]
    return [make_user(person) for person in people if person]


@METHODS.method("imbot.v2.Chat.leave", scopes=SCOPES)
def imbot_v2_chat_leave(call: MethodCall) -> Any:
    """Take a bot out of a chat."""
    bot = require_bot(call)
    with call.company.happenings.caused_by(bot.user_id):
        call.company.keep_members(_require_chat(call, bot), bot.user_id.__ne__)
    return {"result": True}


def _require_message(call: MethodCall) -> tuple[Chat, Message]:
    bot, company = require_bot(call), call.company
    if bot.type not in WATCHERS:
        raise RefusalError("BOT_TYPE_NOT_ALLOWED", "Method is available only for supervisor and personal bots")
    message = company.messages.get(call.params.read_integer("messageId"))
    if message is None:
        raise RefusalError("MESSAGE_NOT_FOUND", "Message not found")
    chat = company.chats[message.chat_id]
    if bot.user_id not in chat.members:
        raise RefusalError("MESSAGE_ACCESS_DENIED", "Message access denied", FORBIDDEN)
    return chat, message


@METHODS.method("imbot.v2.Chat.Message.get", scopes=SCOPES)
def imbot_v2_chat_message_get(call: MethodCall) -> Any:
    """A message with its author, for a bot that watches."""
    _, message = _require_message(call)
    return {
        "message": make_message(call.company, message),
        "user": make_user(call.company.find_user(message.author_id)),
    }


@METHODS.method("imbot.v2.Chat.Message.getContext", scopes=SCOPES)
def imbot_v2_chat_message_get_context(call: MethodCall) -> Any:
    """A message with those around it, at most `range` on each side, for a bot that watches."""
    chat, message = _require_message(call)
    reach = call.params.read_integer("range") if call.params.is_given("range") else MOST_CONTEXT
    reach = min(max(reach, 1), MOST_CONTEXT)
    all_messages = call.company.list_messages(chat.id)
    place = all_messages.index(message)
    shown = all_messages[max(0, place - reach) : place + reach + 1]
    authors = dict.fromkeys(one.author_id for one in shown if one.author_id)
    return {
        "messages": [make_message(call.company, one) for one in shown],
        "users": [make_user(call.company.find_user(author)) for author in authors],
        "hasPrevPage": place > reach,
        "hasNextPage": place + reach + 1 < len(all_messages),
    }
