"""Who is calling: the credentials of a request, and the identity they stand for."""

from dataclasses import dataclass, field
from hashlib import sha256

from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError, make_method_not_found_error
from sandbox.state.people import AccessKey

UNAUTHORIZED = 401


@dataclass(frozen=True)
class RequestCredentials:
    """What a request brought along: the two parts of a webhook's path, or an access token; and where it arrived.

    `auth_connector` is the name that an application gives to one of its connections.
    """

    login: str = ""
    secret: str = ""
    access_token: str = ""
    auth_connector: str = ""
    origin: str = ""

    def make_download_address(self) -> str:
        """Where the caller can fetch files, up to the token of the file: a secret.

        Source: the page "How to download files" of the official REST documentation.
        """
        if self.access_token:
            return f"{self.origin}/rest/download.json?auth={self.access_token}&token="
        return f"{self.origin}/rest/{self.login}/{self.secret}/download/?token="


@dataclass(frozen=True)
class Identity:
    """The user a call acts for, and how they came in: by webhook, application or browser session.

    `level` is that of the event in answer to which the call is made, 0 for none.
    """

    user_id: int
    kind: str
    client_id: str
    scopes: tuple[str, ...]
    account: str = ""
    auth_connector: str = ""
    level: int = 0
    download_address: str = field(default="", repr=False)


def identify(company: Company, credentials: RequestCredentials) -> Identity:
    """The user whom the credentials of a request stand for.

    Raises:
        RefusalError: with status 401 and the code of what is wrong: NO_AUTH_FOUND, INVALID_CREDENTIALS, invalid_token,
            expired_token, ACCESS_DENIED (the plan has no REST) or authorization_error (the user is dismissed).
    """
    key = _find_key(company, credentials)
    if not company.switches.plan.rest:
        raise RefusalError("ACCESS_DENIED", "REST is available only on commercial plans.", UNAUTHORIZED)
    if company.find_employee(key.user_id) is None:
        raise RefusalError("authorization_error", "Unable to authorize user", UNAUTHORIZED)
    user_id = 0 if company.switches.anonymous else key.user_id
    account, downloads = _name_account(key), credentials.make_download_address()
    return Identity(
        user_id, key.kind, key.client_id, key.scopes, account, credentials.auth_connector, key.level, downloads
    )


def _name_account(key: AccessKey) -> str:
    """The name under which limits count a key; it does not contain the key."""
    return key.client_id or f"{key.kind} {key.user_id} {sha256(key.token.encode()).hexdigest()[:8]}"


def _find_key(company: Company, credentials: RequestCredentials) -> AccessKey:
    if credentials.access_token:
        return _find_by_token(company, credentials.access_token)
    if not credentials.secret:
        raise RefusalError("NO_AUTH_FOUND", "Wrong authorization data", UNAUTHORIZED)
    user_id = _find_user_id(company, credentials.login)
    for key in company.access_keys:
        if key.active and key.user_id == user_id and key.token == credentials.secret:
            return key
    raise RefusalError("INVALID_CREDENTIALS", "Invalid request credentials", UNAUTHORIZED)


def _find_by_token(company: Company, token: str) -> AccessKey:
    for key in company.access_keys:
        if key.active and key.kind != "webhook" and key.token == token:
            return key
    return company.oauth.find_access_key(token, company.clock())


def _find_user_id(company: Company, login: str) -> int:
    if login.isascii() and login.isdigit():
        return php.to_integer(login)
    return next((user.id for user in company.employees.values() if login and user.login == login), 0)


def make_scope_error(caller: Identity, *, hidden: bool) -> RefusalError:
    """The refusal of a caller who lacks the scope of a method.

    With `hidden` it is that of an unknown method, as on portals that hide what the scope does not open.
    """
    if hidden:
        return make_method_not_found_error()
    token = "webhook" if caller.kind == "webhook" else "access"
    text = f"The request requires higher privileges than provided by the {token} token"
    return RefusalError("insufficient_scope", text, UNAUTHORIZED)
