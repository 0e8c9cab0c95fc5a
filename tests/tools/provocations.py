"""For every error code of every method: what makes the embedded portal give it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.seed import seed

GATED = (
    "crm.lead.create",
    "message.session.start",
    "session.join",
    "session.mode.pin",
    "session.mode.silent",
    "session.start",
    "message.quick.save",
    "operator.another.finish",
    "operator.answer",
    "operator.finish",
    "operator.skip",
    "operator.spam",
)
"""Methods behind the common gate of a dialog."""

SESSION_AUTH = ("network.message.add", "bot.session.finish", "bot.session.message.send", "bot.session.operator")
CODE = seed.NETWORK_CODES["joined"]
MESSAGE = {"code": CODE, "user_id": 3, "message": "Hello"}
LEAD = {"crm_entity_type": "lead", "crm_entity": 501}
WITH_CHAT = {**LEAD, "chat_id": 207}
PERIOD = {"dateFrom": "2026-03-01T00:00:00+01:00", "dateTo": "2026-03-16T00:00:00+01:00"}
VOTES = {"dateVoteFrom": PERIOD["dateFrom"], "dateVoteTo": PERIOD["dateTo"]}
LONG_AGO = "2024-01-01T00:00:00+01:00"
PLACE = {"connector": seed.CONNECTOR, "line": 1}
SAID = {"user": {"id": "u42", "name": "Emma"}, "message": {"id": "m1", "text": "Hello"}, "chat": {"id": "c123"}}
SENT = {"im": {"message_id": 1001}, "message": {"id": ["m2"]}}
CONNECTOR_CALLS: dict[str, dict[str, Any]] = {
    "list": {},
    "register": {
        "id": "my_chat",
        "name": "My chat",
        "icon": {"data_image": "data:image/svg+xml,"},
        "placement_handler": "https://app.example.com/settings",
    },
    "unregister": {"id": "my_chat"},
    "activate": {**PLACE, "active": True},
    "status": PLACE,
    "connector.data.set": {**PLACE, "data": {"name": "Support"}},
    "send.messages": {**PLACE, "messages": [SAID]},
    "update.messages": {**PLACE, "messages": [SAID]},
    "delete.messages": {**PLACE, "messages": [{**SAID, "message": {"id": "m1"}}]},
    "send.status.delivery": {**PLACE, "messages": [SENT]},
    "send.status.reading": {**PLACE, "messages": [SENT]},
    "chat.name.set": {**PLACE, "chat_id": "c123", "name": "Order 48213", "user_id": "u42"},
}
"""Arguments that are right for every method of connectors."""
CHANNEL_CALLS = (
    "send.messages",
    "update.messages",
    "delete.messages",
    "send.status.delivery",
    "send.status.reading",
    "chat.name.set",
)
OTHER_FAMILIES = ("imconnector.", "im.")
GREETING = {"dialog_id": "chat206", "message": "Hello"}
REPORTS_OFF = {"plan": {"reports": False}}


@dataclass(frozen=True)
class Provocation:
    """Arguments of the tool, or a raw body where the tool would not send it; and the portal's state."""

    method: str
    code: str
    arguments: Mapping[str, Any] | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    webhook: str = seed.ADMIN_WEBHOOK_PATH
    switches: Mapping[str, Any] = field(default_factory=dict)
    first: int = 0
    """How many times the same call is made before, without looking at its answer."""

    @property
    def rest(self) -> str:
        """The full name of the method."""
        return self.method if self.method.startswith(OTHER_FAMILIES) else f"imopenlines.{self.method}"


def call(method: str, code: str, /, **arguments: Any) -> Provocation:
    """A code that a valid call meets."""
    return Provocation(method, code, arguments)


def state(switches: Mapping[str, Any], method: str, code: str, /, **arguments: Any) -> Provocation:
    """A code that a valid call meets when something is wrong with the portal."""
    return Provocation(method, code, arguments, switches=switches)


def raw(method: str, code: str, /, **body: Any) -> Provocation:
    """A code for a body that the tool refuses to send."""
    return Provocation(method, code, body=body)


def by(webhook: str, provocation: Provocation) -> Provocation:
    """The same with the rights of another user."""
    return replace(provocation, webhook=webhook)


