"""What can be read of a dialog before it is changed."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from portal.errors import RefusedError
from tools.channels import ConfigGet
from tools.dialogs import DialogGet, SessionHistoryGet
from tools.messenger import ImDialogMessagesGet, ImRecentList
from tools.messenger_view import find_chat_id
from tools.method import Method, RefusedByResultError
from tools.result_types import read_object, read_whole
from tools.statistics import V2SessionList
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import ChatState
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser, read_current_user
from workflows.core.errors import UnfinishedError
from workflows.core.pagination import read_count, read_rows
from workflows.directory.lines_and_users import Directory, LineOrUser
from workflows.lines.line import OpenLine

MINUTE = timedelta(minutes=1)
NOT_TOLD = "who the queue has chosen for it, as reports are not open to you"


def refuse(call: Method, reason: str, code: str) -> UnfinishedError:
    """The refusal of a call that the portal would answer with `code`; `reason` goes on a sentence."""
    return UnfinishedError(f"Nothing was sent: {reason}", call.errors.get(code) or call.afterwards)


@dataclass(frozen=True)
class PresentSession:
    """The open session as the reports show it, as far as they do."""

    line_id: int
    operator: int | None
    """Whoever the portal counts as its operator, the queue's choice or a bot too; 0 for nobody, None if not told."""
    voted: bool | None
    """Whether the client has rated it."""
    mine: bool | None
    """Whether that operator is the caller."""


@dataclass
class DialogFacts:
    """One dialog before a call; further facts are read when they are asked for."""

    context: Context
    me: CurrentUser
    chat: ChatState
    offered: bool | None = None
    """Whether the queue offers it to the caller; None where that was not looked up."""
    _session: PresentSession | None = field(default=None, repr=False)

    async def read_session(self) -> PresentSession:
        """The open session; of a closed dialog the line on which the next begins."""
        if self._session is None:
            self._session = await self._find_session()
        return self._session

    async def read_line(self) -> OpenLine | None:
        """The line of the open session; None where it is gone."""
        return await read_line(self.context, (await self.read_session()).line_id)

    async def read_first_line(self) -> OpenLine | None:
        """The line through whose channel the client writes, wherever the dialog is now."""
        return await read_line(self.context, find_first_line(self.chat) or self.chat.line_id)

    async def name_user(self, one: int) -> str:
        """A person by name, or the queue."""
        if not one:
            return "the queue"
        if one == self.me.id:
            return f"you ({one})"
        return str(await Directory(self.context).read_user(one))

    async def read_members(self) -> frozenset[int] | None:
        """Whoever is in the chat; None where that cannot be read."""
        answer = await attempt(self.context, SessionHistoryGet(chat_id=self.chat.id, detail="full"))
        if is_refusal(answer):
            return None
        listed = read_object(answer.get("userInChat")).get(str(self.chat.id))
        return frozenset(map(read_whole, listed)) if isinstance(listed, list) else None

    def taken(self) -> "DialogFacts":
        """The same after the caller has taken the dialog."""
        return replace(self, chat=replace(self.chat, owner=self.me.id, role="owner", closing=False))

    async def _find_session(self) -> PresentSession:
        chat = self.chat
        if not chat.open:
            return PresentSession(find_first_line(chat) or chat.line_id, 0, voted=False, mine=False)
        row = await _find_row(self.context, chat)
        if row is not None:
            operator = read_count(row.get("operatorId"))
            voted = row.get("vote") not in {None, "none", ""}
            return PresentSession(
                read_count(row.get("configId")) or chat.line_id, operator, voted=voted, mine=operator == self.me.id
            )
        if chat.owner:
            return PresentSession(chat.line_id, chat.owner, voted=None, mine=chat.owner == self.me.id)
        return PresentSession(chat.line_id, None, voted=None, mine=await self._is_offered_alone())

    async def _is_offered_alone(self) -> bool | None:
        """Whether the queue has chosen the caller: such a dialog is offered to nobody else."""
        if self.offered is None:
            self.offered = await _is_offered(self.context, self.me, self.chat.id)
        if not self.offered:
            return self.offered
        line = await read_line(self.context, self.chat.line_id)
        return line is not None and line.text("QUEUE_TYPE") != "all"


