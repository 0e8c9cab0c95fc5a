"""Connectors of an application: a channel of one's own is registered, switched on for lines and handed messages.

The module is longer than others because one module is one toolset: the toolset's name is the module's.
"""

from typing import Annotated

from pydantic import Field
from typing_extensions import Doc

from tools.connector_methods import AcceptingMethod, ApplicationMethod, LineMethod, MessagesMethod, RegistrationMethod
from tools.connector_parts import (
    ChangedMessage,
    ClientMessage,
    ConnectorData,
    ConnectorId,
    DeletedMessage,
    DeliveryReceipt,
    DisabledIcon,
    Icon,
    NewConnectorId,
    OutsideChatId,
    OutsideId,
    ReadReceipt,
    WebAddress,
)
from tools.connector_results import ConnectorStatusResult
from tools.effect import Effect
from tools.error_advice import ACTIVE_CHANNEL, APPLICATION_ONLY, CHANNEL, CONNECTOR_ON_LINE
from tools.fields import Switch, Text
from tools.result_types import Code, PhpMap

NOT_INSTALLED = "The portal does not know the application behind the token: install it there again."
_PLACE = {"connector": "my_chat", "line": 107}
_PEOPLE = {"user": {"id": "u42", "name": "Emma", "last_name": "Wilson"}, "chat": {"id": "c123"}}
_SENT = {"im": {"chat_id": 323, "message_id": 85911}, "chat": {"id": "c123"}}


class ImconnectorList(ApplicationMethod):
    """List all connectors of the portal, its own and those of applications, as a map of id to name.

    Look here before you register one: an id that another application has would be taken from it.
    """

    rest = "imconnector.list"
    title = "List connectors"
    effects = Effect.READ
    returns = PhpMap[Code]
    errors = {
        **APPLICATION_ONLY,
        "ERROR_CORE": f"Most likely the wrong kind of authorisation. {APPLICATION_ONLY['WRONG_AUTH_TYPE']}",
        "ACCESS_DENIED": "The user behind the token may not change connectors, or the portal has no Open Channels. An "
        "administrator can give the permission in the rights of the Contact Center.",
    }
    answer = "A map: connector's id to its name."
    details = (
        "The only method of connectors that asks for a permission of the user. The wrong kind of authorisation shows "
        "here as `ERROR_CORE` with HTTP 400, not as the documented `WRONG_AUTH_TYPE`."
    )


class ImconnectorRegister(RegistrationMethod):
    """Register a connector (channel) of your application, or change it: settings left out keep their values.

    An id that another application has is taken from it without a warning: see imconnector_list first. The connector
    works on a line only after imconnector_activate.
    """

    rest = "imconnector.register"
    title = "Register a connector"
    effects = Effect.WRITE | Effect.DESTRUCTIVE
    idempotent = True
    errors = {
        **APPLICATION_ONLY,
        "APPLICATION_REGISTRATION_ERROR_POINT": "The id has a dot. Use lower case, digits and _.",
        "CONNECTOR_ID_REQUIRED": "Give id.",
        "NAME_REQUIRED": "Give name.",
        "ICON_REQUIRED": "Give icon with data_image.",
        "NO_APPLICATION_ID": NOT_INSTALLED,
        "NO_PLACEMENT_HANDLER": "Give placement_handler.",
        "APPLICATION_REGISTRATION_ERROR": "The portal could not store it, or is busy with the same id. Call again; if "
        "it fails again, tell the portal's administrator.",
        "GENERAL_CONNECTOR_REGISTRATION_ERROR": "The portal did not like an argument. Compare all with the page.",
    }
    afterwards = "imconnector_list shows it by its id. Next, imconnector_activate switches it on for a line."
    tool_answer = "`true`."
    details = (
        "Because of that, look for `error` in every answer, whatever its status. "
        "The id is stored in lower case. `placement_handler` is opened in a frame when somebody sets the connector up "
        "in the Contact Center. With `chat_group` dialogs belong to chats instead of users, without CRM tracker."
    )
    example = {
        "id": "my_chat",
        "name": "My chat",
        "icon": {"data_image": "data:image/svg+xml,%3Csvg/%3E", "color": "#69acc0"},
        "placement_handler": "https://app.example.com/settings",
        "chat_group": False,
    }

    id: NewConnectorId
    name: Annotated[Text, Doc("name that people see")]
    icon: Icon
    placement_handler: Annotated[WebAddress, Doc("address of the settings page")]
    icon_disabled: DisabledIcon | None = None
    del_external_messages: Annotated[bool | None, Doc("clients may delete their messages; true if left out")] = None
    edit_internal_messages: Annotated[bool | None, Doc("operators may edit theirs; true if left out")] = None
    del_internal_messages: Annotated[bool | None, Doc("operators may delete theirs; true if left out")] = None
    newsletter: Annotated[bool | None, Doc("CRM may use it for mailings; true if left out")] = None
    need_system_messages: Annotated[bool | None, Doc("greetings and the like go out; true if left out")] = None
    need_signature: Annotated[bool | None, Doc("operator's name before the text; true if left out")] = None
    chat_group: Annotated[bool | None, Doc("several users share a chat; false if left out")] = None
    comment: Annotated[Text | None, Doc("note on the settings page; undocumented")] = None


