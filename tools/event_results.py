"""What the methods of events answer, with its types put right."""

from typing import Any

from typing_extensions import TypedDict

from tools.result_types import Code, Flag, Number, PortalObject, Rows


class BindingResult(PortalObject):
    """One subscription of an application."""

    event: Code = None
    handler: Code = None
    auth_type: Number = None
    connector_id: Code = None
    offline: Number = None


class Unbound(PortalObject):
    """How many subscriptions went."""

    count: Number


class RecordResult(PortalObject):
    """An event in the queue of an application."""

    ID: Number = None
    TIMESTAMP_X: Code = None
    EVENT_NAME: Code = None
    MESSAGE_ID: Code = None
    PROCESS_ID: Code = None
    ERROR: Number = None


class OfflineBatch(PortalObject):
    """Records that were taken out of the queue, or reserved."""

    process_id: Code = None
    events: Rows[RecordResult]


class OfflineView(TypedDict, total=False):
    """A page of the queue."""

    records: list[dict[str, Any]]
    unreadable: int
    next_start: int


class LoggedEvent(PortalObject):
    """An event in the log of a user or a bot."""

    eventId: Number = None  # noqa: N815  (the portal's spelling)
    type: Code = None
    date: Code = None


class EventLogPage(PortalObject):
    """A page of such a log."""

    events: Rows[LoggedEvent]
    nextOffset: Number = None  # noqa: N815
    hasMore: Flag = None  # noqa: N815