async def read_dialog_facts(context: Context, call: Method, **identifier: Any) -> DialogFacts | None:
    """The dialog that a method is about; None where it cannot be told whether the caller may change it.

    Raises:
        UnfinishedError: There is none, or the caller may not change it.
    """
    answer, me = await run_together(
        partial(attempt, context, DialogGet(detail="full", **identifier)), partial(read_current_user, context)
    )
    if not is_refusal(answer):
        return DialogFacts(context, me, ChatState.from_answer(answer))
    if not me.has_messenger:
        return None
    if "chat_id" in identifier and (offered := await _find_offered(context, identifier["chat_id"])):
        return DialogFacts(context, me, offered, offered=True)
    raise refuse(call, "there is no such dialog, or you may not see it", "ACCESS_DENIED")


def has_dotted_host(address: str) -> bool:
    """Whether the portal would call this address: it refuses hosts without a dot, such as localhost."""
    try:
        return "." in (urlsplit(address).hostname or "")
    except ValueError:
        return False


async def read_line(context: Context, line_id: int) -> OpenLine | None:
    """A line's settings; None where there is no such line."""
    if not line_id:
        return None
    try:
        return OpenLine(await context.ask(ConfigGet(config_id=line_id)))
    except (RefusedByResultError, RefusedError):
        return None


def find_first_line(chat: ChatState) -> int:
    """The line in which the client writes, by the USER_CODE."""
    return read_whole(chat.user_code.split("|")[1]) if chat.user_code.count("|") else 0


async def is_in_chat_of_colleagues(context: Context, me: CurrentUser, chat_id: int) -> bool:
    """Whether a chat that is no dialog of a line can be read by the caller."""
    if not me.has_messenger:
        return False
    return not is_refusal(await attempt(context, ImDialogMessagesGet(dialog_id=f"chat{chat_id}", limit=1)))


async def find_user_obstacle(context: Context, me: CurrentUser, person: LineOrUser) -> str | None:
    """Why somebody can take no dialog, as the end of a sentence; empty if nothing is against it, None if not told."""
    from tools.messenger import UserGet

    if not me.has_users:
        return None
    answer = await attempt(context, UserGet(filter={"ID": [person.id]}))
    if is_refusal(answer):
        return None
    user = next(iter(answer["users"]), None)
    if user is None:
        return f"there is no employee {person.id} (bots and clients cannot take a dialog)"
    if user.get("active") is False:
        return f"{person} is dismissed or blocked"
    return "" if user.get("type") in {"employee", None} else f"{person} is a guest from outside"


async def _find_row(context: Context, chat: ChatState) -> dict[str, Any] | None:
    began = datetime.fromtimestamp(chat.began, UTC)
    first, last = ((began + shift).isoformat() for shift in (-MINUTE, MINUTE))
    answer = await attempt(context, V2SessionList(date_create_from=first, date_create_to=last, limit=200))
    if is_refusal(answer):
        return None
    return next((row for row in read_rows(answer["sessions"]) if read_count(row.get("id")) == chat.session_id), None)


async def _is_offered(context: Context, me: CurrentUser, chat_id: int) -> bool | None:
    if not me.has_messenger:
        return None
    return await _find_offered(context, chat_id) is not None


async def _find_offered(context: Context, chat_id: int) -> ChatState | None:
    """A dialog that the queue offers to the caller; each page has them all."""
    answer = await attempt(context, ImRecentList(limit=1, offset=10_000, detail="full"))
    rows = [] if is_refusal(answer) else [read_object(row) for row in answer["items"]]
    row = next((row for row in rows if find_chat_id(row) == chat_id), None)
    if row is None:
        return None
    return ChatState.from_answer({**read_object(row.get("chat")), "id": chat_id, "name": row.get("title")})
