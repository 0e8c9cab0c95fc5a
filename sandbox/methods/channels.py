"""Open lines and their settings."""

from typing import Any

from sandbox.domain.line_queue import (
    describe_queue_entries,
    describe_queue_rows,
    describe_user_fields,
    fill_queue,
    format_online_flag,
    list_queue_users,
    names_anybody,
    read_queue,
    read_user_fields,
)
from sandbox.domain.permissions import can_modify_line, find_role, list_queue_members, reaches_line
from sandbox.domain.queues import offer_waiting, withdraw
from sandbox.methods.registry import FORBIDDEN, MethodCall, MethodRegistry, read_positive_id
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError, make_wrong_type_error
from sandbox.state.happenings import HappeningKind
from sandbox.state.line_settings import list_settings_beyond_plan, make_line_row, make_line_settings, read_changes
from sandbox.state.records import Line
from sandbox.views.line_list import (
    ACTIONS,
    LineQuery,
    Row,
    check_options,
    check_types,
    read_loose_query,
    read_strict_query,
    select_rows,
)

METHODS = MethodRegistry()


@METHODS.method("imopenlines.revision.get")
def revision_get(_call: MethodCall) -> Any:
    """The revisions of the API."""
    return {"rest": 2, "web": 1, "mobile": 1}


@METHODS.method("imopenlines.config.path.get")
def config_path_get(call: MethodCall) -> Any:
    """Where the contact centre is."""
    return {"SERVER_ADDRESS": call.company.address, "PUBLIC_PATH": "/contact_center/"}


def _read_config_id(call: MethodCall) -> int:
    return read_positive_id(call, "CONFIG_ID", "CONFIG_ID_EMPTY", "Config ID can't be empty")


@METHODS.method("imopenlines.config.get")
def config_get(call: MethodCall) -> Any:
    """A line with its queue; no right is asked for."""
    line = call.company.lines.get(_read_config_id(call))
    if line is None:
        return False
    shown = make_line_row(line.id, line.settings, line.modified_by) | dict.fromkeys(
        list_settings_beyond_plan(call.company), "N"
    )
    if not call.params.is_given("WITH_QUEUE") or call.params.is_yes("WITH_QUEUE"):
        shown |= _describe_queue(call, line)
    return shown


def _describe_queue(call: MethodCall, line: Line) -> dict[str, Any]:
    offline = not call.params.is_given("SHOW_OFFLINE") or call.params.is_yes("SHOW_OFFLINE")
    user_ids = list_queue_users(call.company, line, offline=offline)
    return {
        "QUEUE": user_ids,
        "QUEUE_FULL": describe_queue_rows(call.company, line, user_ids),
        "QUEUE_USERS_FIELDS": describe_user_fields(line, user_ids),
        "QUEUE_ONLINE": format_online_flag(call.company, line),
    }


@METHODS.method("imopenlines.config.list.get")
def config_list_get(call: MethodCall) -> Any:
    """Select lines."""
    params, options = call.params.read_array("PARAMS"), call.params.read_array("OPTIONS")
    check_types(params)
    strict = call.company.switches.strict_config_list
    if strict:
        check_options(options)
    query = read_strict_query(params) if strict else read_loose_query(params)
    lines = call.company.lines.values()
    rows = select_rows([make_line_row(line.id, line.settings, line.modified_by) for line in lines], query)
    return [_select_fields(call, query, found, options) for found in rows if _is_permitted(call, query, found, options)]


def _is_permitted(call: MethodCall, query: LineQuery, found: Row, options: dict[str, Any]) -> bool:
    action = options.get("CHECK_PERMISSION")
    if action is None:
        return True
    if action not in ACTIONS:
        raise make_wrong_type_error("CHECK_PERMISSION")
    role = find_role(call.company, call.user_id)
    reach = role.lines_view if action == "VIEW" else role.lines_modify
    selected = query.select.values()
    line_id = int(found["ID"]) if "ID" in selected else 0
    return reaches_line(call.company, reach, call.user_id, line_id, own_counts="MODIFY_USER_ID" in selected)


