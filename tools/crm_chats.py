"""Dialogs that belong to CRM records, and who takes part in them."""

from typing import Annotated, Any

from pydantic import Field
from typing_extensions import Doc

from tools.effect import Effect
from tools.error_advice import CRM_TYPE_AND_ID, MESSENGER_OFF, PARTICIPANTS
from tools.fields import CrmId, CrmType, Flag, Id, UserId
from tools.method import Method
from tools.result_types import NewId, Number, PortalObject, Rows, read_whole

NO_CHAT = {0: "The CRM record has no chat; nothing was done. See crm_chat_get with active_only=false."}
PARTICIPANT = {
    "IM_NOT_INSTALLED": MESSENGER_OFF,
    "ERROR_ARGUMENT": CRM_TYPE_AND_ID + " user_id has to be above 0.",
    "CHAT_NOT_IN_CRM": "The chat has no active session bound to this record; without chat_id the last chat was taken. "
    "List the active ones with crm_chat_get.",
    "CRM_CHAT_USER_NOT_ACTIVE": "There is no such employee, or the account was dismissed.",
}
ParticipantChat = Annotated[Id, Field(description="the record's last chat unless given")]


class CrmChat(PortalObject):
    """A chat of a CRM record."""

    CHAT_ID: Number = None


class CrmChatGet(Method):
    """List the chats of a CRM record (lead, deal, contact, company): chat id and channel, newest first.

    Shows chats with an active session only; active_only=false shows all. An empty list means none.
    """

    rest = "imopenlines.crm.chat.get"
    title = "Chats of a CRM record"
    effects = Effect.READ
    returns = Rows[CrmChat]
    names = {"CHAT_ID": "chat"}
    errors = {
        "ACCESS_DENIED": "The webhook's user may not read this CRM record.",
        "ERROR_ARGUMENT": CRM_TYPE_AND_ID,
    }
    answer = "A list of `{CHAT_ID, CONNECTOR_ID, CONNECTOR_TITLE}`."
    details = "Active means accepted by an operator and not yet closing: a new, waiting session is not active."
    example = {"crm_entity_type": "lead", "crm_entity": 1205, "active_only": False}

    crm_entity_type: CrmType
    crm_entity: CrmId
    active_only: Annotated[Flag | None, Doc("false: closed and waiting ones too")] = None

    def client_chats(self, result: Any) -> frozenset[int]:
        """All of them: their titles are what their clients are called."""
        return frozenset(filter(None, (read_whole(row.get("CHAT_ID")) for row in result if isinstance(row, dict))))


class CrmChatGetLastId(Method):
    """Get the number of the chat in which a CRM record was last active, open or closed.

    For the list of its chats use crm_chat_get.
    """

    rest = "imopenlines.crm.chat.getLastId"
    title = "Last chat of a CRM record"
    effects = Effect.READ
    returns = NewId
    errors = {
        "CRM_CHAT_EMPTY_CRM_DATA": "The record has no chat, or its type or number is missing. Check it with "
        "crm_chat_get and active_only=false.",
        "ERROR_ARGUMENT": CRM_TYPE_AND_ID,
    }
    answer = "Number of the chat, an integer."
    details = "The server does not check whether the caller may read the record."
    example = {"crm_entity_type": "lead", "crm_entity": 1205}

    crm_entity_type: CrmType
    crm_entity: CrmId


class CrmChatUserAdd(Method):
    """Add an employee or bot to an active chat of a CRM record, as a participant; the owner stays.

    The person needs the right to read the record. Fails if already in the chat. To make somebody the operator use
    hand_over.
    """

    rest = "imopenlines.crm.chat.user.add"
    title = "Add a participant"
    effects = Effect.WRITE
    returns = NewId
    errors = {
        **PARTICIPANT,
        "ACCESS_DENIED": "The webhook's user may not read the record or join the chat, or user_id may not read the "
        "record or the line's history.",
        "WRONG_REQUEST": "This person is in the chat already, or you may not add people. Nothing was changed.",
    }
    refusals = NO_CHAT
    afterwards = PARTICIPANTS
    answer = "Number of the chat, an integer; 0 (no chat) is reported as an error."
    details = "The messenger's own codes can take the place of `WRONG_REQUEST`."
    example = {"crm_entity_type": "lead", "crm_entity": 1205, "user_id": 503, "chat_id": 1763}

    crm_entity_type: CrmType
    crm_entity: CrmId
    user_id: UserId
    chat_id: ParticipantChat | None = None


class CrmChatUserDelete(Method):
    """Remove an employee or bot from an active chat of a CRM record. They lose sight of the dialog.

    Fails if not in the chat. Removing the owner leaves the dialog without one. Dismissed employees cannot be removed.
    """

    rest = "imopenlines.crm.chat.user.delete"
    title = "Remove a participant"
    effects = Effect.DESTRUCTIVE
    returns = NewId
    errors = {
        **PARTICIPANT,
        "CRM_CHAT_EMPTY_USER": "user_id is missing.",
        "CRM_CHAT_EMPTY_CRM_DATA": CRM_TYPE_AND_ID,
        "ACCESS_DENIED": "The webhook's user may not read this CRM record.",
        "CHAT_DELETE_USER_PERMISSION_DENIED": "The webhook's user may not remove people from this chat.",
        "WRONG_REQUEST": "This person is not in the chat, or you may not remove people. Nothing was changed.",
    }
    refusals = NO_CHAT
    afterwards = PARTICIPANTS
    answer = "Number of the chat, an integer; 0 (no chat) is reported as an error."
    details = "The messenger's own codes can take the place of `WRONG_REQUEST`."
    example = {"crm_entity_type": "lead", "crm_entity": 1205, "user_id": 503, "chat_id": 1763}

    crm_entity_type: CrmType
    crm_entity: CrmId
    user_id: UserId
    chat_id: ParticipantChat | None = None
