"""What the methods of bots of the second generation share: who may call them, spelling, and advice for their errors."""

from typing import Any, ClassVar

from tools.bot_parts import BotId, BotToken
from tools.bot_results import DoneResult
from tools.effect import Auth
from tools.fields import DialogId
from tools.method import Method, RefusedByResultError
from tools.naming import to_camel_case

TOKEN = {
    "BOT_TOKEN_NOT_SPECIFIED": "With a webhook bot_token is required: the one given when the bot was registered.",
}
OWN_BOT = {
    **TOKEN,
    "BOT_ID_REQUIRED": "Give bot_id. imbot_v2_bot_list shows the bots there are.",
    "BOT_NOT_FOUND": "There is no such bot. imbot_v2_bot_list shows those there are; imbot_v2_bot_register makes one.",
    "BOT_OWNERSHIP_ERROR": "The bot belongs to another application, or bot_token is not its own: correct bot_token.",
}
IN_CHAT = {
    **OWN_BOT,
    "ACCESS_DENIED": "The bot is not in this chat. It gets there as the line's welcome bot (config_update).",
}
SETTINGS = {
    "BOT_INVALID_EVENT_MODE": "event_mode has to be fetch or webhook.",
    "BOT_INVALID_CALLBACK": "The portal cannot call webhook_url: give a public https address.",
    "BOT_AVATAR_INCORRECT_TYPE": "The avatar is no picture: give a PNG or JPEG in Base64.",
    "BOT_AVATAR_INCORRECT_SIZE": "The avatar is larger than 5000 by 5000 pixels.",
    "BOT_TOKEN_INVALID_LENGTH": "bot_token may have at most 40 characters.",
}
READ_TYPES = {
    "BOT_TYPE_NOT_ALLOWED": "Only bots of the types supervisor and personal may read. session_history_get reads a "
    "dialog of a line.",
}
CALLERS = "A webhook needs bot_token with every call; an application finds its bots by itself. "


class BotApiMethod(Method):
    """Base of the methods of bots: scope imbot, parameters in camelCase."""

    scopes = ("imbot",)
    auth = Auth.BOT

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """These methods spell their parameters in camelCase."""
        return (to_camel_case(name),)


class OwnBotMethod(BotApiMethod):
    """Of one bot."""

    bot_id: BotId
    bot_token: BotToken | None = None


class DoneMethod(OwnBotMethod):
    """Answers with an object whose `result` says whether it was done."""

    returns: ClassVar[Any] = DoneResult
    data_type: ClassVar[Any] = bool
    answer = "`{result}`: an object whose `result` is true."
    tool_answer = "`true`."

    def shape(self, result: Any) -> Any:
        """`true`, or a refusal."""
        if result.get("result") is not True:
            raise RefusedByResultError(False, f"The portal gives no reason. {self.afterwards}")
        return True


class BotDialogMethod(OwnBotMethod):
    """Of one bot in one chat."""

    dialog_id: DialogId

    def client_chats(self, result: Any) -> frozenset[int]:  # noqa: ARG002  (it is named by the call)
        """The chat."""
        return frozenset({int(str(self.dialog_id).removeprefix("chat"))})
