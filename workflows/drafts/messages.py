"""What methods would do that write messages, mark or keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.chatbots import BotSessionMessageSend
from tools.crm_chats import CrmChatGet
from tools.dialogs import SessionHistoryGet
from tools.messages import OF_OPERATORS, CrmMessageAdd, MessageQuickSave
from tools.messenger import ImDialogMessagesGet, ImDialogRead, ImMessageAdd
from tools.method import Method
from tools.result_types import read_object, read_whole
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import ChatState, quote
from workflows.core.draft import Change, Draft
from workflows.core.errors import UnfinishedError
from workflows.drafts.closing import describe_end
from workflows.drafts.facts import DialogFacts, find_first_line, read_line, refuse
from workflows.lines.line import UnreadableSettingError

LONGEST_SHOWN = 300
HIDDEN = "The client gets nothing: silent mode is on, so only colleagues read it."
NOT_A_MEMBER = "CANCELED"
CHANNEL_OFF = "ERROR_FROM_OTHER_MODULE"


@dataclass(frozen=True)
class FoundMessage:
    """A message of the dialog."""

    id: int
    role: str
    text: str

    def __str__(self) -> str:
        """Marked as its author's."""
        shown = self.text if len(self.text) <= LONGEST_SHOWN else f"{self.text[:LONGEST_SHOWN]}…"
        return f"message {self.id} ({self.role}): {quote(shown, self.role)}"


async def read_messages(facts: DialogFacts, message_id: int) -> list[FoundMessage] | None:
    """The messages of the dialog around one; None where they cannot be read."""
    if facts.me.has_messenger:
        question: Method = ImDialogMessagesGet(dialog_id=f"chat{facts.chat.id}", last_id=message_id + 1, limit=1)
        answer = await attempt(facts.context, question)
        if not is_refusal(answer):
            return _read(answer["messages"])
    answer = await attempt(facts.context, SessionHistoryGet(chat_id=facts.chat.id, last=10_000))
    if is_refusal(answer):
        return None
    found = _read(answer["messages"])
    is_known = any(message.id == message_id for message in found)
    return found if is_known else None


def _read(rows: Sequence[Mapping[str, Any]]) -> list[FoundMessage]:
    return [FoundMessage(row["id"], str(row["role"]), str(row.get("text") or "")) for row in rows]


def find_message(messages: Sequence[FoundMessage] | None, message_id: int) -> FoundMessage | None:
    """The one of this number."""
    return next((message for message in messages or () if message.id == message_id), None)


async def draft_quick_save(call: MessageQuickSave, facts: DialogFacts) -> Draft:
    """The very words that would be kept for all dialogs of the line."""
    messages = await read_messages(facts, call.message_id)
    message = find_message(messages, call.message_id)
    if not facts.chat.open:
        raise refuse(call, f"{facts.chat} is closed, and it takes an open session", "CANT_SAVE_QUICK_ANSWER")
    if message is None:
        why = f"message {call.message_id} was not found in {facts.chat}; it may be of another chat, or be none"
        return Draft(unchecked=(why,))
    if obstacle := call.find_obstacle(message.role, message.text):
        raise UnfinishedError(f"Nothing was sent: {obstacle}", OF_OPERATORS)
    by_client = message.role == "client"
    warnings = ("These are a client's words, not an operator's.",) if by_client else ()
    change = Change("quick answer of the line", "none, or an older text", str(message))
    unchecked = () if facts.me.is_admin else ("whether the line's quick answers are open to you",)
    return Draft(changes=(change,), warnings=warnings, unchecked=unchecked)


async def draft_message(call: ImMessageAdd, facts: DialogFacts) -> Draft:
    """To the client, or for colleagues only."""
    if call.system:
        return Draft("A notice without author, for colleagues only.")
    if not facts.chat.participates:
        raise refuse(call, f"you do not take part in {facts.chat}", NOT_A_MEMBER)
    return await draft_sending(call, facts, call.message)


