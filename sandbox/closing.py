"""How a session ends: in two phases, by force, as spam, and with the client's vote."""

from sandbox.company import Company
from sandbox.records import DISLIKE, LIKE, Chat, Line, Session, Status

VOTES = {"1": LIKE, "0": DISLIKE}


def finish(company: Company, chat: Chat, session: Session) -> None:
    """Finish a session: say goodbye and ask for a vote first, close it when that was done or is not wanted."""
    line = company.line_of(session)
    asked_already = session.wait_action and not session.wait_answer
    if line is None or not line.on("ACTIVE") or asked_already or not _farewell(company, chat, session, line):
        close(company, chat, session, Status.CLOSED, "operator")
        return
    session.status = Status.CLOSING
    session.wait_action, session.wait_answer = True, False
    session.modified = company.clock()


def _farewell(company: Company, chat: Chat, session: Session, line: Line) -> bool:
    texts = []
    if line.settings["CLOSE_RULE"] == "text":
        texts.append(line.settings["CLOSE_TEXT"])
    if line.on("VOTE_MESSAGE") and not session.vote:
        texts.append(line.settings["VOTE_MESSAGE_2_TEXT"])
    for text in texts:
        company.announce(chat, text, to_client=True)
    return bool(texts)


def close(company: Company, chat: Chat, session: Session, status: Status, reason: str) -> None:
    """Close a session for good and let go of its chat."""
    if session.id == chat.session_id:
        company.announce(chat, f"Conversation #{session.id} finished")
        chat.owner, chat.silent, chat.session_id = 0, "N", 0
        company.uninvite(chat)
    session.closed = True
    session.status, session.close_reason = status, reason
    session.paused = session.wait_action = session.wait_answer = False
    session.closed_at = session.modified = company.clock()


def mark_spam(company: Company, chat: Chat, session: Session, user_id: int) -> None:
    """Close a session as spam, without a word to the client."""
    company.announce(chat, f"{company.mention(user_id)} marked the conversation as spam")
    session.spam = True
    close(company, chat, session, Status.SPAM, "spam")


def take_vote(company: Company, chat: Chat, session: Session, text: str) -> bool:
    """Take a client's message for a vote if the line asked for one and the message is one."""
    line = company.line_of(session)
    vote = VOTES.get(text.strip())
    if vote is None or session.vote or line is None or not line.on("VOTE_MESSAGE"):
        return False
    session.vote, session.voted_at = vote, company.clock()
    thanks = "VOTE_MESSAGE_2_LIKE" if vote == LIKE else "VOTE_MESSAGE_2_DISLIKE"
    company.announce(chat, line.settings[thanks], to_client=True)
    if not line.on("VOTE_CLOSING_DELAY"):
        close(company, chat, session, Status.CLOSED, "client")
    return True
