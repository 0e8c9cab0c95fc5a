"""What every part of the control API is made of."""

from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request

from sandbox.state.company import Company

Action = Callable[[Request, dict[str, Any]], Any]
"""Does something with the company of a request and its body; what it gives is the answer."""


def find_company(request: Request) -> Company:
    """The company whose portal a request is for."""
    company: Company = request.app.state.company
    return company


class FaultSetting(Protocol):
    """Rules by which something goes wrong."""

    def set_rules(self, rules: Any, seed: int) -> None:
        """Replace the rules."""

    def describe(self) -> dict[str, Any]:
        """The rules as JSON."""


def make_fault_actions(
    path: str, find_faults: Callable[[Company], FaultSetting], read_plan: Callable[[dict[str, Any]], tuple[Any, int]]
) -> tuple[dict[str, Action], dict[str, Action]]:
    """The POSTs and GETs by which the faults of one kind are set, cleared and shown."""

    def show(request: Request, _: dict[str, Any]) -> Any:
        return find_faults(find_company(request)).describe()

    def set_rules(request: Request, body: dict[str, Any]) -> Any:
        find_faults(find_company(request)).set_rules(*read_plan(body))
        return show(request, body)

    def clear(request: Request, body: dict[str, Any]) -> Any:
        find_faults(find_company(request)).set_rules((), 0)
        return show(request, body)

    return {path: set_rules, f"{path}/clear": clear}, {path: show}
