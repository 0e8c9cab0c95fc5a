"""What to do where no answer of the portal itself came: by what stood in the way."""

from portal.errors import (
    AnswerTooLargeError,
    BlockedError,
    CertificateError,
    LimitedError,
    NotReachableError,
    PortalError,
    PortalFaultError,
)

REDIRECT, REFUSED_FROM = 300, 400
"""HTTP statuses: any redirect, and where refusals begin."""
ADDRESS = "Ask the person who runs the server to look at the portal's address in its settings"
NO_REST = f"{ADDRESS}: there is no REST of a portal at it."
TOO_LONG = "What stands before the portal does not take so much at once: send less in one call."
BLOCKED = {
    REDIRECT: f"{ADDRESS}: it has to be the one at which the portal itself answers, not one that leads on to it.",
    401: f"{ADDRESS}: a sign-in page or a password protects it. The portal's administrator can let REST pass.",
    403: "Do not repeat it at once. A firewall or an access rule before the portal blocks this machine or this "
    "request: the portal's administrator has to let it pass.",
    404: NO_REST,
    405: NO_REST,
    407: "Ask the person who runs the server to correct the user and password in HTTPS_PROXY.",
    410: NO_REST,
    413: TOO_LONG,
    414: TOO_LONG,
    431: TOO_LONG,
    451: "The portal cannot be used from here for legal reasons; ask its administrator.",
    0: f"Do not repeat it at once. {ADDRESS}, and at what stands before it.",
}
"""HTTP status of what a front end refused -> what to do; 0 for any other."""
CERTIFICATE = (
    "Ask the person who runs the server: the address has to be the one in the certificate, the clock right, and an "
    "authority of their own named by SSL_CERT_FILE."
)
UNREACHABLE = (
    "Check the portal's address in the settings, the network and the proxy (HTTPS_PROXY, NO_PROXY), then call again."
)
FAULT = (
    "Nothing was changed. Call again in a minute. If it goes on, open the portal in a browser: it may be closed for "
    "maintenance, or something else may answer at the address in the settings."
)
TOO_LARGE = "Nothing was changed. Ask for less at once: a lower limit or a smaller page, fewer ids, a shorter period."
LIMITED = "Nothing was executed. Wait a minute or longer, then call again."


def advise_on_outage(error: PortalError) -> str:
    """What to do next; empty where the portal itself answered, or where a change may have been executed."""
    match error:
        case LimitedError(code=None, seconds=None):
            return LIMITED
        case BlockedError(status=status):
            known = status or 0
            return BLOCKED[REDIRECT] if REDIRECT <= known < REFUSED_FROM else BLOCKED.get(known, BLOCKED[0])
        case CertificateError():
            return CERTIFICATE
        case NotReachableError():
            return UNREACHABLE
        case PortalFaultError():
            return TOO_LARGE if isinstance(error, AnswerTooLargeError) else FAULT
    return ""
