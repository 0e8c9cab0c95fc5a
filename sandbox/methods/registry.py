"""How a REST method is registered, and what its behaviour gets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.domain.identity import Identity
from sandbox.methods.batch import Perform
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError

SCOPE = ("imopenlines",)
FORBIDDEN = 403


@dataclass(frozen=True)
class ResultPage:
    """A page of a list; the core puts `total` and `next` beside the result."""

    result: Any
    total: int
    next: int | None = None


class Params(dict[str, Any]):
    """The parameters of a call, read the PHP way."""

    def is_given(self, name: str) -> bool:
        """Whether a parameter is set; null counts as missing."""
        return self.get(name) is not None

    def is_filled(self, name: str) -> bool:
        """Whether a parameter is PHP-truthy."""
        return php.is_truthy(self.get(name))

    def read_integer(self, name: str) -> int:
        """A parameter cast to an integer."""
        return php.to_integer(self.get(name))

    def read_text(self, name: str) -> str:
        """A parameter cast to a string.

        Raises:
            PhpTypeError: it is an array.
        """
        return php.to_text(self.get(name))

    def is_yes(self, name: str) -> bool:
        """Whether a parameter is an exact Y."""
        return bool(self.get(name) == "Y")

    def read_array(self, name: str) -> dict[str, Any]:
        """An object parameter, empty when it is none."""
        value = self.get(name)
        return value if isinstance(value, dict) else {}

    def make_upper(self) -> "Params":
        """The parameters with upper-case names."""
        return Params({name.upper(): value for name, value in self.items()})


@dataclass(frozen=True)
class MethodCall:
    """One call of a method, which may perform others for the same caller; `start` is kept by the core for lists."""

    company: Company
    caller: Identity
    params: Params
    perform: Perform
    start: int = 0

    @property
    def user_id(self) -> int:
        """The id of the user the call acts for."""
        return self.caller.user_id


@dataclass(frozen=True)
class Behaviour:
    """What a method does; with `any_case` the server upper-cases the names of its parameters.

    Any one of `scopes` lets a caller in; without any the method is everyone's.
    """

    name: str
    act: Callable[[MethodCall], Any]
    any_case: bool = False
    scopes: tuple[str, ...] = SCOPE

    def run(
        self, company: Company, caller: Identity, params: Mapping[str, Any], perform: Perform, start: int = 0
    ) -> Any:
        """Run the method and return its result."""
        given = Params(params)
        return self.act(MethodCall(company, caller, given.make_upper() if self.any_case else given, perform, start))

    def allows(self, scopes: tuple[str, ...]) -> bool:
        """Whether these scopes are enough for it."""
        return not self.scopes or bool(set(self.scopes) & set(scopes))


class MethodRegistry(dict[str, Behaviour]):
    """The methods of one part of the API, by REST name."""

    def method(
        self, name: str, *, any_case: bool = False, scopes: tuple[str, ...] = SCOPE
    ) -> Callable[[Callable[[MethodCall], Any]], Callable[[MethodCall], Any]]:
        """Register a function as the behaviour of a method."""

        def register(act: Callable[[MethodCall], Any]) -> Callable[[MethodCall], Any]:
            self[name] = Behaviour(name, act, any_case, scopes)
            return act

        return register


def refuse_session(call: MethodCall) -> None:
    """Refuse a caller who came with a browser session.

    Raises:
        RefusalError: WRONG_AUTH_TYPE with 403.
    """
    if call.caller.kind == "session":
        text = "Access for this method not allowed by session authorization."
        raise RefusalError("WRONG_AUTH_TYPE", text, FORBIDDEN)


def read_positive_id(call: MethodCall, name: str, code: str, text: str) -> int:
    """A parameter that is a positive id.

    Raises:
        RefusalError: with the given code and text, for anything else.
    """
    value = call.params.read_integer(name)
    if value <= 0:
        raise RefusalError(code, text)
    return value


def has_pending_failure(call: MethodCall) -> bool:
    """Whether a lower layer has left a failure behind, which the dispatcher then answers with."""
    return call.company.switches.pending is not None
