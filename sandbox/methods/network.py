"""Lines of the Bitrix24 Network: joining one, and writing to a person from one."""

from datetime import timedelta
from typing import Any

from sandbox.domain.attachments import check_attach, check_keyboard
from sandbox.methods.registry import MethodCall, MethodRegistry, has_pending_failure, refuse_session
from sandbox.state.errors import RefusalError
from sandbox.state.people import Bot, Employee

METHODS = MethodRegistry()
CODE_LENGTH = 32
SUPPORT_CODE = "5".rjust(CODE_LENGTH, "0")
MESSAGE_PAUSE = timedelta(days=7)


def _read_code(call: MethodCall) -> str:
    code = call.params.get("CODE")
    if not isinstance(code, str) or len(code) != CODE_LENGTH:
        raise RefusalError("CODE", "You entered an invalid code")
    if not call.company.switches.modules.imbot:
        raise RefusalError("IMBOT_ERROR", "Module IMBOT is not installed")
    if code == SUPPORT_CODE:
        raise _make_not_found_error()
    return code


def _make_not_found_error() -> RefusalError:
    return RefusalError("NOT_FOUND", "Line not found")


def _find_bot(call: MethodCall, code: str) -> Bot | None:
    return next((bot for bot in call.company.bots if bot.network_code == code), None)


@METHODS.method("imopenlines.network.join", any_case=True)
def network_join(call: MethodCall) -> Any:
    """Join a line of another portal; its bot represents it here."""
    code = _read_code(call)
    joined = _find_bot(call, code)
    if joined:
        return joined.user_id
    company = call.company
    answer = company.switches.remote_lines.get(code)
    if answer:
        text = "Openline is inactive" if answer == "INACTIVE" else "The remote portal refused"
        raise RefusalError(answer, text)
    if code not in company.network_lines:
        raise _make_not_found_error()
    bot_id = company.issue_id("user")
    company.employees[bot_id] = Employee(bot_id, company.network_lines[code], bot=True)
    company.bots.append(Bot(bot_id, network_code=code, type="network"))
    return bot_id


@METHODS.method("imopenlines.network.message.add", any_case=True)
def network_message_add(call: MethodCall) -> Any:
    """Write to an employee from a joined line; the weekly limit is checked first, and only a sent message counts."""
    refuse_session(call)
    code = _read_code(call)
    bot = _find_bot(call, code)
    if bot is None:
        raise _make_not_found_error()
    user_id = call.params.read_integer("USER_ID")
    if user_id <= 0:
        raise RefusalError("USER_ID_EMPTY", "User ID can't be empty")
    _check_week(call, code, user_id)
    _check_message(call)
    company = call.company
    if company.find_employee(user_id) is None or company.switches.message_storage_fails or has_pending_failure(call):
        raise RefusalError("WRONG_REQUEST", "Message isn't added")
    company.network_sent[code, user_id] = company.clock()
    return True


def _check_week(call: MethodCall, code: str, user_id: int) -> None:
    sent = call.company.network_sent.get((code, user_id))
    if sent and call.company.clock() - sent < MESSAGE_PAUSE and not call.company.switches.plan.nfr:
        raise RefusalError("USER_MESSAGE_LIMIT", "You can't send more than one message per week to each user")


def _check_message(call: MethodCall) -> None:
    params = call.params
    if not params.read_text("MESSAGE").strip():
        raise RefusalError("MESSAGE_EMPTY", "Message can't be empty")
    if params.is_filled("ATTACH"):
        check_attach(params["ATTACH"])
    if params.is_filled("KEYBOARD"):
        check_keyboard(params["KEYBOARD"])
