"""What it would do to let somebody into a dialog of a CRM record, or take them out."""

from tools.crm_chats import CrmChatGetLastId, CrmChatUserAdd, CrmChatUserDelete
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context
from workflows.core.draft import Change, Draft
from workflows.drafts.facts import DialogFacts, read_dialog_facts, refuse
from workflows.drafts.messages import require_active_chat

Call = CrmChatUserAdd | CrmChatUserDelete


async def draft_participant(call: Call, context: Context) -> Draft:
    """One participant more or less.

    Raises:
        UnfinishedError: There is no such chat, or it is so already.
    """
    adding = isinstance(call, CrmChatUserAdd)
    facts = await _find_facts(call, context)
    if facts is None:
        return Draft(unchecked=("the dialog, which you do not see",))
    await require_active_chat(call, facts, call.crm_entity_type, call.crm_entity)
    members, person = await facts.read_members(), await facts.name_user(call.user_id)
    if members is not None and (call.user_id in members) is adding:
        raise refuse(call, f"{person} is {'in' if adding else 'not in'} {facts.chat}", "WRONG_REQUEST")
    without, within = f"without {person}", f"with {person}"
    change = Change("participants", *((without, within) if adding else (within, without)))
    leaves = not adding and facts.chat.owner == call.user_id
    moves = (Change("operator", person, "nobody"),) if leaves else ()
    rights = "whether this person may see the record and the dialog" if adding else "whether you may remove people"
    may = not adding and (facts.me.is_admin or facts.me.id in {facts.chat.owner, call.user_id})
    unchecked = [*([] if may else [rights]), *([] if members is not None else ["who takes part"])]
    return Draft(changes=(change, *moves), unchecked=tuple(unchecked))


async def _find_facts(call: Call, context: Context) -> DialogFacts | None:
    chat_id = call.chat_id
    if not chat_id:
        record = {"crm_entity_type": call.crm_entity_type, "crm_entity": call.crm_entity}
        answer = await attempt(context, CrmChatGetLastId.from_tool(record))
        if is_refusal(answer):
            raise refuse(call, f"{call.crm_entity_type} {call.crm_entity} has no chat", "CHAT_NOT_IN_CRM")
        chat_id = int(answer)
    return await read_dialog_facts(context, call, chat_id=chat_id)
