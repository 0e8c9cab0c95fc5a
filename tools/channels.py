"""Lines and their settings, the network of lines, and the module's revision."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field, PlainSerializer, StrictBool, StrictInt, model_validator
from typing_extensions import Doc

from tools.effect import Effect
from tools.error_advice import BOTS_OFF, EXTRAS, NO_SESSION_AUTH
from tools.fields import (
    FLAG,
    IDS,
    TEXT,
    Attachment,
    Count,
    Flag,
    Keyboard,
    LineId,
    NetworkCode,
    Text,
    UserId,
    list_parts,
)
from tools.line_results import LineResult, PublicPathResult, RevisionsResult
from tools.method import Method
from tools.result_types import Rows

LINE_ID_EMPTY = {"CONFIG_ID_EMPTY": "config_id is not a number above 0. List the lines with config_list_get."}


class RevisionGet(Method):
    """Show the revision numbers of the portal's Open Channels interfaces (rest, web, mobile).

    A cheap way to see that the portal answers and has Open Channels.
    """

    rest = "imopenlines.revision.get"
    title = "Module revision"
    effects = Effect.READ
    returns = RevisionsResult
    answer = "`{rest, web, mobile}`, three integers."


class ConfigPathGet(Method):
    """Show the portal's address and the path of its Open Channels settings page, to build a link for a person."""

    rest = "imopenlines.config.path.get"
    title = "Path of the settings page"
    effects = Effect.READ
    returns = PublicPathResult
    answer = "`{SERVER_ADDRESS, PUBLIC_PATH}`, two strings; joined they are the link."


class ConfigGet(Method):
    """Read all settings of one line by its id, with its queue of operators.

    Use config_list_get to find the id or to compare lines: this answer has about a hundred fields.
    """

    rest = "imopenlines.config.get"
    title = "Settings of a line"
    effects = Effect.READ
    returns = LineResult
    names = {"QUEUE": "user"}
    errors = LINE_ID_EMPTY
    refusals = {False: "There is no line with this config_id. List the lines with config_list_get."}
    answer = (
        "One object with the settings in upper case (see config.add for their meaning), `QUEUE` (employee ids in "
        "order), `QUEUE_FULL` and `QUEUE_USERS_FIELDS` (maps by employee id), `QUEUE_ONLINE` (Y/N)."
    )
    details = (
        "The server checks no right beyond the scope. `DATE_CREATE` and `DATE_MODIFY` always come as `{}`. "
        "`WORKTIME_DAYOFF` and `WORKTIME_HOLIDAYS` hold one empty string when nothing is set. A missing line is "
        "`false` with HTTP 200; this server reports it as an error."
    )
    example = {"config_id": 15, "with_queue": True, "show_offline": True}

    config_id: LineId
    with_queue: Annotated[Flag | None, Doc("include the queue; on unless false")] = None
    show_offline: Annotated[Flag | None, Doc("include operators who are offline; on unless false")] = None


def _convert_to_letters(conditions: dict[str, Any]) -> dict[str, Any]:
    """The portal keeps switches as Y and N; true and false match nothing there."""
    letters = {True: "Y", False: "N"}
    return {name: letters[value] if isinstance(value, bool) else value for name, value in conditions.items()}


FieldName = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]
FilterName = Annotated[str, Field(pattern=r"^[!=<>%@]{0,3}[A-Z][A-Z0-9_]*$")]
Scalar = str | StrictInt | StrictBool | None
Direction = Annotated[Literal["asc", "desc", "ASC", "DESC"], AfterValidator(str.upper)]
_WAYS = {"type": "string", "enum": ["ASC", "DESC"]}
Order = Annotated[dict[FieldName, Direction], list_parts(ID=_WAYS, LINE_NAME=_WAYS, ACTIVE=_WAYS)]
FILTERING = "a field, with a prefix for how to compare: = ! > >= < <= % (contains) @ (one of a list)"
Filter = Annotated[
    dict[FilterName, Scalar | list[Scalar]],
    PlainSerializer(_convert_to_letters),
    list_parts(ID=IDS, ACTIVE=FLAG, LINE_NAME=TEXT, QUEUE_TYPE=TEXT),
]


