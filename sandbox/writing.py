"""What a message does to the session of its dialog."""

from typing import Any

from sandbox.closing import take_vote
from sandbox.company import Company
from sandbox.lifecycle import open_session, start, start_by
from sandbox.records import Chat, Message, Session, Status


def client_writes(company: Company, chat: Chat, text: str, file_ids: list[int], author_id: int = 0) -> Message:
    """Receive a client's message: it opens a session, moves its status, or is a vote. In a group the author differs."""
    session = open_session(company, chat) or start(company, chat)
    message = company.say(chat, author_id or chat.client_id, text, file_ids=file_ids)
    if session is None:
        return message
    session.modified = company.clock()
    if session.status is Status.CLOSING and take_vote(company, chat, session, text):
        return message
    if not session.wait_answer:
        session.status = Status.CLIENT_AGAIN if session.status >= Status.OPERATOR_WROTE else Status.CLIENT_FIRST
        session.wait_action = False
    return message


def operator_writes(company: Company, chat: Chat, author_id: int, text: str, **details: Any) -> Message:
    """Send an operator's message to the client, in a session of their own if none is open.

    In silent mode it stays inside, and the session does not notice.
    """
    if chat.silent == "Y":
        return company.say(chat, author_id, text, hidden=True, **details)
    session = open_session(company, chat)
    if session is None and chat.id not in company.switches.load_failures:
        session = start_by(company, chat, author_id)
    if session:
        session.status, session.modified = _status_after_operator(session), company.clock()
    return company.say(chat, author_id, text, to_client=True, **details)


def _status_after_operator(session: Session) -> Status:
    """A dialog that nobody accepted still waits, and one that is closing goes on closing."""
    if session.wait_answer:
        return Status.CLIENT_AGAIN if session.status >= Status.CLIENT_AGAIN else Status.CLIENT_FIRST
    return Status.CLOSING if session.wait_action else Status.OPERATOR_WROTE