def _select_fields(call: MethodCall, query: LineQuery, found: Row, options: dict[str, Any]) -> dict[str, Any]:
    shown = {alias: found[name] for alias, name in query.select.items()}
    line = call.company.lines.get(php.to_integer(shown.get("ID")))
    if options.get("QUEUE") == "Y":
        user_ids = list_queue_users(call.company, line) if line else []
        shown |= {"QUEUE": user_ids, "QUEUE_USERS_FIELDS": describe_user_fields(line, user_ids) if line else []}
    if options.get("CONFIG_QUEUE") == "Y":
        shown["CONFIG_QUEUE"] = describe_queue_entries(line) if line else []
    return shown


@METHODS.method("imopenlines.config.add")
def config_add(call: MethodCall) -> Any:
    """Create a line; no right is asked for, and the caller serves it unless somebody else is named."""
    company, sent = call.company, call.params.read_array("PARAMS")
    settings = make_line_settings(company, sent)
    if company.switches.config_storage_fails:
        return False
    line = Line(company.issue_id("line"), settings, company.clock(), company.clock(), call.user_id)
    company.lines[line.id] = line
    queue = read_queue(sent.get("QUEUE"), plain_ids=True)
    if queue is not None:
        line.user_fields = read_user_fields(sent.get("QUEUE_USERS_FIELDS")) if queue else {}
        fill_queue(company, line, queue, call.user_id)
    return line.id


def _read_modifiable_id(call: MethodCall) -> int:
    line_id = _read_config_id(call)
    if not can_modify_line(call.company, call.user_id, line_id):
        raise RefusalError("CONFIG_WRONG_USER_PERMISSION", "Permission denied", FORBIDDEN)
    return line_id


@METHODS.method("imopenlines.config.update")
def config_update(call: MethodCall) -> Any:
    """Change a line; whatever fails after the permission check is just false."""
    line = call.company.lines.get(_read_modifiable_id(call))
    if line is None or call.company.switches.config_storage_fails:
        return False
    sent = {name: value for name, value in call.params.read_array("PARAMS").items() if value is not None}
    queue = read_queue(sent["QUEUE"], plain_ids=False) if "QUEUE" in sent else None
    if "QUEUE" in sent and not names_anybody(call.company, queue or []):
        return False
    before = list_queue_members(call.company, line), line.settings["QUEUE_TYPE"]
    line.settings.update(read_changes(call.company, sent))
    if queue is not None:
        if "QUEUE_USERS_FIELDS" in sent:
            line.user_fields = read_user_fields(sent["QUEUE_USERS_FIELDS"])
        fill_queue(call.company, line, queue, call.user_id)
    _redistribute(call.company, line, *before)
    if sent.get("SKIP_MODIFY_MARK") is None:
        line.modified, line.modified_by = call.company.clock(), call.user_id
    return True


def _redistribute(company: Company, line: Line, members: list[int], queue_type: str) -> None:
    """Take the dialogs of users who left the queue, and offer what waits if somebody came or the rule changed."""
    present = list_queue_members(company, line)
    withdraw(company, line, set(members) - set(present))
    if set(present) - set(members) or line.settings["QUEUE_TYPE"] != queue_type:
        offer_waiting(company, line)


@METHODS.method("imopenlines.config.delete")
def config_delete(call: MethodCall) -> Any:
    """Delete a line for good, and with it what connectors keep for it."""
    number = _read_modifiable_id(call)
    for key in [key for key in call.company.connections if key[1] == number]:
        del call.company.connections[key]
    if call.company.lines.pop(number, None) is None:
        return False
    call.company.tell(HappeningKind.CONNECTOR_LINE_DELETED, line_id=number)
    return True
