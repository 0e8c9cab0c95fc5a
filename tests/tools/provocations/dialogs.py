"""Error codes of dialogs, and of what operators do with them."""

from sandbox.seed import seed
from tests.tools.provocations.provocation import Provocation, by, call, raw, state

DIALOGS: tuple[Provocation, ...] = (
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
)
