"""Users of the portal: the caller, and those whom a filter or a search finds."""

from typing import Any

from sandbox.methods.registry import MethodCall, MethodRegistry, ResultPage
from sandbox.state import php
from sandbox.state.errors import RefusalError
from sandbox.state.people import Employee
from sandbox.views.users import (
    PAGE,
    SCOPES,
    UserFilter,
    list_fields,
    list_visible_users,
    make_current_user,
    make_profile,
)

METHODS = MethodRegistry()
ALL_FIELDS, OWN_FIELDS = "*", "UF_*"


@METHODS.method("user.current", scopes=SCOPES)
def user_current(call: MethodCall) -> Any:
    """The caller."""
    return make_current_user(call.company, _find_caller(call), call.caller.scopes)


def _find_caller(call: MethodCall) -> Employee:
    user = call.company.find_employee(call.user_id)
    if user is None:
        raise RefusalError("authorization_error", "Unable to authorize user", 401)
    return user


@METHODS.method("user.get", any_case=True, scopes=SCOPES)
def user_get(call: MethodCall) -> Any:
    """Users by a filter; whatever the filter does not know is passed over."""
    return _make_page(call, search=False)


@METHODS.method("user.search", any_case=True, scopes=SCOPES)
def user_search(call: MethodCall) -> Any:
    """Users by words of their names, positions and departments."""
    return _make_page(call, search=True)


def _make_page(call: MethodCall, *, search: bool) -> Any:
    """A page of users; without FILTER the parameters themselves are the filters."""
    params, caller = call.params, _find_caller(call)
    inner = params.get("FILTER")
    given = {key.upper(): value for key, value in inner.items()} if isinstance(inner, dict) else params
    chosen = UserFilter(call.company, given, call.caller.scopes, search=search)
    everybody = params.is_filled("ADMIN_MODE") and caller.admin
    found = [user for user in list_visible_users(call.company, caller, everybody=everybody) if chosen.accepts(user)]
    _sort_users(call, found)
    start = max(0, call.start)
    rows = [_make_row(call, user) for user in found[start : start + PAGE]]
    following = start + len(rows)
    if not rows:
        return rows
    return ResultPage(rows, 0 if call.start < 0 else len(found), following if following < len(found) else None)


def _sort_users(call: MethodCall, users: list[Employee]) -> None:
    field, order = call.params.get("SORT"), call.params.get("ORDER")
    if not field or not order:
        return
    numeric = field == "ID"
    users.sort(
        key=lambda user: user.id if numeric else str(make_profile(call.company, user).get(str(field), "")),
        reverse=str(order).upper() == "DESC",
    )


def _make_row(call: MethodCall, user: Employee) -> Any:
    """What was selected of a user, as far as the scope opens it; nothing at all is an empty list to PHP."""
    fields = list_fields(call.caller.scopes)
    select = php.list_values(call.params.get("SELECT"))
    if select and ALL_FIELDS not in select:
        own = [name for name in fields if name.startswith("UF_")] if OWN_FIELDS in select else []
        fields = tuple(name for name in fields if name in select or name in own)
    return {name: value for name, value in make_profile(call.company, user).items() if name in fields} or []
