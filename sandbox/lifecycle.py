"""The life of a session from its start to its finish, apart from closing it."""

from typing import Any

from sandbox.closing import close
from sandbox.company import Company
from sandbox.queues import asks_everyone, distribute, is_present, next_operator
from sandbox.records import Chat, Message, Session, Status, Transfer


def open_session(company: Company, chat: Chat) -> Session | None:
    """Load the open session of a chat; older open ones of the same user code are closed as duplicates."""
    if company.switches.load_failures.get(chat.id) == "session":
        return None
    found = [session for session in company.sessions_of(chat.id) if not session.closed]
    for duplicate in found[:-1]:
        close(company, chat, duplicate, Status.DUPLICATE, "auto")
    return found[-1] if found else None


def load_or_start(company: Company, chat: Chat) -> Session | None:
    """Load the open session, or start one when none is open, as some methods do without saying so."""
    found = open_session(company, chat)
    if found or company.switches.load_failures.get(chat.id) == "session":
        return found
    return start(company, chat)


def start(company: Company, chat: Chat) -> Session | None:
    """Start a session that waits for an operator; impossible when its line is gone."""
    session = _new_session(company, chat)
    if session is None:
        return None
    line = company.lines[session.line_id]
    if line.on("WELCOME_BOT_ENABLE") and company.is_bot(int(line.settings["WELCOME_BOT_ID"])):
        _give_to_bot(company, chat, session, int(line.settings["WELCOME_BOT_ID"]))
    else:
        distribute(company, chat, session)
    greet(company, chat, session)
    return session


def start_by(company: Company, chat: Chat, operator_id: int, parent_id: int = 0) -> Session | None:
    """Start a session that an operator opens: it is theirs at once."""
    session = _new_session(company, chat)
    if session is None:
        return None
    session.mode = "output"
    session.parent_id = parent_id
    _take(company, chat, session, operator_id)
    return session


def _new_session(company: Company, chat: Chat) -> Session | None:
    if chat.line_id not in company.lines:
        return None
    now = company.clock()
    session = Session(
        id=company.next_id("session"),
        chat_id=chat.id,
        user_code=chat.user_code,
        line_id=chat.line_id,
        source=chat.connector,
        client_id=chat.client_id,
        created=now,
        modified=now,
        crm_main=chat.crm_main,
        crm_bindings=dict(chat.crm_bindings),
    )
    company.sessions[session.id] = session
    chat.session_id, chat.session_started, chat.moved_to_line = session.id, int(now.timestamp()), 0
    company.announce(chat, f"Conversation #{session.id} started")
    return session


def _give_to_bot(company: Company, chat: Chat, session: Session, bot_id: int) -> None:
    session.operator_id = chat.owner = bot_id
    session.status, session.wait_answer = Status.ACCEPTED, False
    session.first_answer = company.clock()
    _add_member(chat, bot_id)


def greet(company: Company, chat: Chat, session: Session) -> None:
    """Send the line's greeting if the line has it on."""
    line = company.line_of(session)
    if line and line.on("WELCOME_MESSAGE"):
        company.announce(chat, line.settings["WELCOME_MESSAGE_TEXT"], to_client=True)


def answer(company: Company, chat: Chat, user_id: int, *, say: str | None = None) -> bool:
    """Make a user responsible, over anyone who was; false when there is nothing to take."""
    if chat.owner == user_id or chat.id in company.switches.locked_chats:
        return False
    if company.switches.load_failures.get(chat.id):
        return False
    _add_member(chat, user_id)
    session = open_session(company, chat)
    if session is None:
        return False
    _take(company, chat, session, user_id)
    company.announce(chat, say or f"{company.mention(user_id)} started working with the conversation")
    return True


def _take(company: Company, chat: Chat, session: Session, user_id: int) -> None:
    now = company.clock()
    chat.owner = session.operator_id = user_id
    session.status = max(session.status, Status.ACCEPTED)
    session.wait_answer = False
    session.modified = now
    session.first_answer = session.first_answer or now
    if not company.is_bot(user_id):
        session.operator_answer = session.operator_answer or now
    _send_away(company, chat, session, keep=user_id)
    _add_member(chat, user_id)
    company.read_all(user_id, chat)


def _send_away(company: Company, chat: Chat, session: Session, keep: int = 0) -> None:
    line = company.line_of(session)
    leaving_bot = 0
    if line and line.settings["WELCOME_BOT_LEFT"] == "queue":
        leaving_bot = int(line.settings["WELCOME_BOT_ID"])
    chat.members = [
        member
        for member in chat.members
        if member == keep or member in company.clients or (company.is_bot(member) and member != leaving_bot)
    ]
    company.uninvite(chat)


def _add_member(chat: Chat, user_id: int) -> None:
    if user_id not in chat.members:
        chat.members.append(user_id)


def intercept(company: Company, chat: Chat, user_id: int) -> None:
    """Take a dialog over from its owner; without another owner nothing happens."""
    previous = chat.owner
    if previous and previous != user_id:
        say = f"{company.mention(user_id)} took over the conversation from {company.mention(previous)}"
        answer(company, chat, user_id, say=say)


