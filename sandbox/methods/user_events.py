"""The log of a user's messenger: switching it on, fetching its events, switching it off."""

from collections.abc import Collection
from typing import Any

from sandbox.methods.bot_posts import post_to_bot
from sandbox.methods.messenger import SCOPES, check_module
from sandbox.methods.registry import MethodCall, MethodRegistry
from sandbox.state.company import Company
from sandbox.state.event_logs import EventRow
from sandbox.state.happenings import Happening, HappeningKind
from sandbox.views.chats import format_iso
from sandbox.views.messenger_events import BOT_TYPES, TYPES, USER_PREFIX, make_bot_events, make_event_data

METHODS = MethodRegistry()
USUAL_ROWS = 100


class LogWriter:
    """Writes what happens into the logs of the users and bots who are real members of the chat.

    A dialog that the queue only offers to a user is none of their chats. Source: the class `EventLogger` of the module
    `im` of the portal.
    """

    def __init__(self, company: Company) -> None:
        self._company = company

    def __call__(self, happening: Happening) -> None:
        """Write the events of one thing that happened."""
        if happening.kind in TYPES and not happening.chat_id:
            return
        if happening.kind in TYPES:
            self._write_for_users(happening)
        if happening.kind in BOT_TYPES:
            self._write_for_bots(happening)

    def _write_for_users(self, happening: Happening) -> None:
        company, kind = self._company, USER_PREFIX + TYPES[happening.kind]
        chat = company.chats[happening.chat_id]
        readers = [member for member in company.event_logs.choose_open(chat.members) if not company.is_bot(member)]
        data = make_event_data(company, happening, readers[0]) if readers else {}
        for reader in readers:
            own = make_event_data(company, happening, reader) if chat.type == "P" else data
            company.event_logs.write(reader, kind, own, happening.at)

    def _write_for_bots(self, happening: Happening) -> None:
        for event in make_bot_events(self._company, happening):
            event.bot.message_count += happening.kind is HappeningKind.MESSAGE_ADDED
            event.bot.chat_count += happening.kind is HappeningKind.MEMBER_JOINED
            if event.bot.event_mode == "webhook":
                post_to_bot(self._company, event, happening.at)
            elif self._company.event_logs.is_open(event.bot.user_id):
                self._company.event_logs.write(event.bot.user_id, event.type, event.data, happening.at)


def open_event_log(company: Company, owner_id: int) -> None:
    """Begin to write down the events of a user or bot."""
    company.event_logs.open(owner_id)
    listen_for_readers(company)


def listen_for_readers(company: Company) -> None:
    """Listen to what happens; until the first user or bot of a company wants its events nothing is listened to."""
    if not any(isinstance(listener, LogWriter) for listener in company.happenings.listeners):
        company.happenings.listeners.append(LogWriter(company))


def fetch_events(call: MethodCall, owner_ids: Collection[int]) -> dict[str, Any]:
    """A page of logs, by the `offset` and `limit` of a call."""
    params = call.params
    limit = params.read_integer("limit") if params.is_given("limit") else USUAL_ROWS
    page = call.company.event_logs.read(owner_ids, params.read_integer("offset"), limit, call.company.clock())
    events = [_describe_row(row) for row in page.rows]
    return {"events": events, "nextOffset": page.next_offset, "hasMore": page.full}


def _describe_row(row: EventRow) -> dict[str, Any]:
    return {"eventId": row.id, "type": row.type, "date": format_iso(row.created), "data": row.data}


@METHODS.method("im.v2.Event.subscribe", scopes=SCOPES)
def im_v2_event_subscribe(call: MethodCall) -> Any:
    """Begin to write down the events of the caller's chats; true as well if that is so already."""
    check_module(call)
    open_event_log(call.company, call.user_id)
    return True


@METHODS.method("im.v2.Event.unsubscribe", scopes=SCOPES)
def im_v2_event_unsubscribe(call: MethodCall) -> Any:
    """Stop writing down the caller's events; those that were not fetched are gone."""
    check_module(call)
    call.company.event_logs.close(call.user_id)
    return True


@METHODS.method("im.v2.Event.get", scopes=SCOPES)
def im_v2_event_get(call: MethodCall) -> Any:
    """The caller's events from an offset on, which deletes those before it; nothing without a subscription."""
    check_module(call)
    return fetch_events(call, (call.user_id,))
