"""The events of an application's own connectors: what goes out to the channel, dialogs, and what was switched off."""

from typing import Any

from tools.event import WHOLE, Event, Variant

_ONLY_OWN = (
    "Only the application that registered the connector gets it, and only for its own connectors; a webhook never does."
)
_SCOPE = "The official page names the scope imconnector; what counts on the server is `imopenlines`."
_EXTERNAL_ID = (
    "Comes only for a message whose delivery was confirmed with the channel's `message.id` "
    "(imconnector_send_status_delivery): without an outside id there is nothing to name."
)
_NOT_INCOMING = "What the channel itself sent, changed or deleted comes back as no event."

_MESSAGES = {
    "CONNECTOR": "the connector's id",
    "LINE": "line",
    "MESSAGES[].im.chat_id": "chat number on the portal, as other methods take it",
    "MESSAGES[].im.message_id": "message id on the portal: keep it, the delivery status names it",
    "MESSAGES[].chat.id": "chat in the channel: third part of USER_CODE",
}
_IM = {"chat_id": "1807", "message_id": "86497"}
_CHAT = {"id": "channel-123"}


def _make_message(message: dict[str, Any]) -> dict[str, Any]:
    return {"CONNECTOR": "my_chat", "LINE": "107", "MESSAGES": [{"im": _IM, "message": message, "chat": _CHAT}]}


class OnImConnectorMessageAdd(Event):
    """The portal hands your connector a message for the client: bring it to the channel and confirm its delivery."""

    name = "OnImConnectorMessageAdd"
    title = "Message to the channel"
    fires = "When an operator, a bot, crm.message.add or the line itself writes to a client of your connector."
    variants = (
        Variant(
            "Message",
            "Always in this form.",
            {
                **_MESSAGES,
                "MESSAGES[].message.user_id": "author on the portal; 0 is the system",
                "MESSAGES[].message.text": "text, with the author's name in bold in front where NEED_SIGNATURE is on",
                "MESSAGES[].message.files": "files, if any: name, type, mime, link, size",
                "MESSAGES[].message.attachments": "attachments, if any",
                "MESSAGES[].message.params": "parameters of the message, if any",
            },
            _make_message({"user_id": "27", "text": "[b]Olga Smirnova:[/b] [br]Good morning!"}),
        ),
    )
    traps = (
        "Confirm it by imconnector_send_status_delivery with `im` and the channel's `message.id`.",
        "Until then operators see it as being sent, and later changes and deletions of it fire nothing.",
        "The text holds BB codes such as [b] and [br]; the channel has to translate them.",
        "System messages (greeting, closing text, rating request) come only where NEED_SYSTEM_MESSAGES is on.",
        "Nothing comes while the dialog is in silent mode.",
        _NOT_INCOMING,
        _ONLY_OWN,
        _SCOPE,
    )


class OnImConnectorMessageUpdate(Event):
    """An operator changed a message that your connector has brought to the channel: change it there too."""

    name = "OnImConnectorMessageUpdate"
    title = "Message changed on the portal"
    fires = "When an operator edits a message to a client of your connector."
    variants = (
        Variant(
            "Change",
            "Always in this form.",
            {
                **_MESSAGES,
                "MESSAGES[].message.id": "list of the channel's ids of this message",
                "MESSAGES[].message.text": "new text",
            },
            _make_message({"id": ["ext-msg-1007"], "text": "[b]Olga Smirnova:[/b][br] Good afternoon!"}),
        ),
    )
    traps = (
        "`message.id` is a list here and a single id in OnImConnectorMessageDelete.",
        _EXTERNAL_ID,
        "Nothing comes where the connector was registered with EDIT_INTERNAL_MESSAGES off.",
        _NOT_INCOMING,
        _ONLY_OWN,
        _SCOPE,
    )


class OnImConnectorMessageDelete(Event):
    """An operator deleted a message that your connector has brought to the channel: delete it there too."""

    name = "OnImConnectorMessageDelete"
    title = "Message deleted on the portal"
    fires = "When an operator deletes a message to a client of your connector."
    variants = (
        Variant(
            "Deletion",
            "Always in this form; one entry for each id that the channel knows.",
            {**_MESSAGES, "MESSAGES[].message.id": "the channel's id of this message"},
            _make_message({"id": "ext-msg-1007"}),
        ),
    )
    traps = (
        "`message.id` is a single id here and a list in OnImConnectorMessageUpdate.",
        _EXTERNAL_ID,
        "Nothing comes where the connector was registered with DEL_INTERNAL_MESSAGES off.",
        _NOT_INCOMING,
        _ONLY_OWN,
        _SCOPE,
    )


