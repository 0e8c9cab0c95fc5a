"""What to do about the error codes that many methods share."""

from collections.abc import Mapping

MESSENGER_OFF = "The messenger module of the portal is off; its administrator has to switch it on."
BOTS_OFF = "The chat-bot module of the portal is off; its administrator has to switch it on."
DATA_NOT_LOADED = "The portal could not load the dialog's data. Check the chat with dialog_get."
NOT_YOURS = (
    "You are not the operator of this dialog. operator_answer takes it, from its present operator too: ask first."
)
CRM_TYPE_AND_ID = "crm_entity_type has to be lead, deal, contact or company and crm_entity the number of that record."
CHANNEL_OFF = {
    "ERROR_FROM_OTHER_MODULE": "The line is switched off, or its channel is not connected any more; nothing was sent. "
    "config_get shows ACTIVE; an administrator reconnects channels in the Contact Center.",
}
PARTICIPANTS = "session_history_get with detail=full lists the participants under userInChat."

SCOPES = {
    "imopenlines": "Open Channels",
    "im": "Chat and Notifications",
    "imbot": "Chat bots",
    "user_brief": "Users",
}
"""Scope, the first where several will do -> what the portal calls it."""


def describe_missing_scope(*needs: tuple[str, ...]) -> str:
    """What to do where scopes are missing; of each tuple one is enough."""
    names = " and ".join(f"{SCOPES.get(need[0], 'the scope')} ({' or '.join(need)})" for need in needs)
    return f"The webhook or application lacks a scope: edit it in the portal and tick {names}."


CHAT_ID_EMPTY = {"CHAT_ID_EMPTY": "chat_id is missing or is not a number above 0."}

CHAT_ACCESS = {
    "IM_LOAD_ERROR": MESSENGER_OFF,
    "CHAT_ID": "No such chat. Look its number up with dialog_get or crm_chat_get and give it as a "
    "plain number (2043, not chat2043).",
    "USER_ID": "The webhook or token acts for no employee. Create a new one in the account of an employee.",
    "CHAT_TYPE": "This chat is not an Open Channels dialog. Find the dialog with dialog_get or crm_chat_get.",
    "ACCESS_DENIED": "The user behind the webhook or token may not join this dialog. Use one whose role has the Join "
    "permission for the line, or ask an operator of the dialog to add that user.",
}
"""The gate of every method that works on a dialog: operator.*, session.* with a chat, message.*, crm.lead.create."""

EXTRAS = {
    "ATTACH_OVERSIZE": "The attachment is larger than 30 KB; shorten it.",
    "ATTACH_ERROR": "The attachment is not of the form {ID, BLOCKS: [...]}; simplify it.",
    "KEYBOARD_ERROR": "The keyboard is not of the form {BUTTONS: [{TEXT, LINK}]}; simplify it.",
}
"""What can hang on a message."""

NO_SESSION_AUTH = {
    "WRONG_AUTH_TYPE": "A browser session cannot call this method: use an incoming webhook or an application token.",
}

APPLICATION_ONLY = {
    "WRONG_AUTH_TYPE": "A webhook cannot call this method: it takes an application. Put its address, client id and "
    "secret into the settings and sign in with openchannels-mcp login.",
}

CONNECTOR_ON_LINE = {**APPLICATION_ONLY, "ERROR_ARGUMENT": "A required argument is missing; the message names it."}

CHANNEL = {
    **CONNECTOR_ON_LINE,
    "IMCONNECTOR_NO_CORRECT_PROVIDER": "The portal cannot work with this connector. See imconnector_list; register it "
    "again if it is yours, and tell the portal's administrator if that does not help.",
    "IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR": "No connector has this id. imconnector_list shows those there are.",
}

ACTIVE_CHANNEL = {
    **CHANNEL,
    "NOT_ACTIVE_LINE": "The connector is not on for this line. See imconnector_status, then imconnector_activate.",
}

TRANSFER_TARGET = {
    **CHAT_ID_EMPTY,
    "USER_ID_EMPTY": "The employee's id is not a number above 0. Give user_id=15, or transfer_id='15'.",
    "QUEUE_ID_EMPTY": "The line's id is not a number above 0. Give queue_id=3, or transfer_id='queue3'.",
    "TRANSFER_ID_EMPTY": "No target: give one of user_id, queue_id and transfer_id.",
}

