"""The first step of a call: which tool is meant."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.catalogue.definitions import DRY_RUN
from server.catalogue.documentation import INDEX
from server.catalogue.gateway import CallMethod, find_name
from server.catalogue.names import find_tool_name
from server.catalogue.registry import every_tool
from server.policy import Policy
from server.protocol.arguments import normalize_arguments, read_dry_run, read_gateway_arguments
from server.protocol.failures import make_arguments_failure, make_policy_failure
from server.protocol.results import Failure
from server.telemetry.observer import UNKNOWN_TOOL
from tools.suggestions import suggest
from tools.tool import InvalidArgumentsError, Tool
from tools.untrusted import is_code, quote_argument

LONGEST_NAME = 80
"""Characters of a name that are repeated to whoever sent it."""


@dataclass(frozen=True, slots=True)
class FoundTool:
    """A tool that exists for the caller, and what it was called with."""

    tool: type[Tool]
    arguments: Mapping[str, Any]


class ToolNotFoundError(Exception):
    """The tool that was called does not exist for this caller.

    `denied` is the changing tool that the policy forbids, `arguments` what it was called with and `reason` the
    policy's words: such a call is written down.
    """

    def __init__(
        self,
        failure: Failure,
        *,
        denied: type[Tool] | None = None,
        arguments: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(failure.happened)
        self.failure = failure
        self.denied = denied
        self.arguments = arguments or {}
        self.reason = reason


def find_tool(policy: Policy, name: str, arguments: Mapping[str, Any]) -> FoundTool:
    """The tool that a name means; behind the gateway the one that `call_method` names, with its own arguments.

    Raises:
        ToolNotFoundError: There is no such tool here.
    """
    tools = policy.listed
    name = _read_name(name, {**every_tool(), **tools})
    if policy.mode == "gateway" and name == CallMethod.tool():
        try:
            (name, arguments), tools = _read_wanted_call(arguments), policy.tools
        except InvalidArgumentsError as error:
            raise ToolNotFoundError(make_arguments_failure(CallMethod, error)) from None
    if name in tools:
        return FoundTool(tools[name], arguments)
    known = every_tool().get(name)
    if known is None:
        raise ToolNotFoundError(_make_unknown_tool_failure(policy, name))
    raise _make_hidden_tool_error(policy, known, arguments)


def _read_name(name: str, tools: Mapping[str, type[Tool]]) -> str:
    """The name as it was meant; a tool that may change something has to be named as listed: hosts let pass by names."""
    meant = find_tool_name(name, tools)
    return meant if meant and tools[meant].reads() else name


def _read_wanted_call(arguments: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Name and arguments of the tool that `call_method` is to call; a draft of this is a draft of that.

    Raises:
        InvalidArgumentsError: There is no such tool, or the arguments of `call_method` itself are not right.
    """
    outside = {key: value for key, value in arguments.items() if key != DRY_RUN}
    wanted = CallMethod.from_tool(read_gateway_arguments(outside))
    name = find_name(wanted.name, every_tool())
    if every_tool()[name].reads() or not read_dry_run(arguments.get(DRY_RUN)):
        return name, wanted.arguments
    return name, {**wanted.arguments, DRY_RUN: True}


def _make_hidden_tool_error(policy: Policy, tool: type[Tool], arguments: Mapping[str, Any]) -> ToolNotFoundError:
    reason = policy.explain_refusal(tool)
    if not reason:
        happened, todo = "This server shows its tools through a gateway", f"Call it through {CallMethod.tool()}."
        return ToolNotFoundError(Failure(tool.tool(), UNKNOWN_TOOL, happened, todo, page=tool.page()))
    if tool.reads():
        return ToolNotFoundError(make_policy_failure(tool, f"It is not available here: {reason}"))
    failure = make_policy_failure(tool, f"Nothing was sent: {reason}")
    return ToolNotFoundError(failure, denied=tool, arguments=normalize_arguments(tool, arguments), reason=reason)


def _make_unknown_tool_failure(policy: Policy, name: str) -> Failure:
    shown = name[:LONGEST_NAME]
    near = suggest(shown if is_code(shown) else "The call", policy.listed, count=3)
    advice = f"Did you mean {', '.join(near)}?" if near else "See the list of tools."
    happened = f"There is no tool {quote_argument(shown)}"
    return Failure(shown if is_code(shown) else "The call", UNKNOWN_TOOL, happened, advice, page=INDEX)
