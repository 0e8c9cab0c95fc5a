"""Types of arguments that several methods share, with the form in which each goes over the wire."""

import re
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    AliasGenerator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from typing_extensions import Doc

_CLOCK = re.compile(r"^([01]?\d|2[0-3]):[0-5]\d$", re.ASCII)
_DIALOG = re.compile(r"^chat[1-9]\d{0,9}$", re.ASCII)
_DAY = re.compile(r"^(\d{1,2})\.(\d{1,2})$", re.ASCII)
_LEAP_YEAR = 2000
MAX_ID = 2**31 - 1
"""Identifiers are signed 32-bit integers in the portal's database."""


def _check_id_size(value: int) -> int:
    if value > MAX_ID:
        raise ValueError(f"is too large for an identifier (at most {MAX_ID})")
    return value


def _refuse_negative(value: int) -> int:
    if value < 0:
        raise ValueError("must not be below 0")
    return value


def _refuse_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _check_moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("should be an ISO 8601 date and time such as 2026-03-01T00:00:00+01:00") from None
    if moment.tzinfo is None:
        raise ValueError(
            "needs an offset from UTC (the portal's, as in the dates it answers): 2026-03-01T00:00:00+01:00"
        )
    return value


def _format_atom(value: str) -> str:
    """The one form of a date that the messenger reads; any other counts there as no date at all."""
    return datetime.fromisoformat(value).isoformat(timespec="seconds")


def _check_open_dialog(value: Any) -> Any:
    """The chat of an Open Channels dialog; a bare number is a person to the portal."""
    text = str(value)
    if text.isdecimal():
        raise ValueError(
            f"{text[:20]} alone is a person to the portal, and this tool writes to nobody directly: for chat "
            f"{text[:20]} give chat{text[:20]}"
        )
    if not _DIALOG.match(text):
        raise ValueError("should be chat and the number of the chat, e.g. chat2043 (dialog_get shows dialog_id)")
    return value


def _check_time_of_day(value: str) -> str:
    if not _CLOCK.match(value):
        raise ValueError("should be a time of day such as 09:00 or 18:30")
    return value


def _read_day_of_year(value: str) -> str:
    """`1.5` -> `01.05`: the server compares with two digits each, so that a shorter form would never match."""
    try:
        day, month = map(int, _DAY.findall(value)[0])
        return date(_LEAP_YEAR, month, day).strftime("%d.%m")
    except (IndexError, ValueError):
        raise ValueError("should be a day of the year as D.M, for example 1.05 for 1 May") from None


@cache
def _time_zones() -> AbstractSet[str]:
    """All names; empty where the machine has no data. Looking for them takes longer than anything else in a call."""
    return available_timezones()


def _check_time_zone(value: str) -> str:
    if (known := _time_zones()) and value not in known:
        raise ValueError("should be an IANA time zone such as Europe/Berlin")
    return value


def _format_dotted(value: str) -> str:
    """`09:00` -> `9`, `18:30` -> `18.30`: the form the server keeps; a colon makes it fall back to defaults."""
    hours, minutes = value.split(":")
    return f"{int(hours)}" + ("" if minutes == "00" else f".{minutes}")


def _format_yes_no(value: bool) -> Literal["Y", "N"]:
    return "Y" if value else "N"


def _format_yes(_: Literal[True]) -> Literal["Y"]:
    return "Y"


def _format_one_zero(value: bool) -> Literal["1", "0"]:
    return "1" if value else "0"


Id = Annotated[int, Field(ge=1), AfterValidator(_check_id_size)]
Count = Annotated[int, AfterValidator(_refuse_negative), AfterValidator(_check_id_size)]
"""A number of things or seconds, or an optional identifier where 0 means none; there are too many to list bounds."""
Text = Annotated[str, AfterValidator(_refuse_blank)]
Comment = Annotated[str, Field(max_length=10000), AfterValidator(_refuse_blank)]
MessageText = Annotated[str, Field(max_length=20000), AfterValidator(_refuse_blank)]
"""The messenger cuts what is longer."""
Flag = Annotated[bool, PlainSerializer(_format_yes_no)]
"""Y or N on the wire: the server compares with these letters exactly."""
Switch = Annotated[bool, PlainSerializer(_format_one_zero)]
"""1 or 0 on the wire: the server takes any other filled text as on, N included."""
OnlyYes = Annotated[Literal[True], PlainSerializer(_format_yes), WithJsonSchema({"type": "boolean"}, mode="validation")]
"""Y on the wire, or nothing: for a switch that the server takes as on whenever it is present, whatever its value."""