STATISTICS = {
    "TARIFF_RESTRICTION": "The portal's plan has no Open Channels reports. Use dialog_get and session_history_get for "
    "single dialogs, or upgrade the plan.",
    "ERROR_METHOD_NOT_FOUND": "This portal has no statistics methods yet. Single dialogs remain reachable with "
    "dialog_get and session_history_get.",
}


def explain_missing_reports(remains: str) -> dict[str, str]:
    """Advice for a tool that is nothing without the reports; `remains` ends the sentence with what there is."""
    return {
        "TARIFF_RESTRICTION": f"The portal's plan has no Open Channels reports, {remains}",
        "ERROR_METHOD_NOT_FOUND": f"This portal has no statistics methods yet, {remains}",
        "ACCESS_DENIED": f"The user of the webhook may not see Open Channels reports, {remains}",
    }


CORE = {
    "ERROR_METHOD_NOT_FOUND": "The portal does not know this method: its Open Channels module is missing or older.",
    "NO_AUTH_FOUND": "The portal saw no credentials. Check OPENCHANNELS_WEBHOOK_URL.",
    "INVALID_CREDENTIALS": "The webhook does not exist, is switched off, or its secret was changed. Create a new one "
    "in the portal (Developer resources, Inbound webhook) and put it into OPENCHANNELS_WEBHOOK_URL.",
    "invalid_token": "The access token is unknown or revoked: sign in again with openchannels-mcp login.",
    "expired_token": "The access token is too old and could not be renewed: sign in again with openchannels-mcp login.",
    "invalid_grant": "The application's grant was revoked or is too old: sign in again with openchannels-mcp login.",
    "invalid_client": "The authorisation server does not know client_id and client_secret; correct the settings.",
    "insufficient_scope": describe_missing_scope(("imopenlines",)),
    "INVALID_REQUEST": "The portal takes webhooks over https only. Correct OPENCHANNELS_WEBHOOK_URL.",
    "user_access_error": "The user may not use this application; an administrator has to allow it.",
    "authorization_error": "The owner of the webhook was dismissed or cannot sign in. Create one for another user.",
    "APPLICATION_NOT_FOUND": "The application is not installed on the portal or is switched off.",
    "CONNECTION_ERROR": "The portal could not reach the authorisation server. Try again in a minute.",
    "ACCESS_DENIED": "Not allowed: either the user lacks the right, or the portal's plan has no REST.",
    "OVERLOAD_LIMIT": "The portal's owner or Bitrix24 has put this webhook on hold for overload. Ask them.",
    "PAYMENT_REQUIRED": "The portal's paid or trial period is over.",
    "WRONG_AUTH_TYPE": "This kind of authorisation cannot call the method; see its page for the kind that can.",
    "WRONG_LICENSE": "The portal's plan lacks this feature.",
    "METHOD_CONFIRM_WAITING": "An administrator of the portal has to confirm this call first; then repeat it.",
    "METHOD_CONFIRM_DENIED": "An administrator of the portal refused this call.",
    "QUERY_LIMIT_EXCEEDED": "Too many requests to the portal. Nothing was executed; wait some seconds and repeat.",
    "OPERATION_TIME_LIMIT": "This method has used up its computing time on the portal (per ten minutes). Wait.",
    "WRONG_ENCODING": "The portal did the work but could not write its answer down; the result is lost.",
    "PORTAL_DELETED": "This portal is closed.",
    "ERROR_ARGUMENT": "The portal could not use an argument; the message names it.",
    "ERROR_CORE": "The portal failed inside. If it happens again with these arguments, tell its administrator.",
    "INTERNAL_SERVER_ERROR": "The portal failed inside. Try again later.",
    "ERROR_UNEXPECTED_ANSWER": "The portal failed inside. Try again later.",
    "": "The portal gave no reason. Read the dialog with dialog_get before trying anything else.",
}
"""Codes that any method can give."""


def find_advice(code: str, own: Mapping[str, str]) -> str:
    """What to do about a code: the method's own word first."""
    return own.get(code) or CORE.get(code) or "See the method's page; if it does not help, ask the administrator."
