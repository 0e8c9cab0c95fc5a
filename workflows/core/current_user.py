"""Whoever all calls act for, and what the webhook or application was granted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakKeyDictionary

import anyio
from pydantic import AfterValidator

from tools.effect import Effect
from tools.message_view import join_lines
from tools.messenger import GrantedScopes
from tools.method import Method
from tools.result_types import Number, PortalObject, Words, read_flag
from workflows.core.context import Context

if TYPE_CHECKING:
    from portal.client import Portal

FRESH = 300.0
"""Seconds for which it is taken for true: scopes can be added."""
MESSENGER = "im"
USERS = frozenset({"user", "user_basic", "user_brief"})


def _require_id(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("is no id")
    return value


class ProfileRow(PortalObject):
    """The user as the portal's core shows them, whatever the scopes."""

    ID: Annotated[Number, AfterValidator(_require_id)]
    NAME: Words = None
    LAST_NAME: Words = None
    ADMIN: Any = None


class Profile(Method):
    """The caller's own user; no tool, as user_current tells more."""

    rest = "profile"
    scopes = ()
    title = "Whom calls act for"
    effects = Effect.READ
    returns = ProfileRow


@dataclass(frozen=True)
class CurrentUser:
    """The user whom calls act for."""

    id: int
    name: str
    scopes: frozenset[str]
    is_admin: bool = False
    """Whether `profile` tells that they are an administrator, who has every right of Open Channels."""

    def __str__(self) -> str:
        return f"{self.name or 'user'} ({self.id})"

    @property
    def has_messenger(self) -> bool:
        """Whether the methods of the messenger may be called."""
        return MESSENGER in self.scopes

    @property
    def has_users(self) -> bool:
        """Whether the methods of users may be called."""
        return not USERS.isdisjoint(self.scopes)


_CACHE: "WeakKeyDictionary[Portal, tuple[float, CurrentUser]]" = WeakKeyDictionary()


async def read_current_user(context: Context, clock: Callable[[], float] = anyio.current_time) -> CurrentUser:
    """The user whom all calls act for, with the scopes that were granted.

    The portal is asked at most every five minutes, once for `profile` and once for `scope`; `clock` counts seconds.

    Raises:
        PortalError: The portal refused one of the two.
    """
    at, known = _CACHE.get(context.portal, (float("-inf"), None))
    if known and clock() - at < FRESH:
        return known
    profile, scopes = await context.ask_all((Profile(), GrantedScopes()))
    name = join_lines(" ".join(filter(None, (profile.get("NAME"), profile.get("LAST_NAME")))))
    fresh = CurrentUser(profile["ID"], name, frozenset(map(str, scopes)), read_flag(profile.get("ADMIN")) is True)
    _CACHE[context.portal] = (clock(), fresh)
    return fresh
