"""People of the portal in the short form that a model reads."""

from collections.abc import Mapping
from typing import Any, NotRequired

from typing_extensions import TypedDict

from tools.message_view import join_lines
from tools.result_types import read_flag, read_items, read_whole
from tools.untrusted import mark_unless_code, mark_untrusted


class ColleagueView(TypedDict):
    """An employee or guest of the portal."""

    id: int
    name: str
    position: str | None
    departments: list[int]
    email: str | None
    phone: str | None
    active: bool
    online: bool
    type: str | None


class ColleaguesView(TypedDict):
    """A page of employees."""

    users: list[dict[str, Any]]
    next_start: NotRequired[int]


def view_colleague(person: Mapping[str, Any]) -> ColleagueView:
    """One user of the portal."""
    return {
        "id": read_whole(person.get("ID")),
        "name": " ".join(filter(None, (person.get("NAME"), person.get("LAST_NAME")))),
        "position": person.get("WORK_POSITION") or None,
        "departments": [read_whole(number) for number in read_items(person.get("UF_DEPARTMENT"))],
        "email": person.get("EMAIL") or None,
        "phone": person.get("WORK_PHONE") or person.get("PERSONAL_MOBILE") or person.get("UF_PHONE_INNER") or None,
        "active": read_flag(person.get("ACTIVE")) is True,
        "online": read_flag(person.get("IS_ONLINE")) is True,
        "type": person.get("USER_TYPE"),
    }


def render_colleague(view: Mapping[str, Any]) -> str:
    """One user in one line."""
    where = f"departments {', '.join(map(str, view['departments']))}" if view["departments"] else "no department"
    state = "dismissed or blocked" if not view["active"] else "online" if view["online"] else "offline"
    parts = (view["name"], view["position"], view["email"], view["phone"])
    told = mark_untrusted(", ".join(join_lines(part) for part in parts if part), "portal")
    kind = f", {mark_unless_code(view['type'])}" if view["type"] else ""
    return f"{view['id']} {told}: {where}{kind}, {state}"
