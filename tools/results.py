"""Types of results that put right what PHP blurs: numbers in strings, `[]` for an empty map."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

T = TypeVar("T")


def _empty_to_none(value: Any) -> Any:
    return None if value == "" else value


def _list_to_map(value: Any) -> Any:
    """PHP writes a map as a list when it is empty or its keys happen to run 0, 1, 2."""
    return {str(index): item for index, item in enumerate(value)} if isinstance(value, list) else value


Number = Annotated[int | None, BeforeValidator(_empty_to_none)]
PhpMap = Annotated[dict[str, T], BeforeValidator(_list_to_map)]


class Row(BaseModel):
    """An object of the portal: the fields named in a subclass get their type, all others pass as they are."""

    model_config = ConfigDict(extra="allow")