def _gate() -> Iterator[Provocation]:
    for method in GATED:
        more = {"message_id": 1001} if method.startswith("message.") else {}
        given = {"chat_id": 206, **more}
        if method == "message.quick.save":
            given = {"chat_id": 207, "message_id": 1037}
        yield state({"modules": {"im": False}}, method, "IM_LOAD_ERROR", **given)
        yield state({"anonymous": True}, method, "USER_ID", **given)
        yield call(method, "CHAT_ID", **{**given, "chat_id": 99999})
        yield call(method, "CHAT_TYPE", **{**given, "chat_id": 220})
        yield by(seed.NO_RIGHTS_WEBHOOK_PATH, call(method, "ACCESS_DENIED", **given))


def _sessions_only() -> Iterator[Provocation]:
    for method in SESSION_AUTH:
        given = MESSAGE if method.startswith("network") else {"chat_id": 217}
        more = {"name": "WELCOME"} if method.endswith("message.send") else {}
        yield by(seed.SESSION_PATH, call(method, "WRONG_AUTH_TYPE", **given, **more))
    yield by(seed.SESSION_PATH, call("bot.session.transfer", "WRONG_AUTH_TYPE", chat_id=217, user_id=4))


def _statistics() -> Iterator[Provocation]:
    off = REPORTS_OFF
    yield state(off, "v2.Stat.get", "TARIFF_RESTRICTION", date_from=PERIOD["dateFrom"], date_to=PERIOD["dateTo"])
    yield state(off, "v2.Operator.list", "TARIFF_RESTRICTION")
    yield state(off, "v2.Session.list", "TARIFF_RESTRICTION")
    yield state(off, "v2.Session.Stat.get", "TARIFF_RESTRICTION", session_id=[301])
    yield state(off, "v2.Session.Transfer.list", "TARIFF_RESTRICTION", session_id=[301])
    votes = {"date_vote_from": PERIOD["dateFrom"], "date_vote_to": PERIOD["dateTo"]}
    yield state(off, "v2.Session.Rating.list", "TARIFF_RESTRICTION", **votes)
    yield raw("v2.Stat.get", "PERIOD_REQUIRED", dateFrom=PERIOD["dateFrom"])
    yield raw("v2.Stat.get", "PERIOD_TOO_LARGE", dateFrom=LONG_AGO, dateTo=PERIOD["dateTo"])
    yield raw("v2.Stat.get", "INVALID_FILTER", **PERIOD, configId="many")
    yield raw("v2.Operator.list", "INVALID_FILTER", status="asleep")
    yield raw("v2.Operator.list", "OFFSET_TOO_LARGE", status="online", offset=10001)
    yield raw("v2.Session.list", "INVALID_FILTER", status="new", closeReason="spam")
    yield raw("v2.Session.list", "PERIOD_TOO_LARGE", dateCreateFrom=LONG_AGO, dateCreateTo=PERIOD["dateTo"])
    yield raw("v2.Session.list", "OFFSET_TOO_LARGE", offset=10001)
    yield raw("v2.Session.Rating.list", "PERIOD_REQUIRED")
    yield raw("v2.Session.Rating.list", "PERIOD_TOO_LARGE", dateVoteFrom=LONG_AGO, dateVoteTo=PERIOD["dateTo"])
    yield raw("v2.Session.Rating.list", "INVALID_FILTER", **VOTES, vote="lukewarm")
    yield raw("v2.Session.Rating.list", "OFFSET_TOO_LARGE", **VOTES, offset=10001)
    for method, most in (("v2.Session.Stat.get", 100), ("v2.Session.Transfer.list", 50)):
        yield raw(method, "100")
        yield raw(method, "BATCH_LIMIT_EXCEEDED", sessionId=list(range(1, most + 2)))


def _connectors() -> Iterator[Provocation]:
    for name, arguments in CONNECTOR_CALLS.items():
        refused = call(f"imconnector.{name}", "WRONG_AUTH_TYPE", **arguments)
        yield replace(refused, switches=_held("WRONG_AUTH_TYPE", 403)) if name == "list" else refused
    yield call("imconnector.list", "ERROR_CORE")
    yield from map(_as_application, _of_applications())


def _as_application(provocation: Provocation) -> Provocation:
    return by(seed.APPLICATION_PATH, provocation)


def _held(code: str, status: int) -> dict[str, Any]:
    """What no state of the embedded portal brings about."""
    return {"hold": {"code": code, "status": status, "calls": 1}}


