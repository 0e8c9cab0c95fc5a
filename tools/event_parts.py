"""What the methods of events are given: names of events, handlers, filters of the queue."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictInt, WithJsonSchema

from tools.connector_parts import WebAddress
from tools.fields import TEXT, Count, Text
from tools.untrusted import quote_argument

LONGEST_HANDLER = 255
RECORD_FIELDS = ("ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID")
LISTED_FIELDS = (*RECORD_FIELDS, "PROCESS_ID", "ERROR")
INTEGER = {"type": "integer"}
_OPERATION = re.compile(r"(?:!=|>=|<=|!|=|>|<|%|@)?(\w+)", re.ASCII)


def _check_handler(value: str) -> str:
    if len(value) > LONGEST_HANDLER:
        raise ValueError(f"is longer than the {LONGEST_HANDLER} characters that the portal keeps of it")
    return value


def _check_field(name: str, fields: tuple[str, ...]) -> str:
    found = _OPERATION.fullmatch(name)
    if found is None or found[1] not in fields:
        raise ValueError(f"{quote_argument(name[:60])} is none of the fields {', '.join(fields)}")
    return name


def _check_record_field(name: str) -> str:
    return _check_field(name, RECORD_FIELDS)


def _check_listed_field(name: str) -> str:
    return _check_field(name, LISTED_FIELDS)


_KINDS = {"ID": INTEGER, "ERROR": INTEGER}


def _list_fields(words: str, *fields: str) -> WithJsonSchema:
    """An object whose usual keys are shown; an operation may stand before each."""
    return WithJsonSchema(
        {"type": "object", "properties": {name: _KINDS.get(name, TEXT) for name in fields}, "description": words}
    )


_BY_RECORD = _list_fields("e.g. {'=EVENT_NAME': 'ONSESSIONSTART'}", *RECORD_FIELDS)
_BY_LISTED = _list_fields("e.g. {'=ERROR': 1}", *LISTED_FIELDS)
_IN_ORDER = WithJsonSchema(
    {"type": "object", "properties": {"ID": TEXT, "TIMESTAMP_X": TEXT}, "description": "ASC or DESC"}
)
Wanted = str | StrictInt | list[str | StrictInt]
Direction = Literal["ASC", "DESC"]
EventName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="e.g. OnOpenLineMessageAdd")]
Handler = Annotated[
    WebAddress, Field(description="public address, dot in its host; for online"), AfterValidator(_check_handler)
]
Delivery = Annotated[Literal["online", "offline"], Field(description="offline: into the queue")]
ForUser = Annotated[Count, Field(description="employee whose token comes along; 0: whoever causes it")]
Source = Annotated[Text, Field(description="your name for a part of the application; own queue")]
ProcessId = Annotated[Text, Field(max_length=64, description="process_id of event_offline_get")]
MessageIds = Annotated[
    list[Annotated[str, Field(pattern=r"^\w+$")]], Field(min_length=1, description="MESSAGE_ID of records")
]
RecordFilter = Annotated[dict[Annotated[str, AfterValidator(_check_record_field)], Wanted], _BY_RECORD]
ListedFilter = Annotated[dict[Annotated[str, AfterValidator(_check_listed_field)], Wanted], _BY_LISTED]
RecordOrder = Annotated[dict[Annotated[str, AfterValidator(_check_record_field)], Direction], _IN_ORDER]
ListedOrder = Annotated[dict[Annotated[str, AfterValidator(_check_listed_field)], Direction], _IN_ORDER]
Bit = Annotated[int, Field(ge=0, le=1)]
"""0 or 1, as a number on the wire."""
