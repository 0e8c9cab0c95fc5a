"""With which HTTP status each error code comes, of any method and of single ones."""

from collections.abc import Mapping

CORE_STATUSES: Mapping[str, str] = {
    "ERROR_METHOD_NOT_FOUND": "404, also where the credentials are wrong",
    **dict.fromkeys(
        (
            "NO_AUTH_FOUND",
            "invalid_token",
            "expired_token",
            "authorization_error",
            "APPLICATION_NOT_FOUND",
            "CONNECTION_ERROR",
            "METHOD_CONFIRM_WAITING",
        ),
        "401",
    ),
    **dict.fromkeys(("INVALID_CREDENTIALS", "insufficient_scope", "user_access_error"), "401 or 403"),
    "INVALID_REQUEST": "401 or 400",
    "ACCESS_DENIED": "401 or 403",
    "OVERLOAD_LIMIT": "401 or 503",
    "PAYMENT_REQUIRED": "401, 402 or 403",
    **dict.fromkeys(("WRONG_AUTH_TYPE", "WRONG_LICENSE", "METHOD_CONFIRM_DENIED"), "403"),
    "PORTAL_DELETED": "403 or 500",
    "OPERATION_TIME_LIMIT": "429",
    "QUERY_LIMIT_EXCEEDED": "503",
    "INTERNAL_SERVER_ERROR": "500",
    "ERROR_UNEXPECTED_ANSWER": "500",
    "ERROR_CORE": "400, or 500 where the database failed",
    "WRONG_ENCODING": "200, with the error in the body",
    **dict.fromkeys(("ERROR_BATCH_LENGTH_EXCEEDED", "ERROR_BATCH_METHOD_NOT_ALLOWED"), "200, inside `result_error`"),
    **dict.fromkeys(("invalid_grant", "invalid_client"), "400 or 401, from the authorisation server"),
}
"""Code -> status, where any method can give it and it is not 400."""

_REGISTRATION = ("imconnector.register", "imconnector.unregister")
_OWN_STATUSES: Mapping[str, Mapping[str, str]] = {
    "ACCESS_DENIED": {
        **dict.fromkeys(
            ("imopenlines.crm.chat.", "imopenlines.crm.message.", "imopenlines.bot.", "imbot.", "event."), "403"
        ),
        "": "400",
    },
    "ACCESS_ERROR": {"im.": "403"},
    "REPLY_ACCESS_ERROR": {"im.": "403"},
    "REPLY_FROM_OTHER_CHAT_ERROR": {"im.": "403"},
    "CONFIG_WRONG_USER_PERMISSION": {"": "403"},
    "CHAT_DELETE_USER_PERMISSION_DENIED": {"": "403"},
    "ERROR_CORE": {"imconnector.": "400", "event.": "400"},
    "FILE_ACCESS_ERROR": {"": "403"},
    "MESSAGE_ACCESS_DENIED": {"": "403"},
    "WRONG_AUTH_TYPE": {"": "403"},
    "WRONG_LICENSE": {"": "403"},
    "ERROR_METHOD_NOT_FOUND": {"": "404"},
}
"""Code -> how the names of methods begin -> the status with which these give it, where it is not 400."""
UNCERTAIN = (
    "Go by the code, not by the status: statuses differ between builds, the cloud may change them on the way, and of "
    "codes that pass through from the authorisation server or from the network of lines none is known for certain."
)


def find_status(code: str, method: str = "") -> str:
    """The status of a code: as this method gives it, or as any method can."""
    if not method:
        return CORE_STATUSES.get(code, "400")
    starts = _OWN_STATUSES.get(code, {})
    own = next((status for start, status in starts.items() if method.startswith(start)), "400")
    return "200" if method in _REGISTRATION and code not in CORE_STATUSES else own
