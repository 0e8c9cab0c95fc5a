"""Users as the methods `user.*` show and select them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.state import php
from sandbox.state.company import START, Company
from sandbox.state.people import Employee
from sandbox.views.chats import format_iso

FULL, BASIC, BRIEF = "user", "user_basic", "user_brief"
SCOPES = (FULL, BASIC, BRIEF)
PAGE, FIRST_PHONE = 50, 100
SHORTEST_WORD = 3
"""The full-text index knows no shorter ones, and a search for less finds everybody."""
COMMON = (
    "ID",
    "XML_ID",
    "ACTIVE",
    "NAME",
    "LAST_NAME",
    "SECOND_NAME",
    "TITLE",
    "IS_ONLINE",
    "TIME_ZONE",
    "TIMESTAMP_X",
    "DATE_REGISTER",
    "LAST_ACTIVITY_DATE",
    "PERSONAL_GENDER",
    "PERSONAL_BIRTHDAY",
    "PERSONAL_CITY",
    "WORK_POSITION",
    "UF_EMPLOYMENT_DATE",
    "UF_DEPARTMENT",
    "UF_PHONE_INNER",
    "USER_TYPE",
)
CONTACTS = ("EMAIL", "PERSONAL_MOBILE", "WORK_PHONE", "WORK_DEPARTMENT")
FIELDS = {FULL: (*COMMON, *CONTACTS, "LAST_LOGIN", "PERSONAL_WWW"), BASIC: (*COMMON, *CONTACTS), BRIEF: COMMON}
ALSO_FILTERS = ("IS_ONLINE", "HAS_DEPARTAMENT", "NAME_SEARCH", "EXTERNAL_AUTH_ID")
SEARCH_FILTERS = ("FIND", "UF_DEPARTMENT_NAME", "CONFIRM_CODE")
SEARCHED = ("NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION", "UF_DEPARTMENT_NAME")
_PREFIX = re.compile(r"(\W{1,3})?(\w+)")

Test = Callable[[Any], bool]


def list_fields(scopes: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the fields that the widest of a caller's scopes opens."""
    return next((FIELDS[scope] for scope in SCOPES if scope in scopes), ())


def make_profile(company: Company, user: Employee) -> dict[str, Any]:
    """All fields of a user; those that would be null are left out, as the portal does."""
    hired = START - timedelta(days=400 + user.id)
    return {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.first_name,
        "LAST_NAME": user.last_name,
        "EMAIL": f"{user.login}@sandbox.example",
        "LAST_LOGIN": format_iso(user.last_activity) if user.last_activity else "",
        "DATE_REGISTER": format_iso(hired.replace(hour=0)),
        "IS_ONLINE": "Y" if user.presence == "online" else "N",
        "TIMESTAMP_X": {},
        "LAST_ACTIVITY_DATE": {},
        "PERSONAL_GENDER": user.gender,
        "PERSONAL_BIRTHDAY": "",
        "WORK_POSITION": user.position or "",
        "WORK_DEPARTMENT": ", ".join(company.departments[number] for number in user.departments),
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": list(user.departments),
        "UF_PHONE_INNER": str(FIRST_PHONE + user.id),
        "USER_TYPE": "extranet" if user.extranet else "employee",
    }


