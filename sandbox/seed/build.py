"""How the scenes become chats, sessions and messages of the seeded company."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sandbox.seed.conversations import CONVERSATIONS, SeedConversation, SeedMessage
from sandbox.seed.people_and_lines import BOT, NETWORK_BOT
from sandbox.state.company import Company
from sandbox.state.records import Bot, Chat, File, Message, QuickAnswer, Session, Status, Transfer

NETWORK_CODES = {
    "joined": "0123456789abcdef0123456789abcdef",
    "open": "89abcdef0123456789abcdef01234567",
    "inactive": "ffffffff0123456789abcdefffffffff",
}
FIRST_MESSAGE, FIRST_FILE = 1000, 5000
GROUP_CHAT, PRIVATE_CHAT, GENERAL_CHAT = 220, 222, 223


def play(company: Company) -> None:
    """Let all the conversations have happened."""
    company.counters.update({"message": FIRST_MESSAGE, "file": FIRST_FILE, "chat": 400, "session": 400})
    for scene in sorted(CONVERSATIONS, key=lambda item: item.ago, reverse=True):
        play_one(company, scene)
    _transfer_history(company)
    _colleagues(company)
    _network(company)
    for line_id, text in (
        (1, "Thank you for your patience, I am looking into it."),
        (1, "Your refund is on its way and will arrive within five days."),
        (2, "I will send you our price list right away."),
    ):
        company.quick_answers.append(QuickAnswer(company.next_id("quick answer"), line_id, 0, text, 2))


def play_one(company: Company, scene: SeedConversation) -> None:
    """Let one conversation have happened."""
    start = company.clock() - timedelta(minutes=scene.ago)
    chat = company.chats.get(scene.chat) or _chat(company, scene, start)
    session = _session(company, chat, scene, start)
    for crm_type, crm_id in scene.tags.get("crm", ()):
        chat.crm_main = session.crm_main = chat.crm_main or (crm_type, crm_id)
        chat.crm_bindings[crm_type] = session.crm_bindings[crm_type] = crm_id
    for said in scene.said:
        _say(company, session, scene, said, start)
    if "file" in scene.tags:
        _attach(company, chat, scene.tags["file"])
    if session.closed:
        chat.silent, chat.members = "N", [chat.client_id]
    else:
        _open(company, chat, session, scene)


def _chat(company: Company, scene: SeedConversation, start: datetime) -> Chat:
    client = company.clients[scene.chat - 100]
    first_line = scene.tags.get("from_line", scene.line)
    code = f"{client.connector}|{first_line}|{scene.chat + 9000}|{client.id}"
    name = f"{client.name} - {company.lines[first_line].settings['LINE_NAME']}"
    chat = Chat(scene.chat, name, start, user_code=code, members=[client.id])
    company.chats[chat.id] = chat
    return chat


def _session(company: Company, chat: Chat, scene: SeedConversation, start: datetime) -> Session:
    at = _clock_of(start)
    answered = at(scene.answered)
    session = Session(
        id=scene.session or scene.chat + 100,
        chat_id=chat.id,
        user_code=chat.user_code,
        line_id=scene.line,
        source=chat.connector,
        client_id=chat.client_id,
        created=start,
        modified=at(scene.closed) or start,
        operator_id=scene.operator,
        status=scene.status,
        closed=scene.closed is not None,
        spam=scene.status is Status.SPAM,
        paused=scene.tags.get("paused", False),
        wait_action=scene.status is Status.CLOSING,
        wait_vote=scene.status is Status.CLOSING and company.lines[scene.line].on("VOTE_MESSAGE"),
        wait_answer=scene.status < Status.ACCEPTED,
        first_answer=answered,
        operator_answer=None if company.is_bot(scene.operator) else answered,
        closed_at=at(scene.closed),
        close_reason=scene.reason,
        vote=scene.tags.get("vote", 0),
        voted_at=at(scene.closed) if "vote" in scene.tags else None,
        vote_head=scene.tags.get("vote_head", 0),
        comment_head=scene.tags.get("comment_head"),
        asked=scene.tags.get("asked", []),
    )
    company.sessions[session.id] = session
    if scene.operator and scene.answered is not None and scene.operator not in chat.members:
        chat.members.append(scene.operator)
    return session


def _clock_of(start: datetime) -> Callable[[int | None], datetime | None]:
    return lambda minutes: None if minutes is None else start + timedelta(minutes=minutes)


def _say(company: Company, session: Session, scene: SeedConversation, said: SeedMessage, start: datetime) -> None:
    speaker, minute, text = said
    author = {"c": session.client_id, "o": scene.operator, "s": 0}[speaker]
    moment = start + timedelta(minutes=minute)
    number = company.next_id("message")
    message = company.messages[number] = Message(
        number, session.chat_id, session.id, author, moment, text, system=not author, to_client=speaker == "o"
    )
    company.read(author, message)
    if session.first_answer and moment <= session.first_answer:
        company.read(session.operator_id, message)
    session.modified = max(session.modified, moment)


def _attach(company: Company, chat: Chat, name: str) -> None:
    message = company.messages_of(chat.id)[-1]
    number = company.next_id("file")
    company.files[number] = File(number, chat.id, chat.client_id, message.created, name, 70855)
    message.file_ids.append(number)


def _open(company: Company, chat: Chat, session: Session, scene: SeedConversation) -> None:
    chat.session_id, chat.session_started = session.id, int(session.created.timestamp())
    chat.silent = scene.tags.get("silent", "")
    chat.moved_to_line = scene.line if "from_line" in scene.tags else 0
    if company.is_bot(scene.operator):
        chat.members.append(scene.operator)
    elif session.wait_answer:
        company.invite([scene.operator] if scene.operator else [4, 5], chat)
        company.lines[scene.line].last_picked = scene.operator
    else:
        chat.owner = scene.operator


def _transfer_history(company: Company) -> None:
    now = company.clock()
    moves = (
        Transfer(316, now - timedelta(minutes=99), 5, 2, to_operator=4, initiator=5),
        Transfer(
            319, now - timedelta(minutes=24), BOT, 5, to_line=1, reason="line", mode="BOT", type="QUEUE", initiator=BOT
        ),
        Transfer(303, now - timedelta(minutes=31), 3, 1, to_operator=4, reason="queue", mode="AUTO"),
    )
    company.transfers.extend(moves)


def _colleagues(company: Company) -> None:
    """Let the employees talk among themselves, where no client is."""
    created = company.clock() - timedelta(days=60)
    staff = [user.id for user in company.employees.values() if user.departments and user.active]
    team = Chat(GROUP_CHAT, "Support team", created, type="C", entity_type="", owner=2, members=[1, 2, 3, 4])
    pair = Chat(PRIVATE_CHAT, "", created, type="P", entity_type="", members=[2, 3])
    everyone = Chat(GENERAL_CHAT, "Company", created, type="C", entity_type="GENERAL", owner=1, members=staff)
    company.chats.update({chat.id: chat for chat in (team, pair, everyone)})
    company.say(team, 2, "Good morning, everyone.")
    company.say(everyone, 1, "The office is closed on Friday.")
    company.say(pair, 2, "Olga, please look at chat 202 first.")


def _network(company: Company) -> None:
    company.bots.append(Bot(NETWORK_BOT, network_code=NETWORK_CODES["joined"]))
    company.network_lines.update({NETWORK_CODES["joined"]: "Partner Support", NETWORK_CODES["open"]: "Supplier Desk"})
    company.switches.remote_lines[NETWORK_CODES["inactive"]] = "INACTIVE"
