"""What the methods of lines answer, with its types put right."""

from typing import Any

from tools.result_types import Code, Label, Lenient, Number, Numbers, PhpMap, PortalObject, Row, Rows


class RevisionsResult(PortalObject):
    """Revisions of the module's interfaces."""

    rest: Number = None
    web: Number = None
    mobile: Number = None


class PublicPathResult(PortalObject):
    """Where the portal's Open Channels page is."""

    SERVER_ADDRESS: Code = None
    PUBLIC_PATH: Code = None


class QueueEntryResult(PortalObject):
    """One operator in a line's queue."""

    USER_NAME: Label = None
    USER_WORK_POSITION: Label = None
    ID: Number = None
    SORT: Number = None
    USER_ID: Number = None
    DEPARTMENT_ID: Number = None
    USER_AVATAR_ID: Number = None


class OperatorProfileResult(PortalObject):
    """How clients see an operator."""

    USER_NAME: Label = None
    USER_WORK_POSITION: Label = None
    USER_AVATAR_ID: Number = None


class QueueMemberResult(PortalObject):
    """An employee or department that was put into the queue."""

    ENTITY_ID: Number = None


class LineResult(PortalObject):
    """A line with its settings; every numeric setting as a number."""

    ID: Number = None
    LINE_NAME: Label = None
    MODIFY_USER_ID: Number = None
    QUEUE_TIME: Number = None
    NO_ANSWER_TIME: Number = None
    SESSION_PRIORITY: Number = None
    MAX_CHAT: Number = None
    CATEGORY_ID: Number = None
    AGREEMENT_ID: Number = None
    WELCOME_BOT_ID: Number = None
    WELCOME_BOT_TIME: Number = None
    WELCOME_FORM_ID: Number = None
    NO_ANSWER_FORM_ID: Number = None
    NO_ANSWER_BOT_ID: Number = None
    WORKTIME_DAYOFF_FORM_ID: Number = None
    WORKTIME_DAYOFF_BOT_ID: Number = None
    CLOSE_FORM_ID: Number = None
    CLOSE_BOT_ID: Number = None
    FULL_CLOSE_TIME: Number = None
    AUTO_CLOSE_TIME: Number = None
    AUTO_CLOSE_FORM_ID: Number = None
    AUTO_CLOSE_BOT_ID: Number = None
    AUTO_EXPIRE_TIME: Number = None
    VOTE_TIME_LIMIT: Number = None
    QUICK_ANSWERS_IBLOCK_ID: Number = None
    KPI_FIRST_ANSWER_TIME: Number = None
    KPI_FURTHER_ANSWER_TIME: Number = None
    DEFAULT_OPERATOR_DATA: Lenient[PhpMap[Any]] | None = None
    QUEUE: Lenient[Numbers] | None = None
    QUEUE_FULL: Lenient[PhpMap[Row[QueueEntryResult]]] | None = None
    QUEUE_USERS_FIELDS: Lenient[PhpMap[Row[OperatorProfileResult]]] | None = None
    CONFIG_QUEUE: Lenient[Rows[QueueMemberResult]] | None = None
