"""What clients and models are known to do to the arguments of a call, undone by the tool's input schema.

Only what can mean one thing is read; everything else stays as it came, for the tool's own check to refuse with the
name of the argument. Nothing here decides whether a value is right.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from server.protocol.client_keys import CLIENT_KEYS
from server.protocol.json_reading import read_json

Schema = Mapping[str, Any]

WRAPPERS = frozenset(
    {"arguments", "args", "kwargs", "params", "parameters", "input", "toolinput", "options", "arg1", "body", "data"}
)
"""Names of an object that holds the arguments instead of being one: PARAMS and OPTIONS are the REST method's own,
`__arg1` is LangChain's for a tool of one input."""
DEEPEST = 4
"""Wrappers in each other."""
NOTHING = frozenset({"null", "none", "undefined"})
"""Words that models write where an argument that is no free text is not set."""
CHAT_ID = "chat_id"
LARGEST = 2**53
"""Whole numbers up to here survive a float."""
_WHOLE = re.compile(r"#?(-?\d{1,19})(?:\.0*)?", re.ASCII)
"""A number of a message has the sign before it where dialogs are shown."""
_CHAT = re.compile(r"chat(\d{1,19})", re.ASCII | re.IGNORECASE)
"""A chat as the messenger's methods call it; as an argument, its number is meant."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
_SEPARATORS = re.compile(r"[\s_-]+")
_OPENING = ("[", "{")
_FLAGS = {
    **dict.fromkeys(("true", "y", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "n", "no", "off", "0"), False),
}
"""Y and N are what the REST methods take, 1 and 0 are PHP's, yes and no YAML's."""


def undo_habits(schema: Schema, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they were meant, by the input schema of the tool; what cannot be read stays as it is.

    Undone are: values sent as text (`"206"`, `"true"`, `"[301,306]"`, `"{...}"`), whole numbers as floats, one value
    where a list is wanted, numbers where a text is wanted, another case of an enumerated value, blanks around ids,
    names in another spelling (`chatId`, `CHAT_ID`), an object around the arguments, keys that clients add, and
    optional arguments that are empty. An empty text or list is kept where the schema says that it means something
    (`minLength` or `minItems` 0).
    """
    properties: Mapping[str, Schema] = schema.get("properties", {})
    return _read_members(_drop_client_keys(_unwrap(arguments, properties), schema), schema)


def _unwrap(arguments: Mapping[str, Any], properties: Mapping[str, Schema]) -> dict[str, Any]:
    """The arguments with those that stand inside objects of a telling name put beside the others."""
    flat: Mapping[str, Any] = dict(arguments)
    for _ in range(DEEPEST):
        arguments, flat = flat, _unwrap_once(flat, properties)
        if flat == arguments:
            break
    return dict(flat)


def _unwrap_once(arguments: Mapping[str, Any], properties: Mapping[str, Schema]) -> dict[str, Any]:
    flat = dict(arguments)
    for name, value in arguments.items():
        if _fold(name) not in WRAPPERS or find_name(name, properties):
            continue
        inner = read_object(value)
        rest = {key: item for key, item in flat.items() if key != name}
        if inner is not None and not {_fold(key) for key in inner} & {_fold(key) for key in rest}:
            flat = {**rest, **inner}
    return flat


def _drop_client_keys(arguments: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if not _is_client_key(name, arguments, schema)}


def _is_client_key(name: str, arguments: Mapping[str, Any], schema: Schema) -> bool:
    """Whether a client added it for itself, as names that begin with `_` are; no argument does.

    A name that may also mean an argument does so if its value fits, and if no other key shows that it is the client's;
    such a key does not count against an argument that the tool cannot do without.
    """
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if name in properties:
        return False
    if name not in CLIENT_KEYS:
        return name.startswith("_") and find_name(name.strip("_"), properties) is None
    meant = find_name(name, properties)
    if meant is None or not _has_type(read_value(arguments[name], properties[meant]), properties[meant]):
        return True
    others = (key for key in arguments if key != name and key in CLIENT_KEYS and key not in properties)
    is_from_client = any(CLIENT_KEYS[key].client == CLIENT_KEYS[name].client for key in others)
    return is_from_client and meant not in schema.get("required", ())


def _has_type(value: Any, schema: Schema) -> bool:
    kinds: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
    return isinstance(value, kinds.get(schema.get("type", ""), object))


def find_name(name: str, properties: Mapping[str, Any]) -> str | None:
    """The one name that this is another spelling of: camelCase, upper case, hyphens or blanks; None if none or two."""
    if name in properties:
        return name
    if not _NAME.fullmatch(name):
        return None
    found = [known for known in properties if _fold(known) == _fold(name)]
    return found[0] if len(found) == 1 else None


def _fold(name: str) -> str:
    return _SEPARATORS.sub("", name).lower()


def _read_members(value: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """An object with its members read; a name in two spellings stays in both, so that it is refused."""
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ())
    meant = {name: find_name(name, properties) for name in value}
    targets = list(meant.values())
    read: dict[str, Any] = {}
    optional: dict[str, Any] = {}
    for name, item in value.items():
        target = meant[name]
        if target is None or (target != name and targets.count(target) > 1):
            read[name] = item
        else:
            (read if target in required else optional)[target] = _read_argument(target, item, properties[target])
    return read | _leave_out_empty(optional, properties)


def _read_argument(name: str, value: Any, schema: Schema) -> Any:
    if name == CHAT_ID and isinstance(value, str) and (chat := _CHAT.fullmatch(value.strip())):
        value = chat[1]
    return read_value(value, schema)