def _of_applications() -> Iterator[Provocation]:
    register = CONNECTOR_CALLS["register"]
    yield state({"anonymous": True}, "imconnector.list", "ACCESS_DENIED")
    body = {"ID": "my_chat", "NAME": "My chat", "ICON": {"DATA_IMAGE": "data:image/svg+xml,"}}
    yield raw("imconnector.register", "APPLICATION_REGISTRATION_ERROR_POINT", ID="my.chat")
    for missing, code in (("ID", "CONNECTOR_ID_REQUIRED"), ("NAME", "NAME_REQUIRED"), ("ICON", "ICON_REQUIRED")):
        yield raw("imconnector.register", code, **{key: value for key, value in body.items() if key != missing})
    yield raw("imconnector.register", "NO_PLACEMENT_HANDLER", **body)
    yield state({"connector_storage_fails": True}, "imconnector.register", "APPLICATION_REGISTRATION_ERROR", **register)
    yield state(
        {"connector_storage_fails": True}, "imconnector.unregister", "APPLICATION_UNREGISTRATION_ERROR", id="my_chat"
    )
    for code in ("NO_APPLICATION_ID", "GENERAL_CONNECTOR_REGISTRATION_ERROR"):
        yield state(_held(code, 200), "imconnector.register", code, **register)
    yield state(_held("NO_APPLICATION_ID", 200), "imconnector.unregister", "NO_APPLICATION_ID", id="my_chat")
    for name in ("activate", "status", "connector.data.set", *CHANNEL_CALLS):
        yield raw(f"imconnector.{name}", "ERROR_ARGUMENT")
    for name in CHANNEL_CALLS:
        method, arguments = f"imconnector.{name}", CONNECTOR_CALLS[name]
        unknown = {**arguments, "connector": "nobodys_chat"}
        yield state({"connector_provider_missing": True}, method, "IMCONNECTOR_NO_CORRECT_PROVIDER", **arguments)
        yield call(method, "IMCONNECTOR_NOT_SPECIFIED_CORRECT_CONNECTOR", **unknown)
        if not name.startswith("send.status."):
            yield call(method, "NOT_ACTIVE_LINE", **{**arguments, "line": 2})
    command = "IMCONNECTOR_NOT_SPECIFIED_CORRECT_COMMAND"
    yield state(_held(command, 400), "imconnector.send.messages", command, **CONNECTOR_CALLS["send.messages"])
    forum = {**CONNECTOR_CALLS["chat.name.set"], "connector": seed.GROUP_CONNECTOR}
    yield call("imconnector.chat.name.set", "CHAT_RENAMING_FAILED", **forum)


def _messenger() -> Iterator[Provocation]:
    add, get = "im.message.add", "im.dialog.messages.get"
    yield raw(add, "MESSAGE_EMPTY", DIALOG_ID="chat206", MESSAGE="  ")
    for dialog_id, code in (("somebody", "USER_ID_EMPTY"), (99999, "USER_NOT_FOUND"), ("chat0", "CHAT_ID_EMPTY")):
        yield raw(add, code, DIALOG_ID=dialog_id, MESSAGE="Hello")
    yield call(add, "CHAT_ID", **{**GREETING, "dialog_id": "chat99999"})
    yield call(add, "CANCELED", **{**GREETING, "dialog_id": "chat207"})
    for dialog_id, code in (("chat223", "ACCESS_ERROR"), ("chat218", "ERROR_FROM_OTHER_MODULE")):
        yield by(seed.OPERATOR_WEBHOOK_PATH, call(add, code, dialog_id=dialog_id, message="Hello"))
    yield state({"message_storage_fails": True}, add, "PARAMS_ERROR", **GREETING)
    yield call(add, "ATTACH_ERROR", **GREETING, attach={"BLOCKS": "none"})
    yield call(add, "ATTACH_OVERSIZE", **GREETING, attach={"BLOCKS": [{"MESSAGE": "m" * 31000}]})
    yield call(add, "KEYBOARD_ERROR", **GREETING, keyboard={"BUTTONS": "none"})
    yield call(add, "MENU_ERROR", **GREETING, menu={"ITEMS": "none"})
    yield call(add, "REPLY_ACCESS_ERROR", **GREETING, reply_id=99999)
    yield call(add, "REPLY_FROM_OTHER_CHAT_ERROR", **GREETING, reply_id=1055)
    yield raw(get, "DIALOG_ID_EMPTY")
    yield raw(get, "FIRST_ID_STRING", DIALOG_ID="chat206", FIRST_ID="first")
    yield raw(get, "LAST_ID_STRING", DIALOG_ID="chat206", LAST_ID="last")
    yield call(get, "ACCESS_ERROR", dialog_id="chat99999")
    yield raw("im.dialog.read", "DIALOG_ID_EMPTY")


