"""What bots of the second generation are made of and send: profile, settings, messages, files."""

from typing import Annotated, Any, Literal, Self

from pydantic import AliasGenerator, ConfigDict, Field, JsonValue, WithJsonSchema, model_validator
from typing_extensions import Doc

from tools.argument_checks import check_at_least_one
from tools.connector_parts import WebAddress
from tools.fields import TEXT, Id, MessageText, Part, Text, list_parts
from tools.naming import to_camel_case

LONGEST_TOKEN = 40
LARGEST_FILE = 7_000_000
"""Letters of Base64, of which an assistant writes far fewer."""


def list_items(**parts: Any) -> WithJsonSchema:
    """The schema of a list of objects whose usual parts are shown."""
    return WithJsonSchema({"type": "array", "items": {"type": "object", "properties": parts}})


BotId = Annotated[Id, Field(description="bot id (imbot_v2_bot_list)")]
BotToken = Annotated[
    Text, Field(max_length=LONGEST_TOKEN, description="with a webhook: as given when it was registered; secret")
]
BotCode = Annotated[Text, Field(description="your code of the bot, unique in the application")]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/\s]+=*\s*$", max_length=LARGEST_FILE)]
Blocks = Annotated[list[JsonValue], Field(min_length=1), list_items(MESSAGE=TEXT)]
Buttons = Annotated[list[JsonValue], Field(min_length=1), list_items(TEXT=TEXT, LINK=TEXT)]
Uuids = Annotated[dict[str, Id], Field(min_length=1), list_parts(UUID={"type": "integer"})]
BotType = Literal["bot", "openline", "supervisor", "personal", "network"]
EventMode = Literal["fetch", "webhook"]
Background = Literal["azure", "mint", "steel", "slate", "teal", "cornflower", "sky", "peach", "frost"]


class BotPart(Part):
    """An object inside an argument: camelCase on the wire."""

    model_config = ConfigDict(alias_generator=AliasGenerator(serialization_alias=to_camel_case))


class ChangedProfile(BotPart):
    """What people see of a bot, where something of it changes."""

    name: Annotated[Text | None, Doc("name")] = None
    last_name: Annotated[Text | None, Doc("last name")] = None
    work_position: Annotated[Text | None, Doc("position")] = None
    color: Annotated[Text | None, Doc("color of the avatar, e.g. AZURE")] = None
    gender: Annotated[Literal["M", "F"] | None, Doc("gender")] = None
    avatar: Annotated[Base64 | None, Doc("picture in Base64, without a data: prefix")] = None


class BotProfile(ChangedProfile):
    """What people see of a bot."""

    name: Annotated[Text, Doc("name that clients see")]


class BotSettings(BotPart):
    """How a bot works."""

    is_hidden: Annotated[bool | None, Doc("not in the list of contacts")] = None
    is_reactions_enabled: Annotated[bool | None, Doc("people may react to its messages; true")] = None
    is_support_openline: Annotated[bool | None, Doc("true: hears dialogs of lines; needed for them")] = None
    background_id: Annotated[Background | None, Doc("background of its chat")] = None
    event_mode: Annotated[EventMode | None, Doc("fetch: it asks; webhook: the portal posts")] = None
    webhook_url: Annotated[WebAddress | None, Doc("handler, for webhook")] = None

    @model_validator(mode="after")
    def _a_handler_where_one_is_called(self) -> Self:
        if self.webhook_url is not None and self.event_mode == "fetch":
            raise ValueError("webhook_url: called only with event_mode=webhook")
        return self


class NewBot(BotSettings):
    """A bot that is registered."""

    code: BotCode
    bot_token: Annotated[
        Text | None, Field(max_length=LONGEST_TOKEN, description="with a webhook: your choice, long, random, secret")
    ] = None
    properties: BotProfile
    type: Annotated[BotType | None, Doc("openline: is_support_openline is on; bot if left out")] = None

    @model_validator(mode="after")
    def _a_handler_for_the_mode(self) -> Self:
        if (self.event_mode == "webhook") is (self.webhook_url is None):
            raise ValueError("webhook_url goes with event_mode=webhook and is required there")
        return self


class ChangedBot(BotSettings):
    """What changes of a bot."""

    properties: ChangedProfile | None = None
    bot_token: Annotated[
        Text | None, Field(max_length=LONGEST_TOKEN, description="a new token: the old one ends at once; secret")
    ] = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        check_at_least_one(self, *type(self).model_fields)
        return self


class BotMessage(BotPart):
    """What a bot says."""

    message: Annotated[MessageText | None, Doc("text that the client reads")] = None
    attach: Annotated[Blocks | None, Doc("blocks of an attachment")] = None
    keyboard: Annotated[Buttons | None, Doc("buttons: [{TEXT, LINK}]")] = None
    system: Annotated[bool | None, Doc("true: without an author")] = None
    url_preview: Annotated[bool | None, Doc("false: no preview of links")] = None
    reply_id: Annotated[Id | None, Doc("message that this answers")] = None
    template_id: Annotated[Text | None, Doc("UUID of a template")] = None
    forward_ids: Annotated[Uuids | None, Doc("{any UUID: message id}, at most 100")] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        check_at_least_one(self, "message", "attach", "forward_ids")
        return self


class BotFile(BotPart):
    """A file that a bot sends."""

    name: Annotated[Text, Doc("name with its ending")]
    content: Annotated[Base64, Doc("Base64 without a data: prefix; small files only")]
    message: Annotated[MessageText | None, Doc("text beside it")] = None
