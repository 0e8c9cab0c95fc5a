"""Types of results that put right what PHP blurs: numbers in strings, `[]` for an empty map, a map for a list.

One odd value does not make a whole answer unreadable: what cannot be put right passes as it is, so that whoever reads
it can tell "nothing" (None) from "not understood" (anything that is not of the field's type) and say so.

Sources: the typecast of a user's id in mesilov/bitrix24-php-sdk (pull 391), recorded answers in
leshchenko1979/fast_bitrix24 (tests/real_responses), and PHP's `json_encode`, which writes a list with a gap as a map.
"""

import re
from math import isfinite
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializeAsAny,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

T = TypeVar("T")
_NUMBER = re.compile(r"\s*(-?\d{1,18})(\.\d{1,18})?\s*", re.ASCII)
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "#039": "'", "#39": "'"}
"""What PHP's `htmlspecialchars` writes, and nothing else."""
_ENTITY = re.compile(f"&({'|'.join(_ENTITIES)});")
_FLAGS = {"y": True, "1": True, "true": True, "n": False, "0": False, "false": False, "": False}


def read_number(value: Any) -> Any:
    """`"22"` -> 22, `22.0` -> 22, `"0.5"` -> 0.5, `""` -> None; what is no number passes as it is."""
    if value == "":
        return None
    if isinstance(value, str) and (found := _NUMBER.fullmatch(value)):
        value = float(value) if found[2] else int(found[1])
    return int(value) if isinstance(value, float) and value.is_integer() else value


def find_number(value: Any) -> int | float | None:
    """A finite number, whether or not it came as one; None for anything else, nothing included."""
    found = read_number(value)
    is_number = isinstance(found, int | float) and not isinstance(found, bool) and isfinite(found)
    return found if is_number else None


def read_whole(value: Any) -> int:
    """A whole number, whether or not it came as one; 0 for anything else."""
    found = find_number(value)
    return found if isinstance(found, int) else 0


def read_flag(value: Any) -> Any:
    """`"Y"`, `"1"`, `1`, `"true"` -> True, `"N"`, `"0"`, `0`, `"false"`, `""` -> False; anything else as it is."""
    return _FLAGS.get(str(value).strip().lower(), value) if isinstance(value, str | int) else value


def read_text(value: Any) -> str:
    """A text, or a number as a text (PHP may write one that looks like a number so); empty for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _read_words(value: Any) -> str | None:
    is_nothing = value is None or (not isinstance(value, str) and read_text(value) == "")
    return None if is_nothing else read_text(value)


def decode_name(text: str) -> str:
    """`Tom &amp; Jerry` -> Tom & Jerry: PHP's `htmlspecialchars` read back once, so that `&amp;lt;` is `&lt;`.

    For names of people, chats and lines, which portals escape in some answers and not in others. What people write in
    messages stays as it is: there they may mean it.
    """
    return _ENTITY.sub(lambda found: _ENTITIES[found[1]], text) if "&" in text else text


def _read_name(value: Any) -> str | None:
    words = _read_words(value)
    return words if words is None else decode_name(words)


def _read_label(value: Any) -> Any:
    return decode_name(value) if isinstance(value, str) else value


def _read_code(value: Any) -> Any:
    return value if value is None else read_text(value) or value


def read_map(value: Any) -> Any:
    """PHP writes a map as a list when it is empty or its keys happen to run 0, 1, 2."""
    return {str(index): item for index, item in enumerate(value)} if isinstance(value, list) else value


def read_list(value: Any) -> Any:
    """PHP writes a list with a gap as a map, and an empty one as `{}`, null, false or an empty text."""
    if isinstance(value, dict):
        return list(value.values())
    return [] if value is None or value is False or value == "" else value


def read_object(value: Any) -> dict[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def read_items(value: Any) -> list[Any]:
    """The items of a list, however PHP wrote it; none for anything else."""
    found = read_list(value)
    return found if isinstance(found, list) else []


def _refuse_switch(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("should be a number")  # noqa: TRY004  (pydantic wants a ValueError)
    return value


def _keep_odd(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    try:
        return handler(value)
    except ValidationError:
        return value


def _read_entries(value: Any) -> Any:
    return {} if value is None or value is False or value == "" else read_map(value)


ADDRESSES = frozenset({"urlpreview", "urlshow", "urldownload", "viewerattrs", "mediaurl"})
"""Fields of a file that hold addresses, in lower case, as some methods write them."""


def drop_addresses(value: Any) -> Any:
    """They need a browser that is signed in, and some hold a signature; `file_get` reads a file by its number."""
    fields = read_map(value)
    if not isinstance(fields, dict):
        return fields
    return {name: item for name, item in fields.items() if str(name).lower() not in ADDRESSES}


Number = Annotated[Any, BeforeValidator(read_number)]
Numbers = Annotated[list[Number], BeforeValidator(read_list)]
Flag = Annotated[Any, BeforeValidator(read_flag)]
"""A switch as true or false; what is neither passes as it is."""
Words = Annotated[str | None, BeforeValidator(_read_words)]
Name = Annotated[str | None, BeforeValidator(_read_name)]
"""What somebody or something is called, as people write it."""
Label = Annotated[Any, BeforeValidator(_read_label)]
"""The same where what is no text passes as it is."""
Code = Annotated[Any, BeforeValidator(_read_code)]
"""A text by which something is decided; what is none passes as it is."""
Codes = Annotated[list[Code], BeforeValidator(read_list)]
"""A list of such texts that an answer is for."""
NewId = Annotated[int, BeforeValidator(_refuse_switch), Field(ge=1)]
"""The id of what was made or written; anything else would be no success."""
PhpMap = Annotated[dict[str, T], BeforeValidator(read_map)]
PhpObject = Annotated[T, BeforeValidator(read_map)]
"""A row that comes as `[]` when it has no fields."""
Lenient = SerializeAsAny[Annotated[T, WrapValidator(_keep_odd)]]
"""What is of the type with its fields put right, and anything else as it is: for what is not what the tool is for."""
Row = Lenient[PhpObject[T]]
"""An object with its fields put right; what is no object passes as it is."""
Rows = Annotated[list[Row[T]], BeforeValidator(read_list)]
"""The list that an answer is for: rows however PHP wrote the list; anything but a list makes the answer unreadable."""
RowMap = Annotated[dict[str, Row[T]], BeforeValidator(_read_entries)]
"""The same where the rows stand under their ids."""


class PortalObject(BaseModel):
    """An object of the portal: the fields named in a subclass get their type, all others pass as they are."""

    model_config = ConfigDict(extra="allow")
