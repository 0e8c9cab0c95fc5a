"""Types of results that put right what PHP blurs: numbers in strings, `[]` for an empty map.

One odd value does not make a whole answer unreadable: what cannot be put right passes as it is.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

T = TypeVar("T")


def read_number(value: Any) -> Any:
    """`"22"` -> 22, `""` -> None."""
    if value == "":
        return None
    if isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii():
        return int(value)
    return value


def read_whole(value: Any) -> int:
    """A number, whether or not it came as one; 0 for anything else."""
    found = read_number(str(value or 0))
    return found if isinstance(found, int) else 0


def _read_words(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def read_map(value: Any) -> Any:
    """PHP writes a map as a list when it is empty or its keys happen to run 0, 1, 2."""
    return {str(index): item for index, item in enumerate(value)} if isinstance(value, list) else value


def _refuse_switch(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("should be a number")  # noqa: TRY004  (pydantic wants a ValueError)
    return value


ADDRESSES = frozenset({"urlpreview", "urlshow", "urldownload", "viewerattrs", "mediaurl"})
"""Fields of a file that hold addresses, in lower case, as some methods write them."""


def _drop_addresses(value: Any) -> Any:
    """They need a browser that is signed in, and some hold a signature; `file_get` reads a file by its number."""
    fields = read_map(value)
    if not isinstance(fields, dict):
        return fields
    return {name: item for name, item in fields.items() if str(name).lower() not in ADDRESSES}


Number = Annotated[Any, BeforeValidator(read_number)]
Words = Annotated[str | None, BeforeValidator(_read_words)]
NewId = Annotated[int, BeforeValidator(_refuse_switch), Field(ge=1)]
"""The id of what was made or written; anything else would be no success."""
PhpMap = Annotated[dict[str, T], BeforeValidator(read_map)]
FileRow = Annotated[dict[str, Any], BeforeValidator(_drop_addresses)]
"""A file of a message, without its addresses."""
PhpObject = Annotated[T, BeforeValidator(read_map)]
"""A Row that comes as `[]` when it has no fields."""


class PortalObject(BaseModel):
    """An object of the portal: the fields named in a subclass get their type, all others pass as they are."""

    model_config = ConfigDict(extra="allow")
