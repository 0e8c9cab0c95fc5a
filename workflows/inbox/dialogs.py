"""Dialogs whether or not somebody waits: the open ones, or all of one client."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Self

from pydantic import Field, model_validator
from typing_extensions import Doc

from portal.errors import PortalError
from tools.csv_format import Format, Table
from tools.effect import Effect
from tools.fields import Id, Text
from tools.shortening import count_kept
from workflows.core.composite import Composite
from workflows.core.context import Context, run_together
from workflows.core.current_user import read_current_user_id
from workflows.directory.channels import ChannelRef, find_connectors
from workflows.directory.dialogs import DialogRef
from workflows.directory.lines_and_users import Directory, LineRef, OperatorRef
from workflows.inbox import dialogs_render, from_statistics, of_client
from workflows.inbox.page import (
    Beside,
    InboxPage,
    ask_messages,
    doubt_strangers,
    list_from_messenger,
    read_beside,
    read_names,
)
from workflows.inbox.table import make_table
from workflows.inbox.waiting import InboxFilter, OpenDialogs, WaitingDialog


@dataclass(frozen=True)
class DialogsPage:
    """A page of dialogs."""

    page: InboxPage
    total: int
    of_client: bool
    next_cursor: int | None
    """The session after which the next page begins; None on the last."""


class DialogList(Composite):
    """List open dialogs, answered ones too, newest first; with client all of theirs, closed too, across channels.

    Shows client, last message, state, line, owner, CRM, ids. For who waits use inbox; for closed sessions
    v2_session_list.
    """

    title = "List of dialogs"
    data_type = dialogs_render.DialogsData
    effects = Effect.READ
    asks = (
        "for open dialogs what `inbox` asks: the statistics, or the caller's own list in the messenger",
        "`imopenlines.session.history.get`, after the messenger `im.dialog.messages.get`: for those on the page",
        "the same with `contains` for at most 125, after the messenger 75",
        "for a client `imopenlines.crm.chat.get` of each record",
        "and `imopenlines.dialog.get` and `imopenlines.session.history.get` of each chat, at most fifty",
        "`server.time`, `profile`, `imopenlines.config.list.get`, `imopenlines.v2.Operator.list`, `user.get`",
    )
    details = """
    - `answered`: the last message is the company's; `closing`: finished once; `new`, `accepted`, `again` wait, as in
      `inbox`; `open`: its messages could not be read; `closed` only with `client`. `for` counts from the message that
      waits, or from the last one.
    - `contains` is looked for in the messages of the present session, upper and lower case alike.
    - `client` is a name, a CRM record (`deal 5`) or a dialog. Chats count as one client's where the record that is
      named has them, or where a lead, deal or contact of a chat that was found has them. Companies tie nobody together.
      Where several clients have the name, all are listed. A closed dialog shows its last session.
    - Of open dialogs the 600 oldest new, the 150 newest answered and the 150 newest pinned ones are known; `missing`
      says what is not. Line, operator and channel narrow them before.
    - Sessions have rising numbers: a page begins after the session that the page before ended with.
    """
    answer = (
        "`now`, `source` (statistics, messenger, client), `total`, `by_state` of the page, `dialogs` as in `inbox` "
        "(`waiting_seconds` null where nobody waits), `next_cursor`, `missing`."
    )
    example = {"client": "contact 701"}
    example_answer = """\
