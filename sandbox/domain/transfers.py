"""How a dialog changes its operator: by a skip, a transfer, a release, an unpinning or a dismissal."""

from typing import Any

from sandbox.domain.queues import (
    asks_everyone,
    has_place,
    is_present,
    pass_on,
    pick_operator,
    remove_members,
    requeue,
    withdraw,
)
from sandbox.domain.sessions import assign_operator, load_open_session, load_or_start_session
from sandbox.state.company import Company
from sandbox.state.records import Chat, Session, Status, Transfer


def skip_dialog(company: Company, chat: Chat, user_id: int) -> bool:
    """Let the queue choose anew, which may choose the same user; False when nobody is there.

    That the user declined is posted either way.
    """
    session = load_open_session(company, chat)
    if session:
        company.announce(chat, f"{company.format_mention(user_id)} rejected the conversation")
    if company.switches.pending:
        return False
    if session is None:
        company.keep_members(chat, user_id.__ne__)
        return False
    line = company.find_line(session)
    chosen = pick_operator(company, line, session) if line and not asks_everyone(line) else 0
    if not chosen:
        return False
    if chosen != session.operator_id or session.status >= Status.ACCEPTED:
        pass_on(company, chat, session)
    return True


def transfer_to_user(company: Company, chat: Chat, by: int, target: int, *, mode: str = "MANUAL") -> bool:
    """Hand a dialog to another employee, who is responsible at once; False if that is impossible.

    `by` is the user or bot who does it, `mode` MANUAL or BOT as the statistics show it.
    """
    employee = company.find_employee(target)
    session = _load_movable_session(company, chat)
    if session is None or employee is None or not employee.can_take_dialogs:
        return False
    _record_transfer(company, session, to_operator=target, reason="manual", mode=mode, type="USER", initiator=by)
    remove_members(company, chat, session, keep=target)
    company.announce(
        chat, f"{company.format_mention(by)} transferred the conversation to {company.format_mention(target)}"
    )
    assign_operator(company, chat, session, target, "transferred")
    return True


def transfer_to_line(company: Company, chat: Chat, by: int, line_id: int, *, mode: str = "MANUAL") -> bool:
    """Hand a dialog to the queue of a line; False if that is impossible. The user code keeps the original line.

    `by` is the user or bot who does it, `mode` MANUAL or BOT as the statistics show it.
    """
    line = company.lines.get(line_id)
    session = _load_movable_session(company, chat)
    if session is None or line is None:
        return False
    _record_transfer(company, session, to_line=line_id, reason="line", mode=mode, type="QUEUE", initiator=by)
    session.operator_id = 0
    session.line_id = chat.moved_to_line = line_id
    session.asked.clear()
    remove_members(company, chat, session)
    requeue(company, chat, session)
    company.announce(
        chat,
        f"{company.format_mention(by)} transferred the conversation to the line [b]{line.settings['LINE_NAME']}[/b]",
    )
    return True


def _load_movable_session(company: Company, chat: Chat) -> Session | None:
    if chat.id in company.switches.locked_chats or company.switches.load_failures.get(chat.id):
        return None
    return load_or_start_session(company, chat)


def _record_transfer(company: Company, session: Session, **details: Any) -> None:
    move = Transfer(session.id, company.clock(), session.operator_id, session.line_id, **details)
    company.transfers.append(move)


def release_from_bot(company: Company, chat: Chat, session: Session) -> None:
    """Take a dialog from its bot and offer it to the queue."""
    line = company.find_line(session)
    bot_id = session.operator_id
    if not line or line.settings["WELCOME_BOT_LEFT"] != "close":
        company.keep_members(chat, bot_id.__ne__)
    company.announce(chat, "The chat bot finished its part of the conversation")
    requeue(company, chat, session)


def set_pinned(company: Company, chat: Chat, user_id: int, *, on: bool) -> bool:
    """Pin or unpin a dialog, which only its operator may; True as well when it is so already."""
    current = company.sessions.get(chat.session_id)
    if bool(current and current.paused) == on:
        return True
    if company.switches.load_failures.get(chat.id):
        return False
    session = load_or_start_session(company, chat)
    if session is None or session.operator_id != user_id:
        return False
    session.paused, session.modified = on, company.clock()
    session.wait_action = session.wait_action and not on
    company.announce(chat, f"{company.format_mention(user_id)} {'pinned' if on else 'unpinned'} the conversation")
    if not on and session.status < Status.OPERATOR_WROTE:
        _leave_unavailable_operator(company, chat, session)
    return True


def _leave_unavailable_operator(company: Company, chat: Chat, session: Session) -> None:
    """Put a dialog back into the queue if its line looks at presence and its operator could not get it now."""
    line, holder = company.find_line(session), session.operator_id
    if line is None or not line.is_on("CHECK_AVAILABLE"):
        return
    if not (is_present(company, line, holder) and has_place(company, line, holder)):
        pass_on(company, chat, session)


def dismiss_employee(company: Company, user_id: int) -> None:
    """Dismiss an employee, who leaves the queues and loses the dialogs of every line."""
    employee = company.employees[user_id]
    employee.active, employee.presence = False, "offline"
    for line in company.lines.values():
        line.queue = [entry for entry in line.queue if (entry.entity_type, entry.entity_id) != ("user", user_id)]
        withdraw(company, line, {user_id})
