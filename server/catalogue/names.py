"""Names of tools as clients and models write them."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tools.naming import make_tool_name

_PREFIX = re.compile(
    r"(?:functions[.:])?(?:default_api[.:]|mcp__[\w-]+?__|(?:mcp_+)?openchannels(?:_{1,3}|[-.:/]))", re.IGNORECASE
)
"""What hosts of several servers, and models that think of such a host, put before a name."""
SCOPE = "imopenlines"
"""Methods of this scope lose it in the names of tools."""
_SEPARATORS = re.compile(r"[\s._-]+")


def find_tool_name(name: str, tools: Mapping[str, Any]) -> str | None:
    """The one tool that a name means; None where there is none, or more than one.

    Read are the tool's own name in any case and with any separators, its REST method's, and either with the name of
    this server before it, as hosts of several servers put it.
    """
    if name in tools:
        return name
    text = name.strip()
    for meant in (text, _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text):
        for known in (meant, make_tool_name(meant)):
            if known in tools:
                return known
        folded = _fold(meant)
        same = [known for known in tools if _fold_known(known) == folded]
        if len(same) == 1:
            return same[0]
    return None


def _fold(name: str) -> str:
    return _SEPARATORS.sub("", name.lower()).removeprefix(SCOPE)


@cache
def _fold_known(name: str) -> str:
    """The same of a tool's own name; those that clients send are not kept."""
    return _fold(name)
