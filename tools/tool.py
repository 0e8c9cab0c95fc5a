"""What an assistant can call: arguments that are checked, a description, and the effects of a call."""

import json
from abc import abstractmethod
from collections.abc import Mapping
from functools import cache
from inspect import cleandoc
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from tools.argument_problems import describe_problems
from tools.effect import Effect
from tools.schema import make_input_schema, make_output_schema
from tools.shortening import shorten_value
from tools.untrusted import dump_json, mark_untrusted_in


class InvalidArgumentsError(Exception):
    """Arguments that no request is made for; `problems` says of each what is wrong and what would be right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Tool(BaseModel):
    """Base of all tools: the fields of a subclass are its arguments, its docstring is its description."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    _given: Mapping[str, Any] = PrivateAttr(default_factory=dict)

    title: ClassVar[str]
    effects: ClassVar[Effect]
    uses_portal: ClassVar[bool] = True
    """False where the documentation answers: no portal is needed, and nothing of clients is in a result."""
    idempotent: ClassVar[bool] = False
    """A second identical call leaves the same state."""
    data_type: ClassVar[Any] = dict[str, Any]
    """Type of what `structured` gives."""
    afterwards: ClassVar[str] = ""
    """How to see what a call did; every tool that changes something says so."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        raise NotImplementedError

    @classmethod
    def toolset(cls) -> str | None:
        """Name of the toolset it belongs to; None for a tool that is always there."""
        return None

    @classmethod
    def page(cls) -> str:
        """Address of its documentation page; empty where there is none."""
        return ""

    @classmethod
    def description(cls) -> str:
        """What an assistant chooses the tool by."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def reads(cls) -> bool:
        """Whether a call changes nothing at all."""
        return cls.effects == Effect.READ

    async def resolve(self, context: Any) -> Self:  # noqa: ARG002  (most name nothing that could change)
        """The same call with what it names looked up: what was agreed to must not become something else meanwhile."""
        return self

    @abstractmethod
    async def run(self, context: Any) -> Any:
        """The result of the call, in the form that `text` and `structured` take.

        Each kind of tool names the part of the context that it works with: the portal, the documentation, the tools
        that exist here, or what became of approvals. The server's context holds them all (server/catalogue/context.py).
        """

    def text(self, result: Any) -> str:
        """The result as a model reads it; `result` is what `Method.result` or a workflow gave.

        What people outside wrote is marked (tools/untrusted.py); the server turns the marks into fences.
        """
        return dump_json(result)

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The result as a program reads it: an object, in which a bare value stands under `result`.

        It holds what the text holds. What people outside wrote is marked in it too: all words of the portal's answer
        unless the tool knows better.
        """
        marked: dict[str, Any] = mark_untrusted_in(result if isinstance(result, dict) else {"result": result})
        return marked

    def shorten(self, result: Any, share: float) -> Any | None:
        """The result with so much less in it that it takes about this share of its room; None where nothing can go.

        `text` and `structured` say of the shorter result what was cut, and which call goes on.
        """
        return shorten_value(result, share) if isinstance(result, dict | list | str) else None

    def images(self, result: Any) -> list[bytes]:  # noqa: ARG002
        """Pictures that go with the text, as PNG or JPEG; the data repeats none of them."""
        return []

    def make_csv(self, result: Any) -> str | None:  # noqa: ARG002
        """The whole result as CSV, for a file beside an answer that is too long for it; None where none is wanted."""
        return None

    def client_chats(self, result: Any) -> frozenset[int]:  # noqa: ARG002  (most results hold no such words)
        """Numbers of the chats whose clients' words are in the result."""
        return frozenset()

    @classmethod
    @cache
    def input_schema(cls) -> dict[str, Any]:
        """JSON Schema of the arguments, without titles, references and `null` alternatives."""
        return make_input_schema(cls)

    @classmethod
    @cache
    def output_schema(cls) -> dict[str, Any]:
        """JSON Schema of what `structured` gives: names and types, none of them required."""
        return make_output_schema(cls.data_type)

    @classmethod
    def from_tool(cls, arguments: Mapping[str, Any]) -> Self:
        """The call that these arguments describe, by the names of the tool's fields; null is the same as leaving out.

        Raises:
            InvalidArgumentsError: An argument is unknown, missing or not of its type; nothing was sent.
        """
        if problems := _find_unsendable(arguments):
            raise InvalidArgumentsError(problems)
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            call = cls.model_validate(given)
        except ValidationError as error:
            raise InvalidArgumentsError(describe_problems(cls, given, error)) from None
        call._given = given  # noqa: SLF001  (its own)
        return call

    @property
    def given(self) -> Mapping[str, Any]:
        """The arguments from which `from_tool` makes the very same call again."""
        return self._given


def _find_unsendable(arguments: Mapping[str, Any]) -> list[str]:
    """Text that is not Unicode and numbers that are not JSON would reach the portal as nothing at all."""
    try:
        json.dumps(arguments, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return ["a text holds half of a surrogate pair: send complete Unicode characters"]
    except (ValueError, RecursionError):
        return ["the arguments are not JSON: no NaN or Infinity, no endless nesting"]
    return []