def make_current_user(company: Company, user: Employee, scopes: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a user that `user.current` shows: without a type, with a plain date of the last activity."""
    shown = make_profile(company, user) | {"LAST_ACTIVITY_DATE": _format_plain(user.last_activity)}
    hidden = {"USER_TYPE", "TIMESTAMP_X"}
    return {name: shown[name] for name in shown if name in list_fields(scopes) and name not in hidden}


def _format_plain(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def list_visible_users(company: Company, caller: Employee, *, everybody: bool) -> list[Employee]:
    """The users whom a caller may see, ordered by id; bots are none.

    Employees see those who are in a department, extranet users see themselves. With `everybody` all are seen.
    """
    people = [user for user in company.employees.values() if not user.bot]
    if not everybody:
        people = [user for user in people if (user is caller if caller.extranet else user.departments)]
    return sorted(people, key=lambda user: user.id)


class UserFilter:
    """The conditions of one call; a field that the scope does not open is passed over silently."""

    def __init__(self, company: Company, given: Mapping[str, Any], scopes: tuple[str, ...], *, search: bool) -> None:
        self._company = company
        self._tests: list[tuple[str, Test]] = []
        self._words: list[str] = []
        allowed = {*list_fields(scopes), *ALSO_FILTERS, *(SEARCH_FILTERS if search else ())}
        filters = {key: value for key, value in given.items() if _split_key(key)[1] in allowed}
        if find := filters.get("NAME_SEARCH") or filters.get("FIND"):
            self._words = _split_words(php.to_text(find))
        elif search:
            self._words = [word for name in SEARCHED for word in _split_words(php.to_text(filters.get(name, "")))]
        without_test = {*SEARCH_FILTERS, *ALSO_FILTERS[1:], *(SEARCHED if search else ())}
        self._tests += [
            (_split_key(key)[1], _make_test(key, filters[key])) for key in filters if key not in without_test
        ]

    def accepts(self, user: Employee) -> bool:
        """Whether a user meets every condition."""
        shown = make_profile(self._company, user)
        return all(test(shown.get(name)) for name, test in self._tests) and self._matches_words(user)

    def _matches_words(self, user: Employee) -> bool:
        departments = (self._company.departments[number] for number in user.departments)
        text = " ".join([str(user.id), user.name, user.position or "", *departments]).lower().split()
        return all(any(known.startswith(word) for known in text) for word in self._words)


def _split_words(text: str) -> list[str]:
    """The words of a text that the index knows; numbers are ids and may be short."""
    text = text.strip().lower()
    if len(text) < SHORTEST_WORD and not text.isdecimal():
        return []
    return [word for word in text.split() if len(word) >= SHORTEST_WORD or word.isdecimal()]


def _split_key(key: str) -> tuple[str, str]:
    found = _PREFIX.fullmatch(key)
    return (found.group(1) or "", found.group(2)) if found else ("", "")


def _make_comparable(value: Any) -> str:
    if isinstance(value, bool):
        return "y" if value else "n"
    return str(value).lower()


def _make_test(key: str, wanted: Any) -> Test:
    """The test of one condition; several values mean any of them."""
    prefix, name = _split_key(key)
    if name in ("ACTIVE", "IS_ONLINE"):
        wanted = php.is_truthy(wanted) and wanted != "N"
    values = (
        [_make_comparable(item) for item in php.list_values(wanted)]
        if php.is_array(wanted)
        else [_make_comparable(wanted)]
    )
    compare = _choose_comparison(prefix.lstrip("!"))
    negated = prefix.startswith("!")

    def test(actual: Any) -> bool:
        held = [_make_comparable(item) for item in (actual if isinstance(actual, list) else [actual])]
        return any(compare(one, value) for one in held for value in values) is not negated

    return test


def _choose_comparison(operator: str) -> Callable[[str, str], bool]:
    match operator:
        case "%":
            return lambda actual, wanted: wanted in actual
        case "=%" | "%=":
            return lambda actual, wanted: bool(re.fullmatch(re.escape(wanted).replace("%", ".*"), actual))
        case ">" | ">=" | "<" | "<=":
            return lambda actual, wanted: _compare_ordered(operator, actual, wanted)
        case _:
            return lambda actual, wanted: actual == wanted


def _compare_ordered(operator: str, actual: str, wanted: str) -> bool:
    one, other = (actual, wanted) if not actual.isdecimal() else (int(actual), php.to_integer(wanted))
    if operator.endswith("=") and one == other:
        return True
    return one > other if operator.startswith(">") else one < other  # type: ignore[operator]
