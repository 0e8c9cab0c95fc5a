"""No answer is longer than its bound, and what was cut can be read by the call that the answer names."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reference.pages.registry import pages
from sandbox.seed import seed
from sandbox.state.company import Company
from server.config.answer_form import AnswerForm
from server.protocol.results import Answer, Failure, Reply, make_result
from tests.assistant import text_of
from tests.server.protocol.sample_calls import reading_calls
from tests.server.protocol.test_answer_forms import reply_all
from tools.untrusted import mark_untrusted, mark_untrusted_in

SENTENCE = "Здравствуйте! Подскажите по заказу 48213, пожалуйста. "
CHAT, CLIENT, SESSION, FILE = 206, 106, 306, 5001
TEXT, DATA = AnswerForm(), AnswerForm(structured=True)
LONGEST_WRITTEN = 20_000
"""Characters that the portal takes in one message."""


def make_talkative_company(messages: int = 90) -> Company:
    """One client writes much, and every text that can be long is."""
    company = seed.create_seeded_company()
    chat = company.chats[CHAT]
    for number in range(messages):
        words = SENTENCE * (LONGEST_WRITTEN // len(SENTENCE)) if number % 3 == 0 else f"{number}: {SENTENCE * 12}"
        company.say(chat, CLIENT, words)
    company.mark_all_read(1, chat)
    file = (SENTENCE * 3_000).encode()
    company.files[FILE] = replace(company.files[FILE], name="long.txt", size=len(file), content=file)
    return company


def count_characters(reply: Reply, form: AnswerForm) -> int:
    """Characters of an answer as a client gets it, or two thirds of its bytes where these are more."""
    shown = make_result(reply, form)
    data = shown.structured_content
    text = text_of(shown) + (json.dumps(data, ensure_ascii=False) if data is not None else "")
    return max(len(text), len(text.encode()) * 2 // 3)


@pytest.mark.parametrize("structured", [False, True], ids=["text", "data"])
@pytest.mark.parametrize("bound", [2_000, 24_000])
def test_no_answer_of_a_reading_tool_is_longer_than_its_bound(tmp_path: Path, bound: int, *, structured: bool) -> None:
    calls = [
        *reading_calls(),
        ("dialog", {"dialog": "206", "last": 50}),
        ("session_history_get", {"session_id": SESSION, "last": 1000}),
        ("im_dialog_messages_get", {"dialog_id": f"chat{CHAT}", "limit": 50}),
        ("im_dialog_messages_get", {"dialog_id": f"chat{CHAT}", "limit": 50, "detail": "full"}),
        ("session_history_get", {"session_id": SESSION, "detail": "full"}),
        ("inbox", {"limit": 50}),
        ("methods", {}),
        ("docs_read", {"uri": "openchannels://docs/index"}),
        ("docs_search", {"query": "dialog", "limit": 20}),
    ]
    form = AnswerForm(structured=structured, characters=bound)

    replies = reply_all(tmp_path, calls, make_talkative_company(), structured=structured, answer_characters=bound)

    assert {call: size for call, reply in replies if (size := count_characters(reply, form)) > bound} == {}
    assert [call for call, reply in replies if isinstance(reply, Failure)] == []


@pytest.mark.parametrize(
    ("tool", "arguments", "name", "pattern"),
    [
        ("dialog", {"dialog": "206", "last": 50}, "before", r"Older ones: before=(\d+)"),
        ("session_history_get", {"session_id": SESSION, "last": 1000}, "before", r"left out: before=(\d+)"),
        ("im_dialog_messages_get", {"dialog_id": "chat206", "limit": 50}, "last_id", r"Older ones: last_id=(\d+)"),
        ("im_dialog_messages_get", {"dialog_id": "chat206", "limit": 50, "first_id": 1}, "first_id", r"first_id=(\d+)"),
    ],
)  # fmt: skip
def test_every_message_can_be_read_by_the_arguments_that_an_answer_names(
    tmp_path: Path, tool: str, arguments: dict[str, Any], name: str, pattern: str
) -> None:
    company = make_talkative_company()
    wanted = {message.id for message in company.list_messages(CHAT)}

    found = _read_on(tmp_path, company, tool, arguments, lambda text: _find_argument(name, pattern, text))

    assert {int(number) for text in found for number in re.findall(r"^#(\d+) ", text, re.MULTILINE)} == wanted
    assert len(found) > 1


def test_a_message_that_was_cut_is_shown_whole_by_the_call_that_the_answer_names(tmp_path: Path) -> None:
    company = make_talkative_company(4)
    ((_, reply),) = reply_all(tmp_path, [("dialog", {"dialog": CHAT})], company)
    text = text_of(make_result(reply, TEXT))
    named = re.search(r"is shown whole by before=ID\+1 last=1: before=(\d+) for #(\d+)\.", text)
    assert named
    assert "more characters]" in text

    ((_, whole),) = reply_all(tmp_path, [("dialog", {"dialog": CHAT, "before": int(named[1]), "last": 1})], company)

    text = text_of(make_result(whole, TEXT))
    assert company.list_messages(CHAT)[-1].id >= int(named[2])
    assert SENTENCE.strip() * 2 not in text
    assert text.count(SENTENCE.strip()) >= LONGEST_WRITTEN // len(SENTENCE)
    assert "more characters]" not in text


def test_a_long_page_is_read_part_by_part_without_a_gap(tmp_path: Path) -> None:
    longest = max(pages().values(), key=lambda page: len(page.text()))

    found = _read_on(
        tmp_path,
        make_talkative_company(0),
        "docs_read",
        {"uri": longest.uri},
        lambda text: _find_argument("offset", r"It goes on: offset=(\d+)", text),
        answer_characters=4_000,
    )

    parts = [text.partition("\n\n(It goes on: offset=")[0] for text in found]
    assert "".join("".join(parts).split()) == "".join(longest.text().split())
    assert len(parts) > 1


def test_a_long_list_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    company = make_talkative_company(0)

    found = _read_on(
        tmp_path,
        company,
        "v2_session_list",
        {"limit": 200},
        lambda text: _find_argument("offset", r"To go on: offset=(\d+)", text),
        answer_characters=4_000,
    )

    ids = [int(number) for text in found for number in re.findall(r'"id":(\d+),', text)]
    assert sorted(ids) == sorted(company.sessions)
    assert len(found) > 1


def test_the_inbox_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    company = make_talkative_company(0)
    ((_, whole),) = reply_all(tmp_path, [("inbox", {"limit": 50})], company)

    found = _read_on(
        tmp_path,
        company,
        "inbox",
        {"limit": 50},
        lambda text: _find_argument("cursor", r"More: cursor=(\S+)", text),
        answer_characters=2_000,
    )

    rows = [line for text in found for line in text.splitlines() if re.match(r".* \| 2\d\d \| 3\d\d \| ", line)]
    assert len(rows) == int(whole.text().partition(" ")[0])
    assert len(found) > 1


def test_what_no_tool_makes_short_enough_ends_at_the_bound_and_says_so() -> None:
    failure = Failure("reply", "refused", "It went wrong", mark_untrusted(SENTENCE * 900, "client"))

    text = text_of(make_result(failure, TEXT))
    data = make_result(failure, DATA)

    assert len(text) <= TEXT.characters
    assert re.search(r"</[0-9a-f]{6}>\n\(Cut here", text)
    assert count_characters(failure, DATA) <= DATA.characters
    assert data.is_error


def test_data_without_any_list_are_cut_too() -> None:
    answer = Answer("ok", mark_untrusted_in({f"field_{number}": SENTENCE * 9 for number in range(300)}))

    shown = make_result(answer, DATA).structured_content or {}

    assert len(json.dumps(shown, ensure_ascii=False)) <= DATA.characters
    assert shown["cut"]["parts"]


def _find_argument(name: str, pattern: str, text: str) -> dict[str, Any] | None:
    found = re.search(pattern, text)
    return {name: int(found[1]) if found[1].isdecimal() else found[1]} if found else None


def _read_on(
    folder: Path,
    company: Company,
    tool: str,
    arguments: dict[str, Any],
    find_rest: Callable[[str], dict[str, Any] | None],
    **policy: Any,
) -> list[str]:
    """The texts of a call and of those that go on from it, until nothing is new."""
    texts: list[str] = []
    rest: dict[str, Any] | None = {}
    while rest is not None:
        ((_, reply),) = reply_all(folder, [(tool, {**arguments, **rest})], company, **policy)
        assert not isinstance(reply, Failure), reply.text()
        text = text_of(make_result(reply, AnswerForm(characters=policy.get("answer_characters", TEXT.characters))))
        if texts and text == texts[-1]:
            break
        texts.append(text)
        assert len(texts) < 100
        rest = find_rest(text)
    return texts
