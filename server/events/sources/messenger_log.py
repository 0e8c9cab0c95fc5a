"""The messenger's log of events: of a user, and in the same form of a bot.

Sending an offset takes away all rows below it, so the one that is sent is the one of what is in the feed. Sources: the
official pages of `im.v2.Event.get` and `imbot.v2.Event.get`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from portal.client import Portal
from server.events.feed.cue import Cue
from server.events.feed.event import PortalEvent, choose_kind
from tools.dialog_view import find_session_id, parse_entity_data_1
from tools.message_view import find_role
from tools.result_types import read_flag, read_items, read_object, read_text, read_whole
from workflows.core.moments import read_moment

PAGE = 1000
"""Events of one question, the portal's most."""
BETWEEN_PAGES = 2.0
"""Seconds that the portal wants between two pages."""


class MessengerLog:
    """One log; `method` and `params` say whose."""

    def __init__(self, method: str, scopes: tuple[str, ...], params: Mapping[str, Any]) -> None:
        self._method = method
        self._scopes = scopes
        self._params = params

    async def ask(self, portal: Portal, offset: int) -> "LogPage":
        """The page from an offset on; from the oldest row that is kept where it is 0.

        Raises:
            PortalError: The portal refuses, or does not answer.
        """
        wanted = {**self._params, "limit": PAGE, **({"offset": offset} if offset else {})}
        answer = await portal.call(self._method, wanted, repeatable=True, scopes=self._scopes, prefer_batch=True)
        return LogPage(read_object(answer), offset)


class LogPage:
    """What one question of a log brought."""

    def __init__(self, answer: Mapping[str, Any], asked: int = 0) -> None:
        self._rows = [read_object(row) for row in read_items(answer.get("events"))]
        self.offset = read_whole(answer.get("nextOffset")) or asked
        """What to send next, once the rows are in the feed."""
        self.more = read_flag(answer.get("hasMore")) is True

    def list_cues(self) -> Iterator[Cue]:
        """What the rows say of dialogs of lines; other chats of the user are passed over."""
        for row in self._rows:
            data = read_object(row.get("data"))
            chat = read_object(data.get("chat"))
            chat_id = read_whole(chat.get("id"))
            if chat_id and read_text(chat.get("entityType")).upper() == "LINES":
                yield _make_cue(read_text(row.get("type")).upper(), chat_id, chat, data)


def _make_cue(kind: str, chat_id: int, chat: Mapping[str, Any], data: Mapping[str, Any]) -> Cue:
    message = read_object(data.get("message"))
    number = read_whole(data.get("messageId")) or read_whole(message.get("id"))
    touched = frozenset({number} if number else ())
    if kind.endswith("MESSAGEUPDATE"):
        return Cue(chat_id, edited=touched)
    if kind.endswith("MESSAGEDELETE"):
        return Cue(chat_id, deleted=touched)
    if kind.endswith("MESSAGEADD") and number:
        told = _tell_message(number, chat_id, chat, data)
        return Cue(chat_id, since=told.at or None, told=(told,))
    return Cue(chat_id)


def _tell_message(number: int, chat_id: int, chat: Mapping[str, Any], data: Mapping[str, Any]) -> PortalEvent:
    """A new message by what the log says of it; a user who cannot be told from a client counts as one."""
    message, user = read_object(data.get("message")), read_object(data.get("user"))
    author, moment = read_whole(message.get("authorId")), read_moment(message.get("date"))
    parts = read_text(chat.get("entityId")).split("|")
    return PortalEvent(
        choose_kind(find_role(author, user)),
        f"message {number}",
        moment.timestamp() if moment else 0.0,
        chat_id=chat_id,
        session_id=find_session_id(parse_entity_data_1(chat.get("entityData1"))) or 0,
        line_id=read_whole(parts[1]) if len(parts) > 1 else 0,
        message_id=number,
        author_id=author,
        author=read_text(user.get("name")),
        user_code=read_text(chat.get("entityId")),
        text=read_text(message.get("text")),
    )
