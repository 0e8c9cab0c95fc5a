"""Names that somebody may have meant."""

from tools.suggestions import suggest

NAMES = ["user_id", "chat_id", "chat_ids", "line_id", "text"]


def test_a_slip_of_the_finger_leads_to_the_name() -> None:
    assert suggest("chatid", NAMES) == ["chat_id"]


def test_a_word_that_is_like_nothing_leads_nowhere() -> None:
    assert suggest("zzz", NAMES, count=3) == []
    assert suggest("chatid", [], count=3) == []


def test_the_likest_names_come_first_and_no_more_than_asked_for() -> None:
    assert suggest("chat_id", NAMES, count=2) == ["chat_id", "chat_ids"]


def test_a_higher_cutoff_wants_more_likeness() -> None:
    assert suggest("chat", NAMES, cutoff=0.7) == ["chat_id"]
    assert suggest("chat", NAMES, cutoff=0.9) == []


def test_names_that_are_equally_alike_come_in_the_same_order_whatever_holds_them() -> None:
    assert suggest("line", ["line_b", "line_a"], count=2) == suggest("line", {"line_a", "line_b"}, count=2)
