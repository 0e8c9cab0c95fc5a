"""Who may do what: the shared gate of the operator methods and the single rights."""

from sandbox.state.company import Company
from sandbox.state.errors import RefusalError
from sandbox.state.people import Employee, Reach, Role
from sandbox.state.records import Chat, Line, Session

NO_RIGHTS = Role("none")


def find_role(company: Company, user_id: int) -> Role:
    """The role of a user; unknown and dismissed users have one without any permission."""
    employee = company.find_employee(user_id)
    return employee.role if employee else NO_RIGHTS


def check_access(company: Company, user_id: int, chat_id: int) -> Chat:
    """The open-line chat of a call, if its caller may be there.

    Raises:
        RefusalError: IM_LOAD_ERROR, CHAT_ID, USER_ID, CHAT_TYPE or ACCESS_DENIED; the portal checks in this order.
    """
    if not (company.switches.modules.im and company.switches.modules.pull):
        raise RefusalError("IM_LOAD_ERROR", "Error loading the messenger modules")
    if chat_id <= 0:
        raise RefusalError("CHAT_ID", "Chat ID is invalid.")
    if user_id <= 0:
        raise RefusalError("USER_ID", "User ID is invalid.")
    chat = company.chats.get(chat_id)
    if chat and user_id in chat.members:
        if chat.entity_type != "LINES":
            raise _make_chat_type_error()
        return chat
    if chat and (user_id, chat_id) in company.recents:
        return chat
    return _check_outsider(company, user_id, chat)


def _check_outsider(company: Company, user_id: int, chat: Chat | None) -> Chat:
    if chat is None:
        raise RefusalError("CHAT_ID", "Chat ID is invalid.")
    if chat.type != "L":
        raise _make_chat_type_error()
    if not can_join(company, user_id, chat):
        raise RefusalError("ACCESS_DENIED", "You do not have permission to access this chat.")
    return chat


def _make_chat_type_error() -> RefusalError:
    return RefusalError("CHAT_TYPE", "This chat is not Open Channel")


def can_join(company: Company, user_id: int, chat: Chat) -> bool:
    """Whether a user may enter the chat: by the role's permission for its line, or by that for its CRM object."""
    if reaches_line(company, find_role(company, user_id).join, user_id, chat.line_id):
        return True
    if not chat.crm_main or not company.switches.modules.crm:
        return False
    return can_read_crm(company, user_id, *chat.crm_main)


def _covers(company: Company, reach: Reach, user_id: int, other_id: int) -> bool:
    if reach is Reach.ALL:
        return True
    if reach is Reach.NONE:
        return False
    if user_id == other_id:
        return True
    return reach is Reach.DEPARTMENT and _share_department(company, user_id, other_id)


def _share_department(company: Company, user_id: int, other_id: int) -> bool:
    one, other = company.employees.get(user_id), company.employees.get(other_id)
    return bool(one and other and set(one.departments) & set(other.departments))


def list_queue_members(company: Company, line: Line) -> list[int]:
    """The ids of the users in a line's queue, in its order; a department stands for its members."""
    members: list[int] = []
    for entry in line.queue:
        members.extend(_list_entry_members(company, entry.entity_type, entry.entity_id))
    return list(dict.fromkeys(members))


def _list_entry_members(company: Company, entity_type: str, entity_id: int) -> list[int]:
    if entity_type == "user":
        return [entity_id]
    return [user.id for user in company.employees.values() if entity_id in user.departments and user.can_take_dialogs]


def can_modify_line(company: Company, user_id: int, line_id: int) -> bool:
    """Whether a user's role lets them change or delete a line."""
    return reaches_line(company, find_role(company, user_id).lines_modify, user_id, line_id)


def reaches_line(company: Company, reach: Reach, user_id: int, line_id: int, *, own_counts: bool = True) -> bool:
    """Whether a permission of a user covers a line.

    It does if it covers everything or somebody in the line's queue, and for the user who changed the line last unless
    `own_counts` is off.
    """
    if reach is Reach.ALL:
        return True
    line = company.lines.get(line_id)
    if line is None or reach is Reach.NONE:
        return False
    if own_counts and line.modified_by == user_id:
        return True
    return any(_covers(company, reach, user_id, member) for member in list_queue_members(company, line))


def can_read_crm(company: Company, user_id: int, entity_type: str, entity_id: int) -> bool:
    """Whether a user may read a CRM object (type in any case, id); without the CRM module everybody may."""
    if not company.switches.modules.crm:
        return True
    reach = find_role(company, user_id).crm
    if reach is Reach.ALL:
        return True
    entity = company.crm.get((entity_type.upper(), entity_id))
    return entity is not None and reach is Reach.OWN and entity.responsible_id == user_id


def can_see_history(company: Company, user_id: int, session: Session) -> bool:
    """Whether a user may read the messages of a session: as its operator, by the role, or by its CRM object."""
    if user_id > 0 and session.operator_id == user_id:
        return True
    if _covers(company, find_role(company, user_id).history, user_id, session.operator_id):
        return True
    if not session.crm_main or not company.switches.modules.crm:
        return False
    return can_read_crm(company, user_id, *session.crm_main)


def can_be_shown_history(company: Company, caller_id: int, target_id: int, session: Session) -> bool:
    """Whether a user whom the caller adds may see a session; it is the caller's permission that is measured."""
    return _covers(company, find_role(company, caller_id).history, target_id, session.operator_id)


def is_channel_active(company: Company, chat: Chat) -> bool:
    """Whether the line in which the chat began is on and still has the chat's channel."""
    line = company.lines.get(chat.line_id)
    if line is None or not line.is_on("ACTIVE"):
        return False
    connection = company.connections.get((chat.connector, line.id))
    return chat.connector in line.connectors or (connection is not None and connection.active)


def make_channel_off_error() -> RefusalError:
    """The messenger's refusal of a message into a channel that does not work."""
    return RefusalError("ERROR_FROM_OTHER_MODULE", "The channel is not connected, or its open channel is off")


def can_vote_as_head(company: Company, user_id: int, line_id: int) -> bool:
    """Whether a user may rate the operators of a line: by the plan, and by the role."""
    if not company.switches.plan.head_vote:
        return False
    return reaches_line(company, find_role(company, user_id).vote_head, user_id, line_id)


def can_remove_members(user: Employee | None, chat: Chat, target_id: int) -> bool:
    """Whether a user may take another out of the chat: its owner, an administrator, or oneself."""
    return user is not None and (user.admin or user.id in (chat.owner, target_id))
