"""What the methods of the bot API would do: whether the bot is there and whose it is, and what its chat is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tools.bot_methods import IN_CHAT, BotDialogMethod, OwnBotMethod
from tools.chatbots import (
    ImbotV2BotGet,
    ImbotV2BotRegister,
    ImbotV2BotUnregister,
    ImbotV2BotUpdate,
    ImbotV2ChatGet,
    ImbotV2ChatInputActionNotify,
    ImbotV2ChatLeave,
    ImbotV2ChatMessageSend,
    ImbotV2EventGet,
    ImbotV2FileUpload,
)
from tools.dialog_view import find_line_and_connector, find_session_id, parse_entity_data_1
from tools.event_log import EventLogMethod
from tools.method import Method
from tools.result_types import read_flag, read_object, read_text, read_whole
from tools.secrets import hide_in_address
from tools.untrusted import mark_unless_code, quote_argument
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import quote
from workflows.core.context import Context
from workflows.core.current_user import read_current_user
from workflows.core.draft import OPERATOR, STATE, UNTOLD, Change, Draft
from workflows.core.errors import UnfinishedError
from workflows.drafts.closing import CLOSED
from workflows.drafts.facts import has_dotted_host, read_line, refuse
from workflows.drafts.messages import HIDDEN
from workflows.lines.line import UnreadableSettingError

UNKNOWN, TAKEN, EMPTY, OFF = "BOT_NOT_FOUND", "BOT_CODE_ALREADY_TAKEN", "EMPTY_MESSAGE", "SENDING_FAILED"
LINES = "LINES"
MESSENGER = "im"
OWN_LOG = "whether your own log is on, without which with_user_events is refused"
ROTATION = "whether the new token can be set: an application's bot has none, and another bot may have it"
HOW_MANY = "how many events are below the offset: only reading the log without offset shows them"
FIELDS = {
    "is_hidden": "isHidden",
    "is_reactions_enabled": "isReactionsEnabled",
    "is_support_openline": "isSupportOpenline",
    "background_id": "backgroundId",
    "event_mode": "eventMode",
}
"""Settings of a bot that the portal shows, by their names here and there."""


async def draft_register(call: ImbotV2BotRegister, context: Context) -> Draft:
    """Whether there is a bot of this code: the caller's stays as it is.

    Raises:
        UnfinishedError: The token is missing, or another has the code.
    """
    fields = call.fields
    _require_callback(call, fields.webhook_url)
    answer = await attempt(context, ImbotV2BotGet(code=fields.code, bot_token=fields.bot_token))
    if is_refusal(answer):
        if answer.code in call.errors and answer.code != UNKNOWN:
            raise refuse(call, "the portal would not take the bot", answer.code)
        if answer.code != UNKNOWN:
            return UNTOLD
        name = quote(fields.properties.name, "assistant")
        change = Change(f"bot {quote_argument(fields.code)}", "none", f"registered as {name}, in no dialog yet")
        return Draft(changes=(change,))
    number = read_whole(answer["bot"].get("id"))
    if answer["bot"].get("eventMode") is None:
        raise refuse(call, f"bot {number} of another application has this code", TAKEN)
    return Draft(f"Nothing: bot {number} has this code already, and stays as it is.")


async def draft_update(call: ImbotV2BotUpdate, context: Context) -> Draft:
    """Each setting that is given, before and after.

    Raises:
        UnfinishedError: There is no such bot, or it is another's.
    """
    answer = await _read_bot(call, context)
    if answer is None:
        return UNTOLD
    bot, fields = answer["bot"], call.fields
    _require_callback(call, fields.webhook_url)
    changes = [
        Change(f"bot {call.bot_id} {name}", _show(before), _show(after))
        for name, spelt in FIELDS.items()
        if (after := getattr(fields, name)) is not None and (before := bot.get(spelt)) != after
    ]
    changes += _compare_profiles(call, answer)
    if fields.bot_token is not None:
        changes.append(Change(f"bot {call.bot_id} bot_token", "the present one", "the new one, at once"))
    if fields.webhook_url is not None:
        address = quote_argument(hide_in_address(fields.webhook_url))
        changes.append(Change(f"bot {call.bot_id} webhook_url", "not shown by the portal", address))
    unchecked = (ROTATION,) if fields.bot_token is not None else ()
    return Draft("" if changes else "Nothing: it is so already.", tuple(changes), unchecked=unchecked)


def _require_callback(call: Method, address: str | None) -> None:
    if address is not None and not has_dotted_host(address):
        raise refuse(call, "the host of webhook_url has no dot", "BOT_INVALID_CALLBACK")


def _compare_profiles(call: ImbotV2BotUpdate, answer: Mapping[str, Any]) -> list[Change]:
    """Name and position; of the rest only what it will be."""
    if call.fields.properties is None:
        return []
    given = call.fields.properties.model_dump(exclude_none=True)
    users = [read_object(one) for one in answer.get("users") or ()]
    user = next((one for one in users if read_whole(one.get("id")) == call.bot_id), {})
    known = {name: read_text(user.get(spelt)) for name, spelt in PROFILE.items() if spelt in user}
    return [
        Change(f"bot {call.bot_id} {name}", _quote(known.get(name), "portal"), _quote(value, "assistant"))
        for name, value in given.items()
        if known.get(name) != value
    ]


PROFILE = {"name": "firstName", "last_name": "lastName", "work_position": "workPosition", "gender": "gender"}
LONGEST_SHOWN = 100


def _quote(text: str | None, author: str) -> str:
    if text is None:
        return "not shown"
    return quote(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…", author) if text else "(empty)"


def _show(value: object) -> str:
    return {True: "yes", False: "no", None: "none"}.get(value) or mark_unless_code(value)  # type: ignore[call-overload]


async def draft_unregister(call: ImbotV2BotUnregister, context: Context) -> Draft:
    """The bot with its subscriptions.

    Raises:
        UnfinishedError: There is no such bot, or it is another's.
    """
    answer = await _read_bot(call, context)
    if answer is None:
        return UNTOLD
    name = next(
        (quote(read_text(one.get("name")), "portal") for one in map(read_object, answer.get("users") or ())), ""
    )
    change = Change(f"bot {call.bot_id}", f"registered{f' as {name}' if name else ''}", "deleted for good")
    return Draft(
        changes=(change,), warnings=("It leaves all of its dialogs, and a line that greets with it has none.",)
    )


async def draft_bot_events(call: ImbotV2EventGet, context: Context) -> Draft:
    """What reading the log of a bot deletes.

    Raises:
        UnfinishedError: There is no such bot, it is another's, or a scope is missing.
    """
    if await _read_bot(call, context) is None:
        return UNTOLD
    draft = await draft_log(call, context)
    if not call.with_user_events:
        return draft
    if MESSENGER not in (await read_current_user(context)).scopes:
        raise refuse(call, "with_user_events takes the scope im, which is not granted", "SCOPE_ERROR")
    return replace(draft, unchecked=(*draft.unchecked, OWN_LOG))


async def draft_log(call: EventLogMethod, context: Context) -> Draft:  # noqa: ARG001
    """An offset deletes what is below it, and without one nothing changes."""
    if not call.offset:
        return Draft("Nothing changes: without offset nothing is deleted.")
    return Draft(f"All events below {call.offset} are deleted for good.", unchecked=(HOW_MANY,))


async def draft_in_chat(call: BotDialogMethod, context: Context) -> Draft:
    """Whether the bot is in the chat, and what the client would get.

    Raises:
        UnfinishedError: It is not, there is no such bot, or the portal would not send.
    """
    question = ImbotV2ChatGet(bot_id=call.bot_id, bot_token=call.bot_token, dialog_id=call.dialog_id)
    answer = await attempt(context, question)
    if is_refusal(answer):
        return _refuse_or_go_on(answer, f"bot {call.bot_id} cannot do it in {call.dialog_id}")
    chat = answer["chat"]
    if isinstance(call, ImbotV2ChatInputActionNotify):
        return Draft(f"Bot {call.bot_id} is shown as writing, and nothing is sent.")
    if isinstance(call, ImbotV2ChatLeave):
        return Draft(changes=(Change("participants", f"with bot {call.bot_id}", f"without bot {call.bot_id}"),))
    return await _draft_words(call, chat, context)


async def _draft_words(call: BotDialogMethod, chat: Mapping[str, Any], context: Context) -> Draft:
    texts = _list_texts(call)
    if not texts and isinstance(call, ImbotV2ChatMessageSend) and not call.fields.attach:
        raise refuse(call, "the message has neither text nor attachment", EMPTY)
    if chat.get("entityType") != LINES:
        return Draft(f"Whoever is in {call.dialog_id} reads it: this is no dialog of a line.")
    unchecked = await _require_channel(call, chat, context)
    if isinstance(call, ImbotV2ChatMessageSend) and call.fields.system:
        return Draft(
            "A notice without author. The client gets nothing: it is for colleagues only.", unchecked=unchecked
        )
    if read_flag(chat.get("entityData3")) is True:
        return Draft(HIDDEN, unchecked=unchecked)
    starts = find_session_id(parse_entity_data_1(chat.get("entityData1"))) == 0
    changes = (Change(STATE, CLOSED, "open"), Change(OPERATOR, "nobody", f"bot {call.bot_id}")) if starts else ()
    return Draft("It is closed: a new session begins." * starts, changes, texts, unchecked=unchecked)


async def _require_channel(call: BotDialogMethod, chat: Mapping[str, Any], context: Context) -> tuple[str, ...]:
    """What is not known of the line through which the client writes; the portal sends nothing where it is off."""
    number, _ = find_line_and_connector(chat.get("entityId"), {})
    line = await read_line(context, number or 0)
    try:
        if line is not None and line.off("ACTIVE"):
            raise refuse(call, f"{line}, through which the client writes, is switched off", OFF)
    except UnreadableSettingError:
        line = None
    return () if line is not None else ("whether the line through which the client writes is on",)


async def _read_bot(call: OwnBotMethod, context: Context) -> Mapping[str, Any] | None:
    """The caller's own bot with its user; None where the portal does not tell.

    Only to whom a bot belongs its mode is shown. Source: the official page of `imbot.v2.Bot.get`.
    """
    answer = await attempt(context, ImbotV2BotGet(bot_id=call.bot_id, bot_token=call.bot_token))
    reason = f"bot {call.bot_id} is not yours to use"
    if is_refusal(answer):
        _refuse_or_go_on(answer, reason)
        return None
    if answer["bot"].get("eventMode") is None:
        raise refuse(call, reason, "BOT_OWNERSHIP_ERROR")
    found: Mapping[str, Any] = answer
    return found


def _refuse_or_go_on(answer: Any, reason: str) -> Draft:
    if answer.code in IN_CHAT:
        raise UnfinishedError(f"Nothing was sent: {reason}", IN_CHAT[answer.code])
    return UNTOLD


def _list_texts(call: BotDialogMethod) -> tuple[str, ...]:
    if isinstance(call, ImbotV2FileUpload):
        named = f"file {quote(call.fields.name, 'assistant')}"
        return (named, *([quote(call.fields.message, "assistant")] if call.fields.message else []))
    if not isinstance(call, ImbotV2ChatMessageSend):
        return ()
    message, attached = call.fields.message, bool(call.fields.attach)
    return (*([quote(message, "assistant")] if message else []), *(["an attachment"] if attached else []))
