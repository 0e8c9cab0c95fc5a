"""What an assistant takes out of an answer's text: calls that are offered, rows of tables, ids."""

import json
import re
from typing import Any

VALUE = r"""'[^']*'|"[^"]*"|\[.*?\](?= |$)|[^\s:;,'"\[]+"""
SEPARATOR = " | "


def read_calls(words: str, tool: str) -> list[dict[str, Any]]:
    """The arguments of each call of a tool that an answer offers, as `TOOL name=value name='value'`."""
    found = re.findall(rf"^(?:- |.*[.:] )?{tool}((?: \w+=(?:{VALUE}))*)(?=[ :;,.]|$)", words, re.MULTILINE)
    return [{name: _read_value(value) for name, value in re.findall(rf"(\w+)=({VALUE})", one)} for one in found]


def _read_value(written: str) -> Any:
    if written.startswith("'"):
        return written[1:-1]
    try:
        return json.loads(written)
    except ValueError:
        return written


def read_table(words: str) -> list[dict[str, str]]:
    """The rows of a table, by the names in its head."""
    rows = [line for line in words.splitlines() if line.count(SEPARATOR) >= 2]
    head = rows[0].split(SEPARATOR)
    return [dict(zip(head, row.split(SEPARATOR, len(head) - 1), strict=True)) for row in rows[1:]]


def read_part(words: str, pattern: str) -> str:
    """What the group of a pattern matches in an answer, which has to say it."""
    found = re.search(pattern, words)
    assert found, f"{pattern} is not in: {words}"
    return found[1]


def read_minutes(duration: str) -> int:
    """`3 h 20 min` in minutes."""
    units = {"day": 24 * 60, "h": 60, "min": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+) (day|h|min)", duration))
