"""What a developer's own code does about the codes that any method can give; advice for this server is elsewhere."""

from collections.abc import Iterator, Mapping

from reference.pages.statuses import find_status
from tools.effect import Auth
from tools.method import Method

OWN_CODE = "In your own code"
"""Heading of the section on it."""
_RENEW = (
    "Nothing was executed. Renew once with the refresh token, store both new tokens, repeat the call once. Parallel "
    "callers wait for that one renewal, because it uses the old refresh token up"
)
_AUTHORISE_AGAIN = "have the user open the application and authorise it again"
HANDLING: Mapping[str, str] = {
    "ERROR_METHOD_NOT_FOUND": "Do not repeat. The name is misspelt, or the portal's module is missing or older; of "
    "methods with `v2` the case of letters counts. `method.get` with `name` tells whether the portal has it.",
    "NO_AUTH_FOUND": "Send the token in the header `Authorization: Bearer`, or the webhook's user and secret in the "
    "path.",
    "INVALID_CREDENTIALS": "Do not repeat: stop, and ask for a new webhook.",
    "invalid_token": f"Renew once as for expired_token; if that fails, {_AUTHORISE_AGAIN}.",
    "expired_token": f"{_RENEW}. No renewals by the clock, and none before each call.",
    "invalid_grant": f"The refresh token was used, revoked, or is older than 180 days: {_AUTHORISE_AGAIN}.",
    "invalid_client": "client_id and client_secret do not belong together, or to another authorisation server: take "
    "the server from `server_endpoint` of an earlier answer, if it is on your list.",
    "insufficient_scope": "Do not repeat. Grant the scope that the method's page names. A webhook is edited in the "
    "portal; an application gets the scope in its settings and then has to be authorised again, because old tokens "
    "keep their scopes. In a batch the description is empty.",
    "INVALID_REQUEST": "Call over https; the webhook's secret has travelled in the open, so make a new webhook.",
    "user_access_error": "Do not repeat: an administrator has to give this user access to the application.",
    "authorization_error": "The token's user was dismissed or may not sign in: go on with the token or webhook of "
    "somebody else.",
    "APPLICATION_NOT_FOUND": "The application was removed or switched off: forget the portal's tokens until it is "
    "installed again.",
    "CONNECTION_ERROR": "Nothing was executed: wait some seconds and repeat.",
    "ACCESS_DENIED": "Do not repeat: the user lacks a right, or the portal's plan has no REST. Show it to the person.",
    "OVERLOAD_LIMIT": "Stop calling: the application or webhook was put on hold by people, and people lift that.",
    "PAYMENT_REQUIRED": "Stop until the portal has paid; try again once a day at most.",
    "WRONG_AUTH_TYPE": "Do not repeat with these credentials: take the kind of authorisation that the method's page "
    "names.",
    "WRONG_LICENSE": "Do not repeat. `feature.get` asks beforehand; go on without the feature.",
    "METHOD_CONFIRM_WAITING": "An administrator has to confirm first: repeat after that, not in a loop.",
    "METHOD_CONFIRM_DENIED": "Do not repeat: an administrator said no.",
    "QUERY_LIMIT_EXCEEDED": "Nothing was executed, so any call may be repeated: wait a second, then twice as long each "
    "time with some chance in it. Keep to two calls a second for each portal, or put up to 50 into a batch.",
    "OPERATION_TIME_LIMIT": "Nothing was executed. Wait until `time.operating_reset_at` of an earlier answer of this "
    "method, or ten minutes; other methods go on.",
    "WRONG_ENCODING": "The work was done: do not repeat a change. Read the state instead.",
    "PORTAL_DELETED": "Forget the portal.",
    "ERROR_ARGUMENT": "Do not repeat: correct what the extra key `argument` names.",
    "ERROR_CORE": "A read may be repeated once. After a change read the state first. With the same arguments it mostly "
    "fails again.",
    "INTERNAL_SERVER_ERROR": "A read may be repeated. After a change read the state first: it may have worked.",
    "ERROR_UNEXPECTED_ANSWER": "A read may be repeated. After a change read the state first: it may have worked.",
    "": "A refusal all the same: look for the key `error`, not for text in it. Read the state before another try.",
}
"""Code -> what own code does."""
_ALWAYS = ("insufficient_scope", "QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "INTERNAL_SERVER_ERROR")
"""What the page of every method has."""


def list_handling(method: type[Method]) -> Iterator[tuple[str, str, str]]:
    """Code, status and what own code does, for those codes of all methods that a caller of this one meets first."""
    own = [code for code in method.errors if code in HANDLING]
    for code in dict.fromkeys(("expired_token", *_ALWAYS, *own)):
        status = find_status(code, method.rest) if code in own else find_status(code)
        yield code, status, _advise(code, method)


def _advise(code: str, method: type[Method]) -> str:
    if code == "insufficient_scope" and not method.scopes:
        return "It does not come: this method needs no scope."
    if code == "insufficient_scope":
        scopes = " or ".join(f"`{scope}`" for scope in method.scopes)
        return f"Do not repeat. Grant {scopes}; an application then has to be authorised again."
    if code == "expired_token" and method.auth is not Auth.APPLICATION:
        return f"Of an application; webhooks have no tokens. {_RENEW}."
    if code == "INTERNAL_SERVER_ERROR":
        return _advise_after_failure(method)
    return HANDLING[code]


def _advise_after_failure(method: type[Method]) -> str:
    """After 5xx, no JSON, or no answer."""
    if method.repeatable():
        return "Also a timeout or an answer without JSON: repeat, a few times at most. This method only reads."
    return f"Also a timeout or an answer without JSON: do not repeat, it may have worked. {method.afterwards}".strip()