ChatId = Annotated[Id, Field(description="chat number, e.g. 2043 (dialog_get)")]
UserId = Annotated[Id, Field(description="employee id")]
LineId = Annotated[Id, Field(description="line id (config_list_get)")]
SessionId = Annotated[Id, Field(description="session id (dialog_get)")]
MessageId = Annotated[Id, Field(description="message id (session_history_get)")]
UserCode = Annotated[
    Text,
    StringConstraints(strip_whitespace=True),
    Field(description="connector|line|external chat|user, e.g. livechat|22|1761|587"),
]
TransferId = Annotated[str, Field(pattern=r"^(queue)?[1-9]\d{0,8}$", description="employee id, or queueN for line N")]
ClientId = Annotated[
    Text,
    StringConstraints(strip_whitespace=True),
    Field(description="bot's CLIENT_ID or botToken; needed with a webhook"),
]
NetworkCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=32, max_length=32)]
CrmType = Annotated[Literal["lead", "deal", "contact", "company"], Doc("kind of the CRM record")]
CrmId = Annotated[Id, Doc("number of the CRM record")]
Detail = Annotated[Literal["concise", "full"], Field(exclude=True, description="full: the portal's whole answer")]

DialogId = Annotated[
    str,
    Field(description="chat and its number, e.g. chat2043", json_schema_extra={"pattern": r"^chat[1-9]\d{0,9}$"}),
    BeforeValidator(_check_open_dialog),
]
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}), AfterValidator(_check_moment)]
"""ISO 8601 with an offset, sent as given."""
AtomMoment = Annotated[Moment, PlainSerializer(_format_atom)]
"""Like Moment, sent to the second and with the letter T."""
TimeOfDay = Annotated[
    str,
    Field(json_schema_extra={"pattern": r"^\d?\d:\d\d$"}),
    AfterValidator(_check_time_of_day),
    PlainSerializer(_format_dotted),
]
DayOff = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
Holidays = Annotated[
    list[Annotated[str, AfterValidator(_read_day_of_year)]],
    PlainSerializer(",".join),
    WithJsonSchema({"type": "array", "items": {"type": "string", "pattern": r"^\d\d?\.\d\d?$"}, "minItems": 0}),
]
"""Days of the year as `D.M`; one comma-separated string of `DD.MM` on the wire."""
Clearable = Annotated[str, Field(json_schema_extra={"minLength": 0})]
"""A text that an empty one takes away; for any other optional argument an empty text means that it is not given."""


def list_parts(**parts: Any) -> WithJsonSchema:
    """The schema of an object whose usual parts are shown in the list of tools; it may have others too."""
    return WithJsonSchema({"type": "object", "properties": parts})


TEXT: dict[str, Any] = {"type": "string"}
IDS: dict[str, Any] = {"type": "array", "items": {"type": "integer"}}
FLAG: dict[str, Any] = {"type": "boolean"}
_LINK: dict[str, Any] = {"type": "object", "properties": {"NAME": TEXT, "LINK": TEXT}}
_LINKS: dict[str, Any] = {"type": "array", "items": {"type": "object", "properties": {"TEXT": TEXT, "LINK": TEXT}}}
_BLOCK: dict[str, Any] = {"type": "object", "properties": {"MESSAGE": TEXT, "LINK": _LINK, "IMAGE": _LINK}}
JsonObject = dict[str, JsonValue]
Extra = JsonObject | list[JsonValue]
"""What can hang on a message; the portal takes the list inside alone too."""
Attachment = Annotated[Extra, list_parts(BLOCKS={"type": "array", "items": _BLOCK})]
Keyboard = Annotated[Extra, list_parts(BUTTONS=_LINKS)]
Menu = Annotated[Extra, list_parts(ITEMS=_LINKS)]


class Part(BaseModel):
    """An object inside an argument: snake_case for the assistant, upper case on the wire."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=AliasGenerator(serialization_alias=str.upper),
    )


class QueueMember(Part):
    """A person or a department in a line's queue."""

    entity_type: Literal["user", "department"]
    entity_id: Annotated[Id, PlainSerializer(str), Doc("employee or department")]


class OperatorProfile(Part):
    """How an operator is shown to clients when `operator_data` is `queue`."""

    user_name: Annotated[str | None, Doc("name")] = None
    user_work_position: Annotated[str | None, Doc("position")] = None
    user_avatar: Annotated[str | None, Doc("address of a picture")] = None
    user_avatar_id: Annotated[Count | None, Doc("file of a picture")] = None


class QueueProfile(OperatorProfile):
    """The same with the operator it belongs to."""

    user_id: Annotated[Id, Doc("employee; the name of the entry in REST")]


class DefaultOperator(Part):
    """What clients see in place of an operator who has no profile of their own."""

    name: Annotated[str | None, Doc("name")] = None
    avatar: Annotated[str | None, Doc("address of a picture")] = None
    avatar_id: Annotated[Count | None, Doc("file of a picture")] = None
