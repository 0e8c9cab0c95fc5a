"""The part of the control API about faults, limits and the behaviour of the authorization server."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from sandbox.control.actions import Action, find_company, make_fault_actions
from sandbox.state.faults import LONGEST_PAUSE, read_fault_plan
from sandbox.state.limits import read_limits
from sandbox.state.oauth import AuthorizationServer
from sandbox.state.validation import BadInputError


def _show_limits(request: Request, _body: dict[str, Any]) -> Any:
    return find_company(request).limits.describe()


def _set_limits(request: Request, body: dict[str, Any]) -> Any:
    find_company(request).limits.set_limits(read_limits(body))
    return _show_limits(request, body)


def _show_oauth(request: Request, _body: dict[str, Any]) -> Any:
    oauth = find_company(request).oauth
    applications = [
        {"client_id": item.client_id, "user_id": item.user_id, "redirect_uri": item.redirect_uri,
         "scopes": list(item.scopes)} for item in oauth.applications.values()
    ]  # fmt: skip
    behaviour = {"delay": oauth.delay, "endpoint": oauth.endpoint, "fail": oauth.fail}
    return {**vars(oauth.counters), **behaviour, "applications": applications}


def _set_oauth(request: Request, body: dict[str, Any]) -> Any:
    company = find_company(request)
    read = {name: _read_oauth(name, value) for name, value in body.items()}
    if read.get("revoke"):
        company.oauth.revoke()
    if read.get("expire"):
        company.oauth.expire(company.clock())
    _change_oauth(company.oauth, read)
    return _show_oauth(request, body)


def _change_oauth(oauth: AuthorizationServer, read: Mapping[str, Any]) -> None:
    for name in {"delay", "endpoint", "fail"} & set(read):
        setattr(oauth, name, read[name])
    for name in {"scopes", "redirect_uri"} & set(read):
        for application in oauth.applications.values():
            setattr(application, name, read[name])


def _read_oauth(name: str, value: Any) -> Any:
    reader = _OAUTH_FIELDS.get(name)
    if reader is None:
        raise BadInputError(f"unknown field {name}; known: {', '.join(_OAUTH_FIELDS)}")
    return reader(name, value)


def _read_flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadInputError(f"{name}: true or false expected")
    return value


def _read_pause(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_PAUSE:
        raise BadInputError(f"{name}: a number of seconds from 0 to {LONGEST_PAUSE}")
    return value


def _read_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadInputError(f"{name}: a text expected")
    return value


def _read_optional_text(name: str, value: Any) -> str | None:
    return None if value is None else _read_text(name, value)


def _read_scopes(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadInputError(f"{name}: a list of names")
    return tuple(_read_text(name, item) for item in value)


_OAUTH_FIELDS: dict[str, Callable[[str, Any], Any]] = {
    "expire": _read_flag,
    "revoke": _read_flag,
    "scopes": _read_scopes,
    "redirect_uri": _read_text,
    "delay": _read_pause,
    "endpoint": _read_optional_text,
    "fail": _read_optional_text,
}

_FAULT_POSTS, _FAULT_GETS = make_fault_actions("/faults", lambda company: company.faults, read_fault_plan)
POSTS: dict[str, Action] = {
    **_FAULT_POSTS,
    "/limits": _set_limits,
    "/oauth": _set_oauth,
}
GETS: dict[str, Action] = {**_FAULT_GETS, "/limits": _show_limits, "/oauth": _show_oauth}
