"""How an application fetches the events that were recorded for it, and what it says of them."""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.methods.connectors import require_application
from sandbox.methods.events import is_administrator, make_access_error, require_feature
from sandbox.methods.registry import MethodCall, MethodRegistry, ResultPage
from sandbox.state import php
from sandbox.state.errors import RefusalError, make_missing_argument_error, make_wrong_type_error
from sandbox.state.offline_events import OfflineRecord, QueueOwner
from sandbox.state.php import PhpTypeError
from sandbox.views.chats import format_iso

METHODS = MethodRegistry()
BASIC: tuple[str, ...] = ()
PAGE = 50
KEY_LENGTH = 32
FIELDS = ("ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID")
LISTED = (*FIELDS, "PROCESS_ID", "ERROR")
_KEY = re.compile(r"([^A-Za-z]*)(.*)", re.DOTALL)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "": operator.eq,
    "=": operator.eq,
    "!": operator.ne,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
Test = Callable[[OfflineRecord], bool]


def _enter(call: MethodCall) -> QueueOwner:
    """Let only an administrator's call of an application in, and say whose queue it means."""
    require_application(call)
    if not is_administrator(call):
        raise make_access_error()
    return QueueOwner(call.caller.client_id, call.caller.auth_connector)


def _make_argument_error(text: str, name: str) -> RefusalError:
    return RefusalError("ERROR_ARGUMENT", text, argument=name)


def _read_value(record: OfflineRecord, name: str) -> Any:
    values = {
        "ID": record.id,
        "TIMESTAMP_X": record.at,
        "EVENT_NAME": record.event,
        "MESSAGE_ID": record.message_id,
        "PROCESS_ID": record.process_id,
        "ERROR": int(record.error),
    }
    return values[name]


def _read_filter(call: MethodCall, fields: tuple[str, ...]) -> list[Test]:
    """The tests of the parameter `filter`, whose keys are a comparison and a field."""
    given = call.params.get("FILTER")
    if given is None or given == []:
        return []
    if not isinstance(given, Mapping):
        raise make_wrong_type_error("filter")
    return [_make_test(str(key), value, fields) for key, value in given.items()]


def _make_test(key: str, value: Any, fields: tuple[str, ...]) -> Test:
    found = _KEY.match(key)
    sign, name = found.groups() if found else ("", key)
    name = name.upper()
    if sign not in _COMPARISONS:
        raise _make_argument_error(f"Filter operation not allowed: {sign}", "filter")
    if name not in fields:
        raise _make_argument_error(f"Filter not allowed for field: {name}", "filter")
    if php.is_array(value):
        raise make_wrong_type_error(key)
    wanted = _convert_value(name, value)
    return lambda record: _COMPARISONS[sign](_read_value(record, name), wanted)


def _convert_value(name: str, value: Any) -> Any:
    if name in {"ID", "ERROR"}:
        return php.to_integer(value)
    if name != "TIMESTAMP_X":
        return php.to_text(value)
    try:
        moment = datetime.fromisoformat(php.to_text(value))
    except ValueError:
        raise RefusalError("ERROR_CORE", "Incorrect date/time") from None
    return moment if moment.tzinfo else moment.astimezone()


def _read_order(call: MethodCall, fields: tuple[str, ...], standard: str) -> list[tuple[str, bool]]:
    """Fields to sort by, and whether downwards."""
    given = call.params.get("ORDER")
    if given is None or given == []:
        return [(standard, False)]
    if not isinstance(given, Mapping):
        raise make_wrong_type_error("order")
    read = [(str(name).upper(), php.to_text(way).upper()) for name, way in given.items()]
    for name, way in read:
        if name not in fields or way not in {"ASC", "DESC"}:
            raise _make_argument_error(f"Order not allowed for field: {name}", "order")
    return [(name, way == "DESC") for name, way in read]


def _sort(records: list[OfflineRecord], order: list[tuple[str, bool]]) -> list[OfflineRecord]:
    for name, downwards in reversed(order):
        records = sorted(records, key=lambda record: _read_value(record, name), reverse=downwards)
    return records


def _describe(record: OfflineRecord) -> dict[str, Any]:
    return {
        "ID": str(record.id),
        "TIMESTAMP_X": format_iso(record.at),
        "EVENT_NAME": record.event,
        "EVENT_DATA": record.data,
        "EVENT_ADDITIONAL": {"user_id": record.user_id},
        "MESSAGE_ID": record.message_id,
    }


