"""What chat bots do with the dialogs they hold."""

from typing import Any

from sandbox.domain.closing import finish_session
from sandbox.domain.sessions import answer_dialog, load_open_session, load_or_start_session, send_greeting
from sandbox.domain.transfers import release_from_bot
from sandbox.domain.transfers import transfer_to_line as move_to_line
from sandbox.domain.transfers import transfer_to_user as move_to_user
from sandbox.methods.operators import make_operator_error, read_target, require_chat_id
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry, refuse_session
from sandbox.state.errors import RefusalError
from sandbox.state.people import Bot
from sandbox.state.php import PhpTypeError, is_array
from sandbox.state.records import Chat

METHODS = MethodRegistry()


def _find_chat(call: MethodCall) -> Chat | None:
    chat = call.company.chats.get(call.params.read_integer("CHAT_ID"))
    return chat if chat and chat.entity_type == "LINES" else None


@METHODS.method("imopenlines.bot.session.operator", any_case=True)
def bot_session_operator(call: MethodCall) -> Any:
    """Release a dialog from its bot; the portal checks neither the bot's owner nor the caller."""
    refuse_session(call)
    require_chat_id(call)
    chat = _find_chat(call)
    session = load_or_start_session(call.company, chat) if chat else None
    if chat is None or session is None or not call.company.is_bot(session.operator_id):
        raise RefusalError("WRONG_CHAT", "Operator is not a bot")
    release_from_bot(call.company, chat, session)
    return True


@METHODS.method("imopenlines.bot.session.message.send", any_case=True)
def bot_session_message_send(call: MethodCall) -> Any:
    """Send the line's greeting or a text to the client; true whatever happened."""
    refuse_session(call)
    require_chat_id(call)
    name, text = call.params.read_text("NAME"), call.params.read_text("MESSAGE")
    chat = _find_chat(call)
    session = load_or_start_session(call.company, chat) if name and chat else None
    if chat is None or session is None:
        return True
    if name == "WELCOME":
        send_greeting(call.company, chat, session)
    elif name == "DEFAULT" and text:
        call.company.announce(chat, text, to_client=True)
    return True


def _find_own_bot(call: MethodCall) -> Bot:
    owner = call.caller.client_id
    if call.caller.kind == "webhook":
        client_id = call.params.make_upper().read_text("CLIENT_ID")
        if not client_id:
            raise RefusalError("ACCESS_DENIED", "Access denied! Client ID not specified.", FORBIDDEN)
        owner = f"custom{client_id}"
    found = next((bot for bot in call.company.bots if bot.client_id and bot.client_id == owner), None)
    if found is None:
        raise RefusalError("BOT_ID_ERROR", "Bot not found")
    return found


@METHODS.method("imopenlines.bot.session.transfer")
def bot_session_transfer(call: MethodCall) -> Any:
    """Hand a dialog from a bot to an operator or a line; the bot stays unless it is told to leave."""
    refuse_session(call)
    require_chat_id(call)
    if is_array(call.params.get("TRANSFER_ID")):
        raise PhpTypeError
    kind, number = read_target(call)
    bot = _find_own_bot(call)
    chat = _find_chat(call)
    move = move_to_user if kind == "user" else move_to_line
    if chat is None or not move(call.company, chat, bot.user_id, number, mode="BOT"):
        raise make_operator_error()
    if call.params.is_yes("LEAVE"):
        call.company.keep_members(chat, bot.user_id.__ne__)
    return True


@METHODS.method("imopenlines.bot.session.finish", any_case=True)
def bot_session_finish(call: MethodCall) -> Any:
    """Let a bot take a dialog, over any operator, and finish it; true whatever happened."""
    refuse_session(call)
    require_chat_id(call)
    bot = _find_own_bot(call)
    chat = _find_chat(call)
    switches = call.company.switches
    if chat is None or chat.id in switches.locked_chats or chat.id in switches.load_failures:
        return True
    answer_dialog(call.company, chat, bot.user_id)
    session = load_open_session(call.company, chat)
    if session:
        finish_session(call.company, chat, session)
    return True
