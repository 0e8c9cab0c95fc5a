"""Registering chat bots, and what becomes of them: the life of a bot by `imbot.v2`."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.methods.registry import MethodCall, MethodRegistry, Params
from sandbox.methods.user_events import listen_for_readers, open_event_log
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError, make_method_not_found_error
from sandbox.state.happenings import HappeningKind
from sandbox.state.people import Bot, Employee
from sandbox.views.messenger_objects import make_bot, make_user

METHODS = MethodRegistry()
SCOPES = ("imbot",)
TYPES = ("bot", "network", "openline", "supervisor", "personal")
EVENT_MODES = ("fetch", "webhook")
MOST_BOTS, LONGEST_TOKEN, BOTS_ON_PAGE = 100, 40, 50
TOKEN_NAMES = ("botToken", "BOT_TOKEN", "clientId", "CLIENT_ID")
REVISIONS = {"rest": 36, "web": 130, "mobile": 23, "desktop": 6}
YES = ("Y", "1", "TRUE")


def check_module(call: MethodCall) -> None:
    """Refuse a call where the module of the bots is missing, as if the method were unknown.

    Raises:
        RefusalError: ERROR_METHOD_NOT_FOUND with 404.
    """
    if not call.company.switches.modules.imbot:
        raise make_method_not_found_error()


def _find_owner(call: MethodCall, fields: Params | None = None) -> str:
    """Whose bots the caller may speak of: the application's, or those of a webhook's token."""
    if call.caller.kind == "application":
        return call.caller.client_id
    given = [call.params.get(name) for name in TOKEN_NAMES]
    given += [fields.get(name) for name in TOKEN_NAMES[:2]] if fields else []
    token = next((php.to_text(value) for value in given if value not in (None, "")), "")
    if not token:
        text = "Bot token not specified (botToken is required for webhook auth)"
        raise RefusalError("BOT_TOKEN_NOT_SPECIFIED", text)
    return f"custom{token}"


def require_bot(call: MethodCall) -> Bot:
    """The bot of `botId`, which has to be the caller's own.

    Raises:
        RefusalError: BOT_TOKEN_NOT_SPECIFIED, BOT_ID_REQUIRED, BOT_NOT_FOUND or BOT_OWNERSHIP_ERROR; the portal checks
            in this order.
    """
    check_module(call)
    owner = _find_owner(call)
    number = call.params.read_integer("botId")
    if number <= 0:
        raise RefusalError("BOT_ID_REQUIRED", "botId is required")
    bot = call.company.find_bot(number)
    if bot is None:
        raise _make_not_found_error()
    if bot.client_id != owner:
        raise RefusalError("BOT_OWNERSHIP_ERROR", "Bot was installed by another rest application")
    return bot


def _make_not_found_error() -> RefusalError:
    return RefusalError("BOT_NOT_FOUND", "Bot not found")


def _show(call: MethodCall, bot: Bot, *, own: bool = True) -> dict[str, Any]:
    return {"bot": make_bot(bot, own=own), "users": [make_user(call.company.find_user(bot.user_id))]}


def read_flag(value: Any) -> bool:
    """A flag of the bots' methods: a boolean, or Y, 1 or true in any case."""
    return value if isinstance(value, bool) else php.to_text(value).upper() in YES


@METHODS.method("imbot.v2.Bot.register", scopes=SCOPES)
def imbot_v2_bot_register(call: MethodCall) -> Any:
    """Register a bot; the caller's bot with this code is given back as it is."""
    check_module(call)
    fields = Params(call.params.read_array("fields"))
    owner = _find_owner(call, fields)
    if call.caller.kind != "application":
        _check_token(owner.removeprefix("custom"))
    code, names = fields.read_text("code"), Params(fields.read_array("properties"))
    _check_registration(fields, code, names)
    known = next((bot for bot in call.company.bots if code == bot.code), None)
    if known:
        if known.client_id != owner:
            raise RefusalError("BOT_CODE_ALREADY_TAKEN", "Bot with this code already exists")
        return _show(call, known)
    if php.to_text(fields.get("type", "bot")) not in TYPES:
        raise RefusalError("BOT_INVALID_TYPE", "Invalid bot type")
    if _read_mode(fields) == "webhook":
        _check_address(fields)
    if sum(bot.client_id == owner for bot in call.company.bots) >= MOST_BOTS:
        raise RefusalError("BOT_LIMIT_EXCEEDED", "Bot limit exceeded")
    return _show(call, _add_bot(call.company, owner, fields, names))


def _check_token(token: str) -> None:
    if len(token) > LONGEST_TOKEN:
        raise RefusalError("BOT_TOKEN_INVALID_LENGTH", "Bot token must not exceed 40 characters")


def _check_registration(fields: Params, code: str, names: Params) -> None:
    if not code:
        raise RefusalError("BOT_CODE_REQUIRED", "Bot code is required")
    if not names.is_filled("name"):
        raise RefusalError("BOT_PROPERTIES_REQUIRED", "Bot properties are required")
    if _read_mode(fields) == "webhook" and not fields.read_text("webhookUrl"):
        raise RefusalError("BOT_WEBHOOK_URL_REQUIRED", "Webhook URL is required for webhook event mode")


def _read_mode(fields: Params, default: str = "fetch") -> str:
    mode = fields.read_text("eventMode").lower() if fields.is_given("eventMode") else default
    if mode not in EVENT_MODES:
        raise RefusalError("BOT_INVALID_EVENT_MODE", "Invalid event mode")
    return mode


