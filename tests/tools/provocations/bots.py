"""Error codes of chat bots."""

from sandbox.seed import seed
from tests.tools.provocations.provocation import Provocation, call, raw

BOTS: tuple[Provocation, ...] = (
    raw("bot.session.operator", "CHAT_ID_EMPTY"),
    call("bot.session.operator", "WRONG_CHAT", chat_id=206),
    raw("bot.session.message.send", "CHAT_ID_EMPTY", NAME="WELCOME"),
    raw("bot.session.finish", "CHAT_ID_EMPTY"),
    call("bot.session.finish", "ACCESS_DENIED", chat_id=217),
    call("bot.session.finish", "BOT_ID_ERROR", chat_id=217, client_id="nobody"),
    call("bot.session.transfer", "ACCESS_DENIED", chat_id=217, user_id=4),
    call("bot.session.transfer", "BOT_ID_ERROR", chat_id=217, user_id=4, client_id="nobody"),
    call("bot.session.transfer", "OPERATOR_WRONG", chat_id=217, user_id=6, client_id=seed.BOT_CLIENT_ID),
)
