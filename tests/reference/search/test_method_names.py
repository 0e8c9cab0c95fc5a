import pytest

from reference.search.method_names import MethodNames
from reference.search.spelling import Spelling, count_slips, is_slip

NAMES = MethodNames(
    (
        "imopenlines.operator.finish",
        "imopenlines.operator.another.finish",
        "imopenlines.operator.transfer",
        "imopenlines.bot.session.finish",
        "imopenlines.session.open",
        "imopenlines.session.join",
        "imopenlines.session.mode.pinAll",
        "imopenlines.crm.chat.getLastId",
        "imopenlines.v2.Session.list",
        "imconnector.send.messages",
        "imconnector.update.messages",
        "OnOpenLineMessageAdd",
    )
)


def _best(typed: str) -> str:
    return max(NAMES.find_resembling(typed), key=lambda found: found[1])[0]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("imopenlines.operator.finishAnother", "imopenlines.operator.another.finish"),
        ("operator.tranfser", "imopenlines.operator.transfer"),
        ("imopenline.operator.transfer", "imopenlines.operator.transfer"),
        ("bot.finish", "imopenlines.bot.session.finish"),
        ("imopenlines.openSession", "imopenlines.session.open"),
        ("imopenlines.opensession", "imopenlines.session.open"),
        ("session.joyn", "imopenlines.session.join"),
        ("session_mode_pin_all", "imopenlines.session.mode.pinAll"),
        ("crm.chat.getLast", "imopenlines.crm.chat.getLastId"),
        ("session.lists", "imopenlines.v2.Session.list"),
        ("imconnector.send.message", "imconnector.send.messages"),
        ("onopenlinemessageadd", "OnOpenLineMessageAdd"),
        ("operator.close", "imopenlines.operator.finish"),
    ],
)
def test_a_name_is_known_in_part_in_another_order_with_a_slip_or_a_synonym(typed: str, meant: str) -> None:
    assert _best(typed) == meant


def test_the_same_words_in_another_order_resemble_less_than_in_order() -> None:
    found = dict(NAMES.find_resembling("operator.finish.another"))
    assert 0.9 < found["imopenlines.operator.another.finish"] < 1
    assert dict(NAMES.find_resembling("operator.another.finish"))["imopenlines.operator.another.finish"] == 1


def test_a_foreign_name_resembles_little() -> None:
    assert all(likeness < 0.7 for _, likeness in NAMES.find_resembling("crm.deal.add"))
    assert list(NAMES.find_resembling("tasks.task.checklist")) == []


@pytest.mark.parametrize(
    ("typed", "count"), [("join", 0), ("joyn", 1), ("jion", 1), ("jon", 1), ("joinn", 1), ("jyno", 3)]
)
def test_a_slip_is_a_letter_added_left_out_exchanged_or_swapped(typed: str, count: int) -> None:
    assert count_slips(typed, "join") == count


def test_short_words_are_taken_as_they_are_typed() -> None:
    assert not is_slip("pin", "bin")
    assert is_slip("opertaor", "operator")
    assert not is_slip("opretaro", "operator")


def test_an_unknown_word_becomes_the_known_one_that_it_resembles() -> None:
    spelling = Spelling(["transfer", "dialog", "закрыть", "сессию"], ["localhost"])
    assert spelling.correct("Tranfser the dilog") == "transfer the dialog"
    assert spelling.correct("закрытть сесию") == "закрыть сессию"
    assert spelling.correct("transferred dialogs on localhost to bob") == "transferred dialogs on localhost to bob"
