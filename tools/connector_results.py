"""What the methods of connectors answer, with its types put right."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from tools.result_types import Code, Flag, Number, PhpMap, PortalObject, Words, read_map


class ConnectorStatusResult(PortalObject):
    """How a connector stands on a line."""

    LINE: Number = None
    CONNECTOR: Code = None
    ERROR: Flag = None
    CONFIGURED: Flag = None
    STATUS: Flag


class RegistrationResult(PortalObject):
    """Whether a connector was registered or forgotten."""

    result: bool
    error: Words = None
    error_description: Words = None


class AcceptedResult(PortalObject):
    """Whether a call was taken."""

    SUCCESS: bool


class HandledMessageResult(PortalObject):
    """What became of one message."""

    SUCCESS: bool
    ERRORS: list[Any] | None = None
    user: Number = None
    session: PhpMap[Number] | None = None


class HandledMessagesResult(PortalObject):
    """What became of the messages, in the order in which they were given."""

    RESULT: list[HandledMessageResult] = []


class HandlingResult(AcceptedResult):
    """The whole answer: its own SUCCESS is true whatever became of the messages."""

    DATA: Annotated[HandledMessagesResult, BeforeValidator(read_map)]