class ImconnectorUnregister(RegistrationMethod):
    """Delete a connector of your application and switch it off on all lines. There is no undo.

    The portal switches it off on all lines even if it belongs to another application, and only then looks whose it is.
    """

    rest = "imconnector.unregister"
    title = "Unregister a connector"
    effects = Effect.DESTRUCTIVE
    idempotent = True
    errors = {
        **APPLICATION_ONLY,
        "NO_APPLICATION_ID": NOT_INSTALLED,
        "APPLICATION_UNREGISTRATION_ERROR": "The portal could not delete it. imconnector_list shows whether it is "
        "still there; then call again.",
    }
    afterwards = "`true` comes for an unknown id too. imconnector_list no longer shows the connector."
    tool_answer = "`true`, also for an id that nobody has."
    details = "On every line the connector's status and data go, each with an event OnImConnectorStatusDelete."
    example = {"id": "my_chat"}

    id: ConnectorId


class ImconnectorActivate(LineMethod):
    """Switch a connector on for a line, or off (active=false), which also forgets what was stored for it there.

    A line takes messages of a connector only while it is on.
    """

    rest = "imconnector.activate"
    title = "Switch a connector on or off"
    effects = Effect.WRITE | Effect.DESTRUCTIVE
    idempotent = True
    errors = CONNECTOR_ON_LINE
    afterwards = "Confirm with imconnector_status: STATUS is true or false."
    answer = "`true`, whether or not connector and line exist."
    details = (
        "The server takes any filled text as on, `N` and `false` included, although the official page recommends Y and "
        "N; only an empty value, `0` or false switch off. This server sends `1` or `0`. Neither connector nor line has "
        "to exist, and whose the connector is is not asked. Switching off fires OnImConnectorStatusDelete, even where "
        "nothing was on."
    )
    example = {**_PLACE, "active": True}

    active: Annotated[Switch, Doc("false switches it off")]


class ImconnectorStatus(LineMethod):
    """Show how a connector stands on a line: CONFIGURED (switched on), ERROR, and STATUS (messages pass).

    An unknown connector or line is no error: all is false.
    """

    rest = "imconnector.status"
    title = "Status of a connector"
    effects = Effect.READ
    returns = ConnectorStatusResult
    errors = CONNECTOR_ON_LINE
    answer = "`{LINE, CONNECTOR, ERROR, CONFIGURED, STATUS}`; STATUS is CONFIGURED without ERROR."
    details = "Without LINE the server looks at line 0, where nothing is ever on; this server always names a line."
    example = {**_PLACE}


