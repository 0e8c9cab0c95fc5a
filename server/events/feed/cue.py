"""What a source hears: that something happened in a dialog. What it was, the follower reads from the portal."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from server.events.feed.event import PortalEvent
from workflows.core.chat_state import ChatState


@dataclass(frozen=True, slots=True)
class Cue:
    """Something happened in one dialog, which is named by its chat or by its USER_CODE."""

    chat_id: int = 0
    user_code: str = ""
    state: ChatState | None = None
    """The dialog as the source has just seen it; read from the portal where the source did not."""
    since: float | None = None
    """Unix seconds by the portal's clock from which messages are news for certain; from the beginning of its session
    where None."""
    edited: frozenset[int] = frozenset()
    """Messages that were edited."""
    deleted: frozenset[int] = frozenset()
    """Messages that were deleted."""
    reread: bool = False
    """A message was edited or deleted, and the source does not know which."""
    told: tuple[PortalEvent, ...] = ()
    """What the source knows by itself; it holds where the dialog cannot be read."""
    always: tuple[PortalEvent, ...] = field(default=())
    """Events that reading a dialog does not show, such as those of connectors."""
    floor: float = 0.0
    """Unix seconds by the portal's clock from which somebody has listened; 0 where that is not known. In a dialog that
    was never looked at what was written since is news."""

    def merge(self, later: "Cue") -> Self:
        """Both as one; the later one's state counts."""
        sinces = [since for since in (self.since, later.since) if since is not None]
        return replace(
            self,
            chat_id=later.chat_id or self.chat_id,
            user_code=later.user_code or self.user_code,
            state=later.state or self.state,
            since=min(sinces) if len(sinces) == 2 else None,  # noqa: PLR2004  (both name a moment)
            floor=max(self.floor, later.floor),
            edited=self.edited | later.edited,
            deleted=self.deleted | later.deleted,
            reread=self.reread or later.reread,
            told=self.told + later.told,
            always=self.always + later.always,
        )


def merge_cues(cues: Iterable[Cue]) -> list[Cue]:
    """One cue for each dialog, in the order in which they were first named."""
    merged: dict[object, Cue] = {}
    for cue in cues:
        name = cue.chat_id or cue.user_code
        merged[name] = merged[name].merge(cue) if name in merged else cue
    return list(merged.values())
