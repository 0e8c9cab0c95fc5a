"""Forms with PHP's nested names: `data[DATA][line][id]=7` is `{"data": {"DATA": {"line": {"id": "7"}}}}`."""

import re
from typing import Any
from urllib.parse import parse_qsl

MOST_FIELDS = 2_000
DEEPEST = 12
"""Levels of nesting; events have six."""
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_KEY = re.compile(r"\[([^\[\]]*)\]")


class InvalidFormError(ValueError):
    """A body that is no such form; the message repeats nothing of it."""


def parse_form(body: bytes) -> dict[str, Any]:
    """The form as nested dictionaries of texts; `name[]` counts from 0.

    Raises:
        InvalidFormError: It is not UTF-8, has too many fields, is nested too deeply, or names what cannot be nested.
    """
    try:
        fields = parse_qsl(
            body.decode(), keep_blank_values=True, strict_parsing=False, errors="strict", max_num_fields=MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise InvalidFormError("the form is not UTF-8") from None
    except ValueError:
        raise InvalidFormError(f"a form has at most {MOST_FIELDS} fields") from None
    tree: dict[str, Any] = {}
    for name, value in fields:
        _put(tree, _split_name(name), value)
    return tree


def _split_name(name: str) -> list[str]:
    found = _NAME.fullmatch(name)
    if found is None:
        raise InvalidFormError("a field has no name of the form data[KEY]")
    keys = [found[1], *_KEY.findall(found[2])]
    if len(keys) > DEEPEST:
        raise InvalidFormError(f"fields are nested at most {DEEPEST} levels deep")
    return keys


def _put(tree: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        inner = tree.setdefault(key or str(len(tree)), {})
        if not isinstance(inner, dict):
            raise InvalidFormError("a field is a text and an object at once")
        tree = inner
    tree[keys[-1] or str(len(tree))] = value