class ImconnectorConnectorDataSet(LineMethod):
    """Store what the portal shows of a channel on a line: its id, name and addresses.

    Only what is given changes. Nothing can be cleared: imconnector_activate with active=false forgets all of it.
    """

    rest = "imconnector.connector.data.set"
    title = "Describe a channel"
    effects = Effect.WRITE
    idempotent = True
    errors = CONNECTOR_ON_LINE
    afterwards = "The Contact Center shows it; no method does."
    answer = "`true`."
    details = (
        "The server adds to what is stored and ignores empty values, although the official page says that the object "
        "is overwritten as a whole. Switching the connector off loses the data."
    )
    example = {**_PLACE, "data": {"id": "c123", "url": "https://chat.example.com/123", "name": "Support"}}

    data: ConnectorData


class ImconnectorSendMessages(MessagesMethod):
    """Bring messages that clients wrote in the channel into their dialogs on the line.

    Operators see them as written by the client; a first message opens a session, and the line may answer with a
    greeting. The same message sent twice appears twice. A user without a name becomes a guest. Answers chat_id and
    session_id for each.
    """

    rest = "imconnector.send.messages"
    title = "Messages from the channel"
    effects = Effect.WRITE | Effect.CUSTOMER
    errors = {
        **ACTIVE_CHANNEL,
        "IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND": "The portal failed inside. Tell its administrator.",
    }
    done = "taken"
    doubles = ", sending again would double them"
    afterwards = "session_history_get shows them; with detail=full, connectorMid in params is the channel's message id."
    answer = (
        "`{SUCCESS, DATA: {RESULT: [{user, message: {id}, chat: {id}, session: {ID, CHAT_ID}, SUCCESS}]}}`: `RESULT` "
        "has one entry a message, in order; ids of the portal are numbers as texts: store the session's. An entry "
        "that failed has SUCCESS false and its reasons in words in ERRORS; SUCCESS at the top is true even if every "
        "entry failed. `message.date` comes as `{}`."
    )
    tool_answer = (
        "`messages`: for each, in order, `message_id` of the channel, `user_id` of the client on the portal, `chat_id` "
        "and `session_id`. Without the last two the message reached no session: the line does not exist, for instance."
    )
    details = (
        "The portal says SUCCESS for the whole even if it took none; this server flags the call as failed unless all "
        "were taken. User data overwrites what is stored, and what is left out is emptied: a client without a name "
        "becomes a guest. A file that cannot be fetched is dropped; a message with nothing else is refused. While a "
        "rating is asked for, a text `1` or `0` counts as one. CRM records may be created. Whose the connector is is "
        "not asked."
    )
    example = {**_PLACE, "messages": [{**_PEOPLE, "message": {"id": "m1001", "text": "Good afternoon"}}]}

    messages: Annotated[list[ClientMessage], Field(min_length=1)]


class ImconnectorUpdateMessages(MessagesMethod):
    """Change the text of messages that clients wrote in the channel, found by the channel's ids of message and chat.

    Operators see the new text. Give the client's name again: what is left out of user is emptied.
    """

    rest = "imconnector.update.messages"
    title = "Messages changed in the channel"
    effects = Effect.WRITE | Effect.DESTRUCTIVE
    idempotent = True
    errors = ACTIVE_CHANNEL
    done = "changed"
    afterwards = "An unknown message is no failure either: session_history_get shows the text."
    details = (
        "Only the text changes: files, disable_crm and user_id of a message are ignored, and a change without a text "
        "would blank it, so this server asks for one. A message to the client whose delivery was confirmed with the "
        "same id changes too."
    )
    example = {**_PLACE, "messages": [{**_PEOPLE, "message": {"id": "m1001", "text": "Good evening"}}]}

    messages: Annotated[list[ChangedMessage], Field(min_length=1)]


