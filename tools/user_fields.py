"""Names of the fields of a user, in filters, selections and orders: the portal passes over a name it does not know."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool, StrictInt

from tools.fields import FLAG, IDS, TEXT, list_parts
from tools.untrusted import quote_argument

_PLAIN = (
    "ID XML_ID ACTIVE NAME LAST_NAME SECOND_NAME TITLE EMAIL LAST_LOGIN DATE_REGISTER TIME_ZONE IS_ONLINE TIMESTAMP_X "
    "LAST_ACTIVITY_DATE USER_TYPE"
)
_PERSONAL = (
    "PROFESSION GENDER WWW BIRTHDAY PHOTO ICQ PHONE FAX MOBILE PAGER STREET MAILBOX CITY STATE ZIP COUNTRY NOTES"
)
_WORK = "COMPANY DEPARTMENT POSITION WWW PHONE FAX PAGER STREET MAILBOX CITY STATE ZIP COUNTRY PROFILE LOGO NOTES"
_OWN = (
    "DEPARTMENT DISTRICT SKYPE SKYPE_LINK ZOOM TWITTER FACEBOOK LINKEDIN XING WEB_SITES PHONE_INNER EMPLOYMENT_DATE "
    "TIMEMAN SKILLS INTERESTS"
)
FIELDS = frozenset(
    [
        *_PLAIN.split(),
        *(f"PERSONAL_{name}" for name in _PERSONAL.split()),
        *(f"WORK_{name}" for name in _WORK.split()),
        *(f"UF_{name}" for name in _OWN.split()),
    ]
)
"""Every field that the widest scope opens; a portal may have more of its own, UF_USR_..."""
MASKS = frozenset({"*", "UF_*"})
SEARCHED = ("FIND", "NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION", "UF_DEPARTMENT_NAME", "USER_TYPE", "ACTIVE")
SHORTEST_WORD = 3
_CUSTOM = re.compile(r"UF_USR_[A-Z0-9_]+")
_FILTER = re.compile(r"(?:!=%|!%=|>=|<=|!@|=%|%=|!%|!=|>|<|@|%|=|!)?(\w+)", re.ASCII)


def _check_field(name: str) -> str:
    if name not in FIELDS and not _CUSTOM.fullmatch(name):
        raise ValueError(
            f"no field of a user is called {quote_argument(name[:60])}; names are in upper case, e.g. LAST_NAME"
        )
    return name


def _check_selectable(name: str) -> str:
    return name if name in MASKS else _check_field(name)


def _check_filter(name: str) -> str:
    found = _FILTER.fullmatch(name)
    if found is None or found[1] != "NAME_SEARCH":
        _check_field(found[1] if found else name)
    return name


def _check_search(name: str) -> str:
    if name not in SEARCHED:
        raise ValueError(f"should be one of {', '.join(SEARCHED)}")
    return name


Scalar = str | StrictInt | StrictBool
Value = Scalar | list[Scalar]
FieldName = Annotated[str, AfterValidator(_check_field)]
Selected = Annotated[list[Annotated[str, AfterValidator(_check_selectable)]], Field(min_length=1)]
_FOUND_BY = list_parts(
    ID=IDS, ACTIVE=FLAG, NAME=TEXT, LAST_NAME=TEXT, EMAIL=TEXT, UF_DEPARTMENT={"type": "integer"}, NAME_SEARCH=TEXT
)
_SEARCHED_BY = list_parts(**{name: FLAG if name == "ACTIVE" else TEXT for name in SEARCHED})
Filter = Annotated[dict[Annotated[str, AfterValidator(_check_filter)], Value], Field(min_length=1), _FOUND_BY]
Search = Annotated[dict[Annotated[str, AfterValidator(_check_search)], Value], Field(min_length=1), _SEARCHED_BY]
