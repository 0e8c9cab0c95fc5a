"""How a line finds the operator for a session: evenly, strictly in order, or everyone at once."""

from sandbox.access import queue_members
from sandbox.company import Company
from sandbox.records import Chat, Line, Session, Status


def operators(company: Company, line: Line) -> list[int]:
    """Return the members of the queue who can take dialogs at all."""
    found = (company.employees.get(user_id) for user_id in queue_members(company, line))
    return [user.id for user in found if user and user.can_take_dialogs]


def is_present(company: Company, line: Line, user_id: int) -> bool:
    """Tell whether the line may count on a user now; presence matters only with CHECK_AVAILABLE."""
    user = company.employee(user_id)
    return bool(user and (user.presence == "online" or not line.on("CHECK_AVAILABLE")))


def load_of(company: Company, line: Line, user_id: int) -> int:
    """Count the sessions that take up a place of the operator on the line."""
    return sum(
        not session.closed and session.status < Status.CLOSING
        for session in company.sessions.values()
        if session.operator_id == user_id and session.line_id == line.id
    )


def _has_place(company: Company, line: Line, user_id: int) -> bool:
    limit = int(line.settings["MAX_CHAT"])
    return not limit or load_of(company, line, user_id) < limit


def candidates(company: Company, line: Line) -> list[int]:
    """Return the operators who could take a session now."""
    return [
        user_id
        for user_id in operators(company, line)
        if is_present(company, line, user_id) and _has_place(company, line, user_id)
    ]


def next_operator(company: Company, line: Line, session: Session) -> int:
    """Pick the next operator for a session, 0 when nobody else is there."""
    free = [user_id for user_id in candidates(company, line) if user_id != session.operator_id]
    if line.settings["QUEUE_TYPE"] == "evenly":
        free = _rotated(free, operators(company, line), line.last_picked)
    fresh = [user_id for user_id in free if user_id not in session.asked]
    return next(iter(fresh or free), 0)


def _rotated(free: list[int], order: list[int], last: int) -> list[int]:
    if last not in order:
        return free
    start = order.index(last) + 1
    return [user_id for user_id in order[start:] + order[:start] if user_id in free]


def asks_everyone(line: Line) -> bool:
    """Tell whether a line offers its dialogs to all operators at once."""
    return bool(line.settings["QUEUE_TYPE"] == "all")


def distribute(company: Company, chat: Chat, session: Session) -> None:
    """Offer a session to the queue; it is nobody's until someone answers."""
    chat.owner, session.wait_answer = 0, True
    line = company.line_of(session)
    chosen = 0
    if line and asks_everyone(line):
        company.invite(candidates(company, line), chat)
    elif line:
        chosen = next_operator(company, line, session)
    session.operator_id = chosen
    if line and chosen:
        line.last_picked = chosen
        session.asked.append(chosen)
        company.invite([chosen], chat)
