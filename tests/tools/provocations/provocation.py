"""What makes the embedded portal answer with an error code."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.seed import seed

OTHER_FAMILIES = ("imconnector.", "im.", "imbot.", "event")


@dataclass(frozen=True)
class Provocation:
    """Arguments of the tool, or a raw body where the tool would not send it; and the portal's state."""

    method: str
    code: str
    arguments: Mapping[str, Any] | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    webhook: str = seed.ADMIN_WEBHOOK_PATH
    switches: Mapping[str, Any] = field(default_factory=dict)
    first: int = 0
    """How many times the same call is made before, without looking at its answer."""

    @property
    def rest(self) -> str:
        """The full name of the method."""
        return self.method if self.method.startswith(OTHER_FAMILIES) else f"imopenlines.{self.method}"


def call(method: str, code: str, /, **arguments: Any) -> Provocation:
    """A code that a valid call meets."""
    return Provocation(method, code, arguments)


def state(switches: Mapping[str, Any], method: str, code: str, /, **arguments: Any) -> Provocation:
    """A code that a valid call meets when something is wrong with the portal."""
    return Provocation(method, code, arguments, switches=switches)


def raw(method: str, code: str, /, **body: Any) -> Provocation:
    """A code for a body that the tool refuses to send."""
    return Provocation(method, code, body=body)


def by(webhook: str, provocation: Provocation) -> Provocation:
    """The same with the rights of another user."""
    return replace(provocation, webhook=webhook)


def hold(code: str, status: int) -> dict[str, Any]:
    """Switches with which the portal answers its next call with a code, whatever the call is."""
    return {"hold": {"code": code, "status": status, "calls": 1}}