def _check_address(fields: Params) -> None:
    """Refuse what the portal could not post to: another protocol, or a host without a dot."""
    address = urlsplit(fields.read_text("webhookUrl"))
    if address.scheme not in ("http", "https") or "." not in (address.hostname or ""):
        raise RefusalError("BOT_INVALID_CALLBACK", "Invalid callback URL")


def _add_bot(company: Company, owner: str, fields: Params, names: Params) -> Bot:
    number, kind = company.issue_id("user"), php.to_text(fields.get("type", "bot"))
    company.employees[number] = Employee(number, names.read_text("name"), bot=True)
    bot = Bot(
        number,
        owner,
        code=fields.read_text("code"),
        type=kind,
        openline=kind == "openline",
        event_mode=_read_mode(fields),
    )
    company.bots.append(bot)
    _apply_fields(company, bot, fields)
    return bot


def _apply_fields(company: Company, bot: Bot, fields: Params) -> None:
    """Set what of a bot is given; a bot in fetch mode gets a log."""
    bot.event_mode = _read_mode(fields, bot.event_mode)
    if bot.event_mode == "fetch":
        open_event_log(company, bot.user_id)
    elif fields.is_filled("webhookUrl"):
        _check_address(fields)
        bot.webhook_url = fields.read_text("webhookUrl")
        listen_for_readers(company)
    if fields.is_given("isHidden"):
        bot.hidden = read_flag(fields["isHidden"])
    if fields.is_given("isReactionsEnabled"):
        bot.reactions = read_flag(fields["isReactionsEnabled"])
    if fields.is_given("isSupportOpenline"):
        bot.openline = bot.type == "openline" or read_flag(fields["isSupportOpenline"])
    if "backgroundId" in fields:
        bot.background = fields.read_text("backgroundId") or None
    _rename(company.employees[bot.user_id], Params(fields.read_array("properties")))


def _rename(user: Employee, names: Params) -> None:
    if names.is_filled("name"):
        user.first_name, user.last_name = names.read_text("name"), names.read_text("lastName")
        user.position = names.read_text("workPosition") or None
        user.gender = names.read_text("gender") or user.gender


@METHODS.method("imbot.v2.Bot.update", scopes=SCOPES)
def imbot_v2_bot_update(call: MethodCall) -> Any:
    """Change a bot; a new token holds from the next call on."""
    bot, fields = require_bot(call), Params(call.params.read_array("fields"))
    _read_mode(fields)
    if token := fields.read_text("botToken").strip():
        _check_token(token)
        _rotate_token(call.company, bot, f"custom{token}")
    _apply_fields(call.company, bot, fields)
    return _show(call, bot)


def _rotate_token(company: Company, bot: Bot, owner: str) -> None:
    taken = any(other.client_id == owner for other in company.bots if other is not bot)
    if not bot.client_id.startswith("custom") or taken:
        raise RefusalError("BOT_TOKEN_ROTATION_FAILED", "Bot token rotation failed")
    bot.client_id = owner


@METHODS.method("imbot.v2.Bot.get", scopes=SCOPES)
def imbot_v2_bot_get(call: MethodCall) -> Any:
    """A bot by its id or code; of those of others less is shown."""
    check_module(call)
    owner, params = _find_owner(call), call.params
    number, code = params.read_integer("botId"), params.read_text("code")
    if number <= 0 and not code:
        raise RefusalError("PARAMS_REQUIRED", "botId or code is required")
    bots = call.company.bots
    bot = next((bot for bot in bots if (bot.user_id == number if number > 0 else bot.code == code)), None)
    if bot is None:
        raise _make_not_found_error()
    return _show(call, bot, own=bot.client_id == owner)


@METHODS.method("imbot.v2.Bot.list", scopes=SCOPES)
def imbot_v2_bot_list(call: MethodCall) -> Any:
    """A page of the caller's bots."""
    check_module(call)
    owner, kind = _find_owner(call), call.params.read_array("filter").get("type")
    found = [bot for bot in call.company.bots if bot.client_id == owner and kind in (None, "", bot.type)]
    limit = call.params.read_integer("limit") if call.params.is_given("limit") else BOTS_ON_PAGE
    offset = max(0, call.params.read_integer("offset"))
    page = found[offset : offset + max(limit, 0)]
    users = [make_user(call.company.find_user(bot.user_id)) for bot in page]
    return {"bots": [make_bot(bot) for bot in page], "users": users, "hasNextPage": len(page) == limit}


@METHODS.method("imbot.v2.Bot.unregister", scopes=SCOPES)
def imbot_v2_bot_unregister(call: MethodCall) -> Any:
    """Take a bot off the portal and out of its chats."""
    bot, company = require_bot(call), call.company
    company.bots.remove(bot)
    company.employees[bot.user_id].active = False
    for chat in company.chats.values():
        if bot.user_id in chat.members:
            company.keep_members(chat, bot.user_id.__ne__)
    company.event_logs.close(bot.user_id)
    company.tell(HappeningKind.BOT_DELETED, bot=bot)
    return {"result": True}


@METHODS.method("imbot.v2.Revision.get", scopes=SCOPES)
def imbot_v2_revision_get(call: MethodCall) -> Any:
    """The numbers of the portal's API for bots; no bot is needed."""
    check_module(call)
    return dict(REVISIONS)
