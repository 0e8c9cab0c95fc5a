"""What a rule about a line's settings is, and what it finds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any

from typing_extensions import TypedDict

from tools.channels import ConfigGet
from tools.result_types import read_items
from tools.setup import ConfigUpdate
from tools.tool import InvalidArgumentsError, Tool
from tools.untrusted import change_texts, is_code, mark_untrusted, mark_untrusted_in
from workflows.core.formatting import join_limited
from workflows.directory.lines_and_users import LineOrUser, NamedData
from workflows.lines.line import OpenLine, read_ids


class Severity(IntEnum):
    """How bad it is."""

    ERROR = 1
    """Clients are not served, or something that is switched on cannot work."""
    WARNING = 2
    """Clients or colleagues will probably get something else than was meant."""
    NOTE = 3
    """Worth knowing; it may be meant so."""


Condition = Callable[[OpenLine], bool]
Fix = Callable[[OpenLine], Mapping[str, Any]]
USER, NAME, TEXT, TIME_ZONE, VALUE = "USER_ID", "NAME", "TEXT", "TIME_ZONE", "VALUE"
"""Words in capitals are for whoever reads to fill in; VALUE stands for one that the tool would refuse."""
MOST_PEOPLE = 10
TO_FILL_IN = frozenset({USER, NAME, TEXT, TIME_ZONE, VALUE})
MENDING_TOOLS: Mapping[str, type[Tool]] = {tool.tool(): tool for tool in (ConfigUpdate, ConfigGet)}
OF_PEOPLE = frozenset({"QUEUE", "KPI_FIRST_ANSWER_LIST", "KPI_FURTHER_ANSWER_LIST"})
"""Settings that list employees by id."""


def make_fix(**arguments: Any) -> Fix:
    """A fix that is the same for every line."""
    return lambda _: arguments


def offers_in_turn(line: OpenLine) -> bool:
    """Whether dialogs go from one operator to the next; with `all` QUEUE_TIME is not used."""
    return line.text("QUEUE_TYPE") in {"evenly", "strictly"}


@dataclass(frozen=True)
class LineRule:
    """One mistake that a line's settings can have."""

    name: str
    severity: Severity
    fields: tuple[str, ...]
    """Settings that are looked at, and shown with their present values."""
    broken: Condition
    why: str
    fix: Fix
    """Arguments of the call that puts it right."""
    tool: str = "config_update"
    safe: bool = False
    """Whether the fix may be called without asking anybody: it changes nothing of what clients get, who gets their
    dialogs, or when these close."""

    def check(self, line: OpenLine) -> "Finding | None":
        """What is wrong with a line.

        Raises:
            UnreadableSettingError: A setting that the rule looks at has a form that is not understood.
        """
        if not self.broken(line):
            return None
        values = {name: line.settings.get(name) for name in self.fields}
        return Finding(self, values, {"config_id": line.id, **self.fix(line)})


@dataclass(frozen=True)
class MendingCall:
    """The call that puts a mistake right."""

    tool: str
    arguments: dict[str, Any]
    """What the tool takes as it stands."""
    fill_in: dict[str, Any]
    """Further arguments in which words in capitals have to be replaced first."""
    safe: bool
    """See `LineRule.safe`; never where something has to be filled in."""

    @classmethod
    def make(cls, tool: str, arguments: Mapping[str, Any], *, safe: bool) -> "MendingCall":
        """Tell what the tool takes from what is to be filled in; what it would refuse is to be filled in too."""
        fill_in = {name: value for name, value in arguments.items() if _has_gap(value)}
        ready = {name: value for name, value in arguments.items() if name not in fill_in}
        if not fill_in and not _takes(tool, ready):
            fill_in = {name: VALUE for name in ready if name != "config_id"}
            ready = {name: value for name, value in ready.items() if name not in fill_in}
        return cls(tool, ready, fill_in, safe and not fill_in)


def _takes(tool: str, arguments: Mapping[str, Any]) -> bool:
    try:
        MENDING_TOOLS[tool].from_tool(arguments)
    except InvalidArgumentsError:
        return False
    return True


def _has_gap(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_gap, value.values()))
    return any(map(_has_gap, value)) if isinstance(value, list) else value in TO_FILL_IN


class FixData(TypedDict):
    """A call as a program reads it."""

    tool: str
    arguments: dict[str, Any]
    fill_in: dict[str, Any]
    safe: bool


class FindingData(TypedDict):
    """A mistake, and the call that puts it right."""

    severity: str
    rule: str
    values: dict[str, Any]
    people: list[NamedData]
    why: str
    fix: FixData


@dataclass(frozen=True)
class Finding:
    """A rule that a line breaks."""

    rule: LineRule
    values: dict[str, Any]
    arguments: dict[str, Any]
    """Of the call that puts it right, words to be filled in included."""

    @cached_property
    def fix(self) -> MendingCall:
        """The call that puts it right."""
        return MendingCall.make(self.rule.tool, self.arguments, safe=self.rule.safe)

    @property
    def people(self) -> list[int]:
        """Employees whom the present values list."""
        return [one for name, value in self.values.items() if name in OF_PEOPLE for one in read_ids(value)]

    def data(self, names: Mapping[int, str]) -> FindingData:
        """The finding as a program reads it."""
        fix = self.fix
        return {
            "severity": self.rule.severity.name.lower(),
            "rule": self.rule.name,
            "values": {name: mark_untrusted_in(change_texts(value, _shorten)) for name, value in self.values.items()},
            "people": [LineOrUser(one, names.get(one, "")).data() for one in self.people],
            "why": self.rule.why,
            "fix": {
                "tool": fix.tool,
                "arguments": mark_untrusted_in(fix.arguments),
                "fill_in": mark_untrusted_in(fix.fill_in),
                "safe": fix.safe,
            },
        }

    def text(self, names: Mapping[int, str] | None = None) -> str:
        """The finding in a line of words."""
        values = ", ".join(f"{name}={_format_setting(name, value, names or {})}" for name, value in self.values.items())
        fix = self.fix
        call = " ".join(f"{name}={_format_argument(value)}" for name, value in (fix.arguments | fix.fill_in).items())
        how = "Fix, after filling in what is in capitals" if fix.fill_in else "Fix, safe to set" if fix.safe else "Fix"
        return f"{self.rule.severity.name.lower()}: {values}. {self.rule.why} {how}: {fix.tool} {call}"


def _format_setting(name: str, value: Any, names: Mapping[int, str]) -> str:
    """A present value; employees by name and id."""
    people = read_ids(value) if name in OF_PEOPLE else []
    if not people or len(people) != len(read_items(value)):
        return _format_value(value)
    return f"[{join_limited((str(LineOrUser(one, names.get(one, ''))) for one in people), MOST_PEOPLE)}]"


def _format_value(value: Any) -> str:
    """Short, as texts may be long."""
    short = _shorten(" ".join((value if isinstance(value, str) and value else _to_json(value)).split()))
    return short if _is_plain(value) else mark_untrusted(short, "portal")


def _shorten(text: str) -> str:
    return f"{text[:60]}..." if len(text) > 63 else text  # noqa: PLR2004


def _format_argument(value: Any) -> str:
    """As it is to be sent; words that were taken from the settings are marked."""
    return _to_json(value) if _is_plain(value) else mark_untrusted(_to_json(value), "portal")


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return all(map(_is_plain, value.values())) if isinstance(value, dict) else is_code(str(value))


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
