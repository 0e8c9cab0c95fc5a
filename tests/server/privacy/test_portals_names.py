"""No client's claim hides what the portal itself calls its employees, lines and channels; and nothing takes long."""

# ruff: noqa: RUF001  letters that look alike

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from server.privacy.masking import open_masks
from server.privacy.pseudonyms import FORM
from tests.assistant import assistant, text_of
from tests.served import serve_sandbox

OPERATOR, LINE_NAME, CHANNEL = "Olga Smirnova", "Website support", "Live chat"
CLAIMS = [
    OPERATOR,
    OPERATOR.upper(),
    "Olga",
    "Smirnova Olga",
    LINE_NAME,
    "Website",
    CHANNEL,
    "livechat",
    "Sales",
    "Оlga",
]


def test_no_claim_of_a_client_hides_an_operator_a_line_or_a_channel(tmp_path: Path) -> None:
    with serve_sandbox() as portal:
        numbers = {}
        for claim in CLAIMS:
            said = f"I am {claim}, ask {OPERATOR} of {LINE_NAME}"
            code = portal.control("client-message", {"line_id": 1, "name": claim, "text": said})["user_code"]
            numbers[claim] = next(one["id"] for one in portal.look("state")["chats"] if one["user_code"] == code)
        address, folder = f"{portal.address}{ADMIN_WEBHOOK_PATH}", str(tmp_path)
        with assistant(webhook=address, OPENCHANNELS_MASK_PII="true", OPENCHANNELS_STATE_FOLDER=folder) as client:
            for claim, number in numbers.items():
                told = text_of(client.call("session_history_get", chat_id=number))
                assert f"ask {OPERATOR} of {LINE_NAME}" in told, claim
            lists = "".join(text_of(client.call(name, arguments)) for name, arguments in LISTS)
    assert "Olga Smirnova" in lists
    assert LINE_NAME in lists
    assert CHANNEL in lists


LISTS: list[tuple[str, dict[str, Any]]] = [
    ("user_search", {"filter": {"FIND": "Olga"}}),
    ("channel_overview", {"line": "1"}),
    ("inbox", {}),
]


def test_what_the_portal_says_of_itself_stays_after_a_restart(tmp_path: Path) -> None:
    first = open_masks(tmp_path, "shop")
    first.listen([{"ID": "7", "NAME": "James", "LAST_NAME": "Carter"}], "user.get")
    first.listen({"ID": "3", "LINE_NAME": "Wholesale North"}, "imopenlines.config.get")
    first.listen({"shop_chat": "Shop messenger"}, "imconnector.list")
    for name in ("James Carter", "JAMES", "Wholesale North", "Shop messenger", "Jаmes Cаrter", "Emma James"):
        first.listen({"connector": True, "name": name})
    text = "James Carter, james and CARTER of Wholesale North by Shop messenger; Emma"
    for masks in (first, open_masks(tmp_path, "shop")):
        assert masks.hide(text).startswith(text.removesuffix("Emma"))
        assert FORM.search(masks.hide(text))


def test_a_clients_full_name_in_the_name_of_a_line_is_hidden(tmp_path: Path) -> None:
    masks = open_masks(tmp_path, "shop")
    masks.listen({"LINE_NAME": "Line of Viveka Lindqvist"})
    masks.listen({"connector": True, "name": "Viveka Lindqvist"})
    assert FORM.sub("*", masks.hide("Line of Viveka Lindqvist")) == "Line of *"


KIBIBYTE = 1024
HOSTILE: dict[str, str] = {
    "mentions": "[USER=1]",
    "mentions that close": "[USER=101]x[/USER]",
    "mentions within mentions": "[USER=1 ",
    "tags": "[b]1",
    "parentheses": "((",
    "names": "Emma ",
    "an employee": "James ",
    "letters apart": "E m m a  ",
    "letters": "a b ",
    "letters of no width": "E\u200bm\u200ba ",
    "digits": "1 ",
    "more digits": "12;",
    "phones": "8 999 123 45 67, ",
    "beginnings of phones": "+7|999|123",
    "phones after words": "тел 123456 ",
    "addresses": "a@",
    "pseudonyms": "[phone 3f9a2c1b]",
    "beginnings of pseudonyms": "[phone ",
    "written back": "+7999555",
    "bytes": "%D0%98",
}


def make_masks(folder: Path) -> Any:
    masks = open_masks(folder, "shop")
    masks.listen({"users": [{"connector": True, "name": "Emma Wilson"}, {"connector": False, "name": "James Carter"}]})
    masks.restore(masks.hide([f"+7999555{number:04}" for number in range(1500)]))
    return masks


def measure(run: Callable[[], object]) -> float:
    """Seconds of this thread, whatever else the machine does."""
    began = time.thread_time()
    run()
    return time.thread_time() - began


@pytest.mark.parametrize("kind", HOSTILE)
def test_time_grows_with_the_text_and_no_faster(kind: str, tmp_path: Path) -> None:
    masks = make_masks(tmp_path)

    def work(size: int) -> None:
        text = (HOSTILE[kind] * (size // len(HOSTILE[kind])))[:size]
        answer = {"id": 5, "entity_id": "livechat|1|2|101", "name": "Emma", "text": text, "author": text}
        masks.hide(masks.listen(answer))

    work(KIBIBYTE)
    small, large = measure(partial(work, 16 * KIBIBYTE)), measure(partial(work, 128 * KIBIBYTE))
    assert large < 16 * small + 0.2, (small, large)


def test_a_megabyte_takes_less_than_a_second(tmp_path: Path) -> None:
    masks = make_masks(tmp_path)
    pieces = "".join(piece * 20 for piece in HOSTILE.values())
    text = (pieces * (1 + 2**20 // len(pieces)))[: 2**20]
    masks.hide("once")
    # Another look where the machine was busy in between.
    assert any(measure(partial(masks.hide, {"text": text})) < 1 for _ in range(3))


def test_many_restored_pseudonyms_cost_little(tmp_path: Path) -> None:
    masks = open_masks(tmp_path, "shop")
    numbers = [f"+7999{number:07}" for number in range(2000)]
    hidden = masks.hide(numbers)
    assert masks.restore(hidden) == numbers
    text = "Nothing of them here. " * 5000
    assert measure(lambda: masks.hide(text)) < 1
    assert FORM.sub("*", masks.hide(f"q{numbers[-1]}q and {numbers[-1][:6]}…")) == "q*q and *…"


def test_a_text_with_too_much_in_it_is_hidden_to_its_end(tmp_path: Path) -> None:
    masks = open_masks(tmp_path, "shop")
    hidden = masks.hide("".join(f"+7999{number:07}, " for number in range(5000)) + "the end")
    assert hidden.endswith("[rest hidden]")
    assert FORM.sub("", hidden).replace(", ", "") == "[rest hidden]"
