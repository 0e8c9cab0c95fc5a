"""The messenger's events as rows of logs and posts to bots carry them: which they are, for whom, with what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.state.company import Company
from sandbox.state.happenings import Happening, HappeningKind
from sandbox.state.people import Bot
from sandbox.state.records import Chat
from sandbox.views.messenger_objects import LANGUAGE, make_bot, make_event_chat, make_event_user, make_message

USER_PREFIX, BOT_PREFIX = "ONIMV2", "ONIMBOTV2"
TYPES = {
    HappeningKind.MESSAGE_ADDED: "MESSAGEADD",
    HappeningKind.MESSAGE_UPDATED: "MESSAGEUPDATE",
    HappeningKind.MESSAGE_DELETED: "MESSAGEDELETE",
    HappeningKind.REACTION_CHANGED: "REACTIONCHANGE",
    HappeningKind.MEMBER_JOINED: "JOINCHAT",
}
"""What happens -> the type of its event, without its prefix."""


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
    """The events of the bots that one of the things in `TYPES` concerns, in fetch mode and in webhook mode."""
    kind = BOT_PREFIX + TYPES[happening.kind]
    for bot in _list_hearers(company, happening, company.chats[happening.chat_id]):
        yield BotEvent(bot, kind, {"bot": make_bot(bot), **_make_bot_data(company, happening, bot)})


def make_bot_deletion(bot: Bot) -> BotEvent:
    """The event of a bot that is taken off the portal."""
    return BotEvent(bot, f"{BOT_PREFIX}DELETE", {"bot": make_bot(bot)})


def _make_bot_data(company: Company, happening: Happening, bot: Bot) -> dict[str, Any]:
    data = make_event_data(company, happening, bot.user_id)
    if happening.kind is HappeningKind.MEMBER_JOINED:
        data["user"] = make_event_user(company.find_user(happening.user_id))
    return data


def _list_hearers(company: Company, happening: Happening, chat: Chat) -> list[Bot]:
    """The bots in a chat that are told of something: never of what a bot wrote, and of lines only if they support them.

    In a line, in a dialog of two, and as supervisor or personal bot they hear all of it, in other chats only what names
    them. Of joining they are told when they join themselves. Source: the module `im` of the portal.
    """
    members = [bot for bot in company.bots if bot.user_id in chat.members]
    if happening.kind is HappeningKind.MEMBER_JOINED:
        return [bot for bot in members if bot.user_id == happening.details["member"]]
    message = company.messages.get(happening.message_id)
    if message is None or company.is_bot(message.author_id):
        reacts = message is not None and happening.kind is HappeningKind.REACTION_CHANGED
        return [bot for bot in members if reacts and message and bot.user_id == message.author_id and bot.reactions]
    if chat.entity_type == "LINES":
        return [bot for bot in members if bot.openline]
    watches = ("supervisor", "personal")
    return [
        bot
        for bot in members
        if chat.type == "P" or bot.type in watches or f"[USER={bot.user_id}]" in message.text.upper()
    ]
