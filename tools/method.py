"""One REST method as one class: arguments, wire form, effects, result and the advice for its errors."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Literal, Protocol

from pydantic import TypeAdapter, ValidationError

from tools import DESCRIBED_WITH
from tools.effect import Auth
from tools.naming import make_tool_name
from tools.schema import make_output_schema
from tools.shortening import CUT, shorten_value
from tools.tool import Tool

NamedThing = Literal["user", "line", "chat"]
"""What an id may be of, for whoever puts a name beside it."""


class RefusedByResultError(Exception):
    """An answer with HTTP 200 whose result means that nothing was done, or what `happened` says.

    `code` and `said` are the portal's, where the result holds them.
    """

    def __init__(
        self, result: object, advice: str, *, happened: str = "", code: str | None = None, said: str = ""
    ) -> None:
        super().__init__(advice)
        self.result = result
        self.advice = advice
        self.happened = happened
        self.code = code
        self.said = said


class UnexpectedResultError(Exception):
    """A result of another shape than the method is known to give."""


class PortalContext(Protocol):
    """The part of a call's context that a method works with."""

    async def ask(self, method: "Method") -> Any:
        """The typed result of a method; it raises what `Method.result` and the portal's client raise."""


class Method(Tool):
    """Base of all methods of the portal."""

    rest: ClassVar[str]
    """Name of the REST method, in the spelling of the official documentation."""
    scopes: ClassVar[tuple[str, ...]] = ("imopenlines",)
    """What the webhook or token has to be granted: any one of these, or nothing where there is none."""
    auth: ClassVar[Auth] = Auth.ANY
    data_type: ClassVar[Any] = None
    """None where it is the portal's own answer."""
    returns: ClassVar[Any] = bool
    """Type of the result; numbers in strings become numbers in it."""
    errors: ClassVar[Mapping[str, str]] = {}
    """Portal's error code -> what to do next."""
    refusals: ClassVar[Mapping[Any, str]] = {}
    """Results that mean that nothing was done -> what to do next."""
    details: ClassVar[str] = ""
    """Facts about the server's behaviour for the documentation page."""
    names: ClassVar[Mapping[str, NamedThing]] = {}
    """Fields of the result that hold ids beside which a tool's answer has names -> what they are the ids of."""
    answer: ClassVar[str] = ""
    """The portal's `result` in words, for the documentation page; its form is written `{id, rows: [{id}], ...}`."""
    tool_answer: ClassVar[str] = ""
    """What the tool makes of it, for the same page; needed where `shape` makes another form of it."""
    example: ClassVar[Mapping[str, Any]] = {}
    """Arguments of the example that the documentation shows."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return make_tool_name(cls.rest)

    @classmethod
    def toolset(cls) -> str:
        """Name of the toolset: the module that declares the method."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def section(cls) -> str:
        """Name of the overview that tells when to use it."""
        return DESCRIBED_WITH.get(cls.toolset(), cls.toolset()).replace("_", "-")

    @classmethod
    def page(cls) -> str:
        """Address of its documentation page."""
        return f"openchannels://docs/methods/{cls.rest}"

    @classmethod
    @cache
    def output_schema(cls) -> dict[str, Any]:
        """JSON Schema of the result as a program reads it; of the portal's own answer the names of its fields."""
        if cls.data_type is None:
            return make_output_schema(cls.returns, typed=False)
        return make_output_schema(cls.data_type)

    @classmethod
    def repeatable(cls) -> bool:
        """Whether a call whose answer was lost may be sent again: only where nothing can be done twice."""
        return cls.reads()

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Where an argument stands in the request body."""
        return (name.upper(),)

    def to_wire(self) -> dict[str, Any]:
        """The body of the request, exactly as the portal reads it: in the official spelling, nulls left out."""
        body: dict[str, Any] = {}
        for name, value in self.model_dump(mode="json", by_alias=True, exclude_none=True).items():
            *wrappers, key = self.wire_path(name)
            place = body
            for wrapper in wrappers:
                place = place.setdefault(wrapper, {})
            place[key] = value
        return body

    async def run(self, context: PortalContext) -> Any:
        """The portal's answer to this one method."""
        return await context.ask(self)

    def result(self, raw: object) -> Any:
        """The portal's `result` with its types put right (`returns`) and in the form that was asked for (`shape`).

        Raises:
            RefusedByResultError: The portal answered without an error, and the result means that nothing was done.
            UnexpectedResultError: The result has another shape than the method is known to give.
        """
        for refused, advice in self.refusals.items():
            if raw == refused and type(raw) is type(refused):
                raise RefusedByResultError(raw, advice)
        if raw is False:
            raise RefusedByResultError(raw, f"The portal gives no reason. {self.afterwards}".strip())
        adapter = _make_adapter(type(self))
        try:
            value = adapter.validate_python(raw)
        except ValidationError:
            raise UnexpectedResultError(f"{self.rest} gave a result of an unknown form") from None
        return self.shape(adapter.dump_python(value, mode="json", exclude_unset=True))

    def shape(self, result: Any) -> Any:
        """The result in the form that was asked for."""
        return result

    def shorten(self, result: Any, share: float) -> Any | None:
        """Less of the portal's answer, with the arguments that ask for the rest."""
        shorter = shorten_value(result, share)
        if shorter is None:
            return None
        return {**shorter, CUT: {**shorter[CUT], "next": self._describe_rest(shorter[CUT]["parts"])}}

    def _describe_rest(self, parts: Mapping[str, Mapping[str, int]]) -> str:
        """How to read what was cut: the next page where whole rows are missing, or fewer things at once."""
        rows = next((part for place, part in parts.items() if "." not in place), None)
        if rows and "offset" in type(self).model_fields:
            return f"offset={(getattr(self, 'offset', None) or 0) + rows['shown']}"
        concise = ["detail=concise"] if getattr(self, "detail", "") == "full" else []
        narrowing = [*concise, *(name for name in ("limit", "select", "filter") if name in type(self).model_fields)]
        return f"ask for less: {', '.join(narrowing)}" if narrowing else "the rest does not fit into one answer"


@cache
def _make_adapter(method: type[Method]) -> TypeAdapter[Any]:
    return TypeAdapter(method.returns)
