"""Whoever all calls act for, and what the webhook or application was granted."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from weakref import WeakKeyDictionary

import anyio
from pydantic import AfterValidator

from tools.effect import Effect
from tools.message_view import join_lines
from tools.messenger import GrantedScopes
from tools.method import Method
from tools.result_types import Name, Number, PortalObject, read_flag
from workflows.core.context import Context, run_together

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
    NAME: Name = None
    LAST_NAME: Name = None
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


_CACHE: "WeakKeyDictionary[Portal, dict[type[Method], tuple[float, Any]]]" = WeakKeyDictionary()


async def read_current_user(context: Context, clock: Callable[[], float] = anyio.current_time) -> CurrentUser:
    """The user whom all calls act for, with the scopes that were granted.

    The portal is asked at most every five minutes, once for `profile` and once for `scope`; `clock` counts seconds.

    Raises:
        PortalError: The portal refused one of the two.
        UnexpectedResultError: One of the answers cannot be read.
    """
    profile, scopes = await run_together(
        partial(_ask_once, context, Profile(), clock), partial(_ask_once, context, GrantedScopes(), clock)
    )
    name = join_lines(" ".join(filter(None, (profile.get("NAME"), profile.get("LAST_NAME")))))
    return CurrentUser(profile["ID"], name, frozenset(map(str, scopes)), read_flag(profile.get("ADMIN")) is True)


async def read_current_user_id(context: Context, clock: Callable[[], float] = anyio.current_time) -> int:
    """The id alone of the user whom all calls act for, which needs no readable `scope`.

    Raises:
        PortalError: The portal refused `profile`.
        UnexpectedResultError: Its answer names no user.
    """
    found: int = (await _ask_once(context, Profile(), clock))["ID"]
    return found


async def _ask_once(context: Context, question: Method, clock: Callable[[], float]) -> Any:
    """The answer to a question, which is kept while it is fresh."""
    kept = _CACHE.setdefault(context.portal, {})
    at, known = kept.get(type(question), (float("-inf"), None))
    if clock() - at < FRESH:
        return known
    answer = await context.ask(question)
    kept[type(question)] = (clock(), answer)
    return answer
