"""How a line finds the operator for a session, in turn, in order or all at once, and when it asks anew."""

from collections.abc import Iterable

from sandbox.domain.permissions import list_queue_members
from sandbox.state.company import Company
from sandbox.state.records import Chat, Line, Session, Status, Transfer

COUNTED_BELOW = {
    "answered": Status.OPERATOR_WROTE,
    "answered_new": Status.CLIENT_AGAIN,
    "closed": Status.CLOSING,
}
"""TYPE_MAX_CHAT -> the status from which a session takes up no place any more."""


def list_operators(company: Company, line: Line) -> list[int]:
    """The ids of the users in the queue who can take dialogs at all, present or not."""
    found = (company.employees.get(user_id) for user_id in list_queue_members(company, line))
    return [user.id for user in found if user and user.can_take_dialogs]


def is_present(company: Company, line: Line, user_id: int) -> bool:
    """Whether the line may count on a user now; presence matters only with CHECK_AVAILABLE."""
    user = company.find_employee(user_id)
    return bool(user and (user.presence == "online" or not line.is_on("CHECK_AVAILABLE")))


def count_load(company: Company, line: Line, user_id: int, below: Status = Status.CLOSING) -> int:
    """The number of an operator's open sessions on the line with a status below the given one."""
    return sum(
        not session.closed and session.status < below
        for session in company.sessions.values()
        if session.operator_id == user_id and session.line_id == line.id
    )


def count_free_places(company: Company, line: Line, user_id: int) -> int:
    """The number of sessions that MAX_CHAT still lets an operator have; it means nothing where MAX_CHAT is 0."""
    counted = count_load(company, line, user_id, COUNTED_BELOW[line.settings["TYPE_MAX_CHAT"]])
    return max(0, int(line.settings["MAX_CHAT"]) - counted)


def has_place(company: Company, line: Line, user_id: int) -> bool:
    """Whether an operator may get one more session; MAX_CHAT 0 is no limit."""
    return line.settings["MAX_CHAT"] == "0" or count_free_places(company, line, user_id) > 0


def list_candidates(company: Company, line: Line, holder: int = 0) -> list[int]:
    """The operators who could take a session now; its present operator needs no further place."""
    return [
        user_id
        for user_id in list_operators(company, line)
        if is_present(company, line, user_id) and (user_id == holder or has_place(company, line, user_id))
    ]


def pick_operator(company: Company, line: Line, session: Session) -> int:
    """The next operator for a session, who may be the present one; 0 when nobody is there."""
    free = list_candidates(company, line, session.operator_id)
    if line.settings["QUEUE_TYPE"] == "evenly":
        free = _rotate(free, list_operators(company, line), line.last_picked)
    else:
        free = [user_id for user_id in free if user_id not in session.asked] or free
    return next(iter(free), 0)


def _rotate(free: list[int], order: list[int], last: int) -> list[int]:
    if last not in order:
        return free
    start = order.index(last) + 1
    return [user_id for user_id in order[start:] + order[:start] if user_id in free]


def asks_everyone(line: Line) -> bool:
    """Whether a line offers its dialogs to all operators at once (QUEUE_TYPE `all`)."""
    return bool(line.settings["QUEUE_TYPE"] == "all")


def distribute(company: Company, chat: Chat, session: Session) -> None:
    """Offer a session to the queue; it has no owner until somebody answers."""
    session.wait_answer = True
    company.set_owner(chat, 0)
    company.uninvite(chat)
    line = company.find_line(session)
    chosen = 0
    if line and asks_everyone(line):
        company.invite(list_candidates(company, line), chat)
    elif line:
        chosen = pick_operator(company, line, session)
    session.operator_id = chosen
    if line and chosen:
        line.last_picked = chosen
        session.asked = [chosen] if chosen in session.asked else [*session.asked, chosen]
        company.invite([chosen], chat)


def remove_members(company: Company, chat: Chat, session: Session, keep: int = 0) -> None:
    """Remove the members of a chat except clients, the user `keep`, and bots that do not leave."""
    line = company.find_line(session)
    leaving_bot = 0
    if line and line.settings["WELCOME_BOT_LEFT"] == "queue":
        leaving_bot = int(line.settings["WELCOME_BOT_ID"])
    company.keep_members(
        chat,
        lambda member: (
            member == keep or member in company.clients or (company.is_bot(member) and member != leaving_bot)
        ),
    )
    company.uninvite(chat)


def requeue(company: Company, chat: Chat, session: Session) -> None:
    """Put a session back into the queue, accepted or not; it is not pinned any more."""
    session.status, session.modified = Status.SKIPPED, company.clock()
    session.paused = False
    distribute(company, chat, session)


def pass_on(company: Company, chat: Chat, session: Session) -> None:
    """Let the queue give a session to the next operator."""
    line, before = company.find_line(session), session.operator_id
    remove_members(company, chat, session)
    requeue(company, chat, session)
    if line is None or asks_everyone(line) or session.operator_id == before:
        return
    heir = session.operator_id
    company.transfers.append(
        Transfer(session.id, company.clock(), before, line.id, to_operator=heir, reason="queue", mode="AUTO")
    )
    company.announce(
        chat, f"The conversation goes to {company.format_mention(heir)}" if heir else "No operator is there: it waits"
    )


def withdraw(company: Company, line: Line, gone: Iterable[int]) -> None:
    """Take the dialogs of a line from users who are no longer in its queue; those that are closing stay."""
    for session in _list_open_sessions(company, line):
        if session.operator_id in gone and session.status < Status.CLOSING:
            chat = company.chats[session.chat_id]
            if session.status >= Status.ACCEPTED:
                company.announce(
                    chat, f"{company.format_mention(session.operator_id)} does not work on this line any more"
                )
            pass_on(company, chat, session)


def offer_waiting(company: Company, line: Line) -> None:
    """Offer the dialogs that wait on a line to its queue as it is now.

    Where the line asks everyone they are offered to all, elsewhere only those that nobody has been asked for yet.
    """
    for session in _list_open_sessions(company, line):
        unasked = asks_everyone(line) or not session.operator_id
        if session.status < Status.ACCEPTED and unasked and not company.is_bot(session.operator_id):
            distribute(company, company.chats[session.chat_id], session)


def _list_open_sessions(company: Company, line: Line) -> list[Session]:
    return [session for session in company.sessions.values() if session.line_id == line.id and not session.closed]
