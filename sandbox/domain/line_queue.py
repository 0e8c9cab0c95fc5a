"""The queue a line is given: which entries are valid, and how answers show it."""

from typing import Any

from sandbox.domain.permissions import list_queue_members
from sandbox.domain.queues import is_present
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.records import Line, LineQueueEntry

QueueEntity = tuple[str, int]
NO_FIELDS: dict[str, Any] = {
    "USER_NAME": None,
    "USER_WORK_POSITION": None,
    "USER_AVATAR": None,
    "USER_AVATAR_ID": "0",
}


def read_queue(sent: Any, *, plain_ids: bool) -> list[QueueEntity] | None:
    """The queue that a call sends as (`user` or `department`, id); None when an entry has another form.

    Only adding a line takes plain user ids.
    """
    entities = [_read_entry(item, plain_ids=plain_ids) for item in php.list_values(sent)]
    return None if None in entities else [entity for entity in entities if entity]


def _read_entry(item: Any, *, plain_ids: bool) -> QueueEntity | None:
    if plain_ids and not php.is_array(item):
        item = {"ENTITY_TYPE": "user", "ENTITY_ID": item}
    if not isinstance(item, dict) or item.get("ENTITY_TYPE") not in ("user", "department"):
        return None
    number = item.get("ENTITY_ID")
    return (
        (item["ENTITY_TYPE"], php.to_integer(number)) if php.is_numeric(number) and php.to_integer(number) > 0 else None
    )


def names_anybody(company: Company, entities: list[QueueEntity]) -> bool:
    """Whether a queue names a user at all, known or not, or a department in which somebody can take dialogs."""
    return any(kind == "user" or _has_people(company, number) for kind, number in entities)


def _has_people(company: Company, department: int) -> bool:
    return any(department in user.departments and user.can_take_dialogs for user in company.employees.values())


def fill_queue(company: Company, line: Line, entities: list[QueueEntity], caller_id: int) -> None:
    """Give a line a queue, without unknown, dismissed and extranet users; if nobody is left the caller takes it."""
    lasting = [(kind, number) for kind, number in entities if kind == "department" or _may_serve(company, number)]
    if not lasting and _may_serve(company, caller_id):
        lasting = [("user", caller_id)]
        line.user_fields[caller_id] = _make_user_fields(company, caller_id)
    line.queue = [LineQueueEntry(company.issue_id("queue"), *entity) for entity in lasting]
    members = list_queue_members(company, line)
    line.user_fields = {number: fields for number, fields in line.user_fields.items() if number in members}


def _may_serve(company: Company, user_id: int) -> bool:
    user = company.find_employee(user_id)
    return user is not None and not user.extranet


def _make_user_fields(company: Company, user_id: int) -> dict[str, Any]:
    user = company.employees[user_id]
    return NO_FIELDS | {"USER_NAME": user.name, "USER_WORK_POSITION": user.position, "USER_AVATAR": ""}


def read_user_fields(sent: Any) -> dict[int, dict[str, Any]]:
    """How operators are presented to the clients of a line, by user id; empty for what is no object."""
    if not isinstance(sent, dict):
        return {}
    return {
        php.to_integer(user_id): {name: fields.get(name, empty) for name, empty in NO_FIELDS.items()}
        for user_id, fields in sent.items()
        if isinstance(fields, dict)
    }


def list_queue_users(company: Company, line: Line, *, offline: bool = True) -> list[str]:
    """The ids of the queue's users as strings, in the order of the queue; without `offline` only those online."""
    members = list_queue_members(company, line)
    return [str(user_id) for user_id in members if offline or _is_online(company, user_id)]


def _is_online(company: Company, user_id: int) -> bool:
    user = company.find_employee(user_id)
    return bool(user and user.presence == "online")


def describe_user_fields(line: Line, user_ids: list[str]) -> list[Any] | dict[str, Any]:
    """How the given users are presented to clients, by user id; an empty map is a list."""
    return {user_id: line.user_fields.get(int(user_id), NO_FIELDS) for user_id in user_ids} or []


def describe_queue_rows(company: Company, line: Line, user_ids: list[str]) -> list[Any] | dict[str, Any]:
    """The rows of a queue by user id, as QUEUE_FULL shows them; an empty map is a list."""
    return {
        user_id: {
            "ID": str(_find_row_id(company, line, int(user_id))),
            "SORT": str(position),
            "USER_ID": user_id,
            "DEPARTMENT_ID": str(_find_department(company, line, int(user_id))),
            **line.user_fields.get(int(user_id), NO_FIELDS),
        }
        for position, user_id in enumerate(user_ids)
    } or []


def _find_row_id(company: Company, line: Line, user_id: int) -> int:
    return next((entry.id for entry in line.queue if _covers(company, entry, user_id)), 0)


def _find_department(company: Company, line: Line, user_id: int) -> int:
    holders = (entry for entry in line.queue if _covers(company, entry, user_id))
    return next((entry.entity_id for entry in holders if entry.entity_type == "department"), 0)


def _covers(company: Company, entry: LineQueueEntry, user_id: int) -> bool:
    if entry.entity_type == "user":
        return entry.entity_id == user_id
    user = company.employees.get(user_id)
    return bool(user and entry.entity_id in user.departments)


def format_online_flag(company: Company, line: Line) -> str:
    """Y if the line can count on anyone of its queue now, N if not."""
    return "Y" if any(is_present(company, line, user_id) for user_id in list_queue_members(company, line)) else "N"


def describe_queue_entries(line: Line) -> list[dict[str, str]]:
    """The users and departments of a queue as they were configured, as CONFIG_QUEUE shows them."""
    return [{"ENTITY_TYPE": entry.entity_type, "ENTITY_ID": str(entry.entity_id)} for entry in line.queue]