@METHODS.method("event.offline.get", any_case=True, scopes=BASIC)
def event_offline_get(call: MethodCall) -> Any:
    """Fetch records, which deletes them unless `clear` is 0.

    With a `process_id` all records of that process are deleted, whether they are in the answer or not.
    """
    owner = _enter(call)
    clear = php.to_integer(call.params["CLEAR"]) if call.params.is_given("CLEAR") else 1
    if not clear:
        require_feature(call.company.switches.plan.offline_extended, "extended offline events handling")
    limit = call.params.read_integer("LIMIT") if call.params.is_given("LIMIT") else PAGE
    if limit <= 0:
        raise _make_argument_error("Value must be positive integer", "LIMIT")
    failed = call.params.read_integer("ERROR") == 1
    tests, order = _read_filter(call, FIELDS), _read_order(call, FIELDS, "TIMESTAMP_X")
    process_id = call.params.read_text("PROCESS_ID").strip() if call.params.is_given("PROCESS_ID") else None
    queue = call.company.offline_events
    suiting = [
        record
        for record in queue.list_records(owner, call.company.clock())
        if record.process_id == (process_id or "") and record.error == failed and all(test(record) for test in tests)
    ]
    chosen = _sort(suiting, order)[:limit]
    process = queue.reserve(chosen) if process_id is None else process_id
    shown = [_describe(record) for record in chosen]
    if clear and chosen:
        queue.clear(owner, process)
    return {"process_id": None if clear and process_id is None else process, "events": shown}


def _read_process_id(call: MethodCall) -> str:
    if not call.params.is_given("PROCESS_ID"):
        raise make_missing_argument_error("PROCESS_ID")
    return call.params.read_text("PROCESS_ID").strip()


@METHODS.method("event.offline.clear", any_case=True, scopes=BASIC)
def event_offline_clear(call: MethodCall) -> Any:
    """Delete records of a process: by their message ids, else by their ids, else all."""
    owner, queue = _enter(call), call.company.offline_events
    process_id = _read_process_id(call)
    if call.params.is_given("MESSAGE_ID"):
        names = set(_read_message_ids(call))
        queue.clear(owner, process_id, lambda record: record.message_id in names)
    elif call.params.is_given("ID"):
        numbers = set(_read_ids(call))
        queue.clear(owner, process_id, lambda record: record.id in numbers)
    else:
        queue.clear(owner, process_id)
    return True


def _read_message_ids(call: MethodCall) -> list[str]:
    given = call.params["MESSAGE_ID"]
    names = [php.to_text(value).strip() for value in php.list_values(given)]
    if not php.is_array(given) or any(len(name) != KEY_LENGTH for name in names):
        raise _make_argument_error("Value must be array of MESSAGE_ID values", "message_id")
    return names


def _read_ids(call: MethodCall) -> list[int]:
    given = call.params["ID"]
    numbers = [php.to_integer(value) for value in php.list_values(given)]
    if not php.is_array(given) or any(number <= 0 for number in numbers):
        raise _make_argument_error("Value must be array of integers", "id")
    return numbers


@METHODS.method("event.offline.error", any_case=True, scopes=BASIC)
def event_offline_error(call: MethodCall) -> Any:
    """Mark records of a process as failed, which gives them back; whatever else waits under their ids is deleted."""
    owner = _enter(call)
    process_id, given = _read_process_id(call), call.params.get("MESSAGE_ID")
    if not php.is_array(given):
        raise _make_argument_error("Value must be array of MESSAGE_ID values", "message_id")
    names = php.list_values(given)
    if any(php.is_array(name) for name in names):
        raise PhpTypeError
    call.company.offline_events.mark_failed(owner, process_id, {php.to_text(name) for name in names})
    return True


@METHODS.method("event.offline.list", any_case=True, scopes=BASIC)
def event_offline_list(call: MethodCall) -> Any:
    """A page of the queue, reserved and failed records too; nothing changes."""
    owner = _enter(call)
    tests, order = _read_filter(call, LISTED), _read_order(call, LISTED, "ID")
    records = call.company.offline_events.list_records(owner, call.company.clock())
    found = _sort([record for record in records if all(test(record) for test in tests)], order)
    start = max(0, call.start)
    rows = [
        _describe(record) | {"PROCESS_ID": record.process_id, "ERROR": str(int(record.error))}
        for record in found[start : start + PAGE]
    ]
    after = start + PAGE
    return ResultPage(rows, len(found), after if after < len(found) else None)
