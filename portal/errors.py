"""Everything that can go wrong between us and a portal.

PortalError
├── NotReachable    no connection: nothing was executed
├── AnswerLost      the request went out and no usable answer came back: it may have been executed
├── Limited         the portal refuses for a while: nothing was executed
├── AuthRefused     the portal does not accept the credentials: nothing was executed
└── Refused         the method itself answered with an error code
"""

from typing import ClassVar


class PortalError(Exception):
    """A call that brought no result; texts never hold a secret."""

    happened: ClassVar[str]
    """What happened, as the beginning of a sentence for a person."""

    def __init__(self, description: str = "", *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        """The portal's own code; None where the portal said nothing, `""` where it said nothing in so many words."""
        self.status = status

    @property
    def description(self) -> str:
        """The portal's words, or the cause where it did not speak."""
        return str(self)


class NotReachable(PortalError):  # noqa: N818
    """No connection could be opened."""

    happened = "The portal could not be reached, so nothing was executed"


class AnswerLost(PortalError):  # noqa: N818
    """Time-out, broken connection, HTTP 5xx, or an answer that is not the portal's JSON."""

    happened = "The portal's answer was lost"


class Limited(PortalError):  # noqa: N818
    """QUERY_LIMIT_EXCEEDED or OPERATION_TIME_LIMIT."""

    happened = "The portal limits the number of calls and did not execute this one"


class AuthRefused(PortalError):  # noqa: N818
    """The webhook or token is not accepted, or lacks the scope."""

    happened = "The portal did not accept the webhook or token"


class Refused(PortalError):  # noqa: N818
    """The method answered with an error."""

    happened = "The portal refused the call"
