"""What search finds first, as rules; and a table of questions that nobody's page answers word by word."""

import pytest

from reference.pages.errors import find_givers, list_codes
from reference.pages.page import Page
from reference.pages.registry import pages
from reference.search.excerpt import LONGEST
from reference.search.search import search
from tools.error_advice import CORE
from tools.event import events
from tools.registry import methods

TITLES = [page.title for page in pages().values()]
PAGES = pytest.mark.parametrize("page", pages().values(), ids=pages())
ALSO_PARAMETERS = {"CODE", "CHAT_ID", "USER_ID"}
OWN_CODES = [code for code in list_codes() if code and not code.isdigit() and code not in {*CORE, *ALSO_PARAMETERS}]


ALSO_A_SECTION = {"events"}
"""Methods whose name alone is that of a section, which goes first."""


def _names(query: str, limit: int = 5, kind: str | None = None) -> list[str]:
    return [pages()[hit.uri].name for hit in search(query, limit, kind)]


@PAGES
def test_a_page_is_found_first_by_its_name_and_its_address(page: Page) -> None:
    assert _names(page.name)[0] == (f"sections/{page.name}" if page.name in ALSO_A_SECTION else page.name)
    assert _names(page.uri)[0] == page.name


@PAGES
def test_a_page_is_found_first_by_its_title_unless_that_is_an_error_code_or_shared(page: Page) -> None:
    found = [pages()[hit.uri] for hit in search(page.title)]
    if page.name.startswith("errors/"):
        assert page in found[:2]
    else:
        assert page in found[: TITLES.count(page.title)]


@pytest.mark.parametrize("method", methods().values(), ids=methods())
def test_a_method_is_found_first_in_every_spelling_of_its_name(method: type) -> None:
    rest = pages()[method.page()].name  # type: ignore[attr-defined]
    short = rest.removeprefix("imopenlines.")
    for typed in (rest.upper(), rest.replace(".", "_"), f"  {short} ", f"`{rest}`"):
        assert rest in _names(typed)[: 2 if rest in ALSO_A_SECTION else 1]
    if "." in rest:
        assert _names(f"how does {rest} work")[0] == rest


@pytest.mark.parametrize("name", events())
def test_an_event_is_found_first_in_every_spelling_of_its_name(name: str) -> None:
    for typed in (name.upper(), name.lower(), name[0].lower() + name[1:], f"subscribe to {name}"):
        assert _names(typed)[0] == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("WITH_QUEUE", "imopenlines.config.get"),
        ("withQueue parameter", "imopenlines.config.get"),
        ("SERVER_ADDRESS", "imopenlines.config.path.get"),
        ("closeReason=replyLimit", "imopenlines.v2.Session.list"),
        ("hasFreeSlots", "imopenlines.v2.Operator.list"),
        ("URL_PREVIEW=N", "imopenlines.network.message.add"),
        ("ACTIVATE=N to let go of a dialog", "imopenlines.session.mode.pin"),
        ("PLACEMENT_HANDLER", "imconnector.register"),
    ],
)
def test_a_parameter_or_a_field_of_a_result_leads_to_the_method_that_has_it(query: str, name: str) -> None:
    assert _names(query)[0] == name


@pytest.mark.parametrize("code", [code for code in OWN_CODES if len(find_givers(code)) == 1])
def test_a_code_of_one_method_leads_to_its_errors_and_then_to_the_page_of_the_code(code: str) -> None:
    hits = search(code)
    assert [pages()[hit.uri].name for hit in hits[:2]] == [find_givers(code)[0].rest, f"errors/{code}"]
    assert hits[0].section == "Errors"
    assert code in hits[0].excerpt


@pytest.mark.parametrize("code", [code for code in OWN_CODES if len(find_givers(code)) > 1])
def test_a_code_of_several_methods_alone_leads_to_its_page_and_then_to_one_of_them(code: str) -> None:
    page, method = _names(code)[:2]
    assert page == f"errors/{code}"
    assert method in {method.rest for method in find_givers(code)}


