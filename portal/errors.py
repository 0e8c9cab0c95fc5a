"""Everything that can go wrong between us and a portal.

PortalError
├── NotReachableError        no connection: nothing was executed
│   └── CertificateError     ... because the certificate cannot be trusted
├── BlockedError             what stands before the portal sent the request back: nothing was executed
├── LimitedError             the portal, or what stands before it, refuses for a while: nothing was executed
├── AuthRefusedError         the portal does not accept the credentials, or they lack a scope: nothing was executed
├── RefusedError             the method itself answered with an error code
└── AnswerLostError          the request went out and no usable answer came back
    ├── OutcomeUnknownError  ... of a call that changes something: it may have been executed
    └── PortalFaultError     ... of a call that changes nothing, in spite of several attempts
        └── AnswerTooLargeError  ... because it is larger than what is read; asked once
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


class NotReachableError(PortalError):
    """No connection could be opened."""

    happened = "The portal could not be reached, so nothing was executed"


class CertificateError(NotReachableError):
    """The other side's certificate is not valid for this address, or nobody who is trusted has signed it."""

    happened = "The portal's certificate cannot be trusted, so nothing was executed"


class BlockedError(PortalError):
    """A status of 3xx or 4xx without the portal's JSON: a proxy, a firewall, a sign-in page or a web server spoke."""

    happened = "Something before the portal refused the request, so nothing was executed"


class LimitedError(PortalError):
    """QUERY_LIMIT_EXCEEDED or OPERATION_TIME_LIMIT, from the portal or foreseen; no code, where a front end limits."""

    happened = "The portal limits the number of calls and did not execute this one"

    def __init__(
        self,
        description: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        seconds: float | None = None,
    ) -> None:
        super().__init__(description, code=code, status=status)
        self.seconds = seconds
        """When it can run, where that is known."""


class AuthRefusedError(PortalError):
    """The webhook or token is not accepted, or lacks the scope."""

    happened = "The portal did not let this webhook or token in, so nothing was executed"


class RefusedError(PortalError):
    """The method answered with an error."""

    happened = "The portal refused the call"


class AnswerLostError(PortalError):
    """Time-out, broken connection, HTTP 5xx, or an answer that is not the portal's JSON; of one attempt."""

    happened = "The portal's answer was lost"


class OutcomeUnknownError(AnswerLostError):
    """The end of a call that changes something: it was sent once, and nobody knows what became of it."""

    happened = "It is not known whether the portal executed the call: no usable answer came"


class PortalFaultError(AnswerLostError):
    """The end of a call that changes nothing."""

    happened = "The portal gave no usable answer"


class AnswerTooLargeError(PortalFaultError):
    """More came than is read of any answer; of one attempt, and the end of a call that changes nothing."""

    happened = "The portal's answer is larger than what this server reads"
