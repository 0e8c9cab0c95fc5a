"""What the methods of connectors answer, with its types put right."""

from typing import Annotated, Any

from pydantic import BeforeValidator

from tools.results import Number, PhpMap, Row, Words, as_map


class Standing(Row):
    """How a connector stands on a line."""

    LINE: Number
    CONNECTOR: Words
    ERROR: bool
    CONFIGURED: bool
    STATUS: bool


class Registration(Row):
    """Whether a connector was registered or forgotten."""

    result: bool
    error: Words = None
    error_description: Words = None


class Outcome(Row):
    """Whether a call was taken."""

    SUCCESS: bool


class Handled(Row):
    """What became of one message."""

    SUCCESS: bool
    ERRORS: list[Any] | None = None
    user: Number = None
    session: PhpMap[Number] | None = None


class HandledMessages(Row):
    """What became of the messages, in the order in which they were given."""

    RESULT: list[Handled] = []


class Handling(Outcome):
    """The whole answer: its own SUCCESS is true whatever became of the messages."""

    DATA: Annotated[HandledMessages, BeforeValidator(as_map)]
