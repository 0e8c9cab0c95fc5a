"""What a rule about a line's settings is, and what it finds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from tools.untrusted import change_texts, is_code, mark_untrusted, mark_untrusted_in
from workflows.lines.line import OpenLine


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
USER = "USER_ID"
"""Words in capitals are for whoever reads to fill in."""


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
class Finding:
    """A rule that a line breaks."""

    rule: LineRule
    values: dict[str, Any]
    arguments: dict[str, Any]

    def data(self) -> dict[str, Any]:
        """The finding as a program reads it."""
        return {
            "severity": self.rule.severity.name.lower(),
            "rule": self.rule.name,
            "values": {name: mark_untrusted_in(change_texts(value, _shorten)) for name, value in self.values.items()},
            "why": self.rule.why,
            "fix": {"tool": self.rule.tool, "arguments": mark_untrusted_in(self.arguments)},
        }

    def text(self) -> str:
        """The finding in a line of words."""
        values = ", ".join(f"{name}={_format_value(value)}" for name, value in self.values.items())
        call = " ".join(f"{name}={_format_argument(value)}" for name, value in self.arguments.items())
        return f"{self.rule.severity.name.lower()}: {values}. {self.rule.why} Fix: {self.rule.tool} {call}"


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
