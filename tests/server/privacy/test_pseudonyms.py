"""Pseudonyms stand for one thing each, are understood in any writing, and come back as the original."""

import subprocess
import sys
from pathlib import Path

import pytest

from server.privacy.masking import Masks, open_masks
from server.privacy.pseudonyms import FORM
from tests.assistant import ROOT
from tests.server.privacy.clients_data import CARD, EMAIL, NAME, PHONE, SPACED


@pytest.fixture
def masks(tmp_path: Path) -> Masks:
    masks = open_masks(tmp_path, "shop")
    masks.listen({"users": [{"connector": True, "name": NAME}, {"connector": True, "name": "Will Smith"}]})
    return masks


TEXTS = [
    f"{NAME} {NAME.upper()} viveka {PHONE} {SPACED} {EMAIL} {CARD}",
    "Y|LEAD|1205|N|N|321|1773223732|0|0|0",
    f'{{"a":"\\n{PHONE}"}}',
    f"{PHONE}{PHONE}\u202a{SPACED}\u202c",
    "[phone 0123abcd] [client deadbeef] Will will WILL",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_was_hidden_comes_back_exactly(masks: Masks, text: str) -> None:
    value = {"text": [text, {"name": text}], "phone": 79995550101, "id": 5, "on": True, "none": None}
    hidden = masks.hide(value)
    assert masks.hide(hidden) == hidden
    if "deadbeef" not in text:
        assert masks.restore(hidden) == {**value, "phone": "79995550101"}


def test_the_same_phone_in_another_spelling_has_the_same_number(masks: Masks) -> None:
    first, second, third = FORM.findall(masks.hide(f"{PHONE}, +{PHONE}; 79995550102"))
    assert second == first.replace("]", "-2]")
    assert third.split("-")[0] != first


def test_pseudonyms_of_one_portal_mean_nothing_on_another(masks: Masks, tmp_path: Path) -> None:
    hidden = masks.hide(PHONE)
    other = open_masks(tmp_path, "other")
    assert other.hide(PHONE) != hidden
    with pytest.raises(Exception, match="stands for nothing"):
        other.restore(hidden)


def test_a_pseudonym_is_understood_as_assistants_write_it(masks: Masks) -> None:
    kind, number = masks.hide(PHONE).strip("[]").split()
    for written in (
        f"[{kind} {number}]",
        f"[{kind.upper()} {number.upper()}]",
        f"[ {kind}:{number} ]",
        f"[{kind}_{number}]",
    ):
        assert masks.restore(f"x {written}.") == f"x {PHONE}."


def test_fields_of_phones_hold_phones_of_any_length(masks: Masks) -> None:
    hidden = masks.hide({"WORK_PHONE": "555-0142", "UF_PHONE_INNER": "101", "order": "555-0142", "telegram": "5550142"})
    assert FORM.fullmatch(hidden["WORK_PHONE"])
    assert (hidden["UF_PHONE_INNER"], hidden["order"], hidden["telegram"]) == ("101", "555-0142", "5550142")


def test_many_that_ask_at_once_get_the_same_pseudonyms(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from server.privacy.masking import open_masks\n"
        "print(open_masks(Path(sys.argv[1]), 'shop').hide([f'7999555{n:04}' for n in range(30)]))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    asking = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({process.communicate(timeout=60)[0] for process in asking}) == 1
