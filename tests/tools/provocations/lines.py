"""Error codes of lines and of the network."""

from dataclasses import replace

from sandbox.seed import seed
from tests.tools.provocations.provocation import Provocation, by, call, raw, state

CODE = seed.NETWORK_CODES["joined"]
MESSAGE = {"code": CODE, "user_id": 3, "message": "Hello"}

LINES: tuple[Provocation, ...] = (
    raw("config.get", "CONFIG_ID_EMPTY", CONFIG_ID=0),
    raw("config.update", "CONFIG_ID_EMPTY", CONFIG_ID=0),
    raw("config.delete", "CONFIG_ID_EMPTY", CONFIG_ID=0),
    by(
        seed.NO_RIGHTS_WEBHOOK_PATH,
        call("config.update", "CONFIG_WRONG_USER_PERMISSION", config_id=1, line_name="Mine"),
    ),
    by(seed.NO_RIGHTS_WEBHOOK_PATH, call("config.delete", "CONFIG_WRONG_USER_PERMISSION", config_id=1)),
    call("config.list.get", "INVALID_FORMAT", select=["NO_SUCH_FIELD"]),
    state({"strict_config_list": False}, "config.list.get", "100", select=["NO_SUCH_FIELD"]),
    Provocation(
        "config.list.get",
        "ERROR_ARGUMENT",
        body={"OPTIONS": {"CHECK_PERMISSION": "PAINT"}},
        switches={"strict_config_list": False},
    ),
    raw("network.join", "CODE", CODE="short"),
    state({"modules": {"imbot": False}}, "network.join", "IMBOT_ERROR", code=CODE),
    call("network.join", "NOT_FOUND", code="f" * 32),
    call("network.join", "INACTIVE", code=seed.NETWORK_CODES["inactive"]),
    raw("network.message.add", "CODE", CODE="short"),
    state({"modules": {"imbot": False}}, "network.message.add", "IMBOT_ERROR", **MESSAGE),
    call("network.message.add", "NOT_FOUND", **{**MESSAGE, "code": "f" * 32}),
    raw("network.message.add", "USER_ID_EMPTY", CODE=CODE, MESSAGE="Hello"),
    replace(call("network.message.add", "USER_MESSAGE_LIMIT", **MESSAGE), first=1),
    raw("network.message.add", "MESSAGE_EMPTY", CODE=CODE, USER_ID=3, MESSAGE="  "),
    call("network.message.add", "ATTACH_OVERSIZE", **MESSAGE, attach={"BLOCKS": [{"MESSAGE": "m" * 31000}]}),
    call("network.message.add", "ATTACH_ERROR", **MESSAGE, attach={"BLOCKS": "wrong"}),
    call("network.message.add", "KEYBOARD_ERROR", **MESSAGE, keyboard={"BUTTONS": "wrong"}),
    state({"message_storage_fails": True}, "network.message.add", "WRONG_REQUEST", **MESSAGE),
)
