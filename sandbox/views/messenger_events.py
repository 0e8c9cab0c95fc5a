"""The messenger's events as rows of logs and posts to bots carry them: which they are, for whom, with what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.state.company import Company
from sandbox.state.happenings import Happening, HappeningKind
from sandbox.state.people import Bot
from sandbox.state.records import Chat, Message
from sandbox.views.messenger_objects import LANGUAGE, make_bot, make_event_chat, make_event_user, make_message

USER_PREFIX, BOT_PREFIX = "ONIMV2", "ONIMBOTV2"
TYPES = {
    HappeningKind.MESSAGE_ADDED: "MESSAGEADD",
    HappeningKind.MESSAGE_UPDATED: "MESSAGEUPDATE",
    HappeningKind.MESSAGE_DELETED: "MESSAGEDELETE",
    HappeningKind.REACTION_CHANGED: "REACTIONCHANGE",
    HappeningKind.MEMBER_JOINED: "JOINCHAT",
}
"""What happens -> the type of its event, without its prefix; users are told of these, and bots of one more."""
BOT_TYPES = {**TYPES, HappeningKind.BOT_DELETED: "DELETE"}
WATCHERS = ("supervisor", "personal")


@dataclass(frozen=True)
class BotEvent:
    """One event for one bot, with the types of JSON."""

    bot: Bot
    type: str
    data: Mapping[str, Any]


def make_event_data(company: Company, happening: Happening, user_id: int) -> dict[str, Any]:
    """What an event tells a user or bot of one of the things in `TYPES`, ready for JSON.

    `user` is who wrote the message, changed the reaction or joined. Source: the pages of the events of `im.v2` and
    `imbot.v2`.
    """
    message = company.messages.get(happening.message_id)
    person = message.author_id if message else 0
    data: dict[str, Any] = {}
    match happening.kind:
        case HappeningKind.MEMBER_JOINED:
            data["dialogId"] = f"chat{happening.chat_id}"
            person = happening.details["member"]
        case HappeningKind.MESSAGE_DELETED:
            data["messageId"] = happening.message_id
        case HappeningKind.REACTION_CHANGED:
            data |= {"reaction": happening.details["reaction"], "action": happening.details["action"]}
            person = happening.user_id
    if message and happening.kind is not HappeningKind.MESSAGE_DELETED:
        data["message"] = make_message(company, message)
    data["chat"] = make_event_chat(company, company.chats[happening.chat_id], user_id)
    return data | {"user": make_event_user(company.find_user(person)), "language": LANGUAGE}


def make_bot_events(company: Company, happening: Happening) -> Iterator[BotEvent]:
    """The events of the bots that one of the things in `BOT_TYPES` concerns, in fetch mode and in webhook mode."""
    kind = BOT_PREFIX + BOT_TYPES[happening.kind]
    for bot in _list_hearers(company, happening):
        yield BotEvent(bot, kind, {"bot": make_bot(bot), **_make_bot_data(company, happening, bot)})


def _make_bot_data(company: Company, happening: Happening, bot: Bot) -> dict[str, Any]:
    """What an event tells a bot beside itself; who joined is the bot, so `user` is who brought it in."""
    if happening.kind is HappeningKind.BOT_DELETED:
        return {}
    data = make_event_data(company, happening, bot.user_id)
    if happening.kind is HappeningKind.MEMBER_JOINED:
        data["user"] = make_event_user(company.find_user(happening.user_id))
    return data


def _list_hearers(company: Company, happening: Happening) -> list[Bot]:
    """The bots that are told of something: of joining and of being deleted the bot itself, else those in the chat."""
    if happening.kind is HappeningKind.BOT_DELETED:
        return [happening.details["bot"]]
    members = [bot for bot in company.bots if bot.user_id in company.chats[happening.chat_id].members]
    if happening.kind is HappeningKind.MEMBER_JOINED:
        return [bot for bot in members if bot.user_id == happening.details["member"]]
    message = company.messages[happening.message_id]
    if happening.kind is HappeningKind.REACTION_CHANGED:
        return [bot for bot in members if bot.reactions and bot.user_id == message.author_id]
    if company.is_bot(message.author_id):
        return []
    return [bot for bot in members if _hears(bot, company.chats[happening.chat_id], message)]


def _hears(bot: Bot, chat: Chat, message: Message) -> bool:
    """Whether a bot in a chat is told of a message.

    In a line it is told of all if it supports lines, whatever its type; elsewhere of all in a dialog of two or as a
    supervisor or personal bot, and otherwise of what names it. Source: the module `im` of the portal.
    """
    if chat.entity_type == "LINES":
        return bot.openline
    return chat.type == "P" or bot.type in WATCHERS or f"[USER={bot.user_id}]" in message.text.upper()
