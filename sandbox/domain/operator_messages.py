"""What messages of clients and operators do to the session of a dialog."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.closing import find_session_to_vote_on, read_vote, store_vote
from sandbox.domain.permissions import list_queue_members
from sandbox.domain.queues import is_present, pass_on
from sandbox.domain.sessions import is_first_session, load_open_session, send_greeting, start_session, start_session_as
from sandbox.domain.transfers import release_from_bot
from sandbox.state import php
from sandbox.state.company import SITE_CHAT, Company
from sandbox.state.happenings import HappeningKind
from sandbox.state.records import Chat, Message, Session, Status

LEAVE_BOT = "0"


def write_as_client(
    company: Company,
    chat: Chat,
    text: str,
    file_ids: list[int],
    author_id: int = 0,
    *,
    received: Mapping[str, Any] | None = None,
) -> Message:
    """Write a message of a client, which opens a session, moves its status, or is a rating.

    `author_id` is the client's own id where several clients share a group chat; `received` is what the channel sent, if
    the message came through one.
    """
    with company.happenings.caused_by(author_id or chat.client_id):
        return _receive_message(company, chat, text, file_ids, author_id or chat.client_id, received=received or {})


def _receive_message(
    company: Company, chat: Chat, text: str, file_ids: list[int], author_id: int, *, received: Mapping[str, Any]
) -> Message:
    vote = read_vote(chat, text)
    rated = find_session_to_vote_on(company, chat) if vote else None
    known = rated or load_open_session(company, chat)
    session = known or start_session(company, chat)
    outside = received.get("message", {}).get("id")
    external_ids = [php.to_text(outside)] if php.is_truthy(outside) else []
    message = company.say(chat, author_id, text, file_ids=file_ids, external_ids=external_ids)
    company.tell(HappeningKind.MESSAGE_RECEIVED, chat, message_id=message.id, received=received)
    if rated:
        store_vote(company, chat, rated, vote)
    elif session:
        _note_client_message(company, chat, session, text, new=session is not known)
    return message


def _note_client_message(company: Company, chat: Chat, session: Session, text: str, *, new: bool) -> None:
    """Move the session on; a client who writes only 0 to a bot is passed to the queue."""
    session.modified = company.clock()
    if not session.wait_answer:
        session.status = Status.CLIENT_AGAIN if session.status >= Status.OPERATOR_WROTE else Status.CLIENT_FIRST
        session.wait_action = session.wait_vote = False
    if new:
        _greet_if_due(company, chat, session)
    if text.strip() == LEAVE_BOT and company.is_bot(session.operator_id):
        release_from_bot(company, chat, session)
    _leave_absent_operator(company, chat, session)


def _greet_if_due(company: Company, chat: Chat, session: Session) -> None:
    """Greet whoever has just opened a session by writing, unless a bot does or the line is closed."""
    line = company.find_line(session)
    if line is None or not line.is_on("ACTIVE") or company.is_bot(session.operator_id):
        return
    if line.is_on("SEND_WELCOME_EACH_SESSION") or is_first_session(company, chat):
        send_greeting(company, chat, session)


def _leave_absent_operator(company: Company, chat: Chat, session: Session) -> None:
    """Take an accepted dialog from an operator who is not at work, unless it is pinned or the line has nobody else."""
    line, holder = company.find_line(session), session.operator_id
    if line is None or session.paused or session.wait_answer or company.is_bot(holder):
        return
    if not is_present(company, line, holder) and list_queue_members(company, line) != [holder]:
        pass_on(company, chat, session)


def write_as_operator(company: Company, chat: Chat, author_id: int, text: str, **details: Any) -> Message:
    """Write a message of an operator to the client, in a session of their own if none is open.

    In silent mode the message stays inside, and the session does not notice. `details` are further fields of the
    message.
    """
    if chat.silent == "Y":
        return company.say(chat, author_id, text, hidden=True, **details)
    session = load_open_session(company, chat)
    if session is None and chat.id not in company.switches.load_failures:
        session = start_session_as(company, chat, author_id)
    if session:
        session.status, session.modified = _choose_status(company, session, author_id), company.clock()
        session.wait_vote = session.wait_vote and session.status is Status.CLOSING
    return company.say(chat, author_id, text, to_client=True, **details)


def _choose_status(company: Company, session: Session, author_id: int) -> Status:
    """The status after a message of an operator; a session that is closing or was not accepted stays so."""
    if session.wait_answer and company.is_bot(author_id) and session.source == SITE_CHAT:
        return session.status
    if session.wait_answer:
        return Status.CLIENT_AGAIN if session.status >= Status.CLIENT_AGAIN else Status.CLIENT_FIRST
    return Status.CLOSING if session.wait_action else Status.OPERATOR_WROTE
