"""Error codes of messages and chats of CRM records."""

from sandbox.seed import seed
from tests.tools.provocations.provocation import Provocation, by, call, raw, state

LEAD = {"crm_entity_type": "lead", "crm_entity": 501}
WITH_CHAT = {**LEAD, "chat_id": 207}

CRM: tuple[Provocation, ...] = (
    call("message.quick.save", "CANT_SAVE_QUICK_ANSWER", chat_id=206, message_id=99999),
    raw("crm.message.add", "ERROR_ARGUMENT", CRM_ENTITY_TYPE="lead"),
    by(seed.NO_RIGHTS_WEBHOOK_PATH, call("crm.message.add", "ACCESS_DENIED", **WITH_CHAT, user_id=3, message="Hi")),
    call("crm.message.add", "CHAT_NOT_IN_CRM", **LEAD, chat_id=206, user_id=3, message="Hi"),
    call("crm.message.add", "CANCELED", **WITH_CHAT, user_id=2, message="Hi"),
    call(
        "crm.message.add",
        "ERROR_FROM_OTHER_MODULE",
        **{**LEAD, "crm_entity": 503},
        chat_id=218,
        user_id=3,
        message="Hi",
    ),
    state(
        {"message_storage_fails": True}, "crm.message.add", "MESSAGE_ADD_ERROR", **WITH_CHAT, user_id=3, message="Hi"
    ),
    by(seed.NO_RIGHTS_WEBHOOK_PATH, call("crm.chat.get", "ACCESS_DENIED", **LEAD)),
    raw("crm.chat.get", "ERROR_ARGUMENT", CRM_ENTITY=501),
    call("crm.chat.getLastId", "CRM_CHAT_EMPTY_CRM_DATA", crm_entity_type="deal", crm_entity=9999),
    raw("crm.chat.getLastId", "ERROR_ARGUMENT", CRM_ENTITY_TYPE="lead", CRM_ENTITY="many"),
    *[
        case
        for method in ("crm.chat.user.add", "crm.chat.user.delete")
        for case in (
            by(seed.NO_RIGHTS_WEBHOOK_PATH, call(method, "ACCESS_DENIED", **WITH_CHAT, user_id=4)),
            raw(method, "ERROR_ARGUMENT", CRM_ENTITY_TYPE="lead", CRM_ENTITY="many", USER_ID=4),
            state({"modules": {"im": False}}, method, "IM_NOT_INSTALLED", **WITH_CHAT, user_id=4),
            call(method, "CHAT_NOT_IN_CRM", **LEAD, chat_id=206, user_id=4),
            call(method, "CRM_CHAT_USER_NOT_ACTIVE", **WITH_CHAT, user_id=6),
        )
    ],
    call("crm.chat.user.add", "WRONG_REQUEST", **WITH_CHAT, user_id=3),
    call("crm.chat.user.delete", "WRONG_REQUEST", **WITH_CHAT, user_id=5),
    raw("crm.chat.user.delete", "CRM_CHAT_EMPTY_USER", CRM_ENTITY_TYPE="lead", CRM_ENTITY=501),
    raw("crm.chat.user.delete", "CRM_CHAT_EMPTY_CRM_DATA", USER_ID=4),
    by(
        seed.SUPERVISOR_WEBHOOK_PATH,
        call("crm.chat.user.delete", "CHAT_DELETE_USER_PERMISSION_DENIED", **WITH_CHAT, user_id=3),
    ),
)