_DIALOG = {
    "CONNECTOR": "the connector's id",
    "LINE": "line",
    "DATA[].connector.connector_id": "the connector's id",
    "DATA[].connector.line_id": "line",
    "DATA[].connector.chat_id": "chat in the channel: third part of USER_CODE",
    "DATA[].connector.user_id": "the client's user id on the portal: fourth part of USER_CODE, 0 in group chats",
    "DATA[].session.id": "session id, as other methods take it",
    "DATA[].session.closed": "Y or N",
    "DATA[].session.parent_id": "the session before it; 0 for none",
    "DATA[].session.close_term": "minutes until a finished session is closed for good",
    "DATA[].chat.id": "the same as connector.chat_id",
    "DATA[].user.id": "the same as connector.user_id",
}
_DIALOG_TRAPS = (
    "`user.id` is the client's id on the portal, although the official page calls it the channel's.",
    "`chat.id` is the channel's chat, not a chat number of the portal.",
    "Join `connector_id|line_id|chat_id|user_id` of `connector` with bars: that is the USER_CODE of dialog_get.",
    "`DATA` is a list of one entry.",
    _ONLY_OWN,
    _SCOPE,
)


def _make_dialog(closed: str) -> dict[str, Any]:
    entry = {
        "connector": {"connector_id": "my_chat", "line_id": "107", "chat_id": "channel-123", "user_id": "585"},
        "session": {"id": "3282", "closed": closed, "parent_id": "0", "close_term": "10"},
        "chat": _CHAT,
        "user": {"id": "585"},
    }
    return {"CONNECTOR": "my_chat", "LINE": "107", "DATA": [entry]}


class OnImConnectorDialogStart(Event):
    """A session with a client of your connector began. It carries the session id, which OnSessionStart does not."""

    name = "OnImConnectorDialogStart"
    title = "Dialog of the connector started"
    fires = "When a session is created: by the client's message, or by an employee."
    variants = (Variant("Session", "Always in this form.", _DIALOG, _make_dialog("N")),)
    traps = _DIALOG_TRAPS


class OnImConnectorDialogFinish(Event):
    """A session with a client of your connector was closed for good. It carries the session id."""

    name = "OnImConnectorDialogFinish"
    title = "Dialog of the connector finished"
    fires = "When a session becomes closed: by an operator, a bot, as spam, or by itself after a time of silence."
    variants = (Variant("Session", "Always in this form.", _DIALOG, _make_dialog("Y")),)
    traps = (
        "Where a line sends a closing text or asks for a rating, finishing takes two steps; this fires at the second.",
        *_DIALOG_TRAPS,
    )


class OnImConnectorStatusDelete(Event):
    """Your connector was switched off on a line: stop sending for this line."""

    name = "OnImConnectorStatusDelete"
    title = "Connector switched off on a line"
    fires = "When the connector is deactivated on a line or unregistered, by your calls or in the Contact Center."
    variants = (
        Variant(
            "Connector and line",
            "Always in this form.",
            {"connector": "the connector's id", "line": "line"},
            {"connector": "my_chat", "line": "107"},
        ),
    )
    traps = (
        "The keys are in lower case, unlike in the other events of connectors.",
        "Your own imconnector_activate with `active` false fires it too, even where nothing was active.",
        "The data stored for connector and line is gone: set it again after the next activation.",
        _ONLY_OWN,
        _SCOPE,
    )


class OnImConnectorLineDelete(Event):
    """A line was deleted: forget everything you keep for it."""

    name = "OnImConnectorLineDelete"
    title = "Line deleted"
    fires = "When a line is deleted, in the Contact Center or by config_delete."
    variants = (Variant("Line", "Always in this form.", {WHOLE: "id of the deleted line"}, "107"),)
    traps = (
        "`data` is the number itself, not an object: `data=107`.",
        "Unlike the other events of connectors it goes to every subscribed application.",
        _SCOPE,
    )
