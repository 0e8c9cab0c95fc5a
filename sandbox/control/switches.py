"""Reading and patching the switches from the JSON of the control API."""

from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from typing import Any

from sandbox.state.switches import ForcedRefusal, PendingFailure, Switches
from sandbox.state.validation import BadInputError, read_required

STAGES = ("chat", "session", "data")


def describe_switches(switches: Switches) -> dict[str, Any]:
    """All switches as a JSON object, by the names that `apply_patch` takes."""
    shown = asdict(switches)
    shown["locked_chats"] = sorted(switches.locked_chats)
    shown["load_failures"] = {str(chat_id): stage for chat_id, stage in switches.load_failures.items()}
    return shown


def apply_patch(switches: Switches, patch: Mapping[str, Any]) -> None:
    """Change the switches that a JSON object names; nothing changes when any of it is wrong.

    Raises:
        BadInputError: a switch is unknown, or a value is of another type than the switch.
    """
    readers = {item.name: getattr(switches, item.name) for item in fields(switches)}
    changes: list[tuple[Any, str, Any]] = []
    for name, value in patch.items():
        if name not in readers:
            raise BadInputError(f"unknown switch {name}; known: {', '.join(readers)}")
        current = readers[name]
        if is_dataclass(current) and name in ("modules", "plan"):
            changes.extend((current, inner, flag) for inner, flag in _read_flags(name, current, value).items())
        else:
            changes.append((switches, name, _read_switch(name, value)))
    for holder, name, value in changes:
        setattr(holder, name, value)


def _read_flags(name: str, group: Any, value: Any) -> dict[str, bool]:
    known = {item.name for item in fields(group)}
    if not isinstance(value, Mapping) or not set(value) <= known:
        raise BadInputError(f"{name}: an object of {', '.join(sorted(known))}")
    return {inner: _read_boolean(f"{name}.{inner}", flag) for inner, flag in value.items()}


def _read_boolean(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadInputError(f"{name}: true or false expected")
    return value


def _read_switch(name: str, value: Any) -> Any:
    if name == "locked_chats":
        return _read_chat_ids(value)
    if name == "load_failures":
        return _read_stages(value)
    if name == "remote_lines":
        return {str(code): str(answer) for code, answer in _read_object(name, value).items()}
    if name == "pending":
        return None if value is None else PendingFailure(**_read_texts(name, value, ("code", "text")))
    if name == "hold":
        return None if value is None else _read_hold(_read_object(name, value))
    return _read_boolean(name, value)


def _read_object(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInputError(f"{name}: an object expected")
    return value


def _read_texts(name: str, value: Any, allowed: tuple[str, ...]) -> dict[str, str]:
    given = _read_object(name, value)
    if not set(given) <= set(allowed) or allowed[0] not in given:
        raise BadInputError(f"{name}: an object of {', '.join(allowed)}")
    return {key: str(text) for key, text in given.items()}


def _read_chat_ids(value: Any) -> set[int]:
    if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
        raise BadInputError("locked_chats: a list of chat ids")
    return set(value)


def _read_stages(value: Any) -> dict[int, str]:
    given = _read_object("load_failures", value)
    if not all(str(key).isdecimal() and stage in STAGES for key, stage in given.items()):
        raise BadInputError(f"load_failures: chat ids to one of {', '.join(STAGES)}")
    return {int(key): stage for key, stage in given.items()}


def _read_hold(value: Mapping[str, Any]) -> ForcedRefusal:
    calls = value.get("calls", 0)
    if not isinstance(calls, int) or calls < 0:
        raise BadInputError("hold.calls: a number of calls, 0 for all")
    code, status = read_required(value, "code", (str,)), read_required(value, "status", (int,))
    return ForcedRefusal(code, status, str(value.get("text", "")), calls)