def join(company: Company, chat: Chat, user_id: int) -> None:
    """Add a participant who is not responsible."""
    if user_id not in chat.members:
        _add_member(chat, user_id)
        company.read_all(user_id, chat)
        company.announce(chat, f"{company.mention(user_id)} joined the conversation")


def skip(company: Company, chat: Chat, user_id: int) -> bool:
    """Pass a dialog to the next operator; the rejection is posted even when there is none."""
    session = open_session(company, chat)
    if session:
        company.announce(chat, f"{company.mention(user_id)} rejected the conversation")
    if company.switches.pending:
        return False
    if session is None:
        chat.members = [member for member in chat.members if member != user_id]
        return False
    line = company.line_of(session)
    chosen = next_operator(company, line, session) if line and not asks_everyone(line) else 0
    if not chosen:
        return False
    _record(company, session, to_operator=chosen, reason="queue", mode="AUTO")
    _send_away(company, chat, session)
    _requeue(company, chat, session)
    company.announce(chat, f"The conversation goes to {company.mention(chosen)}")
    return True


def _requeue(company: Company, chat: Chat, session: Session) -> None:
    session.status, session.modified = Status.SKIPPED, company.clock()
    distribute(company, chat, session)


def transfer_to_user(company: Company, chat: Chat, by: int, target: int, *, mode: str = "MANUAL") -> bool:
    """Hand a dialog to another employee, who becomes responsible at once."""
    employee = company.employee(target)
    session = _movable(company, chat)
    if session is None or employee is None or not employee.can_take_dialogs:
        return False
    _record(company, session, to_operator=target, reason="manual", mode=mode, type="USER", initiator=by)
    chat.owner = 0
    _send_away(company, chat, session, keep=target)
    company.announce(chat, f"{company.mention(by)} transferred the conversation to {company.mention(target)}")
    _take(company, chat, session, target)
    return True


def transfer_to_line(company: Company, chat: Chat, by: int, line_id: int, *, mode: str = "MANUAL") -> bool:
    """Hand a dialog to the queue of a line; the user code keeps the original line."""
    line = company.lines.get(line_id)
    session = _movable(company, chat)
    if session is None or line is None:
        return False
    _record(company, session, to_line=line_id, reason="line", mode=mode, type="QUEUE", initiator=by)
    session.operator_id = 0
    session.line_id = chat.moved_to_line = line_id
    session.asked.clear()
    _send_away(company, chat, session)
    _requeue(company, chat, session)
    company.announce(
        chat, f"{company.mention(by)} transferred the conversation to the line [b]{line.settings['LINE_NAME']}[/b]"
    )
    return True


def _movable(company: Company, chat: Chat) -> Session | None:
    if chat.id in company.switches.locked_chats or company.switches.load_failures.get(chat.id):
        return None
    return load_or_start(company, chat)


def _record(company: Company, session: Session, **details: Any) -> None:
    move = Transfer(session.id, company.clock(), session.operator_id, session.line_id, **details)
    company.transfers.append(move)


def release_from_bot(company: Company, chat: Chat, session: Session) -> None:
    """Take a dialog from a bot and offer it to the queue."""
    line = company.line_of(session)
    bot_id = session.operator_id
    if not line or line.settings["WELCOME_BOT_LEFT"] != "close":
        chat.members = [member for member in chat.members if member != bot_id]
    company.announce(chat, "The chat bot finished its part of the conversation")
    _requeue(company, chat, session)


def pin(company: Company, chat: Chat, user_id: int, *, on: bool) -> bool:
    """Pin or unpin a dialog; only its operator may, unless it is so already."""
    current = company.sessions.get(chat.session_id)
    if bool(current and current.paused) == on:
        return True
    if company.switches.load_failures.get(chat.id):
        return False
    session = load_or_start(company, chat)
    if session is None or session.operator_id != user_id:
        return False
    session.paused, session.modified = on, company.clock()
    company.announce(chat, f"{company.mention(user_id)} {'pinned' if on else 'unpinned'} the conversation")
    if not on:
        _return_to_queue(company, chat, session)
    return True


def _return_to_queue(company: Company, chat: Chat, session: Session) -> None:
    line = company.line_of(session)
    if line and not is_present(company, line, session.operator_id):
        _send_away(company, chat, session)
        _requeue(company, chat, session)


def silence(company: Company, chat: Chat, *, on: bool) -> None:
    """Hide operators' messages from the client, or show them again; a stored N differs from nothing."""
    wanted = "Y" if on else ""
    if chat.silent != wanted:
        chat.silent = wanted
        company.announce(chat, f"Silent mode is {'on' if on else 'off'}")


def start_or_join(company: Company, chat: Chat, user_id: int) -> None:
    """Open a session as its operator, or join the one that is open."""
    if open_session(company, chat):
        join(company, chat, user_id)
    else:
        start_by(company, chat, user_id)


def restart_from(company: Company, chat: Chat, user_id: int, message: Message | None) -> None:
    """Force the session closed and open its successor with a copy of a message that the client does not get."""
    if chat.id in company.switches.locked_chats:
        return
    previous = load_or_start(company, chat)
    if previous is None or message is None or message.chat_id != chat.id:
        return
    close(company, chat, previous, Status.CLOSED, "operator")
    if start_by(company, chat, user_id, parent_id=previous.id):
        company.say(chat, message.author_id, message.text, system=message.system, file_ids=list(message.file_ids))