1 dialog of this client; here 1 answered. 2026-03-16 10:00 by the portal's clock, from the chats of the client and of \
the CRM records.
for | state | who has it | line, channel | chat_id | session_id | crm | last message
1 h 25 min | answered | Olga Smirnova (3) | Website support (1), Live chat | 207 | 307 | lead 501, contact 701 | \
client: “Алексей Волков”, 1 h 25 min ago operator: “Алексей, приношу извинения. Курьер буд…”"""

    line: LineRef | None = None
    operator: OperatorRef | None = None
    mine: Annotated[bool | None, Doc("only those that you have accepted")] = None
    channel: ChannelRef | None = None
    client: Annotated[DialogRef | None, Field(description="name or 'deal 5'")] = None
    contains: Annotated[Text | None, Doc("what one of the messages holds")] = None
    limit: Annotated[int, Field(ge=1, le=50)] = 20
    cursor: Annotated[Id | None, Doc("from the page before")] = None
    format: Format = None

    @model_validator(mode="after")
    def _check_combination(self) -> Self:
        if self.mine and self.operator is not None:
            raise ValueError("mine is operator=you: give one of the two")
        return self

    @classmethod
    def toolset(cls) -> str:
        """Whoever may not read dialogs has no use for it."""
        return "dialogs"

    async def run(self, context: Context) -> DialogsPage:
        """The page, from the statistics, from the caller's own list, or from the chats of a client."""
        context = context.sharing_requests()
        line_id, owner = await run_together(partial(self._find_line_id, context), partial(self._find_owner_id, context))
        connectors = find_connectors(self.channel) if self.channel else frozenset[str]()
        wanted = InboxFilter(self.limit, line_id, connectors, owner, all_open=True)
        names, gaps = Directory(context), list[str]()
        if self.client is not None:
            beside = await read_beside(context, names, gaps)
            listed = await of_client.list_dialogs(context, self.client, beside.clock.zone, self.contains or "")
        else:
            beside, listed = await _list_open(context, wanted, names, gaps)
        rows = self._choose(listed, wanted)
        shown, next_cursor, unread = await self._read(context, listed, rows)
        people = await read_names(names, replace(listed, dialogs=shown))
        missing = [*listed.missing, *listed.unclear.describe(), *unread, *sorted(gaps), *names.unreadable]
        page = _make_page(listed, shown, replace(beside, people=people), missing)
        return DialogsPage(page, len(shown if self.contains else rows), self.client is not None, next_cursor)

    def _choose(self, listed: OpenDialogs, wanted: InboxFilter) -> list[WaitingDialog]:
        """Those that are wanted, newest session first."""
        found = [
            one for one in listed.dialogs if wanted.has_line_and_channel(one) and wanted.owner in {None, one.owner}
        ]
        return sorted(found, key=lambda one: one.session_id, reverse=True)

    async def _read(
        self, context: Context, listed: OpenDialogs, rows: list[WaitingDialog]
    ) -> tuple[list[WaitingDialog], int | None, list[str]]:
        """The dialogs of the page, where the next begins, and what could not be read, in words."""
        following = [one for one in rows if self.cursor is None or one.session_id < self.cursor]
        if self.client is not None:
            shown = following[: self.limit]
            return shown, shown[-1].session_id if len(following) > len(shown) else None, []
        asked = following[: listed.most if self.contains else self.limit]
        asked = [_keep(one, self.contains or "") for one in asked]
        await context.tell(f"reading {len(asked)} of {len(rows)} dialogs")
        answers = await ask_messages(context, asked)
        found = [seen for one in asked if (seen := _apply(listed, one, answers[one.session_id]))]
        failed = sum(isinstance(answer, Exception) for answer in answers.values())
        unread = [f"the messages of {failed} dialogs, which could not be read"] * bool(failed)
        if len(found) > self.limit:
            return found[: self.limit], found[self.limit - 1].session_id, unread
        return found, asked[-1].session_id if len(following) > len(asked) else None, unread

    def text(self, result: DialogsPage) -> str:
        """A line a dialog."""
        if self.format:
            return self._make_table(result).text()
        return dialogs_render.render_text(result.page, result.total, result.next_cursor, of_client=result.of_client)

    def structured(self, result: DialogsPage) -> Mapping[str, Any]:
        """The same as a program reads it."""
        if self.format:
            return self._make_table(result).structured()
        return dialogs_render.render_data(result.page, result.total, result.next_cursor)

    def make_csv(self, result: DialogsPage) -> str | None:
        """The page."""
        return self._make_table(result).make_csv() if self.format else None

    def _make_table(self, result: DialogsPage) -> Table:
        return make_table(dialogs_render.make_rows(result.page), result.next_cursor, result.page.missing)

    def shorten(self, result: DialogsPage, share: float) -> DialogsPage | None:
        """Fewer dialogs; the cursor of the page begins after the last of them."""
        dialogs = result.page.dialogs
        if len(dialogs) <= 1:
            return None
        kept = dialogs[: count_kept(len(dialogs), share)]
        return replace(result, page=replace(result.page, dialogs=kept), next_cursor=kept[-1].session_id)

    def client_chats(self, result: DialogsPage) -> frozenset[int]:
        """The chats of the page."""
        return frozenset(dialog.chat_id for dialog in result.page.dialogs)

    async def _find_line_id(self, context: Context) -> int | None:
        return None if self.line is None else (await Directory(context).find_line(self.line)).id

    async def _find_owner_id(self, context: Context) -> int | None:
        if self.mine:
            return await read_current_user_id(context)
        return None if self.operator is None else (await Directory(context).find_operator(self.operator)).id


async def _list_open(
    context: Context, wanted: InboxFilter, names: Directory, gaps: list[str]
) -> tuple[Beside, OpenDialogs]:
    """Open dialogs, from the statistics or where these are refused from the messenger."""
    await context.tell("looking for open dialogs")
    beside, answers = await run_together(
        partial(read_beside, context, names, gaps), partial(from_statistics.ask_sessions, context, wanted)
    )
    if isinstance(answers, PortalError):
        listed = await list_from_messenger(context, wanted, answers, beside.clock)
    else:
        listed = from_statistics.list_dialogs(answers, wanted, beside.clock.zone)
    return beside, doubt_strangers(listed, beside.present)


def _keep(dialog: WaitingDialog, text: str) -> WaitingDialog:
    return replace(dialog, keep=True, text=text, state="open" if dialog.accepted else dialog.state)


def _apply(listed: OpenDialogs, dialog: WaitingDialog, answer: Any) -> WaitingDialog | None:
    """The dialog as its messages show it; as it is listed where they could not be read, unless they decide."""
    if isinstance(answer, Exception):
        return None if dialog.text else dialog
    return listed.read(dialog, answer)


def _make_page(listed: OpenDialogs, shown: list[WaitingDialog], beside: Beside, missing: list[str]) -> InboxPage:
    return InboxPage(
        beside.clock.now,
        listed.source,
        shown,
        {},
        following=False,
        missing=missing,
        me=beside.me,
        by_portal=beside.clock.by_portal,
        lines=beside.lines,
        people=beside.people,
        present=beside.present,
    )
