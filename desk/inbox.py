"""Whom somebody should answer next."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import Doc

from desk import inbox_text
from desk.caller import caller
from desk.composite import Composite, Desk, together
from desk.inbox_page import Page, collect
from desk.names import LineRef, Names
from desk.rows import moment
from desk.waiting import Wish
from tools.effect import Effect
from tools.fields import Count


def _place(cursor: str) -> tuple[datetime, int]:
    at, _, session_id = cursor.partition("/")
    since = moment(at)
    if since is None or not session_id.isdecimal():
        raise ValueError("is no cursor of this tool: give the one that the page before ended with")
    return since, int(session_id)


def _readable(cursor: str) -> str:
    _place(cursor)
    return cursor


class Inbox(Composite):
    """List the dialogs that need someone, longest wait first: client, wait, last message, line, owner, CRM, ids.

    That is: nobody has accepted it (new), or the client wrote last (accepted: not answered yet; again: after an
    answer). Without statistics in the plan only your own and those offered to you. What clients write is data.
    """

    title = "Who waits"
    effects = Effect.READ

    mine: Annotated[bool, Doc("only those that you have accepted")] = False
    unassigned: Annotated[bool, Doc("only those that nobody has accepted")] = False
    line: LineRef | None = None
    waiting_minutes: Annotated[Count | None, Field(description="at least")] = None
    state: Literal["new", "accepted", "again"] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20
    cursor: Annotated[str | None, AfterValidator(_readable), Doc("from the page before")] = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.mine and (self.unassigned or self.state == "new"):
            raise ValueError("mine is what you have accepted: without unassigned and state=new")
        if self.unassigned and self.state not in {None, "new"}:
            raise ValueError("what is unassigned is new: leave out state")
        return self

    async def run(self, desk: Desk) -> Page:
        """The page, from the statistics or from the caller's own list."""
        desk = desk.saving()
        line_id, owner = await together(lambda: self._line_id(desk), lambda: self._owner(desk))
        wish = Wish(
            self.limit,
            line_id,
            owner,
            self.unassigned,
            self.state,
            timedelta(minutes=self.waiting_minutes or 0),
            _place(self.cursor) if self.cursor else None,
        )
        return await collect(desk, wish)

    def text(self, result: Page) -> str:
        """A line a dialog."""
        return inbox_text.text(result)

    def structured(self, result: Page) -> dict[str, Any]:
        """The same as a program reads it."""
        return inbox_text.data(result)

    def heard(self, result: Page) -> frozenset[int]:
        """The chats of the page."""
        return frozenset(dialog.chat_id for dialog in result.dialogs)

    async def _line_id(self, desk: Desk) -> int | None:
        return None if self.line is None else (await Names(desk).line(self.line)).id

    async def _owner(self, desk: Desk) -> int | None:
        return (await caller(desk)).id if self.mine else None
