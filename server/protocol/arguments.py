"""The second step of a call: its arguments, read as the tool's class says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.catalogue.definitions import DRY_RUN
from tools.tool import InvalidArgumentsError, Tool


@dataclass(frozen=True, slots=True)
class ReadCall:
    """A call whose arguments are valid."""

    call: Tool
    dry_run: bool
    """Whether only a draft of it is wanted."""


def read_arguments(tool: type[Tool], arguments: Mapping[str, Any]) -> ReadCall:
    """The call that these arguments describe.

    Raises:
        InvalidArgumentsError: What is wrong with each argument, and what would be right.
    """
    if tool.reads() or DRY_RUN not in arguments:
        return ReadCall(tool.from_tool(arguments), dry_run=False)
    dry_run = arguments[DRY_RUN]
    if not isinstance(dry_run, bool | None):
        raise InvalidArgumentsError([f"{DRY_RUN}: should be true or false"])
    own = {name: value for name, value in arguments.items() if name != DRY_RUN}
    return ReadCall(tool.from_tool(own), dry_run=bool(dry_run))