def _leave_out_empty(values: Mapping[str, Any], properties: Mapping[str, Schema]) -> dict[str, Any]:
    """Optional arguments without those that are empty.

    Strict function calling makes models fill in every argument: where they left others empty, an id of 0 is empty too.
    """
    kept = {name: item for name, item in values.items() if not _is_left_out(item, properties[name])}
    if all(values[name] is None for name in values if name not in kept):
        return kept
    return {name: item for name, item in kept.items() if not _is_no_id(item, properties[name])}


def _is_no_id(value: Any, schema: Schema) -> bool:
    is_id = schema.get("minimum") == 1 and not {"maximum", "default"} & set(schema)
    return is_id and value == 0 and not isinstance(value, bool)


def _is_left_out(value: Any, schema: Schema) -> bool:
    """Whether an optional argument with this value means that it is not given."""
    if isinstance(value, str):
        return _is_empty_text(value, schema)
    if value == []:
        return not (schema.get("type") == "array" and schema.get("minItems") == 0)
    return value is None or value == {}


def _is_empty_text(text: str, schema: Schema) -> bool:
    word = text.strip().lower()
    if schema.get("type") != "string":
        return not word or word in NOTHING
    if not word:
        return schema.get("minLength") != 0
    return word in NOTHING and word not in schema.get("enum", ()) and _is_code(schema)


def _is_code(schema: Schema) -> bool:
    """Whether a text is one of some form, and no free text."""
    return bool({"enum", "pattern", "format"} & set(schema))


def read_value(value: Any, schema: Schema) -> Any:
    """A value as the schema's type; as it is where it cannot be that."""
    read = _READERS.get(schema.get("type", ""))
    if read is None or value is None:
        return value
    if isinstance(value, str) and schema["type"] != "string" and value.strip().startswith('"'):
        value = _parse(value)
    return read(value, schema)


def _read_text(value: Any, schema: Schema) -> Any:
    if isinstance(value, str):
        return _read_code(value, schema) if _is_code(schema) else value
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > LARGEST:
        return value
    if isinstance(value, float) and not value.is_integer():
        return value if "e" in repr(value) else repr(value)
    return _read_code(str(int(value)), schema)


def _read_code(value: str, schema: Schema) -> str:
    text = value.strip()
    same = [known for known in schema.get("enum", ()) if _fold(known) == _fold(text)]
    return same[0] if len(same) == 1 and text not in schema["enum"] else text


def _read_whole(value: Any, _: Schema) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        return int(value)
    if isinstance(value, str) and (found := _WHOLE.fullmatch(value.strip())):
        return int(found[1])
    return value


def _read_flag(value: Any, _: Schema) -> Any:
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    return _FLAGS.get(value.strip().lower(), value) if isinstance(value, str) else value


def _read_list(value: Any, schema: Schema) -> Any:
    items: Schema = schema.get("items", {})
    if isinstance(value, str):
        value = _split(value, items)
    if isinstance(value, dict) and value and list(value) == [str(place) for place in range(len(value))]:
        value = list(value.values())
    if not isinstance(value, list) and _may_be_item(value, items):
        value = [value]
    return [read_value(item, items) for item in value] if isinstance(value, list) else value


def _split(text: str, items: Schema) -> Any:
    """A list in JSON, or values between commas where no value can hold one."""
    parsed = _parse(text)
    if isinstance(parsed, list | dict):
        return parsed
    if "," in text and text.strip()[:1] not in _OPENING and (items.get("type") == "integer" or _is_code(items)):
        return [part.strip() for part in text.split(",")]
    return text


def _may_be_item(value: Any, items: Schema) -> bool:
    """Whether a value is one of the list's items, and surely not several."""
    if isinstance(value, str) and (not value.strip() or "," in value or value.strip().lower() in NOTHING):
        return False
    if isinstance(value, dict):
        return bool(value) and all(find_name(name, items.get("properties", {})) for name in value)
    return not isinstance(value, bool) and _has_type(read_value(value, items), items)


def _read_object(value: Any, schema: Schema) -> Any:
    inner = read_object(value)
    if inner is None:
        inner = _surround(value, schema)
    if inner is None:
        return value
    return _read_members(inner, schema) if "properties" in schema else inner


def _surround(value: Any, schema: Schema) -> dict[str, Any] | None:
    """The object of one list of which only the list is given, as REST takes buttons and blocks."""
    parsed = _parse(value) if isinstance(value, str) else value
    names = [name for name, one in schema.get("properties", {}).items() if one.get("type") == "array"]
    is_alone = len(names) == len(schema.get("properties", {})) == 1
    return {names[0]: parsed} if is_alone and isinstance(parsed, list) else None


def read_object(value: Any) -> dict[str, Any] | None:
    """An object, also as text; PHP writes an empty one as a list. None if it is none."""
    if isinstance(value, str):
        value = _parse(value)
    if value == []:
        return {}
    return dict(value) if isinstance(value, Mapping) else None


def _parse(text: str) -> Any:
    """What a text holds as JSON; the text itself if it is none."""
    try:
        return read_json(text.strip()) if text.strip()[:1] in (*_OPENING, '"') else text
    except (ValueError, RecursionError):
        return text


_READERS: Mapping[str, Callable[[Any, Schema], Any]] = {
    "string": _read_text,
    "integer": _read_whole,
    "boolean": _read_flag,
    "array": _read_list,
    "object": _read_object,
}
