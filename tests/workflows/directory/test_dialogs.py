"""Every way of naming a dialog, at the embedded portal."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import anyio
import pytest

from sandbox.seed import seed
from tests.workflows.portal_context import EmbeddedPortal, open_portal
from tools.fence import quote_marked
from tools.tool import InvalidArgumentsError
from workflows.directory.dialog_reference import DialogReference, parse_reference
from workflows.directory.dialogs import FoundDialog, find_chat_id, find_dialog

CODE = "livechat|1|2003|103"


def _run_at_portal(story: Callable[[EmbeddedPortal], Awaitable[Any]], webhook: str = seed.ADMIN_WEBHOOK_PATH) -> Any:
    async def run() -> Any:
        async with open_portal(webhook=webhook) as fresh:
            return await story(fresh)

    return anyio.run(run)


def _find(named: int | str, webhook: str = seed.ADMIN_WEBHOOK_PATH) -> FoundDialog:
    async def story(fresh: EmbeddedPortal) -> Any:
        return await find_dialog(fresh.context, named)

    found: FoundDialog = _run_at_portal(story, webhook)
    return found


def _catch_problem(named: int | str, webhook: str = seed.ADMIN_WEBHOOK_PATH) -> str:
    with pytest.raises(InvalidArgumentsError) as refused:
        _find(named, webhook)
    return quote_marked(str(refused.value))


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        (203, DialogReference("number", 203)),
        ("203", DialogReference("number", 203)),
        (" 203 ", DialogReference("number", 203)),
        ("chat203", DialogReference("chat", 203)),
        ("Chat 203", DialogReference("chat", 203)),
        ("chat #203", DialogReference("chat", 203)),
        ("session 301", DialogReference("session", 301)),
        ("session:301", DialogReference("session", 301)),
        ("Session #301", DialogReference("session", 301)),
        ("imol|301", DialogReference("session", 301)),
        (CODE, DialogReference("user_code", text=CODE)),
        (f"imol|{CODE}", DialogReference("user_code", text=CODE)),
        ("deal 5", DialogReference("crm", 5, "deal")),
        ("lead:5", DialogReference("crm", 5, "lead")),
        ("Company #5", DialogReference("crm", 5, "company")),
        ("chat_id 203", DialogReference("chat", 203)),
        ("chat_id=203", DialogReference("chat", 203)),
        ("session_id 301", DialogReference("session", 301)),
        ("session_id=301", DialogReference("session", 301)),
        ("Чат №203", DialogReference("chat", 203)),
        ("диалог 203", DialogReference("chat", 203)),
        ("сессия 301", DialogReference("session", 301)),
        ("Лид 5", DialogReference("crm", 5, "lead")),
        ("сделка №5", DialogReference("crm", 5, "deal")),
        ("контакт 5", DialogReference("crm", 5, "contact")),
        ("компания 5", DialogReference("crm", 5, "company")),
        ("CRM deal #5", DialogReference("crm", 5, "deal")),
        ("contact_5", DialogReference("crm", 5, "contact")),
        ("D_5", DialogReference("crm", 5, "deal")),
        ("L_5", DialogReference("crm", 5, "lead")),
        ("C_5", DialogReference("crm", 5, "contact")),
        ("CO_5", DialogReference("crm", 5, "company")),
        ("/crm/deal/details/5/", DialogReference("crm", 5, "deal")),
        ("/crm/type/2/details/5/", DialogReference("crm", 5, "deal")),
        ("https://p.example/crm/lead/show/5/?tab=1", DialogReference("crm", 5, "lead", "p.example")),
        ("p.example/crm/contact/details/5/", DialogReference("crm", 5, "contact", "p.example")),
        ("https://p.example/online/?IM_DIALOG=chat203", DialogReference("chat", 203, host="p.example")),
        ("https://p.example/online/?IM_DIALOG=chat203&IM_MESSAGE=9", DialogReference("chat", 203, host="p.example")),
        ("https://p.example:8443/?IM_DIALOG=imol%7Clivechat%7C1%7C2003%7C103", None),
        (f"https://p.example/?IM_DIALOG=imol|{CODE}", DialogReference("user_code", text=CODE, host="p.example")),
        ("https://p.example/?IM_HISTORY=imol|301", DialogReference("session", 301, host="p.example")),
        ("https://p.example/desktop_app/?IM_LINES=Y&IM_DIALOG=chat203", DialogReference("chat", 203, host="p.example")),
        ("https://p.example/online/?IM_LINES=imol|301", DialogReference("session", 301, host="p.example")),
        ("https://p.example/online/#IM_DIALOG=chat203", DialogReference("chat", 203, host="p.example")),
        ("https://p.example/online/#/chat203", DialogReference("chat", 203, host="p.example")),
        ("p.example/online/?IM_DIALOG=chat203", DialogReference("chat", 203, host="p.example")),
        ("?IM_DIALOG=chat203", DialogReference("chat", 203)),
        ("#chat203", DialogReference("chat", 203)),
        ("Emma Wilson", DialogReference("client", text="Emma Wilson")),
        ("Ирина", DialogReference("client", text="Ирина")),
        ("Сделка", DialogReference("client", text="Сделка")),
        (
            "https://p.example/contact_center/openlines/?IM_HISTORY=imol%7C301",
            DialogReference("session", 301, host="p.example"),
        ),
        ("https://p.example/crm/company/details/5/?tab=1#x", DialogReference("crm", 5, "company", "p.example")),
    ],
)
def test_each_form_is_told_apart_without_asking(named: int | str, meant: DialogReference | None) -> None:
    wanted = meant or DialogReference("user_code", text=CODE, host="p.example:8443")

    assert parse_reference(named) == wanted


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ("", "must not be blank"),
        ("x", "too short for a name"),
        ("x" * 501, "longer than 500"),
        (0, "an id is a number from 1"),
        (-5, "an id is a number from 1"),
        (2**31, "an id is a number from 1"),
        ("deal 0", "an id is a number from 1"),
        ("https://p.example/online/", "names no dialog"),
        ("https://p.example/online/?IM_DIALOG=24", "with a person"),
        ("/crm/type/128/details/5/", "no lead, deal, contact or company"),
        ("https://[half/?IM_DIALOG=chat203", "cannot be read"),
    ],
)
def test_what_can_be_no_dialog_is_refused_without_asking(named: int | str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_reference(named)


@pytest.mark.parametrize(
    ("named", "chat", "session"),
    [
        (203, 203, None),
        ("chat203", 203, None),
        ("session 303", 203, 303),
        ("session 332", 212, 332),
        ("deal 601", 215, None),
        ("L_501", 207, None),
        ("lead 502", 210, None),
        ("Emma Wilson", 201, None),
        ("emma", 201, None),
        ("кузнецова", 203, None),
        ("Ирина Кузнецова - Website support", 203, None),
        ("/crm/contact/details/701/", 207, None),
        ("/crm/company/details/801/", 214, None),
        ("/crm/type/2/details/601/", 215, None),
        ("?IM_HISTORY=imol|303", 203, 303),
    ],
)
def test_each_form_finds_its_dialog(named: int | str, chat: int, session: int | None) -> None:
    found = _find(named)

    assert (found.chat.id, found.session_id) == (chat, session)


def test_a_user_code_finds_its_dialog_with_and_without_its_prefix() -> None:
    code = _find(203).chat.user_code

    assert _find(code).chat.id == _find(f"imol|{code}").chat.id == 203


def test_a_number_that_is_a_session_is_explained() -> None:
    assert "301 is no chat but a session, of chat 201 client: “Emma Wilson" in _catch_problem(301)


def test_a_number_that_is_nothing_says_what_was_tried_and_what_could_be_given() -> None:
    problem = _catch_problem(999)

    assert "no chat and no session 999" in problem
    assert "session 301, a USER_CODE" in problem


def test_a_link_of_this_portal_is_followed_and_one_of_another_is_refused() -> None:
    assert _find("http://127.0.0.1/online/?IM_DIALOG=chat203").chat.id == 203
    assert "this link is of another portal (other.example), not of 127.0.0.1" in _catch_problem(
        "https://other.example/online/?IM_DIALOG=chat203"
    )


def test_candidates_come_with_client_line_state_and_last_activity() -> None:
    async def story(fresh: EmbeddedPortal) -> str:
        fresh.company.chats[202].name = "Emma Watson - Website support"
        with pytest.raises(InvalidArgumentsError) as refused:
            await find_dialog(fresh.context, "emma")
        return quote_marked(str(refused.value))

    problem = _run_at_portal(story)

    assert "chat 202 client: “Emma Watson - Website support”, Website support (1), waiting in the queue" in problem
    assert "last active 2026-03-16T0" in problem
    assert problem.endswith("Give the chat id")
    assert len(problem) < 600


def test_several_active_dialogs_of_a_record_are_candidates() -> None:
    async def story(fresh: EmbeddedPortal) -> str:
        other = fresh.company.chats[214]
        other.crm_bindings["DEAL"] = 601
        fresh.company.sessions[other.session_id].crm_bindings["DEAL"] = 601
        with pytest.raises(InvalidArgumentsError) as refused:
            await find_dialog(fresh.context, "deal 601")
        return str(refused.value)

    assert "deal 601 fits several: chat 215" in _run_at_portal(story)


def test_a_record_without_a_dialog_says_so() -> None:
    assert "contact 999 has no dialog" in _catch_problem("contact 999")


def test_a_record_that_may_not_be_read_says_so() -> None:
    problem = _catch_problem("deal 601", seed.OPERATOR_WEBHOOK_PATH)

    assert problem.endswith("The webhook's user may not read this CRM record")


def test_a_name_that_nobody_has_says_where_was_looked() -> None:
    problem = _catch_problem("Nobody Atall")

    assert "no client's name fits 'Nobody Atall': your list has 2 dialogs, the reports 18 more, open or" in problem


def test_without_the_scope_of_the_messenger_reports_find_the_client() -> None:
    async def story(fresh: EmbeddedPortal) -> Any:
        fresh.company.access_keys[0].scopes = ("imopenlines",)
        return (await find_dialog(fresh.context, "emma")).chat.id

    assert _run_at_portal(story) == 201


def test_without_reports_the_callers_own_list_finds_the_client() -> None:
    async def story(fresh: EmbeddedPortal) -> Any:
        fresh.company.switches.plan.reports = False
        mine = (await find_dialog(fresh.context, "grace")).chat.id
        with pytest.raises(InvalidArgumentsError, match="the portal shows no reports of others"):
            await find_dialog(fresh.context, "hannah")
        return mine

    assert _run_at_portal(story) == 206


@pytest.mark.parametrize(("named", "requests"), [(203, 1), ("session 303", 1), ("deal 601", 3), ("emma", 6), (999, 2)])
def test_it_takes_few_requests(named: int | str, requests: int) -> None:
    async def story(fresh: EmbeddedPortal) -> int:
        with suppress(InvalidArgumentsError):
            await find_dialog(fresh.context, named)
        return len(fresh.requests)

    assert _run_at_portal(story) == requests


def test_the_chat_that_a_number_names_is_known_without_asking() -> None:
    async def story(fresh: EmbeddedPortal) -> tuple[int, int, int]:
        return await find_chat_id(fresh.context, "chat203"), await find_chat_id(fresh.context, 77), len(fresh.requests)

    assert _run_at_portal(story) == (203, 77, 0)