PROVOCATIONS: list[Provocation] = [
    *_gate(),
    *_sessions_only(),
    *_statistics(),
    *_connectors(),
    *_messenger(),
    # Lines and the network
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
    call("network.message.add", "ATTACH_ERROR", **MESSAGE, attach={"BLOCKS": "none"}),
    call("network.message.add", "KEYBOARD_ERROR", **MESSAGE, keyboard={"BUTTONS": "none"}),
    state({"message_storage_fails": True}, "network.message.add", "WRONG_REQUEST", **MESSAGE),
    # Dialogs
    state({"modules": {"im": False}}, "dialog.get", "IM_NOT_INSTALLED", chat_id=206),
    call("dialog.get", "ACCESS_ERROR", chat_id=99999),
    call("session.open", "ACCESS_DENIED", user_code="livechat|1|none|0"),
    by(seed.EXTRANET_WEBHOOK_PATH, call("session.open", "", user_code="telegrambot|2|9201|101")),
    raw("session.history.get", "MISSING_REQUIRED_PARAM"),
    call("session.history.get", "INVALID_SESSION_ID", chat_id=99999),
    call("session.history.get", "ACCESS_DENIED", session_id=99999),
    raw("session.head.vote", "EMPTY_SESSION_ID", RATING=5),
    raw("session.head.vote", "EMPTY_VOTE_PARAMS", SESSION_ID=309),
    state({"plan": {"head_vote": False}}, "session.head.vote", "ACCESS_DENIED", session_id=309, rating=5),
    raw("session.intercept", "CHAT_ID_EMPTY"),
    call("session.intercept", "OPERATOR_WRONG", chat_id=99999),
    raw("session.mode.pin", "CHAT_ID_EMPTY", ACTIVATE="Y"),
    call("session.mode.pin", "", chat_id=207),
    call("crm.lead.create", "ERROR_USER_NOT_OPERATOR", chat_id=204),
    *[
        state({"load_failures": {"206": stage}}, "crm.lead.create", code, chat_id=206)
        for stage, code in (
            ("chat", "IMOL_CHAT_ERROR_NOT_LOAD_CHAT"),
            ("session", "IMOL_CHAT_ERROR_ANSWER_NOT_LOAD_SESSION"),
            ("data", "IMOL_CHAT_ERROR_NOT_LOAD_DATA"),
        )
    ],
    state({"modules": {"crm": False}}, "crm.lead.create", "IMOL_CHAT_ERROR_NOT_LOAD_CRM", chat_id=206),
    # Operators
    call("operator.answer", "", chat_id=206),
    call("operator.skip", "", chat_id=201),
    state({"pending": {"code": "ACCESS_DENIED_KICK"}}, "operator.skip", "ACCESS_DENIED_KICK", chat_id=206),
    call("operator.finish", "ERROR_USER_NOT_OPERATOR", chat_id=207),
    call("operator.finish", "NOT_LOAD_SESSION_OR_CHAT", chat_id=209),
    call("operator.another.finish", "NOT_LOAD_SESSION_OR_CHAT", chat_id=209),
    *[
        state({"load_failures": {"206": "data"}}, method, "IMOL_CHAT_ERROR_NOT_LOAD_DATA", chat_id=206)
        for method in ("operator.finish", "operator.another.finish")
    ],
    *[
        raw(method, code, **body)
        for method in ("operator.transfer", "bot.session.transfer")
        for code, body in (
            ("CHAT_ID_EMPTY", {"USER_ID": 4}),
            ("USER_ID_EMPTY", {"CHAT_ID": 217, "USER_ID": 0}),
            ("QUEUE_ID_EMPTY", {"CHAT_ID": 217, "TRANSFER_ID": "queue"}),
            ("TRANSFER_ID_EMPTY", {"CHAT_ID": 217}),
        )
    ],
    call("operator.transfer", "OPERATOR_WRONG", chat_id=206, user_id=6),
    # Messages and CRM
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
    # Bots
    raw("bot.session.operator", "CHAT_ID_EMPTY"),
    call("bot.session.operator", "WRONG_CHAT", chat_id=206),
    raw("bot.session.message.send", "CHAT_ID_EMPTY", NAME="WELCOME"),
    raw("bot.session.finish", "CHAT_ID_EMPTY"),
    call("bot.session.finish", "ACCESS_DENIED", chat_id=217),
    call("bot.session.finish", "BOT_ID_ERROR", chat_id=217, client_id="nobody"),
    call("bot.session.transfer", "ACCESS_DENIED", chat_id=217, user_id=4),
    call("bot.session.transfer", "BOT_ID_ERROR", chat_id=217, user_id=4, client_id="nobody"),
    call("bot.session.transfer", "OPERATOR_WRONG", chat_id=217, user_id=6, client_id=seed.BOT_CLIENT_ID),
]
