from typing import Any

import pytest

from sandbox.seed.seed import APPLICATION_ID, BOT_CLIENT_ID, OPERATOR_WEBHOOK_PATH
from sandbox.state.people import Bot
from tests.sandbox.bot_client import EVENTS, REGISTER, TOKEN, call_as_bot, make_fields, refuse_bot, register
from tests.sandbox.client import SandboxClient

UPDATE, GET, LIST, UNREGISTER = (f"imbot.v2.Bot.{name}" for name in ("update", "get", "list", "unregister"))
HOOK = "https://bot.example/handler"


@pytest.fixture
def application(portal: SandboxClient) -> str:
    """The path of an application that may have bots."""
    key = {"token": "app", "user_id": 1, "kind": "application", "client_id": APPLICATION_ID, "scopes": ["imbot"]}
    path: str = portal.control("webhooks", key)["path"]
    return path


def test_a_bot_is_registered_with_its_fields(portal: SandboxClient) -> None:
    fields = make_fields(properties={"name": "Acme", "lastName": "Helper", "workPosition": "AI"}, isHidden="Y")
    answer = portal.call(REGISTER, {"fields": fields})
    assert answer["bot"] == {
        "id": answer["bot"]["id"],
        "code": "acme",
        "type": "bot",
        "isHidden": True,
        "isSupportOpenline": True,
        "isReactionsEnabled": True,
        "backgroundId": None,
        "language": "en",
        "moduleId": "rest",
        "eventMode": "fetch",
        "countMessage": 0,
        "countCommand": 0,
        "countChat": 0,
        "countUser": 0,
    }
    (user,) = answer["users"]
    assert (user["id"], user["name"], user["workPosition"]) == (answer["bot"]["id"], "Acme Helper", "AI")
    assert (user["bot"], user["type"], user["externalAuthId"]) == (True, "bot", "bot")


def test_the_same_code_gives_the_same_bot_and_changes_nothing(portal: SandboxClient) -> None:
    first = register(portal)
    again = portal.call(REGISTER, {"fields": make_fields(properties={"name": "Another"}, type="supervisor")})
    assert (again["bot"]["id"], again["bot"]["type"], again["users"][0]["name"]) == (first, "bot", "Acme helper")
    assert portal.expect_refusal(REGISTER, {"fields": make_fields(botToken="other")}) == (400, "BOT_CODE_ALREADY_TAKEN")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"botToken": None}, "BOT_TOKEN_NOT_SPECIFIED"),
        ({"botToken": "t" * 41}, "BOT_TOKEN_INVALID_LENGTH"),
        ({"code": None}, "BOT_CODE_REQUIRED"),
        ({"properties": {}}, "BOT_PROPERTIES_REQUIRED"),
        ({"eventMode": "push"}, "BOT_INVALID_EVENT_MODE"),
        ({"eventMode": "webhook"}, "BOT_WEBHOOK_URL_REQUIRED"),
        ({"type": "human"}, "BOT_INVALID_TYPE"),
        ({"eventMode": "webhook", "webhookUrl": "ftp://bot.example"}, "BOT_INVALID_CALLBACK"),
        ({"eventMode": "webhook", "webhookUrl": "http://localhost:1"}, "BOT_INVALID_CALLBACK"),
    ],
)
def test_a_registration_is_refused(portal: SandboxClient, fields: dict[str, Any], code: str) -> None:
    assert portal.expect_refusal(REGISTER, {"fields": make_fields(**fields)}) == (400, code)
    assert not any(bot.code == "acme" for bot in portal.company.bots)


def test_a_token_of_forty_letters_is_good_and_a_bot_of_a_line_always_supports_lines(portal: SandboxClient) -> None:
    fields = make_fields(botToken="t" * 40, type="openline", isSupportOpenline=False)
    assert portal.call(REGISTER, {"fields": fields})["bot"]["isSupportOpenline"] is True


def test_an_owner_has_at_most_a_hundred_bots(portal: SandboxClient) -> None:
    portal.company.bots.extend(Bot(1000 + number, f"custom{TOKEN}") for number in range(100))
    assert portal.expect_refusal(REGISTER, {"fields": make_fields()}) == (400, "BOT_LIMIT_EXCEEDED")
    portal.company.bots.pop()
    assert register(portal)


@pytest.mark.parametrize("method", [UPDATE, UNREGISTER, EVENTS, "imbot.v2.Chat.Message.send", "imbot.v2.Chat.leave"])
def test_a_bot_is_its_owners_alone(portal: SandboxClient, method: str) -> None:
    bot = register(portal)
    assert portal.expect_refusal(method, {"botId": bot}) == (400, "BOT_TOKEN_NOT_SPECIFIED")
    assert portal.expect_refusal(method, {"botToken": TOKEN}) == (400, "BOT_ID_REQUIRED")
    assert refuse_bot(portal, method, 999) == (400, "BOT_NOT_FOUND")
    assert refuse_bot(portal, method, bot, botToken="other") == (400, "BOT_OWNERSHIP_ERROR")
    assert refuse_bot(portal, method, 9) == (400, "BOT_OWNERSHIP_ERROR")


