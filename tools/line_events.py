"""The events of lines: messages of all connectors, and sessions."""

from typing import Any

from tools.event import Event, Variant

_OF_EVERYBODY = (
    "`DATA` can be an object or a list; `CONNECTOR` and `LINE` can be missing. Accept all forms.",
    "Every subscribed application gets the events of all connectors and lines: filter by connector and line yourself.",
)
_CONNECTOR = {
    "DATA.connector.connector_id": "channel, e.g. telegrambot",
    "DATA.connector.line_id": "line on which the dialog began",
    "DATA.connector.chat_id": "chat in the channel: third part of USER_CODE, not a chat number of the portal",
    "DATA.connector.user_id": "the client's user id on the portal: fourth part of USER_CODE, 0 in group chats",
}
_OUTSIDE = {"connector_id": "telegrambot", "line_id": "128", "chat_id": "77012345", "user_id": "1984"}
_OF_OPERATOR = {"CONNECTOR": "channel", "LINE": "line"}
_RECEIVED = {
    **_CONNECTOR,
    "DATA.chat.id": "the same chat in the channel; more keys as the connector gave them",
    "DATA.message.id": "the channel's own message id",
    "DATA.message.text": "text",
    "DATA.message.user_id": "the client's user id on the portal",
    "DATA.message.files": "files, if any; date and other keys as the connector gave them, or absent",
    "DATA.ref": "source of the visit for the CRM tracker, if any",
    "DATA.extra": "additions of the connector, if any",
}
_WHICH_CHAT = (
    "A message from the client carries no chat number of the portal. Join `connector_id|line_id|chat_id|user_id` of "
    "`connector` with bars: that is the USER_CODE which dialog_get takes."
)
_EXTERNAL_ID = (
    "Comes for an operator's message only after its connector has confirmed delivery with `message.id` "
    "(`imconnector.send.status.delivery`): without an outside id there is nothing to name."
)


def _make_received(message_id: str, text: str) -> dict[str, Any]:
    message = {"id": message_id, "text": text, "user_id": "1984"}
    return {"DATA": {"connector": _OUTSIDE, "chat": {"id": "77012345"}, "message": message}}


class OnOpenLineMessageAdd(Event):
    """A message was added to a dialog: the client wrote, or an operator or bot wrote to the client."""

    name = "OnOpenLineMessageAdd"
    title = "Message added"
    fires = "When a connector hands in a client's message, and when a message is passed to a connector for the client."
    variants = (
        Variant(
            "From the client",
            "The channel delivered a message.",
            _RECEIVED,
            _make_received("tg-5501", "Where is my order?"),
        ),
        Variant(
            "To the client",
            "An operator, a bot or crm.message.add wrote, or a system message goes out.",
            {
                **_OF_OPERATOR,
                **_CONNECTOR,
                "DATA.message.id": "message id on the portal",
                "DATA.message.chat_id": "chat number on the portal, as other methods take it",
                "DATA.message.user_id": "author on the portal; 0 is the system",
                "DATA.message.text": "text; with the operator's name in front where the connector wants a signature",
                "DATA.message.files": "files, if any: name, type, link, size",
                "DATA.message.attachments": "attachments, if any",
                "DATA.message.params": "parameters of the message, if any",
                "DATA.message.system": "Y for a system message",
                "DATA.no_session": "Y if the message belongs to no session",
            },
            {
                "CONNECTOR": "telegrambot",
                "LINE": "128",
                "DATA": {
                    "connector": _OUTSIDE,
                    "message": {
                        "id": "80965",
                        "chat_id": "10585",
                        "user_id": "27",
                        "text": "It leaves the warehouse today.",
                        "system": "N",
                    },
                    "no_session": "N",
                },
            },
        ),
    )
    traps = (
        "`CONNECTOR` and `LINE` come only with a message to the client, `chat` only with one from the client.",
        "`message.id` is the channel's id from the client, but the portal's id to the client.",
        _WHICH_CHAT,
        "Messages to the client of a site's live chat fire nothing, nor does what is written in silent mode.",
        "System messages come only where the connector asks for them.",
        "A first message that came as a post or comment fires nothing; later edits of it do.",
        "An application that writes to the client gets its own message back as an event: do not answer it.",
        *_OF_EVERYBODY,
    )


