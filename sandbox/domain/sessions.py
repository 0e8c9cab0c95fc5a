"""The life of a session from its start to its finish, apart from closing it."""

from sandbox.domain.closing import close_session
from sandbox.domain.queues import distribute, remove_members
from sandbox.state.company import Company
from sandbox.state.happenings import HappeningKind
from sandbox.state.records import Chat, Line, Message, Session, Status


def load_open_session(company: Company, chat: Chat) -> Session | None:
    """The open session of a chat, None if there is none; older open ones are closed as duplicates."""
    if company.switches.load_failures.get(chat.id) == "session":
        return None
    found = [session for session in company.list_sessions(chat.id) if not session.closed]
    for duplicate in found[:-1]:
        close_session(company, chat, duplicate, Status.DUPLICATE, "auto")
    return found[-1] if found else None


def load_or_start_session(company: Company, chat: Chat) -> Session | None:
    """The open session of a chat, or a new one, which some methods start without saying so; None if neither works."""
    found = load_open_session(company, chat)
    if found or company.switches.load_failures.get(chat.id) == "session":
        return found
    return start_session(company, chat)


def start_session(company: Company, chat: Chat) -> Session | None:
    """The new session of a chat, which waits for an operator; None when its line is gone."""
    session = _create_session(company, chat, chat.line_id)
    if session is None:
        return None
    line = company.lines[session.line_id]
    if not line.is_on("ACTIVE"):
        company.announce(chat, "The line is closed")
    if bot_id := _find_welcome_bot(company, chat, line):
        session.operator_id = bot_id
        company.add_member(chat, bot_id)
    else:
        distribute(company, chat, session)
    return session


def _find_welcome_bot(company: Company, chat: Chat, line: Line) -> int:
    """The bot that meets the client; the session stays unaccepted while the bot has it."""
    bot_id = int(line.settings["WELCOME_BOT_ID"])
    wanted = line.settings["WELCOME_BOT_JOIN"] == "always" or is_first_session(company, chat)
    there = company.is_bot(bot_id) and company.find_employee(bot_id) is not None
    return bot_id if wanted and there and line.is_on("WELCOME_BOT_ENABLE") and line.is_on("ACTIVE") else 0


def is_first_session(company: Company, chat: Chat) -> bool:
    """Whether the present session is the first of its chat."""
    return len(company.list_sessions(chat.id)) == 1


def start_session_as(company: Company, chat: Chat, operator_id: int, parent: Session | None = None) -> Session | None:
    """The new session that an operator opens, responsible at once; it is on the line of its parent."""
    session = _create_session(company, chat, parent.line_id if parent else chat.line_id)
    if session is None:
        return None
    session.mode = "output"
    session.parent_id = parent.id if parent else 0
    assign_operator(company, chat, session, operator_id)
    return session


def _create_session(company: Company, chat: Chat, line_id: int) -> Session | None:
    """The new session of a chat; `moved_to_line` of the chat stays what an earlier session made it."""
    if line_id not in company.lines:
        return None
    now = company.clock()
    session = Session(
        id=company.issue_id("session"),
        chat_id=chat.id,
        user_code=chat.user_code,
        line_id=line_id,
        source=chat.connector,
        client_id=chat.client_id,
        created=now,
        modified=now,
        crm_main=chat.crm_main,
        crm_bindings=dict(chat.crm_bindings),
    )
    company.sessions[session.id] = session
    chat.session_id, chat.session_started = session.id, int(now.timestamp())
    company.tell(HappeningKind.SESSION_STARTED, chat, session=session)
    company.announce(chat, f"Conversation #{session.id} started")
    return session


def send_greeting(company: Company, chat: Chat, session: Session) -> None:
    """Send the welcome text of the session's line, if the line has it on."""
    line = company.find_line(session)
    if line and line.is_on("WELCOME_MESSAGE"):
        text = line.settings["WELCOME_MESSAGE_TEXT"].replace("#SESSION_ID#", str(session.id))
        company.announce(chat, text, to_client=True)


def answer_dialog(company: Company, chat: Chat, user_id: int, *, say: str | None = None) -> bool:
    """Make a user responsible for a dialog, whoever was; False when there is nothing to take.

    `say` is the notice in the chat; the usual one if it is not given.
    """
    if chat.owner == user_id or chat.id in company.switches.locked_chats:
        return False
    if company.switches.load_failures.get(chat.id):
        return False
    company.add_member(chat, user_id)
    session = load_open_session(company, chat)
    if session is None:
        return False
    assign_operator(company, chat, session, user_id)
    company.announce(chat, say or f"{company.format_mention(user_id)} started working with the conversation")
    return True


def assign_operator(company: Company, chat: Chat, session: Session, user_id: int, how: str = "taken") -> None:
    """Make a user responsible for a session, taken or transferred, and remove the other members."""
    now = company.clock()
    session.operator_id = user_id
    company.set_owner(chat, user_id, how)
    session.status = max(session.status, Status.ACCEPTED)
    session.wait_answer = session.wait_action = False
    session.modified = now
    session.first_answer = session.first_answer or now
    if not company.is_bot(user_id):
        session.operator_answer = session.operator_answer or now
    remove_members(company, chat, session, keep=user_id)
    company.add_member(chat, user_id)
    company.mark_all_read(user_id, chat)


def intercept_dialog(company: Company, chat: Chat, user_id: int) -> None:
    """Take a dialog over from its owner; where nobody else owns it nothing happens."""
    previous = chat.owner
    if previous and previous != user_id:
        say = f"{company.format_mention(user_id)} took over the conversation from {company.format_mention(previous)}"
        answer_dialog(company, chat, user_id, say=say)


def join_chat(company: Company, chat: Chat, user_id: int) -> None:
    """Add a participant who is not responsible; somebody who is there already changes nothing."""
    if user_id not in chat.members:
        company.add_member(chat, user_id)
        company.mark_all_read(user_id, chat)
        company.announce(chat, f"{company.format_mention(user_id)} joined the conversation")


def set_silent_mode(company: Company, chat: Chat, *, on: bool) -> None:
    """Hide operators' messages from the client, or show them again; a change is announced in the chat."""
    wanted = "Y" if on else ""
    if chat.silent != wanted:
        chat.silent = wanted
        company.announce(chat, f"Silent mode is {'on' if on else 'off'}")


def start_or_join(company: Company, chat: Chat, user_id: int) -> None:
    """Open a session as its operator, or join the one that is open."""
    if load_open_session(company, chat):
        join_chat(company, chat, user_id)
    else:
        start_session_as(company, chat, user_id)


def restart_from(company: Company, chat: Chat, user_id: int, message: Message | None) -> None:
    """Close the open session by force and open its successor, with a copy of a message that the client does not get.

    Nothing happens in a locked chat, or when the message is not one of this chat.
    """
    if chat.id in company.switches.locked_chats:
        return
    previous = load_or_start_session(company, chat)
    if previous is None or message is None or message.chat_id != chat.id:
        return
    close_session(company, chat, previous, Status.CLOSED, "operator", force=True)
    if start_session_as(company, chat, user_id, previous):
        company.say(chat, message.author_id, message.text, system=message.system, file_ids=list(message.file_ids))