def test_an_application_needs_no_token(portal: SandboxClient, application: str) -> None:
    fields = make_fields(botToken=None)
    bot = portal.call(REGISTER, {"fields": fields}, path=application)["bot"]["id"]
    assert portal.call(EVENTS, {"botId": bot}, path=application)["events"] == []
    assert [one["code"] for one in portal.call(LIST, path=application)["bots"]] == ["concierge", "acme"]
    rotation = {"botId": bot, "fields": {"botToken": "new"}}
    assert portal.expect_refusal(UPDATE, rotation, path=application) == (400, "BOT_TOKEN_ROTATION_FAILED")


def test_an_update_changes_what_is_given(portal: SandboxClient) -> None:
    bot = register(portal)
    fields = {"properties": {"name": "Renamed"}, "isHidden": True, "isSupportOpenline": "N"}
    changed = call_as_bot(portal, UPDATE, bot, fields=fields)
    assert (changed["bot"]["isHidden"], changed["bot"]["isSupportOpenline"]) == (True, False)
    assert (changed["bot"]["isReactionsEnabled"], changed["users"][0]["name"]) == (True, "Renamed")
    assert refuse_bot(portal, UPDATE, bot, fields={"eventMode": "push"}) == (400, "BOT_INVALID_EVENT_MODE")
    hooked = call_as_bot(portal, UPDATE, bot, fields={"eventMode": "webhook", "webhookUrl": HOOK})
    assert hooked["bot"]["eventMode"] == "webhook"
    found = portal.company.find_bot(bot)
    assert found is not None
    assert found.webhook_url == HOOK


def test_a_token_is_replaced_by_the_holder_of_the_old_one(portal: SandboxClient) -> None:
    bot = register(portal)
    assert refuse_bot(portal, UPDATE, bot, fields={"botToken": "t" * 41}) == (400, "BOT_TOKEN_INVALID_LENGTH")
    taken = refuse_bot(portal, UPDATE, bot, fields={"botToken": BOT_CLIENT_ID})
    assert taken == (400, "BOT_TOKEN_ROTATION_FAILED")
    call_as_bot(portal, UPDATE, bot, fields={"botToken": " new "})
    assert refuse_bot(portal, EVENTS, bot) == (400, "BOT_OWNERSHIP_ERROR")
    assert portal.call(EVENTS, {"botId": bot, "botToken": "new"})["events"] == []


def test_a_bot_is_found_by_id_or_code_and_strangers_see_less(portal: SandboxClient) -> None:
    bot = register(portal)
    own = portal.call(GET, {"botToken": TOKEN, "code": "acme"})
    assert own == call_as_bot(portal, GET, bot)
    strange = portal.call(GET, {"botToken": "other", "botId": bot})["bot"]
    assert set(own["bot"]) - set(strange) >= {"eventMode", "countMessage"}
    assert portal.expect_refusal(GET, {"botToken": TOKEN}) == (400, "PARAMS_REQUIRED")
    assert portal.expect_refusal(GET, {"botToken": TOKEN, "code": "nobody"}) == (400, "BOT_NOT_FOUND")
    assert portal.expect_refusal(GET, {"code": "acme"}) == (400, "BOT_TOKEN_NOT_SPECIFIED")


def test_bots_are_listed_by_pages_and_types(portal: SandboxClient) -> None:
    for code, kind in (("a", "bot"), ("b", "supervisor"), ("c", "bot")):
        register(portal, code=code, type=kind)
    page = portal.call(LIST, {"botToken": TOKEN, "limit": 2})
    assert ([bot["code"] for bot in page["bots"]], page["hasNextPage"], len(page["users"])) == (["a", "b"], True, 2)
    rest = portal.call(LIST, {"botToken": TOKEN, "limit": 2, "offset": 2})
    assert ([bot["code"] for bot in rest["bots"]], rest["hasNextPage"]) == (["c"], False)
    plain = portal.call(LIST, {"botToken": TOKEN, "filter": {"type": "bot"}})["bots"]
    assert [bot["code"] for bot in plain] == ["a", "c"]
    assert portal.call(LIST, {"botToken": "unknown"})["bots"] == []


def test_an_unregistered_bot_is_gone_and_meets_nobody(portal: SandboxClient) -> None:
    unregistered = {"botId": 9, "botToken": BOT_CLIENT_ID}
    assert portal.call(UNREGISTER, unregistered) == {"result": True}
    assert portal.expect_refusal(UNREGISTER, unregistered) == (400, "BOT_NOT_FOUND")
    assert 9 not in portal.read_chat(217)["members"]
    met = portal.control("client-message", {"line_id": 5, "text": "Hello?"})
    assert portal.read_session(met["session_id"])["operator_id"] == 4


def test_the_revision_needs_no_bot(portal: SandboxClient) -> None:
    assert portal.call("imbot.v2.Revision.get")["rest"] == 36


@pytest.mark.parametrize("method", [REGISTER, GET, LIST, EVENTS, "imbot.v2.Revision.get"])
def test_the_scope_and_the_module_of_bots_are_needed(portal: SandboxClient, method: str) -> None:
    assert portal.expect_refusal(method, path=OPERATOR_WEBHOOK_PATH) == (401, "insufficient_scope")
    portal.switch(modules={"imbot": False})
    assert portal.expect_refusal(method) == (404, "ERROR_METHOD_NOT_FOUND")
