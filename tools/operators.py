"""What an operator does with a dialog: take, decline, pass on, finish."""

from typing import Self

from pydantic import model_validator

from tools.argument_checks import check_exactly_one
from tools.effect import Effect
from tools.error_advice import CHAT_ACCESS, DATA_NOT_LOADED, NOT_YOURS, TRANSFER_TARGET
from tools.fields import ChatId, LineId, TransferId, UserId
from tools.method import Method

FINISHING = {
    **CHAT_ACCESS,
    "NOT_LOAD_SESSION_OR_CHAT": "No session is open in this chat: it is already closed. Nothing is left to finish.",
    "IMOL_CHAT_ERROR_NOT_LOAD_DATA": DATA_NOT_LOADED,
}
CHECK_CLOSED = (
    "See dialog_get: 'closing' means that the client was asked for a rating or got the closing text, and that calling "
    "again closes at once (it closes by itself after full_close_time); 'no session is open' means closed; otherwise "
    "nothing happened."
)
TWO_PHASES = (
    "The first call sends the line's closing text or rating request to the client and leaves the session waiting "
    "(STATUS 50); a second call closes it (STATUS 60). Lines with neither close at once. A call after that fails with "
    "`NOT_LOAD_SESSION_OR_CHAT`. `true` also comes when the portal was busy with the dialog and did nothing. The "
    "event OnSessionFinish comes only at the final step."
)


class OperatorAnswer(Method):
    """Take a dialog: you (the webhook's user) become its operator and it leaves the queue.

    Works on a waiting dialog and also takes it away from a colleague without asking; session_intercept is for doing
    that on purpose. It sends the client no answer, you have to write one. A second call fails.
    """

    rest = "imopenlines.operator.answer"
    title = "Take a dialog"
    effects = Effect.TAKEOVER
    errors = {
        **CHAT_ACCESS,
        "": "The portal gives no reason; usually you own the dialog already, no session is open, or somebody takes it "
        "at this moment. See dialog_get: if owner is you, it is done.",
    }
    afterwards = "Confirm with dialog_get: owner is you."
    answer = "`true`."
    details = (
        "Other operators are removed from the chat, and the welcome bot too if the line says so. When the caller is "
        "the operator already, or no session is open, the error has an empty code."
    )
    example = {"chat_id": 2043}

    chat_id: ChatId


class OperatorSkip(Method):
    """Decline a dialog offered to you, so that the queue offers it to the next operator.

    To give it to a certain person or line use hand_over. It may be offered to you again, and never works on
    lines whose queue type is 'all'; a failed call still leaves a notice in the chat.
    """

    rest = "imopenlines.operator.skip"
    title = "Decline a dialog"
    effects = Effect.TAKEOVER
    errors = {
        **CHAT_ACCESS,
        "ACCESS_DENIED_KICK": "You may not be removed from this chat. Use hand_over to pass it on.",
        "": "Nobody could take the dialog, or the line offers dialogs to everyone. A notice of the refusal was "
        "posted all the same; without an open session you left the chat. Use hand_over with a person.",
    }
    afterwards = "dialog_get shows owner 0 until the next operator accepts."
    answer = "`true`: the queue has chosen, perhaps the same operator again."
    details = (
        "With an open session the notice of the refusal is posted before the queue is asked. The operator who "
        "declines stays in the choice: where nobody else is free, or all others have had a later dialog (queue type "
        "evenly), the dialog comes back, unaccepted."
    )
    example = {"chat_id": 2043}

    chat_id: ChatId


class OperatorSpam(Method):
    """Mark a dialog as spam and close it at once, without the closing text or rating request.

    Anyone with access can do it, also to a colleague's dialog. There is no undo. For a normal end use
    operator_finish.
    """

    rest = "imopenlines.operator.spam"
    title = "Mark as spam"
    effects = Effect.DESTRUCTIVE
    idempotent = True
    errors = CHAT_ACCESS
    afterwards = "`true` comes in any case; v2_session_list with status=spam shows the session if it was marked."
    answer = "`true`, whether or not anything was closed."
    details = "STATUS becomes 65 and the chat leaves the lists of recent chats. OnSessionFinish fires."
    example = {"chat_id": 2043}

    chat_id: ChatId


class OperatorFinish(Method):
    """Finish your own dialog. On most lines the client then gets a closing text or a rating request.

    The first call may only ask the client for a rating; call again to close fully. For a colleague's dialog use
    operator_another_finish, for a bot's bot_session_finish.
    """

    rest = "imopenlines.operator.finish"
    title = "Finish a dialog"
    effects = Effect.CUSTOMER | Effect.DESTRUCTIVE
    errors = {
        **FINISHING,
        "ERROR_USER_NOT_OPERATOR": f"{NOT_YOURS} Or use operator_another_finish.",
    }
    afterwards = CHECK_CLOSED
    answer = "`true`."
    details = TWO_PHASES
    example = {"chat_id": 2043}

    chat_id: ChatId


class OperatorAnotherFinish(Method):
    """Finish a dialog of another operator; if nobody owns it, you take it first.

    Otherwise as operator_finish: the client may get a closing text or rating request, and the first call may only ask
    for the rating.
    """

    rest = "imopenlines.operator.another.finish"
    title = "Finish a colleague's dialog"
    effects = Effect.CUSTOMER | Effect.TAKEOVER | Effect.DESTRUCTIVE
    errors = FINISHING
    afterwards = CHECK_CLOSED
    answer = "`true`."
    details = "A notice names who finished the dialog. " + TWO_PHASES
    example = {"chat_id": 2043}

    chat_id: ChatId


class OperatorTransfer(Method):
    """Hand a dialog to another operator, or to the queue of a line.

    Give exactly one of user_id, queue_id and transfer_id. The person becomes the owner at once, without being asked;
    all other participants leave the chat, you too. If no session is open, one is created. To offer it to the next in
    the queue use operator_skip.
    """

    rest = "imopenlines.operator.transfer"
    title = "Transfer a dialog"
    effects = Effect.TAKEOVER
    errors = {
        **TRANSFER_TARGET,
        "OPERATOR_WRONG": "The target cannot take the dialog (yourself, dismissed, a bot, an outside user, a missing "
        "line), or you have no access to it, or there is no such chat (a session id is not a chat id). Check with "
        "config_get and dialog_get.",
    }
    afterwards = (
        "dialog_get shows owner=user_id; after a transfer to a line, that line and owner 0 until somebody takes it."
    )
    answer = "`true`."
    details = (
        "Sent together, a plain transfer_id overwrites user_id, and user_id beats queue_id; this server lets only one "
        "through. The code `OPERATOR_WRONG` also hides every missing right. A transfer to a line sets owner 0 until "
        "the queue of that line picks somebody; rights are still checked against the original line."
    )
    example = {"chat_id": 2043, "user_id": 15}

    chat_id: ChatId
    user_id: UserId | None = None
    queue_id: LineId | None = None
    transfer_id: TransferId | None = None

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        check_exactly_one(self, "user_id", "queue_id", "transfer_id")
        return self
