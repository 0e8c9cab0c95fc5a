"""Quick answers, and messages to clients from CRM."""

from typing import Annotated

from pydantic import AfterValidator
from typing_extensions import Doc

from tools.effect import Effect
from tools.error_advice import CHANNEL_OFF, CHAT_ACCESS, CRM_TYPE_AND_ID
from tools.fields import ChatId, CrmId, CrmType, MessageId, Text, UserId
from tools.method import Method
from tools.result_types import NewId


def _refuse_zero(text: str) -> str:
    if text.strip() == "0":
        raise ValueError("the portal takes a lone 0 for an empty message")
    return text


class MessageQuickSave(Method):
    """Save an operator's message as a quick answer (canned reply) of the line, for use in later dialogs.

    A message that is saved again, or has the same text, updates the existing answer. Needs an open session.
    """

    rest = "imopenlines.message.quick.save"
    title = "Save a quick answer"
    effects = Effect.WRITE
    idempotent = True
    errors = {
        **CHAT_ACCESS,
        "CANT_SAVE_QUICK_ANSWER": "No such message, no open session in the chat, or the line has no list of quick "
        "answers that this user may write to. See session_history_get for message ids, config_get for "
        "QUICK_ANSWERS_IBLOCK_ID.",
    }
    afterwards = "The portal lists quick answers in the chat window; no method does."
    answer = "`true`."
    details = "The message is looked up before the chat, so a wrong pair often shows as `CANT_SAVE_QUICK_ANSWER`."
    example = {"chat_id": 1331, "message_id": 83507}

    chat_id: ChatId
    message_id: MessageId


class CrmMessageAdd(Method):
    """Send a message to the client of an open dialog that belongs to a CRM record. The client reads it at once.

    It appears as written by user_id, with a note that it was sent automatically: use your own id unless told
    otherwise. The chat has to be an active one of the record (crm_chat_get). In silent mode (dialog_get) the client
    gets nothing. Sent messages cannot be taken back.
    """

    rest = "imopenlines.crm.message.add"
    title = "Send a message to a client"
    effects = Effect.CUSTOMER
    returns = NewId
    errors = {
        "ERROR_ARGUMENT": CRM_TYPE_AND_ID + " user_id, chat_id and message must not be empty.",
        "ACCESS_DENIED": "The webhook's user or user_id may not read this CRM record.",
        "CHAT_NOT_IN_CRM": "The chat has no active session bound to this record: not accepted yet (operator_answer), "
        "not bound to it (dialog_get shows crm; crm_lead_create binds), closing, or another chat (crm_chat_get).",
        "MESSAGE_ADD_ERROR": "The messenger refused the message. Check that user_id may write in this chat.",
        "CANCELED": "user_id may not write in this chat. Add that employee with crm_chat_user_add, or give another.",
        **CHANNEL_OFF,
    }
    afterwards = "session_history_get shows the message; the client gets it only if it says silent: no."
    answer = "Id of the message, an integer."
    details = (
        "The server does not check that the caller may write for USER_ID. The text `0` counts as empty there. The "
        "messenger's own codes can take the place of `MESSAGE_ADD_ERROR`."
    )
    example = {
        "crm_entity_type": "lead",
        "crm_entity": 1195,
        "user_id": 27,
        "chat_id": 1341,
        "message": "Your order is on its way",
    }

    crm_entity_type: CrmType
    crm_entity: CrmId
    user_id: UserId
    chat_id: ChatId
    message: Annotated[Text, AfterValidator(_refuse_zero), Doc("what the client reads")]
