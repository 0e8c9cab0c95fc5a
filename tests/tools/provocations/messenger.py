"""Error codes of the messenger."""

from collections.abc import Iterator

from sandbox.seed import seed
from tests.tools.provocations.provocation import Provocation, by, call, raw, state

GREETING = {"dialog_id": "chat206", "message": "Hello"}


def provoke_messenger() -> Iterator[Provocation]:
    add, get = "im.message.add", "im.dialog.messages.get"
    yield raw(add, "MESSAGE_EMPTY", DIALOG_ID="chat206", MESSAGE="  ")
    for dialog_id, code in (("somebody", "USER_ID_EMPTY"), (99999, "USER_NOT_FOUND"), ("chat0", "CHAT_ID_EMPTY")):
        yield raw(add, code, DIALOG_ID=dialog_id, MESSAGE="Hello")
    yield call(add, "CHAT_ID", **{**GREETING, "dialog_id": "chat99999"})
    yield call(add, "CANCELED", **{**GREETING, "dialog_id": "chat207"})
    for dialog_id, code in (("chat223", "ACCESS_ERROR"), ("chat218", "ERROR_FROM_OTHER_MODULE")):
        yield by(seed.OPERATOR_WEBHOOK_PATH, call(add, code, dialog_id=dialog_id, message="Hello"))
    yield state({"message_storage_fails": True}, add, "PARAMS_ERROR", **GREETING)
    yield call(add, "ATTACH_ERROR", **GREETING, attach={"BLOCKS": "wrong"})
    yield call(add, "ATTACH_OVERSIZE", **GREETING, attach={"BLOCKS": [{"MESSAGE": "m" * 31000}]})
    yield call(add, "KEYBOARD_ERROR", **GREETING, keyboard={"BUTTONS": "wrong"})
    yield call(add, "MENU_ERROR", **GREETING, menu={"ITEMS": "wrong"})
    yield call(add, "REPLY_ACCESS_ERROR", **GREETING, reply_id=99999)
    yield call(add, "REPLY_FROM_OTHER_CHAT_ERROR", **GREETING, reply_id=1055)
    yield raw(get, "DIALOG_ID_EMPTY")
    yield raw(get, "FIRST_ID_STRING", DIALOG_ID="chat206", FIRST_ID="first")
    yield raw(get, "LAST_ID_STRING", DIALOG_ID="chat206", LAST_ID="last")
    yield call(get, "ACCESS_ERROR", dialog_id="chat99999")
    yield raw("im.dialog.read", "DIALOG_ID_EMPTY")
