"""What is done with messages and what follows from them: new sessions, quick answers, CRM records."""

from typing import Any

from sandbox.domain.permissions import check_access, find_role
from sandbox.domain.sessions import load_open_session, load_or_start_session, restart_from
from sandbox.methods.operators import find_accessible_chat
from sandbox.methods.registry import MethodCall, MethodRegistry
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.people import Reach
from sandbox.state.records import Chat, CrmEntity, Line, Message, QuickAnswer, Session

METHODS = MethodRegistry()
MOST_QUICK_REPLIES = 50


@METHODS.method("imopenlines.message.session.start")
def message_session_start(call: MethodCall) -> Any:
    """Start a new session from a message; true even when the message is not there."""
    chat = find_accessible_chat(call)
    restart_from(call.company, chat, call.user_id, call.company.messages.get(call.params.read_integer("MESSAGE_ID")))
    return True


@METHODS.method("imopenlines.message.quick.save")
def message_quick_save(call: MethodCall) -> Any:
    """Save a message as a quick answer; the message is looked for before the chat is."""
    message = call.company.messages.get(call.params.read_integer("MESSAGE_ID"))
    if message is None:
        raise _make_save_error()
    chat = find_accessible_chat(call)
    check_access(call.company, call.user_id, message.chat_id)
    session = load_open_session(call.company, chat)
    line = call.company.find_line(session) if session else None
    allowed = find_role(call.company, call.user_id).quick_answers is not Reach.NONE
    if line is None or not allowed or call.company.switches.quick_answer_storage_fails:
        raise _make_save_error()
    _store_quick_answer(call, line, message)
    return True


@METHODS.method("imopenlines.v2.QuickReply.list")
def quick_reply_list(call: MethodCall) -> Any:
    """The saved phrases of a line, as newer portals show them."""
    line = call.company.lines.get(call.params.read_integer("lineId"))
    if line is None:
        raise RefusalError("INVALID_LINE_ID", "Invalid line id")
    words = call.params.read_text("search").casefold()
    found = [one for one in call.company.quick_answers if one.line_id == line.id and words in one.text.casefold()]
    first, limit = max(0, call.params.read_integer("offset")), call.params.read_integer("limit") or MOST_QUICK_REPLIES
    rows = found[first : first + min(limit, MOST_QUICK_REPLIES)]
    return {
        "replies": [_make_quick_reply(one) for one in rows],
        "sections": [],
        "totalCount": len(found),
        "manageUrl": "",
        "permissions": {},
    }


def _make_quick_reply(saved: QuickAnswer) -> dict[str, Any]:
    return {"id": saved.id, "name": saved.text[:50], "text": saved.text, "sectionId": 0, "canEdit": True, "rating": 0}


def _make_save_error() -> RefusalError:
    return RefusalError("CANT_SAVE_QUICK_ANSWER", "Error saving quick answer")


def _store_quick_answer(call: MethodCall, line: Line, message: Message) -> None:
    known = [saved for saved in call.company.quick_answers if saved.line_id == line.id]
    found = next((saved for saved in known if saved.message_id == message.id), None) or next(
        (saved for saved in known if saved.text == message.text), None
    )
    if found:
        found.message_id, found.text = message.id, message.text
        return
    call.company.quick_answers.append(
        QuickAnswer(call.company.issue_id("quick answer"), line.id, message.id, message.text, call.user_id)
    )


@METHODS.method("imopenlines.crm.lead.create")
def crm_lead_create(call: MethodCall) -> Any:
    """Create the CRM record the line is set to create; true without one when the chat is bound already."""
    chat = find_accessible_chat(call)
    if chat.crm_main:
        return True
    session = _load_session_to_save(call.company, chat)
    if session.operator_id != call.user_id:
        raise RefusalError("ERROR_USER_NOT_OPERATOR", "Only the operator of the conversation may save it to CRM")
    if not call.company.switches.modules.crm:
        raise RefusalError("IMOL_CHAT_ERROR_NOT_LOAD_CRM", "Failed to load CRM")
    _create_record(call.company, chat, session)
    return True


def _load_session_to_save(company: Company, chat: Chat) -> Session:
    failure = company.switches.load_failures.get(chat.id)
    if failure == "chat":
        raise RefusalError("IMOL_CHAT_ERROR_NOT_LOAD_CHAT", "Failed to load the chat")
    session = load_or_start_session(company, chat)
    if session is None:
        raise RefusalError("IMOL_CHAT_ERROR_ANSWER_NOT_LOAD_SESSION", "Failed to load the session")
    if failure == "data":
        raise RefusalError("IMOL_CHAT_ERROR_NOT_LOAD_DATA", "Failed to load the chat's data")
    return session


def _create_record(company: Company, chat: Chat, session: Session) -> None:
    line = company.find_line(session)
    entity_type = "DEAL" if line and line.settings["CRM_CREATE"] == "deal" else "LEAD"
    entity = CrmEntity(entity_type, company.issue_id("crm"), chat.name, session.operator_id)
    company.crm[entity.type, entity.id] = entity
    for holder in (chat, session):
        holder.crm_main = (entity.type, entity.id)
        holder.crm_bindings[entity.type] = entity.id
    session.modified = company.clock()
    company.announce(chat, f"[b]A new {entity_type.lower()} has been created[/b]")