def test_other_words_choose_among_the_methods_that_give_a_code() -> None:
    assert _names("CONFIG_ID_EMPTY when I delete a line")[:2] == ["imopenlines.config.delete", "errors/CONFIG_ID_EMPTY"]
    assert _names("CONFIG_ID_EMPTY when I change a line")[0] == "imopenlines.config.update"


@pytest.mark.parametrize("code", [code for code in CORE if code])
def test_a_code_of_the_core_leads_to_its_page_and_to_what_is_said_of_errors(code: str) -> None:
    found = _names(f"I get {code}, what now?")
    assert found[0] == f"errors/{code}"
    assert find_givers(code) or {"guides/errors", "errors"} & set(found)


def test_a_name_that_is_a_parameter_and_a_code_is_a_code_only_where_errors_are_spoken_of() -> None:
    assert "errors/CHAT_ID" in _names("error CHAT_ID")[:2]
    assert "errors/CHAT_ID" not in _names("CHAT_ID of a dialog")


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("tranfser a dilog to anoter operator", "imopenlines.operator.transfer"),
        ("quikc answr", "tools/quick_replies"),
        ("получить историю переписик", "imopenlines.session.history.get"),
    ],
)
def test_a_slip_of_the_finger_does_no_harm(query: str, name: str) -> None:
    assert _names(query)[0] == name


@pytest.mark.parametrize(
    "query",
    [
        "закрепить диалог",
        "закрепление диалога",
        "закрепил диалоги",
        "как закрепить чат за собой",
    ],
)
def test_russian_inflections_find_the_same_page(query: str) -> None:
    assert "imopenlines.session.mode.pin" in _names(query, 2)


def test_letters_with_and_without_dots_are_one() -> None:
    assert _names("учёт рабочего времени") == _names("учет рабочего времени")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        # in other words
        (
            "who is responsible instead of the absent colleague now: take over his conversation",
            "imopenlines.session.intercept",
        ),
        ("pick up the waiting chat", "imopenlines.operator.answer"),
        ("offer this chat to the next person in the queue", "imopenlines.operator.skip"),
        ("an employee was dismissed, close his conversations", "imopenlines.operator.another.finish"),
        (
            "second line support takes the ticket over by hand-off",
            "imopenlines.operator.transfer imopenlines.session.intercept",
        ),
        ("keep the conversation from closing by itself", "imopenlines.session.mode.pin"),
        ("write to colleagues so that the customer sees nothing", "imopenlines.session.mode.silent"),
        ("store a good wording as a template for the team", "imopenlines.message.quick.save"),
        ("spin up one more support channel", "imopenlines.config.add"),
        ("what does the transcript of a conversation hold", "imopenlines.session.history.get"),
        ("the lead's boss grades how a case was handled", "imopenlines.session.head.vote"),
        ("invite the lawyer into the deal's chat", "imopenlines.crm.chat.user.add"),
        ("the bot gives up: any free human please", "imopenlines.bot.session.operator"),
        ("robot ends the conversation itself", "imopenlines.bot.session.finish"),
        ("totals of last month: spam, ratings, first answer", "imopenlines.v2.Stat.get"),
        ("which agents can take more chats", "imopenlines.v2.Operator.list"),
        ("who passed the case to whom", "imopenlines.v2.Session.Transfer.list"),
        ("hand the message of a customer from our own messenger to Bitrix24", "imconnector.send.messages"),
        ("tell Bitrix24 that the answer has arrived", "imconnector.send.status.delivery"),
        ("know when a conversation begins", "OnSessionStart OnImConnectorDialogStart"),
        ("the operator's answer has to get into our messenger", "OnImConnectorMessageAdd"),
        # of a subject
        ("how many calls per second are allowed", "guides/limits"),
        ("run fifty commands at once", "guides/batch"),
        ("refresh token has expired", "guides/auth-oauth"),
        ("what may an inbound webhook do", "guides/auth-webhook"),
        ("events without a public address", "guides/events-offline"),
        (
            "check that the request came from the portal: application_token",
            "guides/events-subscribe guides/auth-webhook",
        ),
        ("which failures may be tried again", "guides/errors"),
        ("overview of what operators can do", "sections/operators"),
        ("all methods for chat bots", "sections/chatbots"),
        # in Russian
        ("передать диалог коллеге", "imopenlines.operator.transfer"),
        ("забрать чат другого оператора", "imopenlines.session.intercept"),
        ("пометить как рекламу и закрыть", "imopenlines.operator.spam"),
        ("добавить юриста в чат сделки", "imopenlines.crm.chat.user.add"),
        ("создать лид по переписке", "imopenlines.crm.lead.create"),
        ("сколько запросов в секунду можно", "guides/limits"),
        ("продлить токен доступа", "guides/auth-oauth"),
        ("кто сейчас онлайн и сколько чатов ведет", "imopenlines.v2.Operator.list"),
        ("событие удаления сообщения", "OnOpenLineMessageDelete OnImConnectorMessageDelete"),
        ("подключить свой мессенджер", "imconnector.register guides/connectors sections/connectors"),
        # in a word or two
        ("rate limit", "guides/limits"),
        ("canned response", "imopenlines.message.quick.save"),
        ("operator load", "imopenlines.v2.Operator.list"),
        ("close conversation", "imopenlines.operator.finish imopenlines.operator.another.finish"),
    ],
)
def test_a_question_in_other_words_finds_its_page_among_the_first_three(query: str, names: str) -> None:
    assert set(names.split()) & set(_names(query, 3))


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_there_are_as_many_pages_as_were_asked_for(limit: int) -> None:
    assert len(_names("close a dialog", limit)) == limit