async def draft_sending(call: Method, facts: DialogFacts, words: str) -> Draft:
    """What becomes of a message that whoever writes is allowed to write.

    Raises:
        UnfinishedError: The line is off, and the messenger refuses messages into its channel.
    """
    await require_channel(call, facts.chat, facts)
    if facts.chat.silent:
        return Draft(HIDDEN)
    start = () if facts.chat.open else (describe_end(facts.chat, "open"), Change("operator", "nobody", "you"))
    return Draft("" if facts.chat.open else "It is closed: a new session begins.", start, (quote(words, "assistant"),))


async def require_channel(call: Method, chat: ChatState, facts: DialogFacts) -> None:
    """See that the line through which the client writes is on.

    Raises:
        UnfinishedError: It is off, or gone.
    """
    line_id = find_first_line(chat)
    line = await read_line(facts.context, line_id)
    try:
        is_off = line is None or line.off("ACTIVE")
    except UnreadableSettingError:
        return
    if is_off:
        raise refuse(
            call, f"{line or f'line {line_id}'}, through which the client writes, is switched off", CHANNEL_OFF
        )


async def draft_crm_message(call: CrmMessageAdd, facts: DialogFacts) -> Draft:
    """Through the CRM record, as an employee who takes part."""
    await require_active_chat(call, facts, call.crm_entity_type, call.crm_entity)
    unchecked: tuple[str, ...] = ()
    if call.user_id == facts.me.id:
        takes_part: bool | None = facts.chat.participates
    else:
        members = await facts.read_members()
        takes_part = None if members is None else call.user_id in members
        unchecked = (f"whether user {call.user_id} may read the CRM record",)
    if takes_part is False:
        raise refuse(call, f"user {call.user_id} does not take part in {facts.chat}", NOT_A_MEMBER)
    if takes_part is None:
        unchecked = (*unchecked, f"whether user {call.user_id} takes part in it")
    sending = await draft_sending(call, facts, call.message)
    return Draft(sending.does, sending.changes, sending.client_gets, unchecked=unchecked)


async def read_active_chats(call: Method, facts: DialogFacts, kind: str, number: int) -> set[int]:
    """The active chats of a CRM record.

    Raises:
        UnfinishedError: The record may not be read.
    """
    answer = await attempt(facts.context, CrmChatGet.from_tool({"crm_entity_type": kind, "crm_entity": number}))
    if is_refusal(answer):
        raise refuse(call, f"you may not read {kind} {number}", "ACCESS_DENIED")
    return {read_whole(read_object(row).get("CHAT_ID")) for row in answer}


async def require_active_chat(call: Method, facts: DialogFacts, kind: str, number: int) -> None:
    """See that a chat is one of a CRM record's active ones.

    Raises:
        UnfinishedError: It is not, or the record may not be read.
    """
    if facts.chat.id not in await read_active_chats(call, facts, kind, number):
        reason = f"{facts.chat} is no active dialog of {kind} {number}"
        raise refuse(call, reason, "CHAT_NOT_IN_CRM")


async def draft_read(call: ImDialogRead, facts: DialogFacts) -> Draft:
    """Only who takes part in a dialog that somebody has."""
    if not facts.chat.owner or not facts.chat.participates:
        why = "it waits in the queue" if not facts.chat.owner else "you do not take part in it"
        raise refuse(call, f"nothing can be marked in {facts.chat}: {why}", "")
    return Draft("Its messages count as read by you.")


async def draft_automatic(call: BotSessionMessageSend, facts: DialogFacts) -> Draft:
    """The line's greeting, or the given text."""
    start = () if facts.chat.open else (describe_end(facts.chat, "open"),)
    if call.name == "DEFAULT":
        return Draft("", start, (quote(call.message or "", "assistant"),))
    line = await facts.read_line()
    if line is None or not line.on("WELCOME_MESSAGE"):
        return Draft("The client gets nothing: the line's greeting is off.", start)
    return Draft("", start, (quote(line.text("WELCOME_MESSAGE_TEXT"), "portal"),))