class ImconnectorDeleteMessages(MessagesMethod):
    """Delete messages that clients deleted in the channel, found by the channel's ids of message and chat.

    Operators no longer see the text. Give the client's name too: what is left out of user is emptied.
    """

    rest = "imconnector.delete.messages"
    title = "Messages deleted in the channel"
    effects = Effect.DESTRUCTIVE
    idempotent = True
    errors = ACTIVE_CHANNEL
    done = "deleted"
    afterwards = "An unknown message is no failure either: session_history_get shows what is left."
    details = (
        "Nothing is deleted where the connector was registered with del_external_messages off. The official page shows "
        "only `id` of the user; the server reads the other fields as well, and a client without a name becomes a guest."
    )
    example = {**_PLACE, "messages": [{**_PEOPLE, "message": {"id": "m1001"}}]}

    messages: Annotated[list[DeletedMessage], Field(min_length=1)]


class ImconnectorSendStatusDelivery(AcceptingMethod):
    """Confirm that messages to clients have arrived in the channel, as OnImConnectorMessageAdd named them.

    It also marks them as read, and gives them the channel's ids: only then do later changes and deletions by operators
    come as events. Only the first confirmation counts.
    """

    rest = "imconnector.send.status.delivery"
    title = "Delivered in the channel"
    effects = Effect.WRITE
    idempotent = True
    errors = CHANNEL
    afterwards = (
        "`true` comes for unknown messages too. session_history_get with detail=full shows the channel's ids as "
        "connectorMid in params."
    )
    answer = "`{SUCCESS, DATA}`; `DATA` is `[]`. SUCCESS is true whether or not the messages exist."
    details = (
        "Only `message_id` of `im` says which message is meant; it has to be in a dialog. The channel's ids are stored "
        "only while the message counts as being sent."
    )
    example = {**_PLACE, "messages": [{**_SENT, "message": {"id": ["m1007"], "date": 1738065600}}]}

    messages: Annotated[list[DeliveryReceipt], Field(min_length=1)]


class ImconnectorSendStatusReading(AcceptingMethod):
    """Report that clients have read messages. The portal takes it and does nothing with it.

    imconnector_send_status_delivery marks messages as read already.
    """

    rest = "imconnector.send.status.reading"
    title = "Read in the channel"
    effects = Effect.WRITE
    idempotent = True
    errors = CHANNEL
    afterwards = "Nothing changes on the portals that are known, and no method shows otherwise."
    details = "The server's handler is empty, although the official page describes an effect."
    example = {**_PLACE, "messages": [{**_SENT, "message": {"id": ["m1007"]}}]}

    messages: Annotated[list[ReadReceipt], Field(min_length=1)]


class ImconnectorChatNameSet(AcceptingMethod):
    """Rename the dialog of a channel's chat, as operators see it.

    user_id, the client's id in the channel, is needed unless the connector was registered with chat_group.
    """

    rest = "imconnector.chat.name.set"
    title = "Rename a chat"
    effects = Effect.WRITE
    idempotent = True
    errors = {
        **ACTIVE_CHANNEL,
        "ERROR_ARGUMENT": "An argument is missing; the message names it. user_id may be left out only with chat_group.",
        "CHAT_RENAMING_FAILED": "There is no dialog with this chat_id on the line. Both ids are the channel's own, as "
        "sent with imconnector_send_messages.",
    }
    afterwards = "`true` comes for an unknown user_id too, and nothing changes: dialog_get shows the title."
    answer = "`{SUCCESS, DATA: {RESULT}}`; `RESULT` is `{}`. SUCCESS is true also where the client is unknown."
    details = "The official page names the scope imconnector; what counts on the server is `imopenlines`."
    example = {**_PLACE, "chat_id": "c123", "name": "Order 48213", "user_id": "u42"}

    chat_id: OutsideChatId
    name: Annotated[Text, Doc("new name")]
    user_id: OutsideId | None = None
