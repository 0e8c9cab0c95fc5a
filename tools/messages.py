"""Quick answers, and messages to clients from CRM."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field
from typing_extensions import Doc, TypedDict

from tools.dialogs import SessionHistoryGet
from tools.effect import Effect
from tools.error_advice import CHANNEL_OFF, CHAT_ACCESS, CRM_TYPE_AND_ID
from tools.fields import MAX_ID, ChatId, CrmId, CrmType, MessageId, Text, UserId
from tools.messenger import ImDialogMessagesGet
from tools.method import Method, PortalContext, RefusedByResultError
from tools.result_types import NewId
from tools.untrusted import mark_untrusted

WHOLE_SESSION = 10_000
"""More messages than a session has."""
OF_OPERATORS = "Choose an operator's message: session_history_get shows them. any_author=true saves it all the same."
LONGEST_EXCERPT = 200


def _refuse_zero(text: str) -> str:
    if text.strip() == "0":
        raise ValueError("the portal takes a lone 0 for an empty message")
    return text


class SavedQuickAnswer(TypedDict):
    """A message that is a quick answer now."""

    saved: bool
    message_id: int
    role: str | None
    """Of its author; null where the dialog could not be read."""
    text: str | None


class MessageQuickSave(Method):
    """Save an operator's message as a quick answer (canned reply) of the line, for use in later dialogs.

    A message that is saved again, or has the same text, updates the existing answer. Needs an open session. Refuses a
    client's message unless any_author=true.
    """

    rest = "imopenlines.message.quick.save"
    title = "Save a quick answer"
    effects = Effect.WRITE
    idempotent = True
    data_type = SavedQuickAnswer
    errors = {
        **CHAT_ACCESS,
        "CANT_SAVE_QUICK_ANSWER": "No such message, no open session in the chat, or the line has no list of quick "
        "answers that this user may write to. See session_history_get for message ids, config_get for "
        "QUICK_ANSWERS_IBLOCK_ID.",
    }
    afterwards = "Operators find it in the chat window; no method of every portal lists them."
    answer = "`true`. The tool shows what was saved: `{saved, message_id, role, text}`."
    details = (
        "The message is looked up before the chat, so a wrong pair often shows as `CANT_SAVE_QUICK_ANSWER`. The portal "
        "takes a client's message too, with whatever is in it; this server reads the message first, with "
        "`im.dialog.messages.get` or `imopenlines.session.history.get`, and shows its text. `quick_replies` reads "
        "quick answers where the portal has an undocumented method for it."
    )
    example = {"chat_id": 1331, "message_id": 83507}

    chat_id: ChatId
    message_id: MessageId
    any_author: Annotated[bool, Field(exclude=True), Doc("true: a client's or bot's message too")] = False

    async def run(self, context: PortalContext) -> SavedQuickAnswer:
        """Saved, unless it is somebody else's than an operator's.

        Raises:
            RefusedByResultError: It is not an operator's message; nothing was saved.
        """
        message = await self._read_message(context)
        role, text = (message["role"], message["text"]) if message else (None, None)
        if obstacle := self.find_obstacle(role, text):
            raise RefusedByResultError(None, OF_OPERATORS, happened=f"Nothing was saved: {obstacle}")
        await context.ask(self)
        return {"saved": True, "message_id": self.message_id, "role": role, "text": text}

    def find_obstacle(self, role: str | None, text: str | None) -> str:
        """Why a message with such an author is not saved, as the end of a sentence; empty if it is."""
        if self.any_author or role not in {"client", "bot", "system", "unknown"}:
            return ""
        whose = "of an unknown author" if role == "unknown" else f"the {role}'s"
        return f"message {self.message_id} is {whose}: {mark_untrusted(str(text)[:LONGEST_EXCERPT], role)}"

    async def _read_message(self, context: PortalContext) -> Mapping[str, Any] | None:
        """None where neither method shows it: then only the portal judges."""
        newest = ImDialogMessagesGet(dialog_id=f"chat{self.chat_id}", last_id=min(self.message_id + 1, MAX_ID), limit=1)
        for question in (newest, SessionHistoryGet(chat_id=self.chat_id, last=WHOLE_SESSION)):
            try:
                answer = await context.ask(question)
            except Exception:  # noqa: BLE001, S112  (whatever the portal's client raises: the call itself will show it)
                continue
            if found := next((one for one in answer["messages"] if one["id"] == self.message_id), None):
                return dict(found)
        return None

    def text(self, result: SavedQuickAnswer) -> str:
        """What is a quick answer now."""
        if result["text"] is None:
            return "Saved. The message could not be read, so its text is not shown."
        return f"Saved as a quick answer: {mark_untrusted(result['text'], result['role'] or 'portal')}"

    def structured(self, result: SavedQuickAnswer) -> Mapping[str, Any]:
        """The same, marked."""
        text = result["text"]
        return {**result, "text": None if text is None else mark_untrusted(text, result["role"] or "portal")}


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
