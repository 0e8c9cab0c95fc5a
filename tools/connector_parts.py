"""What connectors exchange with the portal: identifiers of a channel, its clients, messages and chats."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_at_least_one
from tools.fields import Id, OnlyYes, Part, Text


def _refuse_bar(value: str) -> str:
    if "|" in value:
        raise ValueError("must not contain |, which separates the parts of a USER_CODE")
    return value


NewConnectorId = Annotated[str, Field(pattern=r"^[a-z0-9_]+$", description="lower case, digits, _; with a prefix")]
ConnectorId = Annotated[str, Field(pattern=r"^[a-z0-9_.]+$", description="connector's id (imconnector_list)")]
OutsideId = Annotated[Text, Field(description="id in the channel, not in the portal")]
OutsideChatId = Annotated[OutsideId, AfterValidator(_refuse_bar)]
WebAddress = Annotated[str, Field(pattern=r"^https?://\S+$")]
UnixTime = Annotated[int, Field(ge=0, description="seconds since 1970")]


class DisabledIcon(Part):
    """How a connector looks where it is off."""

    data_image: Annotated[str | None, Field(pattern=r"^data:image/"), Doc("SVG as a data URI")] = None
    color: Annotated[str | None, Doc("background, e.g. #69acc0")] = None
    size: Annotated[str | None, Doc("size of the background, e.g. 90%")] = None
    position: Annotated[str | None, Doc("position of the background, e.g. center")] = None


class Icon(DisabledIcon):
    """How a connector looks."""

    data_image: Annotated[str, Field(pattern=r"^data:image/"), Doc("SVG: data:image/svg+xml, and the encoded SVG")]


class ConnectorData(Part):
    """What the portal shows of a channel."""

    id: Annotated[Text | None, Doc("id of the channel outside")] = None
    url: Annotated[WebAddress | None, Doc("address of the channel or chat")] = None
    url_im: Annotated[WebAddress | None, Doc("address of the chat for operators")] = None
    name: Annotated[Text | None, Doc("name of the channel")] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        check_at_least_one(self, "id", "url", "url_im", "name")
        return self


class ChannelPart(Part):
    """A part of a message: its keys travel in lower case."""

    model_config = ConfigDict(alias_generator=None)


class Picture(ChannelPart):
    """A picture to be fetched."""

    url: Annotated[WebAddress, Doc("public address")]


class ChannelUser(ChannelPart):
    """A client of the channel; what is left out is emptied on the portal."""

    id: OutsideId
    name: Annotated[Text | None, Doc("first name, at most 25 letters; a client without a name becomes a guest")] = None
    last_name: Annotated[Text | None, Doc("last name, at most 25 letters")] = None
    picture: Annotated[Picture | None, Doc("avatar")] = None
    url: Annotated[WebAddress | None, Doc("profile in the channel")] = None
    gender: Annotated[Literal["male", "female"] | None, Doc("gender")] = None
    email: Annotated[Text | None, Doc("e-mail")] = None
    phone: Annotated[Text | None, Doc("phone")] = None
    skip_phone_validate: Annotated[OnlyYes | None, Doc("store the phone in CRM as it is")] = None


class ChannelFile(ChannelPart):
    """A file to be fetched."""

    url: Annotated[WebAddress, Doc("address that the portal can fetch")]
    name: Annotated[Text | None, Doc("name of the file")] = None


class MessageName(ChannelPart):
    """Which message."""

    id: OutsideId


class ChannelMessage(MessageName):
    """A message of the channel."""

    date: Annotated[UnixTime | None, Doc("the portal stores its own time")] = None
    text: Annotated[Text | None, Doc("text; BB codes are rendered")] = None
    files: Annotated[list[ChannelFile] | None, Field(min_length=1), Doc("files")] = None
    disable_crm: Annotated[OnlyYes | None, Doc("keep the CRM tracker away from the message")] = None
    user_id: Annotated[Id | None, Field(description="employee who wrote it, instead of the client")] = None


class ChatName(ChannelPart):
    """Which chat."""

    id: OutsideChatId


class ChannelChat(ChatName):
    """A chat of the channel."""

    name: Annotated[Text | None, Doc("name of the chat or channel")] = None
    url: Annotated[WebAddress | None, Doc("address of the chat")] = None


class ClientMessage(ChannelPart):
    """A message that a client wrote in the channel."""

    user: ChannelUser
    message: ChannelMessage
    chat: ChannelChat

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        check_at_least_one(self.message, "text", "files")
        return self


class ChangedMessage(ClientMessage):
    """A message that a client changed."""

    @model_validator(mode="after")
    def _has_a_text(self) -> Self:
        if self.message.text is None:
            raise ValueError("give the new text: a change of files alone would blank the message")
        return self


class DeletedMessage(ChannelPart):
    """A message that a client deleted."""

    user: ChannelUser
    message: MessageName
    chat: ChatName


class PortalMessageName(ChannelPart):
    """A message of the portal, as OnImConnectorMessageAdd named it."""

    message_id: Annotated[Id, Doc("message id on the portal")]
    chat_id: Annotated[Id | None, Doc("chat number on the portal")] = None


class ArrivedMessage(ChannelPart):
    """What became of it in the channel."""

    id: Annotated[list[OutsideId], Field(min_length=1), Doc("the channel's ids of this message")]


class DeliveredMessage(ArrivedMessage):
    """When it arrived in the channel."""

    date: UnixTime | None = None


class DeliveryReceipt(ChannelPart):
    """A message to a client that has arrived."""

    im: PortalMessageName
    message: DeliveredMessage
    chat: ChatName | None = None


class ReadReceipt(ChannelPart):
    """A message to a client that was read."""

    im: PortalMessageName
    message: ArrivedMessage
    chat: ChatName | None = None
