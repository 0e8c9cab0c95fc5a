"""How long clients may keep what they were given, and whether they may share it; revision 2026-07-28 carries it."""

from collections.abc import Mapping

from mcp.server.caching import CacheableMethod, CacheHint

from server.catalogue.documentation import OFFICIAL

HOUR = 3_600_000
"""In milliseconds."""
CACHE_HINTS: Mapping[CacheableMethod, CacheHint] = {
    "tools/list": CacheHint(HOUR, "private"),
    "resources/list": CacheHint(HOUR, "private"),
    "resources/templates/list": CacheHint(HOUR, "private"),
    "prompts/list": CacheHint(HOUR, "public"),
}
"""Prompts are the same for everybody. The others depend on the caller's policy, which is settled when a server starts.

Only the bounds of a token can change later: clients that listen are told then and list their tools anew, and what a
stale list still names is refused with the reason.
"""
NEVER_KEPT = CacheHint(0, "private")
"""What the portal holds is out of date in a moment, and is clients' data."""
_OUR_PAGE = CacheHint(HOUR, "public")
"""It comes with the program."""
_OFFICIAL_PAGE = CacheHint(HOUR, "private")
"""`docs sync` may bring a newer one, and each profile can have its own folder."""


def choose_page_hint(uri: str) -> CacheHint:
    """The hint for the documentation page of this address."""
    return _OFFICIAL_PAGE if uri.strip().lower().startswith(OFFICIAL) else _OUR_PAGE
