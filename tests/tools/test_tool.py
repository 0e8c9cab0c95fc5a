"""The base of all tools, alone."""

from typing import Any

import pytest
from pydantic import ValidationError

from tools.effect import Effect
from tools.tool import InvalidArgumentsError, Tool


class Odd(Tool):
    """A tool with arguments of every kind."""

    title = "Odd"
    effects = Effect.READ

    count: int = 0
    part: dict[str, int] | None = None

    async def run(self, context: Any) -> Any:
        """Nothing is ever called here."""
        raise NotImplementedError(context)


def refuse(tool: type[Tool], arguments: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidArgumentsError) as refused:
        tool.from_tool(arguments)
    assert str(refused.value) == "; ".join(refused.value.problems)
    return refused.value.problems


def test_a_value_of_another_type_is_never_repeated_and_no_address_of_the_validator_is_shown() -> None:
    (problem,) = refuse(Odd, {"part": "sesame"})
    assert problem == "part: should be an object"
    assert refuse(Odd, {"count": "sesame"}) == ["count: should be a whole number, e.g. 2043"]


def test_valid_arguments_are_listed_only_where_one_is_unknown() -> None:
    assert refuse(Odd, {"count": "x"}) == ["count: should be a whole number, e.g. 2043"]
    both = refuse(Odd, {"count": "x", "nonsense": 1})
    assert both[-1] == "valid arguments are count, part"
    assert len(both) == 3


def test_a_call_is_never_changed_after_its_arguments_were_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Odd.from_tool({}).count = 5  # type: ignore[misc]


def test_a_tool_is_not_said_to_be_repeatable_and_uses_a_portal_unless_it_says_otherwise() -> None:
    assert (Odd.idempotent, Odd.uses_portal) == (False, True)


def test_a_tool_without_a_description_has_an_empty_one() -> None:
    class Nameless(Odd):
        pass

    assert Nameless.description() == ""


@pytest.mark.parametrize(("result", "data"), [({"a": 1}, {"a": 1}), ([1], {"result": [1]}), (True, {"result": True})])
def test_data_are_an_object_whatever_a_result_is(result: Any, data: dict[str, Any]) -> None:
    assert Odd().structured(result) == data


def test_a_long_place_of_a_mistake_is_cut() -> None:
    (problem, _) = refuse(Odd, {"a" * 61: 1})
    assert problem == f"unknown argument '{'a' * 60}'"
