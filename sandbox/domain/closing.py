"""How a session ends: in two phases, by force, as spam, and with the client's vote."""

from datetime import timedelta

from sandbox.state.company import SITE_CHAT, Company
from sandbox.state.happenings import HappeningKind
from sandbox.state.records import DISLIKE, LIKE, Chat, Line, Session, Status

VOTES = {"1": LIKE, "0": DISLIKE}


def finish_session(company: Company, chat: Chat, session: Session) -> None:
    """Finish a session in two phases, as `imopenlines.operator.finish` does.

    The first call sends the closing text and the request for a rating, where the line has them, and leaves the session
    in the status CLOSING. The next call closes it; so does the first where nothing has to be said.
    """
    line = company.find_line(session)
    asked_already = session.wait_action and not session.wait_answer
    if line is None or not line.is_on("ACTIVE") or asked_already or not _say_goodbye(company, chat, session, line):
        close_session(company, chat, session, Status.CLOSED, "operator")
        return
    session.status = Status.CLOSING
    session.wait_action, session.wait_answer = True, False
    session.modified = company.clock()


def _say_goodbye(company: Company, chat: Chat, session: Session, line: Line) -> bool:
    texts = []
    if line.settings["CLOSE_RULE"] == "text":
        texts.append(line.settings["CLOSE_TEXT"])
    if line.is_on("VOTE_MESSAGE") and not session.vote:
        texts.append(line.settings["VOTE_MESSAGE_2_TEXT"])
        _await_vote(company, session, int(line.settings["VOTE_TIME_LIMIT"]))
    for text in texts:
        company.announce(chat, text, to_client=True)
    return bool(texts)


def _await_vote(company: Company, session: Session, seconds: int) -> None:
    session.wait_vote = True
    session.vote_until = company.clock() + timedelta(seconds=seconds) if seconds else None


def close_session(
    company: Company, chat: Chat, session: Session, status: Status, reason: str, *, force: bool = False
) -> None:
    """Close a session and release its chat; with `force` the chat's members and silent mode stay."""
    if session.id == chat.session_id:
        company.announce(chat, f"Conversation #{session.id} finished")
        chat.session_id = 0
        company.uninvite(chat)
        if not force:
            chat.silent = "N"
            company.set_owner(chat, 0)
            company.keep_members(chat, company.clients.__contains__)
    session.closed = True
    session.status, session.close_reason = status, reason
    session.paused = session.wait_action = session.wait_answer = False
    session.closed_at = session.modified = company.clock()
    company.tell(HappeningKind.SESSION_FINISHED, chat, session=session)


def mark_spam(company: Company, chat: Chat, session: Session, user_id: int) -> None:
    """Close a session as spam, in the name of a user and without a word to the client."""
    company.announce(chat, f"{company.format_mention(user_id)} marked the conversation as spam")
    session.spam = True
    close_session(company, chat, session, Status.SPAM, "spam")


def read_vote(chat: Chat, text: str) -> int:
    """The rating in a client's message, LIKE or DISLIKE, 0 for none.

    It is a 1 or a 0, alone or before a blank. In the site chat clients click instead of writing.
    """
    alone = len(text.strip()) == 1 or text[1:2] == " "
    return VOTES.get(text[:1], 0) if alone and chat.connector != SITE_CHAT else 0


def find_session_to_vote_on(company: Company, chat: Chat) -> Session | None:
    """The session that waits for a client's vote; a closed one is opened once more for it."""
    last = company.list_sessions(chat.id)[-1:]
    if not last or not last[0].wait_vote:
        return None
    if last[0].closed and not _is_too_late(company, last[0]):
        _reopen(company, chat, last[0])
    return last[0]


def _is_too_late(company: Company, session: Session) -> bool:
    return session.vote_until is not None and company.clock() > session.vote_until


def _reopen(company: Company, chat: Chat, session: Session) -> None:
    session.closed, session.closed_at, session.close_reason = False, None, None
    session.status, session.wait_action = Status.CLOSING, True
    chat.session_id = session.id
    company.set_owner(chat, session.operator_id)
    if session.operator_id:
        company.add_member(chat, session.operator_id)
    company.announce(chat, f"Conversation #{session.id} was opened again")


def store_vote(company: Company, chat: Chat, session: Session, vote: int) -> None:
    """Store a client's rating unless it comes too late; a line with VOTE_CLOSING_DELAY closes the session at once."""
    line = company.find_line(session)
    if _is_too_late(company, session) or line is None:
        company.announce(chat, "The time for rating this conversation is over.", to_client=True)
        return
    session.vote, session.voted_at = vote, company.clock()
    session.wait_vote, session.vote_until = False, None
    thanks = "VOTE_MESSAGE_2_LIKE" if vote == LIKE else "VOTE_MESSAGE_2_DISLIKE"
    company.announce(chat, line.settings[thanks], to_client=True)
    if line.is_on("VOTE_CLOSING_DELAY"):
        close_session(company, chat, session, Status.CLOSED, "client")