class OnOpenLineMessageUpdate(Event):
    """A message of a dialog was edited, by the client or by an operator."""

    name = "OnOpenLineMessageUpdate"
    title = "Message edited"
    fires = "When a connector hands in an edited message, and when an operator edits one that the channel knows."
    variants = (
        Variant(
            "By the client",
            "The channel reported an edit.",
            _RECEIVED,
            _make_received("tg-5501", "Where is my order 1207?"),
        ),
        Variant(
            "By an operator",
            "A message to the client was edited on the portal.",
            {
                **_OF_OPERATOR,
                "DATA.im.chat_id": "chat number on the portal",
                "DATA.im.message_id": "message id on the portal",
                "DATA.message.id": "list of the channel's ids of this message",
                "DATA.message.text": "new text",
                "DATA.chat.id": "chat in the channel",
            },
            {
                "CONNECTOR": "telegrambot",
                "LINE": "128",
                "DATA": {
                    "im": {"chat_id": "10585", "message_id": "80965"},
                    "message": {"id": ["tg-5502"], "text": "It leaves the warehouse tomorrow."},
                    "chat": {"id": "77012345"},
                },
            },
        ),
    )
    traps = (
        "`message.id` is one id from the client and a list of ids from an operator.",
        _EXTERNAL_ID,
        _WHICH_CHAT,
        *_OF_EVERYBODY,
    )


class OnOpenLineMessageDelete(Event):
    """A message of a dialog was deleted, by the client or by an operator."""

    name = "OnOpenLineMessageDelete"
    title = "Message deleted"
    fires = "When a connector reports a deletion, and when an operator deletes a message that the channel knows."
    variants = (
        Variant(
            "By the client",
            "The channel reported a deletion.",
            {key: meaning for key, meaning in _RECEIVED.items() if key != "DATA.message.text"},
            {
                "DATA": {
                    "connector": _OUTSIDE,
                    "chat": {"id": "77012345"},
                    "message": {"id": "tg-5501", "user_id": "1984"},
                }
            },
        ),
        Variant(
            "By an operator",
            "A message to the client was deleted on the portal; one entry for each id that the channel knows.",
            {
                **_OF_OPERATOR,
                "DATA[].im.chat_id": "chat number on the portal",
                "DATA[].im.message_id": "message id on the portal",
                "DATA[].message.id": "the channel's id of this message",
                "DATA[].chat.id": "chat in the channel",
            },
            {
                "CONNECTOR": "telegrambot",
                "LINE": "128",
                "DATA": [
                    {
                        "im": {"chat_id": "10585", "message_id": "80965"},
                        "message": {"id": "tg-5502"},
                        "chat": {"id": "77012345"},
                    }
                ],
            },
        ),
    )
    traps = (
        "`DATA` is an object from the client and a list from an operator.",
        _EXTERNAL_ID,
        _WHICH_CHAT,
        *_OF_EVERYBODY,
    )


_SESSION = {
    "DATA.connector.connector_id": "channel, e.g. telegrambot",
    "DATA.connector.line_id": "line",
    "DATA.connector.chat_id": "chat number on the portal",
    "DATA.connector.user_id": "the client's user id on the portal",
    "DATA.chat.chat_id": "chat number on the portal, as other methods take it",
    "DATA.line.id": "line",
    "DATA.line.name": "name of the line",
}
_SESSION_DATA = {
    "DATA": {
        "connector": {"connector_id": "telegrambot", "line_id": "128", "chat_id": "10585", "user_id": "1984"},
        "chat": {"chat_id": "10585"},
        "line": {"id": "128", "name": "Online store"},
    }
}
_SESSION_TRAPS = (
    "There is no session id in it, nor `closed`, `parent_id` or `close_term`, although the official page shows them.",
    "The id is found with dialog_get while the session is open, afterwards with session_history_get and chat_id.",
    "Only a connector's own events, OnImConnectorDialogStart and OnImConnectorDialogFinish, carry a session id.",
    "Unlike in the message events, `connector.chat_id` is the portal's chat number here.",
    "Offline, all events of one chat look alike and merge into one record until it is fetched.",
    *_OF_EVERYBODY,
)


class OnSessionStart(Event):
    """A session was created: a client began a new conversation, or an employee opened one."""

    name = "OnSessionStart"
    title = "Session started"
    fires = "When a session is created by a client's message, by session.start or message.session.start."
    variants = (Variant("Session", "Always in this form.", _SESSION, _SESSION_DATA),)
    traps = (
        *_SESSION_TRAPS,
        "Methods that find no open session may create one (operator_transfer, session_mode_pin) without any client.",
    )


class OnSessionFinish(Event):
    """A session was closed for good."""

    name = "OnSessionFinish"
    title = "Session finished"
    fires = "When a session becomes closed: by an operator, a bot, spam, or by itself after a time of silence."
    variants = (Variant("Session", "Always in this form.", _SESSION, _SESSION_DATA),)
    traps = (
        "Where a line sends a closing text or asks for a rating, finishing takes two steps; this fires at the second.",
        "The second step is the next finish, or full_close_time later; a client who writes again prevents it.",
        *_SESSION_TRAPS,
    )
