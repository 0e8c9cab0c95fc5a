"""What a chat bot does with a dialog that it holds: speak, pass on, finish."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_exactly_one
from tools.effect import Auth, Effect
from tools.error_advice import CHAT_ID_EMPTY, NO_SESSION_AUTH, TRANSFER_TARGET
from tools.fields import ChatId, ClientId, Flag, LineId, Text, TransferId, UserId
from tools.method import Method

BOT_OWNER = {
    **NO_SESSION_AUTH,
    "ACCESS_DENIED": "With a webhook, client_id is required: the CLIENT_ID or botToken given when the bot was "
    "registered.",
    "BOT_ID_ERROR": "No bot belongs to this application or client_id. Register one, or correct client_id.",
}


class BotSessionOperator(Method):
    """Release a dialog from the chat bot that holds it: the next free operator of the queue gets it.

    For a certain person or line use bot_session_transfer. It sends the client no text.
    """

    rest = "imopenlines.bot.session.operator"
    title = "Bot to a free operator"
    effects = Effect.TAKEOVER
    errors = {
        **NO_SESSION_AUTH,
        **CHAT_ID_EMPTY,
        "WRONG_CHAT": "No bot holds this dialog: an operator has it, or there is no such dialog. See dialog_get.",
    }
    afterwards = "Confirm with dialog_get: owner is an operator, or 0 while nobody is free."
    answer = "`true`, also when no operator is free."
    details = (
        "Without an open session one is created, even when the call then fails. "
        "Neither access to the chat nor ownership of the bot is checked. The bot leaves, or stays as an observer if "
        "the line keeps it until closing; STATUS becomes 5."
    )
    example = {"chat_id": 112}

    chat_id: ChatId


class BotSessionMessageSend(Method):
    """Send the client an automatic message in a dialog: the line's greeting (WELCOME) or your text (DEFAULT).

    The client reads it at once. Nothing is sent, without an error, if the greeting is off in the line.
    """

    rest = "imopenlines.bot.session.message.send"
    title = "Automatic message"
    effects = Effect.CUSTOMER
    errors = {**NO_SESSION_AUTH, **CHAT_ID_EMPTY}
    afterwards = "`true` comes even if nothing was sent. session_history_get shows what the client got."
    answer = "`true`, whether or not a message was sent."
    details = (
        "Without an open session one is created. The server checks no access to the chat. A name other than WELCOME "
        "and DEFAULT does nothing there."
    )
    example = {"chat_id": 112, "name": "DEFAULT", "message": "Hello! How can I help?"}

    chat_id: ChatId
    name: Annotated[Literal["WELCOME", "DEFAULT"], Doc("the line's greeting, or your own text")]
    message: Annotated[Text | None, Field(description="text for DEFAULT")] = None

    @model_validator(mode="after")
    def _default_has_a_text(self) -> Self:
        if (self.name == "DEFAULT") is (self.message is None):
            raise ValueError("message goes with name=DEFAULT and is required there; WELCOME takes none")
        return self


class BotSessionTransfer(Method):
    """Pass a dialog from your chat bot to an operator or to the queue of a line.

    Give exactly one of user_id, queue_id and transfer_id. With a webhook client_id is needed. For whoever is free use
    bot_session_operator; people use operator_transfer.
    """

    rest = "imopenlines.bot.session.transfer"
    title = "Bot transfers a dialog"
    effects = Effect.TAKEOVER
    auth = Auth.BOT_OWNER
    errors = {
        **BOT_OWNER,
        **TRANSFER_TARGET,
        "OPERATOR_WRONG": "The target cannot take the dialog: dismissed, a bot, an outside user, or a missing line.",
    }
    afterwards = (
        "dialog_get shows owner=user_id; after a transfer to a line, that line and owner 0 until somebody takes it."
    )
    answer = "`true`."
    details = (
        "Without an open session one is created. "
        "An application with several bots acts for the first one found. Sent together, a plain transfer_id overwrites "
        "user_id, and user_id beats queue_id, whatever the documentation says; this server lets only one through. "
        "Module version 24 refuses webhooks here."
    )
    example = {"chat_id": 112, "user_id": 12, "leave": False, "client_id": "my-bot-client-id"}

    chat_id: ChatId
    user_id: UserId | None = None
    queue_id: LineId | None = None
    transfer_id: TransferId | None = None
    leave: Annotated[Flag | None, Doc("true: the bot leaves at once; otherwise when the transfer is done")] = None
    client_id: ClientId | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        check_exactly_one(self, "user_id", "queue_id", "transfer_id")
        return self


class BotSessionFinish(Method):
    """Finish a dialog as your chat bot; the client may get the line's closing text or rating request.

    The bot takes the dialog first: operators in it are removed. With a webhook client_id is needed. People use
    operator_finish.
    """

    rest = "imopenlines.bot.session.finish"
    title = "Bot finishes a dialog"
    effects = Effect.CUSTOMER | Effect.TAKEOVER | Effect.DESTRUCTIVE
    auth = Auth.BOT_OWNER
    errors = {**BOT_OWNER, **CHAT_ID_EMPTY}
    afterwards = "`true` comes even if nothing was closed. See dialog_get."
    answer = "`true`, whether or not the session closed."
    example = {"chat_id": 112, "client_id": "my-bot-client-id"}

    chat_id: ChatId
    client_id: ClientId | None = None
