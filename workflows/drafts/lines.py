"""What would become of a line's settings, with their present values."""

import json
from typing import Any

from tools.channels import ConfigListGet
from tools.result_types import read_items, read_object, read_text, read_whole
from tools.setup import ConfigAdd, ConfigDelete, ConfigUpdate
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import quote
from workflows.core.context import Context
from workflows.core.draft import OPERATOR, QUEUE, Change, Draft
from workflows.core.formatting import join_limited
from workflows.directory.lines_and_users import Directory, LineOrUser
from workflows.drafts.facts import read_line, refuse
from workflows.lines.line import OpenLine

LONGEST_VALUE, MOST_NAMES = 300, 4
RIGHT = "whether you may change this line"
NO_RIGHT = "CONFIG_WRONG_USER_PERMISSION"


async def draft_update(call: ConfigUpdate, context: Context) -> Draft:
    """Each setting that is given, before and after."""
    line = await _require_line(call, context)
    unchecked = await _check_right(call, context)
    sent = {name: value for name, value in call.to_wire().get("PARAMS", {}).items() if name != "SKIP_MODIFY_MARK"}
    changes = [_compare(line, name, value) for name, value in sent.items()]
    gone = _list_leaving(call, line)
    moves = [Change(OPERATOR, f"those who leave the queue: {await _name_users(context, gone)}", QUEUE)] if gone else []
    warnings = ("Whoever leaves the queue loses all dialogs of the line.",) if gone else ()
    same = [change.what for change in changes if change.before == change.after]
    does = f"So already: {', '.join(same)}." if same else ""
    left = tuple(change for change in changes if change.before != change.after)
    return Draft(does, (*left, *moves), warnings=warnings, unchecked=unchecked)


async def draft_delete(call: ConfigDelete, context: Context) -> Draft:
    """Which line it is, and how many people serve it."""
    line = await _require_line(call, context)
    unchecked = await _check_right(call, context)
    gone = Change("the line itself", f"{line}, with {len(line.readable_queue)} people in its queue", "deleted for good")
    return Draft(changes=(gone,), unchecked=unchecked)


async def draft_add(call: ConfigAdd, context: Context) -> Draft:  # noqa: ARG001
    """A line with these settings."""
    sent = call.to_wire().get("PARAMS", {})
    return Draft("A new line.", tuple(Change(name, "", _show(value, "assistant")) for name, value in sent.items()))


async def _require_line(call: ConfigUpdate | ConfigDelete, context: Context) -> OpenLine:
    line = await read_line(context, call.config_id)
    if line is None:
        raise refuse(call, f"there is no line {call.config_id}", NO_RIGHT)
    return line


async def _check_right(call: ConfigUpdate | ConfigDelete, context: Context) -> tuple[str, ...]:
    """What is not known of the caller's right; UnfinishedError where it is missing."""
    question = ConfigListGet(select=["ID"], filter={"ID": call.config_id}, check_permission="MODIFY")
    answer = await attempt(context, question)
    if is_refusal(answer):
        return (RIGHT,)
    if not any(read_whole(read_object(row).get("ID")) == call.config_id for row in answer):
        raise refuse(call, f"you may not change line {call.config_id}", NO_RIGHT)
    return ()


def _read_values(line: OpenLine, name: str, sent: Any) -> tuple[Any, Any]:
    """The present value beside the one that is sent, in the same form where both can be compared."""
    before = line.settings.get(name)
    if name == "QUEUE":
        return line.readable_queue, [_name_member(entry) for entry in sent]
    if isinstance(sent, list):
        return [one for one in read_items(before) if one != ""], sent
    if isinstance(sent, dict):
        return before or {}, sent
    return read_text(before), str(sent)


def _compare(line: OpenLine, name: str, sent: Any) -> Change:
    before, after = _read_values(line, name, sent)
    shown = _show(before, "portal")
    return Change(name, shown, shown if before == after else _show(after, "assistant"))


async def _name_users(context: Context, people: list[int]) -> str:
    names = await Directory(context).read_user_names(people[:MOST_NAMES])
    return join_limited((str(LineOrUser(one, names.get(one, ""))) for one in people), MOST_NAMES)


def _name_member(entry: Any) -> Any:
    kind, number = read_object(entry).get("ENTITY_TYPE"), read_object(entry).get("ENTITY_ID")
    return read_whole(number) if kind == "user" else f"{kind} {number}"


def _list_leaving(call: ConfigUpdate, line: OpenLine) -> list[int]:
    """Those whom the new queue leaves out; with departments in it nobody can tell."""
    if call.queue is None or any(entry.entity_type != "user" for entry in call.queue):
        return []
    staying = {entry.entity_id for entry in call.queue}
    return [one for one in line.readable_queue if one not in staying]


def _show(value: Any, author: str) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    shown = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
    return quote(shown, author) if shown else "(empty)"
