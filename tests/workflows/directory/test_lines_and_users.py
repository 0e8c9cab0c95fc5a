"""Lines and operators by name or id."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import anyio
import pytest

from tests.workflows.portal_context import EmbeddedPortal, open_portal
from tools.tool import InvalidArgumentsError
from workflows.directory.lines_and_users import FRESH, Directory, LineOrUser, match_id_or_name

LINES = {1: "Website support", 2: "Sales", 3: "VIP", 4: "Spring campaign", 24: "7", 30: "Sales abroad"}


def _run_at_portal(story: Callable[[EmbeddedPortal], Awaitable[Any]], **answers: Any) -> Any:
    async def run() -> Any:
        async with open_portal(**answers) as fresh:
            return await story(fresh)

    return anyio.run(run)


@pytest.mark.parametrize(
    ("which", "meant"),
    [
        (3, [3]),
        ("3", [3]),
        ("vip", [3]),
        ("  SALES ", [2]),
        ("web", [1]),
        ("campaign", [4]),
        ("support", [1]),
        ("port", []),
        ("ales", []),
        ("s", [2, 4, 30]),
        ("sales a", [30]),
        ("7", [24]),
        (99, []),
        ("nothing", []),
    ],
)
def test_an_id_beats_a_whole_name_beats_its_beginning_beats_that_of_a_word_in_it(
    which: int | str, meant: list[int]
) -> None:
    assert match_id_or_name(which, LINES) == meant


@pytest.mark.parametrize(
    ("which", "words"),
    [("s", "fits several: .*2 Sales, 4 Spring campaign"), ("moon", "there are .*1 Website support, 2")],
)
def test_what_is_not_clear_is_refused_with_those_it_may_be(which: str, words: str) -> None:
    async def story(fresh: EmbeddedPortal) -> None:
        with pytest.raises(InvalidArgumentsError, match=words):
            await Directory(fresh.context).find_line(which)

    _run_at_portal(story)


def test_names_are_asked_for_once_and_shared_by_all_who_use_the_portal() -> None:
    async def story(fresh: EmbeddedPortal) -> int:
        assert await Directory(fresh.context).find_line("vip") == LineOrUser(3, "VIP", "line")
        assert await Directory(fresh.context).find_operator("olga") == LineOrUser(3, "Olga Smirnova")
        await Directory(fresh.context).read_line_names()
        return len(fresh.company.requests)

    assert _run_at_portal(story) == 1


def test_a_line_that_is_new_is_found_although_others_are_known_already() -> None:
    async def story(fresh: EmbeddedPortal) -> LineOrUser:
        await Directory(fresh.context).read_line_names()
        fresh.company.lines[2].settings["LINE_NAME"] = "Wholesale"
        return await Directory(fresh.context).find_line("wholesale")

    assert _run_at_portal(story).id == 2


def test_names_are_asked_for_anew_after_some_minutes() -> None:
    async def story(fresh: EmbeddedPortal) -> list[str]:
        found = []
        for moment in (1000.0, 1000.0 + FRESH - 1, 1000.0 + FRESH + 1):
            found.append((await Directory(fresh.context, partial(float, moment)).read_line_names())[2])
            fresh.company.lines[2].settings["LINE_NAME"] = "Wholesale"
        return found

    assert _run_at_portal(story) == ["Sales", "Sales", "Wholesale"]


def test_another_portal_knows_nothing_of_the_first() -> None:
    async def story(first: EmbeddedPortal) -> None:
        first.company.lines[2].settings["LINE_NAME"] = "Secret project"
        await Directory(first.context).read_line_names()
        async with open_portal() as second:
            with pytest.raises(InvalidArgumentsError):
                await Directory(second.context).find_line("Secret project")

    _run_at_portal(story)


def _users(params: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"ID": str(one), "NAME": "User", "LAST_NAME": f"No {one}"} for one in params["FILTER"]["ID"] if one != 77]


def test_whoever_is_in_no_queue_is_named_by_the_portals_list_of_users_and_asked_for_once() -> None:
    async def story(fresh: EmbeddedPortal) -> dict[int, str]:
        await Directory(fresh.context).read_user_names([3, 5, 77])
        named = await Directory(fresh.context).read_user_names([3, 5, 77])
        assert fresh.replaced_calls == ["user.get"]
        return named

    assert _run_at_portal(story, user_get=_users) == {3: "Olga Smirnova", 5: "User No 5", 77: ""}


def test_without_the_scope_of_users_a_stranger_stays_a_number() -> None:
    async def story(fresh: EmbeddedPortal) -> str:
        fresh.company.access_keys[0] = replace(fresh.company.access_keys[0], scopes=("imopenlines",))
        return str(await Directory(fresh.context).find_operator(5))

    assert _run_at_portal(story) == "user 5"


def test_with_it_everybody_of_the_portal_has_a_name_and_is_found_by_it() -> None:
    async def story(fresh: EmbeddedPortal) -> list[str]:
        names = Directory(fresh.context)
        return [str(await names.find_operator(who)) for who in (5, "becker")]

    assert _run_at_portal(story) == ["Sofia Marino (5)", "Tom Becker (8)"]


def test_an_employee_of_no_queue_is_found_by_a_search() -> None:
    async def story(fresh: EmbeddedPortal) -> LineOrUser:
        return await Directory(fresh.context).find_operator("becker")

    found = [{"ID": "8", "NAME": "Tom", "LAST_NAME": "Becker"}]
    assert _run_at_portal(story, user_search=lambda _: found) == LineOrUser(8, "Tom Becker")


def test_two_who_fit_are_told_apart_by_their_ids() -> None:
    async def story(fresh: EmbeddedPortal) -> None:
        with pytest.raises(InvalidArgumentsError, match=r"8 Tom Becker, 12 Tom Baker.*; give the id"):
            await Directory(fresh.context).find_operator("tom")

    found = [{"ID": "8", "NAME": "Tom", "LAST_NAME": "Becker"}, {"ID": 12, "NAME": "Tom", "LAST_NAME": "Baker"}]
    _run_at_portal(story, user_search=lambda _: found)