@pytest.mark.parametrize("kind", ["section", "guide", "method", "event", "error"])
def test_of_one_kind_only_pages_of_that_kind_are_found(kind: str) -> None:
    hits = search("transfer a dialog to an operator", 5, kind)
    assert hits
    assert {hit.kind for hit in hits} == {kind}


def test_the_best_page_is_the_first_and_nothing_is_found_twice() -> None:
    hits = search("transfer a dialog", 10)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.uri for hit in hits}) == len(hits)


def test_a_hit_says_what_the_page_is_where_the_answer_stands_and_where_the_official_page_is() -> None:
    hit = search("EMPTY_VOTE_PARAMS")[0]
    page = pages()[hit.uri]
    assert (hit.title, hit.kind, hit.answer, hit.official) == (page.title, page.kind, page.description, page.official)
    assert (hit.section, hit.source) == ("Errors", "openchannels")
    assert "EMPTY_VOTE_PARAMS" in hit.excerpt


@PAGES
def test_an_excerpt_is_short(page: Page) -> None:
    for hit in search(page.description):
        assert hit.excerpt
        assert len(hit.excerpt) <= LONGEST


@pytest.mark.parametrize(
    "query", ["", "   ", "?!", "...", "😀", "\0", "the of and", "и в на", "zzzz qqqq", "聊天", "\ud800", "x" * 100_000]
)
def test_where_nothing_is_found_the_list_is_empty(query: str) -> None:
    assert search(query) == []


@pytest.mark.parametrize(
    "query",
    [
        '"a" OR NEAR(',
        "close AND NOT * (dialog",
        "words: {close} ^dialog",
        "'; drop table phrases; --",
        "close\0dialog 😀",
        "~finish",
        "close dialog " * 1000,
        " ".join(f"imopenlines.session.foo{number}" for number in range(100)),
    ],
)
def test_odd_questions_are_words_like_others(query: str) -> None:
    assert len(search(query)) <= 5


def test_the_same_question_is_answered_the_same() -> None:
    assert search("close a dialog") == search("close a dialog")


@pytest.mark.parametrize(
    ("name", "guide"),
    [
        ("im.counters.get", "events-polling"),
        ("im.v2.Sync.list", "events-polling"),
        ("app.info", "app-install"),
    ],
)
def test_a_method_that_only_a_guide_describes_finds_that_guide(name: str, guide: str) -> None:
    assert search(name)[0].uri == f"openchannels://docs/guides/{guide}"
