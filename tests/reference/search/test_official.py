from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from reference.pages.registry import pages
from reference.search.hit import OfficialHit
from reference.search.search import search


def _official(path: str, title: str, summary: str = "") -> OfficialHit:
    return OfficialHit(
        uri=f"openchannels://official/en/{path}",
        path=path,
        lang="en",
        title=title,
        summary=summary,
        heading="Parameters",
        excerpt="an excerpt",
        address=f"https://apidocs.bitrix24.com/{path}.html",
        score=1.0,
    )


@dataclass(frozen=True)
class Mirror:
    """The official documentation with an answer that was agreed beforehand."""

    found: Sequence[OfficialHit]

    def search(self, query: str, limit: int) -> Sequence[OfficialHit]:
        assert query
        return self.found[:limit]


DEAL = _official("api-reference/crm/deals/crm-deal-add", "Create a deal crm.deal.add", "Creates a new deal.")
TASK = _official(
    "api-reference/tasks/tasks-task-add", "Create a task tasks.task.add", "Adds a task with a deadline and a checklist."
)
MESSAGES = _official("api-reference/chats/messages/index", "Messages in chats", "Sending and changing messages.")
OURS = _official(
    "api-reference/imopenlines/openlines/operators/imopenlines-operator-transfer",
    "Transfer imopenlines.operator.transfer",
)
OURS_IN_RUSSIAN = _official(OURS.path, "Передать диалог imopenlines.operator.transfer")


def _sources(query: str, *found: OfficialHit, limit: int = 5) -> list[str]:
    return [hit.source for hit in search(query, limit, official=Mirror(found))]


@pytest.mark.parametrize("query", ["crm.deal.add", "parameters of crm.deal.add", "crmDealAdd"])
def test_an_official_page_goes_first_where_somebody_types_its_name(query: str) -> None:
    hits = search(query, official=Mirror([DEAL, MESSAGES]))
    assert hits[0].uri == DEAL.uri
    assert "openchannels" in {hit.source for hit in hits}


def test_the_official_page_of_a_method_that_ours_explain_too_goes_right_after_ours() -> None:
    counters = _official("api-reference/chats/im-counters-get", "Count what is unread im.counters.get")
    assert search("im.counters.get")[0].uri == "openchannels://docs/guides/events-polling"
    assert _sources("im.counters.get", MESSAGES, counters)[:3] == ["openchannels", "official", "openchannels"]


def test_an_official_page_goes_first_where_ours_hold_much_less_of_the_question() -> None:
    assert _sources("create a task with a deadline and a checklist", TASK)[0] == "official"


ELSEWHERE = [
    ("create a lead", _official("crm/crm-lead-add", "Create a New Lead crm.lead.add", "Creates a lead.")),
    ("create a deal", DEAL),
    ("add a task", TASK),
    ("send an SMS", _official("sms/index", "How to Connect an SMS Provider", "A provider sends messages.")),
    ("upload a file", _official("disk/disk-upload", "Upload a File disk.upload", "Uploads a file.")),
    ("invite an employee", _official("user/user-add", "Invite a user user.add", "Invites a user.")),
    ("upload a file to the drive", _official("disk/upload", "Upload a File to the Storage disk.storage.uploadFile")),
    ("close a task", _official("tasks/task-complete", "Complete a Task tasks.task.complete", "Completes a task.")),
    ("register an sms provider", _official("sms/add", "Register an SMS Provider sender.add", "Registers one.")),
    ("make a phone call", _official("telephony/call", "Start a Call to the Phone Number startPhoneCall")),
    ("обновить контакт", _official("crm/contact-update", "Изменить контакт crm.contact.update")),
    ("загрузить файл на диск", _official("disk/upload", "Загрузить новый файл в хранилище disk.storage.uploadFile")),
    ("создать лид", _official("crm/crm-lead-add", "Создать новый лид crm.lead.add", "Создает лид.")),
    ("добавить задачу", _official("tasks/task-add", "Добавить задачу tasks.task.add", "Добавляет задачу.")),
    ("отправить смс", _official("sms/index", "Как подключить смс-провайдера", "Провайдер отправляет сообщения.")),
    ("отправить письмо", _official("mail/mail-send", "Отправить письмо mail.send", "Отправляет письмо.")),
]


@pytest.mark.parametrize(("query", "page"), ELSEWHERE, ids=[query for query, _ in ELSEWHERE])
def test_an_official_page_goes_first_where_a_question_is_not_about_open_channels(query: str, page: OfficialHit) -> None:
    assert search(query, official=Mirror([MESSAGES, page]))[0].uri == page.uri
    assert _sources(query, MESSAGES)[0] == "openchannels"


@pytest.mark.parametrize(
    "query",
    [
        "create a lead from a dialog",
        "send a file to a client",
        "создать лид из диалога",
        "отправить клиенту смс",
        "search users by name",
        "chain of handovers",
    ],
)
def test_a_word_of_open_channels_or_a_phrase_of_ours_keeps_our_pages_first(query: str) -> None:
    found = [page for _, page in ELSEWHERE]
    users = _official("chats/im-search-user-list", "Find Users im.search.user.list", "Searches users by name.")
    chains = _official("sites/chain", "Chain of website folders", "A chain of folders.")
    assert _sources(query, *found, users, chains)[0] == "openchannels"


def test_ours_keep_places_where_a_question_is_not_about_open_channels() -> None:
    leads = [_official(f"crm/lead-{number}", f"Create a Lead {number} crm.lead.add{number}") for number in range(9)]
    assert _sources("create a lead", *leads)[:4] == ["official"] * 3 + ["openchannels"]


@pytest.mark.parametrize(
    "query", ["send a message to the client of a deal", "imopenlines.operator.finish", "перевести чат"]
)
def test_our_pages_go_first_for_questions_about_open_channels(query: str) -> None:
    assert _sources(query, MESSAGES, TASK) == ["openchannels"] * 4 + ["official"]


def test_official_pages_fill_the_places_that_ours_leave() -> None:
    assert _sources("zebra", MESSAGES, TASK) == ["official", "official"]


def test_the_official_page_of_what_our_page_describes_is_not_shown_besides() -> None:
    assert OURS.address in {page.official for page in pages().values()}
    assert _sources("imopenlines.operator.transfer", OURS) == ["openchannels"] * 5
    assert _sources("передать диалог", OURS_IN_RUSSIAN) == ["openchannels"] * 5


def test_there_are_never_more_pages_than_were_asked_for() -> None:
    assert len(_sources("crm.deal.add", DEAL, MESSAGES, TASK, limit=2)) == 2
    assert _sources("close a dialog", MESSAGES, limit=1) == ["openchannels"]


def test_of_one_kind_of_pages_there_are_only_ours() -> None:
    hits = search("crm.deal.add", kind="method", official=Mirror([DEAL]))
    assert {hit.kind for hit in hits} == {"method"}


def test_an_official_hit_says_all_that_ours_do() -> None:
    hit = search("crm.deal.add", official=Mirror([DEAL]))[0]
    assert (hit.title, hit.kind, hit.answer, hit.section, hit.excerpt, hit.official, hit.source) == (
        DEAL.title,
        "official",
        DEAL.summary,
        DEAL.heading,
        DEAL.excerpt,
        DEAL.address,
        "official",
    )
