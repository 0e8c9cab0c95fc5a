"""Whom somebody should answer next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import Doc

from tools.csv_format import Format, Table
from tools.effect import Effect
from tools.fields import Count
from tools.shortening import count_kept
from workflows.core.composite import Composite
from workflows.core.context import Context, run_together
from workflows.core.current_user import read_current_user_id
from workflows.core.moments import read_moment
from workflows.directory.channels import ChannelRef, find_connectors
from workflows.directory.lines_and_users import Directory, LineRef
from workflows.inbox import render
from workflows.inbox.page import InboxPage, make_page
from workflows.inbox.table import make_table
from workflows.inbox.waiting import InboxFilter


def _parse_cursor(cursor: str) -> tuple[datetime, int]:
    at, _, session_id = cursor.partition("/")
    since = read_moment(at)
    if since is None or not session_id.isdecimal():
        raise ValueError("is no cursor of this tool: give the one that the page before ended with")
    return since, int(session_id)


def _check_cursor(cursor: str) -> str:
    _parse_cursor(cursor)
    return cursor


class Inbox(Composite):
    """List dialogs that need someone, longest wait first: client, wait, last message, line, owner, CRM, ids.

    new: nobody has accepted it; accepted: not answered yet; again: the client wrote after an answer. All open ones:
    dialog_list.
    """

    title = "Who waits"
    data_type = render.InboxData
    effects = Effect.READ
    asks = (
        "`server.time`; `profile`, and `imopenlines.config.list.get` for names: both kept for five minutes",
        "`imopenlines.v2.Session.list` for new sessions (600 oldest), answered and paused ones (150 newest of each)",
        "`imopenlines.v2.Operator.list` for who is at work; kept for a minute",
        "where these are refused `im.recent.list`: 200 dialogs a page, at most three pages",
        "`imopenlines.session.history.get` for accepted sessions, at most 125, and for those on the page",
        "after `im.recent.list` `im.dialog.messages.get` instead, for at most 75 beside those on the page",
        "`user.get` for names that no queue gives, where the webhook has the scope `user_brief` or wider",
    )
    details = """
    - A dialog needs someone when nobody has accepted it, or when the last message that the client wrote or got is the
      client's. What was written in silent mode counts for nothing, nor do notices. Dialogs that an operator has
      finished, and that wait for a rating, need nobody.
    - What the company sent past the portal (from the phone, another CRM) and connectors' own notices are posted in the
      client's name by Wazzup, OLChat and others. They are known by their first line, such as `=== Outgoing message,
      author: Phone ===`, and wait for no answer. A client who types such a line is taken at his word.
    - A message whose author is not known, and may be the client, waits; so does one whose date cannot be read.
    - The portal's clock, names, presence and the caller's own user may fail alone: the list is shown without them.
    - What could not be read of a dialog or a message is counted and named in `missing`, never passed over.
    - A dialog that the line's bot has counts as unaccepted; it is shown only while the bot owes an answer.
    - The wait begins with the first message that nobody has answered; of a dialog that no person ever answered, with
      the session. Ages are by the portal's clock.
    - The questions leave in as few requests as batches allow: one to find the dialogs, then one for each fifty that are
      read. Only accepted ones have to be read to know whether they wait, and those on the page for their last message.
    - More than 125 accepted dialogs are not read at once: the newest are, and `missing` says how many are not. `line`,
      `channel` and `mine` narrow the search before anything is read.
    - Without statistics (plan, rights, older portal) it is the caller's own list in the messenger, which takes the
      scope `im`: own dialogs, and those that the queue offers. `missing` says so.
    - `format=csv` gives the page as a table; one that is too long for an answer is a file, too.
    - The place in a cursor is a wait and a session, so that pages stay right while dialogs come and go.
    """
    answer = (
        "`now`, `source` (statistics or messenger), `total` and `by_state` of all pages, `dialogs` `[{chat_id, "
        "session_id, state, since, waiting_seconds, client, connector, channel, line_id, line, who_has_it (in words), "
        "owner_id (0 in the queue), owner, owner_status (online, offline, pause; null where it is not known), "
        "offered_to, bot, last_message {id, role, date, text, files?}, crm [{type, id}], pinned, silent}]`, "
        "`next_cursor` where another page follows, `missing` (in words: what may be waiting and is not in the list, "
        "what could not be read, what is not known)."
    )
    example = {"line": "Sales"}
    example_answer = """\
3 dialogs need someone: 1 new, 1 accepted (not answered yet), 1 again (the client wrote after an answer). \
2026-03-16 10:00 by the portal's clock, from the portal's statistics.
waits | state | who has it | line, channel | chat_id | session_id | crm | last message
3 h 20 min | new | queue | Sales (2), Telegram | 201 | 301 | - | 30 min ago client: “Emma Wilson: I have been \
waiting for almost three hours. Please answer o…”
1 h 19 min | again | James Carter (4) | Sales (2), Telegram | 216 | 316 | - | client: “Lucas Meyer: Do you have \
dark green linen?”
50 min | accepted | Sofia Marino (5), on a break | Sales (2), Telegram | 205 | 305 | - | 30 min ago client: “Klaus \
Richter: Es geht um zwölf Bürostühle.”"""

    mine: Annotated[bool | None, Doc("only those that you have accepted")] = None
    unassigned: Annotated[bool | None, Doc("only those that nobody has accepted")] = None
    line: LineRef | None = None
    channel: ChannelRef | None = None
    waiting_minutes: Annotated[Count | None, Field(description="at least")] = None
    state: Literal["new", "accepted", "again"] | None = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20
    cursor: Annotated[str | None, AfterValidator(_check_cursor), Doc("from the page before")] = None
    format: Format = None

    @model_validator(mode="after")
    def _check_combination(self) -> Self:
        if self.mine and (self.unassigned or self.state == "new"):
            raise ValueError("mine is what you have accepted: without unassigned and state=new")
        if self.unassigned and self.state not in {None, "new"}:
            raise ValueError("what is unassigned is new: leave out state")
        return self

    @classmethod
    def toolset(cls) -> str:
        """Whoever may not read dialogs has no use for it."""
        return "dialogs"

    async def run(self, context: Context) -> InboxPage:
        """The page, from the statistics or from the caller's own list."""
        context = context.sharing_requests()
        line_id, owner = await run_together(lambda: self._find_line_id(context), lambda: self._find_owner_id(context))
        wanted = InboxFilter(
            self.limit,
            line_id,
            find_connectors(self.channel) if self.channel else frozenset(),
            owner,
            bool(self.unassigned),
            self.state,
            timedelta(minutes=self.waiting_minutes or 0),
            _parse_cursor(self.cursor) if self.cursor else None,
        )
        return await make_page(context, wanted)

    def text(self, result: InboxPage) -> str:
        """A line a dialog."""
        return self._make_table(result).text() if self.format else render.render_text(result)

    def structured(self, result: InboxPage) -> Mapping[str, Any]:
        """The same as a program reads it."""
        return self._make_table(result).structured() if self.format else render.render_data(result)

    def make_csv(self, result: InboxPage) -> str | None:
        """The page."""
        return self._make_table(result).make_csv() if self.format else None

    def _make_table(self, result: InboxPage) -> Table:
        cursor = render.make_cursor(result) if result.following else None
        return make_table(render.make_rows(result), cursor, result.missing)

    def shorten(self, result: InboxPage, share: float) -> InboxPage | None:
        """Fewer dialogs; the cursor of the page begins after the last of them."""
        if len(result.dialogs) <= 1:
            return None
        return replace(result, dialogs=result.dialogs[: count_kept(len(result.dialogs), share)], following=True)

    def client_chats(self, result: InboxPage) -> frozenset[int]:
        """The chats of the page."""
        return frozenset(dialog.chat_id for dialog in result.dialogs)

    async def _find_line_id(self, context: Context) -> int | None:
        return None if self.line is None else (await Directory(context).find_line(self.line)).id

    async def _find_owner_id(self, context: Context) -> int | None:
        return await read_current_user_id(context) if self.mine else None