class ConfigListGet(Method):
    """List the lines with id, name and chosen fields; the usual first step, as other tools need a line's id.

    Answers a page of `limit` lines; a full page means there may be more (raise offset). Ask for more fields with
    select, for operators with queue=true.
    """

    rest = "imopenlines.config.list.get"
    title = "List of lines"
    effects = Effect.READ
    returns = Rows[LineResult]
    names = {"QUEUE": "user"}
    errors = {
        "INVALID_FORMAT": "select, order and filter take names of line fields in upper case (ID, LINE_NAME, ACTIVE, "
        "QUEUE_TYPE, ...), order takes asc or desc, limit is at most 200.",
        "100": "A field in select, order or filter does not exist on this portal. Use upper-case names that config_get "
        "shows, but not QUEUE, QUEUE_FULL or QUEUE_ONLINE.",
        "ERROR_ARGUMENT": "A value in filter, or check_permission, is not one that the portal accepts.",
    }
    answer = (
        "A list of objects with the selected fields; with `queue` also `QUEUE` (employee ids) and "
        "`QUEUE_USERS_FIELDS`, with `config_queue` also `CONFIG_QUEUE` (`{ENTITY_TYPE, ENTITY_ID}`). No total and no "
        "`next`: ask again with a higher offset while pages are full."
    )
    details = (
        "No right is checked unless `check_permission` names one. Older portals check nothing in PARAMS and answer an "
        "unknown field with the code `100`; newer ones check every name (`INVALID_FORMAT`). This server always sends "
        "limit and offset, because the default limit differs between versions, and always selects `ID`, because the "
        "portal loses the queues without it."
    )
    example = {
        "select": ["ID", "LINE_NAME", "ACTIVE"],
        "order": {"ID": "ASC"},
        "filter": {"ACTIVE": True},
        "limit": 50,
        "offset": 0,
        "queue": True,
        "config_queue": True,
    }
    options: ClassVar[frozenset[str]] = frozenset({"queue", "config_queue", "check_permission"})

    select: Annotated[list[FieldName], Field(min_length=1, description="fields as in config_get")] = [
        "ID",
        "LINE_NAME",
        "ACTIVE",
        "QUEUE_TYPE",
    ]
    order: Annotated[Order | None, Doc("a field and its direction, e.g. {ID: desc}")] = None
    filter: Annotated[
        Filter | None, Field(description="e.g. {ACTIVE: true} or {'%LINE_NAME': sales}"), Doc(FILTERING)
    ] = None
    limit: Annotated[int, Field(ge=1, le=200), Doc("lines on a page")] = 50
    offset: Annotated[Count, Doc("lines to skip")] = 0
    queue: Annotated[Flag | None, Doc("add the operators of each line")] = None
    config_queue: Annotated[Flag | None, Doc("add the employees and departments put into the queue")] = None
    check_permission: Annotated[Literal["VIEW", "MODIFY"] | None, Doc("only lines with this right of the user")] = None

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """PARAMS has lower-case keys, OPTIONS upper-case ones."""
        return ("OPTIONS", name.upper()) if name in cls.options else ("PARAMS", name)

    @model_validator(mode="before")
    @classmethod
    def _select_has_what_the_portal_needs(cls, arguments: Any) -> Any:
        chosen = arguments.get("select") if isinstance(arguments, dict) else None
        if not isinstance(chosen, list) or not chosen:  # an empty list is refused, as the schema says
            return arguments
        needed = ["ID", *(["MODIFY_USER_ID"] if arguments.get("check_permission") else [])]
        return {**arguments, "select": [*chosen, *(name for name in needed if name not in chosen)]}


class NetworkMessageAdd(Method):
    """Send an employee of this portal a message in the name of a network line (network_join first).

    The person reads it at once. Only one message per person and line in seven days gets through: do not spend it on
    a test. To write to clients use crm_message_add.
    """

    rest = "imopenlines.network.message.add"
    title = "Message from a network line"
    effects = Effect.WRITE | Effect.CUSTOMER
    errors = {
        **NO_SESSION_AUTH,
        "CODE": "The code has to be exactly 32 characters.",
        "IMBOT_ERROR": BOTS_OFF,
        "NOT_FOUND": "The portal has not joined a line with this code: call network_join first.",
        "USER_ID_EMPTY": "user_id has to be the id of an employee.",
        "USER_MESSAGE_LIMIT": "This person got a message from this line in the last seven days. Wait; do not retry.",
        "MESSAGE_EMPTY": "The message has no text after trimming.",
        **EXTRAS,
        "WRONG_REQUEST": "The portal did not send the message. Check that user_id is an active employee.",
    }
    afterwards = "No method shows the message: ask the person. If it went out, a second one is refused for seven days."
    answer = "`true`."
    details = "The weekly limit is looked at before the message is checked, but only a message that was sent uses it."
    example = {
        "code": "ab515f5d85a8b844d484f6ea75a2e494",
        "user_id": 2,
        "message": "The guide to connecting channels is ready",
        "keyboard": {"BUTTONS": [{"TEXT": "Open", "LINK": "https://example.com/guide"}]},
        "url_preview": False,
    }

    code: Annotated[NetworkCode, Field(description="32 characters")]
    user_id: UserId
    message: Annotated[Text, Doc("what the person reads")]
    attach: Annotated[Attachment | None, Doc("attachment: {ID, BLOCKS}, at most 30 KB")] = None
    keyboard: Annotated[Keyboard | None, Doc("link buttons: {BUTTONS: [{TEXT, LINK}]}")] = None
    url_preview: Annotated[Flag | None, Doc("false: no preview of links")] = None
