"""One REST method as one class: arguments, wire form, effects, result and the advice for its errors."""

import difflib
import json
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from tools.effect import Auth, Effect
from tools.names import tool_name
from tools.schema import input_schema


class InvalidArguments(Exception):  # noqa: N818  (what it is, not that it is an error)
    """Arguments that no request is made for; `problems` says of each what is wrong and what would be right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class RefusedByResult(Exception):  # noqa: N818
    """An answer with HTTP 200 whose result means that nothing was done."""

    def __init__(self, result: object, advice: str) -> None:
        super().__init__(advice)
        self.result = result
        self.advice = advice


class UnexpectedResult(Exception):  # noqa: N818
    """A result of another shape than the method is known to give."""


class Method(BaseModel):
    """Base of all methods: the fields of a subclass are its arguments, its docstring is its description."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rest: ClassVar[str]
    """Name of the REST method, in the spelling of the official documentation."""
    title: ClassVar[str]
    effects: ClassVar[Effect]
    idempotent: ClassVar[bool] = False
    """A second identical call leaves the same state and does not fail."""
    auth: ClassVar[Auth] = Auth.ANY
    returns: ClassVar[Any] = bool
    """Type of the result; numbers in strings become numbers in it."""
    errors: ClassVar[Mapping[str, str]] = {}
    """Portal's error code -> what to do next."""
    refusals: ClassVar[Mapping[Any, str]] = {}
    """Results that mean that nothing was done -> what to do next."""
    afterwards: ClassVar[str] = ""
    """How to see what a call did; every method that changes something says so."""
    details: ClassVar[str] = ""
    """Facts about the server's behaviour for the documentation page."""
    answer: ClassVar[str] = ""
    """The result in words, for the documentation page."""
    example: ClassVar[Mapping[str, Any]] = {}
    """Arguments of the example that the documentation shows."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return tool_name(cls.rest)

    @classmethod
    def toolset(cls) -> str:
        """Name of the toolset: the module that declares the method."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def description(cls) -> str:
        """What an assistant chooses the tool by."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def reads(cls) -> bool:
        """Whether the method changes nothing at all."""
        return cls.effects == Effect.READ

    @classmethod
    def repeatable(cls) -> bool:
        """Whether a call whose answer was lost may be sent again: only where nothing can be done twice."""
        return cls.reads()

    @classmethod
    @cache
    def input_schema(cls) -> dict[str, Any]:
        """JSON Schema of the arguments."""
        return input_schema(cls)

    @classmethod
    def from_tool(cls, arguments: Mapping[str, Any]) -> Self:
        """The call that these arguments describe, or InvalidArguments."""
        if problems := _not_sendable(arguments):
            raise InvalidArguments(problems)
        try:
            return cls.model_validate(arguments)
        except ValidationError as error:
            raise InvalidArguments(_problems(cls, error)) from None

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Where an argument stands in the request body."""
        return (name.upper(),)

    def to_wire(self) -> dict[str, Any]:
        """The body of the request, exactly as the portal reads it."""
        body: dict[str, Any] = {}
        for name, value in self.model_dump(mode="json", by_alias=True, exclude_none=True).items():
            *wrappers, key = self.wire_path(name)
            place = body
            for wrapper in wrappers:
                place = place.setdefault(wrapper, {})
            place[key] = value
        return body

    def result(self, raw: object) -> Any:
        """The portal's result with its types put right; RefusedByResult where it means a failure."""
        for refused, advice in self.refusals.items():
            if raw == refused and type(raw) is type(refused):
                raise RefusedByResult(raw, advice)
        adapter = _adapter(type(self))
        try:
            value = adapter.validate_python(raw)
        except ValidationError:
            raise UnexpectedResult(f"{self.rest} gave a result of an unknown form") from None
        return self.shape(adapter.dump_python(value, mode="json", exclude_unset=True))

    def shape(self, result: Any) -> Any:
        """The result in the form that was asked for."""
        return result

    def text(self, result: Any) -> str:
        """The result as a model reads it."""
        return json.dumps(result, ensure_ascii=False, separators=(",", ":"))


@cache
def _adapter(method: type[Method]) -> TypeAdapter[Any]:
    return TypeAdapter(method.returns)


def _not_sendable(arguments: Mapping[str, Any]) -> list[str]:
    """Text that is not Unicode and numbers that are not JSON would reach the portal as nothing at all."""
    try:
        json.dumps(arguments, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return ["a text holds half of a surrogate pair: send complete Unicode characters"]
    except (ValueError, RecursionError):
        return ["the arguments are not JSON: no NaN or Infinity, no endless nesting"]
    return []


def _problems(method: type[Method], error: ValidationError) -> list[str]:
    found = error.errors(include_url=False, include_input=False)
    problems = [_problem(method, item) for item in found]
    if any(item["type"] == "extra_forbidden" for item in found):
        valid = ", ".join(method.model_fields)
        problems.append(f"valid arguments are {valid}" if valid else "this tool takes no arguments")
    return problems


def _problem(method: type[Method], error: ErrorDetails) -> str:
    """One mistake in words, without repeating the value: it may be long, or secret."""
    where = ".".join(str(part)[:60] for part in error["loc"])
    what = error["msg"].removeprefix("Value error, ").replace("Input should be", "should be")
    match error["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(where.lower(), method.model_fields, n=1)
            return f"unknown argument '{where}'" + (f" (did you mean {near[0]}?)" if near else "")
        case "missing":
            return f"{where} is required"
        case _:
            return f"{where}: {what}" if where else what
