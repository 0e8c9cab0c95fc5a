"""JSON values as literals of Python, JavaScript and PHP."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 88
_STEP = "    "
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


def _write_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Syntax:
    """How a language writes what JSON can hold."""

    words: Mapping[Any, str]
    brackets: tuple[str, str]
    """Around maps; lists have square brackets everywhere."""
    text: Callable[[str], str]
    key: Callable[[str], str]
    arrow: str

    def write(self, value: Any, indent: str = "") -> str:
        """A literal on one line if it fits, otherwise with one line for each item."""
        short = self._write_short(value)
        if len(indent) + len(short) <= WIDTH or not isinstance(value, dict | list) or not value:
            return short
        deeper = indent + _STEP
        opening, closing = self.brackets if isinstance(value, dict) else ("[", "]")
        items = (
            [f"{self.key(key)}{self.arrow}{self.write(item, deeper)}" for key, item in value.items()]
            if isinstance(value, dict)
            else [self.write(item, deeper) for item in value]
        )
        return f"{opening}\n{''.join(f'{deeper}{item},{chr(10)}' for item in items)}{indent}{closing}"

    def _write_short(self, value: Any) -> str:
        if isinstance(value, dict):
            opening, closing = self.brackets
            inside = ", ".join(f"{self.key(key)}{self.arrow}{self._write_short(item)}" for key, item in value.items())
            return f"{opening}{inside}{closing}"
        if isinstance(value, list):
            return f"[{', '.join(map(self._write_short, value))}]"
        if isinstance(value, str):
            return self.text(value)
        return self.words[value] if isinstance(value, bool) or value is None else _write_json(value)


def _write_php_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _write_js_key(key: str) -> str:
    return key if _IDENTIFIER.fullmatch(key) else _write_json(key)


PYTHON = Syntax({True: "True", False: "False", None: "None"}, ("{", "}"), _write_json, _write_json, ": ")
JAVASCRIPT = Syntax({True: "true", False: "false", None: "null"}, ("{", "}"), _write_json, _write_js_key, ": ")
PHP = Syntax({True: "true", False: "false", None: "null"}, ("[", "]"), _write_php_text, _write_php_text, " => ")
