"""Arguments of calls as they are kept: whole for an approval, without people's words for the audit log."""

from typing import Any

from tools.tool import Tool

SECRETS = frozenset({"client_id", "code"})
"""Arguments that open something: never kept in the audit log."""


def arguments_of(call: Tool) -> dict[str, Any]:
    """The arguments from which the very same call can be made again."""
    return call.model_dump(mode="json", exclude_unset=True)


def recorded(value: Any, *, texts: bool, name: str = "") -> Any:
    """Arguments for the audit log: words of people by their length only, unless texts are wanted."""
    if name in SECRETS:
        return "(secret)"
    if isinstance(value, dict):
        return {key: recorded(item, texts=texts, name=str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [recorded(item, texts=texts) for item in value]
    if texts or not isinstance(value, str) or _is_a_code(value):
        return value
    return f"({len(value)} characters)"


def _is_a_code(text: str) -> bool:
    """One short word that names something: a connector, a state, a date."""
    return len(text) <= LONGEST_CODE and text.isascii() and text.replace("_", "").replace("-", "").isalnum()


LONGEST_CODE = 32
