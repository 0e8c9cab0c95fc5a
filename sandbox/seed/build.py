"""How the conversations become chats, sessions and messages of the seeded company."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.seed.conversations import CONVERSATIONS, SeedConversation, SeedMessage
from sandbox.seed.people_and_lines import BOT, NETWORK_BOT
from sandbox.state.company import Company
from sandbox.state.people import Bot
from sandbox.state.records import Chat, File, Message, QuickAnswer, Session, Status, Transfer

NETWORK_CODES = {
    "joined": "0123456789abcdef0123456789abcdef",
    "open": "89abcdef0123456789abcdef01234567",
    "inactive": "ffffffff0123456789abcdefffffffff",
}
FIRST_MESSAGE, FIRST_FILE = 1000, 5000
GROUP_CHAT, PRIVATE_CHAT, GENERAL_CHAT = 220, 222, 223


def add_conversations(company: Company) -> None:
    """Add all conversations to the company, oldest first, with its transfers, staff chats and quick answers."""
    company.counters.update({"message": FIRST_MESSAGE, "file": FIRST_FILE, "chat": 400, "session": 400})
    for conversation in sorted(CONVERSATIONS, key=lambda item: item.ago, reverse=True):
        add_conversation(company, conversation)
    _add_transfers(company)
    _add_staff_chats(company)
    _add_network_lines(company)
    for line_id, text in (
        (1, "Thank you for your patience, I am looking into it."),
        (1, "Your refund is on its way and will arrive within five days."),
        (2, "I will send you our price list right away."),
    ):
        company.quick_answers.append(QuickAnswer(company.issue_id("quick answer"), line_id, 0, text, 2))


def add_conversation(company: Company, conversation: SeedConversation) -> None:
    """Add a conversation that happened in the past: its chat if it is new, its session, messages and file."""
    start = company.clock() - timedelta(minutes=conversation.ago)
    chat = company.chats.get(conversation.chat) or _add_chat(company, conversation, start)
    session = _add_session(company, chat, conversation, start)
    for crm_type, crm_id in conversation.tags.get("crm", ()):
        chat.crm_main = session.crm_main = chat.crm_main or (crm_type, crm_id)
        chat.crm_bindings[crm_type] = session.crm_bindings[crm_type] = crm_id
    for message in conversation.messages:
        _add_message(company, session, conversation, message, start)
    if "file" in conversation.tags:
        _attach_file(company, chat, conversation.tags["file"])
    if session.closed:
        chat.silent, chat.members = "N", [chat.client_id]
    else:
        _open_session(company, chat, session, conversation)


def _add_chat(company: Company, conversation: SeedConversation, start: datetime) -> Chat:
    client = company.clients[conversation.chat - 100]
    first_line = conversation.tags.get("from_line", conversation.line)
    code = f"{client.connector}|{first_line}|{conversation.chat + 9000}|{client.id}"
    name = f"{client.name} - {company.lines[first_line].settings['LINE_NAME']}"
    chat = Chat(conversation.chat, name, start, user_code=code, members=[client.id])
    company.chats[chat.id] = chat
    return chat


def _add_session(company: Company, chat: Chat, conversation: SeedConversation, start: datetime) -> Session:
    at = _make_clock(start)
    answered = at(conversation.answered)
    session = Session(
        id=conversation.session or conversation.chat + 100,
        chat_id=chat.id,
        user_code=chat.user_code,
        line_id=conversation.line,
        source=chat.connector,
        client_id=chat.client_id,
        created=start,
        modified=at(conversation.closed) or start,
        operator_id=conversation.operator,
        status=conversation.status,
        closed=conversation.closed is not None,
        spam=conversation.status is Status.SPAM,
        paused=conversation.tags.get("paused", False),
        wait_action=conversation.status is Status.CLOSING,
        wait_vote=conversation.status is Status.CLOSING and company.lines[conversation.line].is_on("VOTE_MESSAGE"),
        wait_answer=conversation.status < Status.ACCEPTED,
        first_answer=answered,
        operator_answer=None if company.is_bot(conversation.operator) else answered,
        closed_at=at(conversation.closed),
        close_reason=conversation.reason,
        vote=conversation.tags.get("vote", 0),
        voted_at=at(conversation.closed) if "vote" in conversation.tags else None,
        vote_head=conversation.tags.get("vote_head", 0),
        comment_head=conversation.tags.get("comment_head"),
        asked=conversation.tags.get("asked", []),
    )
    company.sessions[session.id] = session
    if conversation.operator and conversation.answered is not None and conversation.operator not in chat.members:
        chat.members.append(conversation.operator)
    return session


def _make_clock(start: datetime) -> Callable[[int | None], datetime | None]:
    return lambda minutes: None if minutes is None else start + timedelta(minutes=minutes)


def _add_message(
    company: Company, session: Session, conversation: SeedConversation, written: SeedMessage, start: datetime
) -> None:
    speaker, minute, text = written
    author = {"c": session.client_id, "o": conversation.operator, "s": 0}[speaker]
    moment = start + timedelta(minutes=minute)
    number = company.issue_id("message")
    message = company.messages[number] = Message(
        number, session.chat_id, session.id, author, moment, text, system=not author, to_client=speaker == "o"
    )
    company.mark_read(author, message)
    if session.first_answer and moment <= session.first_answer:
        company.mark_read(session.operator_id, message)
    session.modified = max(session.modified, moment)


def _attach_file(company: Company, chat: Chat, name: str) -> None:
    message = company.list_messages(chat.id)[-1]
    number = company.issue_id("file")
    company.files[number] = File(number, chat.id, chat.client_id, message.created, name, 70855)
    message.file_ids.append(number)


def _open_session(company: Company, chat: Chat, session: Session, conversation: SeedConversation) -> None:
    chat.session_id, chat.session_started = session.id, int(session.created.timestamp())
    chat.silent = conversation.tags.get("silent", "")
    chat.moved_to_line = conversation.line if "from_line" in conversation.tags else 0
    if company.is_bot(conversation.operator):
        chat.members.append(conversation.operator)
    elif session.wait_answer:
        company.invite([conversation.operator] if conversation.operator else [4, 5], chat)
        company.lines[conversation.line].last_picked = conversation.operator
    else:
        chat.owner = conversation.operator


def _add_transfers(company: Company) -> None:
    now = company.clock()
    moves = (
        Transfer(316, now - timedelta(minutes=99), 5, 2, to_operator=4, initiator=5),
        Transfer(
            319, now - timedelta(minutes=24), BOT, 5, to_line=1, reason="line", mode="BOT", type="QUEUE", initiator=BOT
        ),
        Transfer(303, now - timedelta(minutes=31), 3, 1, to_operator=4, reason="queue", mode="AUTO"),
    )
    company.transfers.extend(moves)


def _add_staff_chats(company: Company) -> None:
    """Add the chats in which employees talk among themselves."""
    created = company.clock() - timedelta(days=60)
    staff = [user.id for user in company.employees.values() if user.departments and user.active]
    team = Chat(GROUP_CHAT, "Support team", created, type="C", entity_type="", owner=2, members=[1, 2, 3, 4])
    pair = Chat(PRIVATE_CHAT, "", created, type="P", entity_type="", members=[2, 3])
    everyone = Chat(GENERAL_CHAT, "Company", created, type="C", entity_type="GENERAL", owner=1, members=staff)
    company.chats.update({chat.id: chat for chat in (team, pair, everyone)})
    company.say(team, 2, "Good morning, everyone.")
    company.say(everyone, 1, "The office is closed on Friday.")
    company.say(pair, 2, "Olga, please look at chat 202 first.")


def _add_network_lines(company: Company) -> None:
    company.bots.append(Bot(NETWORK_BOT, network_code=NETWORK_CODES["joined"], type="network"))
    company.network_lines.update({NETWORK_CODES["joined"]: "Partner Support", NETWORK_CODES["open"]: "Supplier Desk"})
    company.switches.remote_lines[NETWORK_CODES["inactive"]] = "INACTIVE"
