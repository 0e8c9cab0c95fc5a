"""Arguments of calls as the audit log keeps them: without people's words."""

from typing import Any

from tools.secrets import is_secret_field
from tools.untrusted import escape_invisible

SECRETS = frozenset({"code", "handler", "webhook_url", "webhookurl"})
"""Arguments that open something, or may hold what does, besides those of tools/secrets.py: never kept in the log."""
WORDS = frozenset({"message", "text", "note", "comment"})
"""Arguments that hold what people write, be it one word; those that end in `_text` too."""
LONGEST_CODE, LONGEST_NAME = 32, 60
LARGEST = 10**18
LONGEST_TEXT = 20_000
"""Characters of a text; a message has no more."""
MOST, DEEPEST = 200, 8
"""Things in one place, and places within each other: a call that is refused may hold anything."""


def redact_arguments(value: Any, *, texts: bool, name: str = "", left: int = DEEPEST) -> Any:
    """Arguments of a call, a JSON value, for the audit log: bounded in size, and without secrets.

    Words of people are kept by their length only, unless `texts` are wanted. `name` is the argument that the value
    belongs to, `left` how many more levels of nesting are looked into.
    """
    if name.lower() in SECRETS or is_secret_field(name):
        return "(secret)"
    if isinstance(value, dict | list) and (not left or len(value) > MOST):
        return f"({len(value)} things)"
    if isinstance(value, list):
        return [redact_arguments(item, texts=texts, name=name, left=left - 1) for item in value]
    if isinstance(value, dict):
        return {
            escape_invisible(str(key))[:LONGEST_NAME]: redact_arguments(item, texts=texts, name=str(key), left=left - 1)
            for key, item in value.items()
        }
    return _redact_single(value, name.lower(), texts=texts)


def _redact_single(value: Any, name: str, *, texts: bool) -> Any:
    if isinstance(value, int) and abs(value) >= LARGEST:
        return "(a number)"
    if not isinstance(value, str):
        return value
    kept = texts or (_is_a_code(value) and not _holds_words(name))
    return escape_invisible(value) if kept and len(value) <= LONGEST_TEXT else f"({len(value)} characters)"


def _holds_words(name: str) -> bool:
    return name in WORDS or name.endswith("_text")


def _is_a_code(text: str) -> bool:
    """One short word that names something: a connector, a state, a date."""
    return len(text) <= LONGEST_CODE and text.isascii() and text.replace("_", "").replace("-", "").isalnum()
