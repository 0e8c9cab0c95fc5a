"""What the short form of a dialog says of its line."""

from typing import Any

import pytest

from tools.dialog_view import view_dialog


@pytest.mark.parametrize(
    ("session_id", "moved_to", "line_id"),
    [(321, 3, 3), (321, 0, 1), (0, 3, 1)],
    ids=["moved", "never moved", "moved in an earlier session"],
)
def test_a_dialog_is_on_the_line_that_it_was_moved_to_only_while_a_session_is_open(
    session_id: int, moved_to: int, line_id: int
) -> None:
    chat = {"entity_id": "livechat|1|1373|211", "entity_data_1": f"N|NONE|0|N|N|{session_id}|1773223732|{moved_to}|0|0"}

    assert view_dialog(chat)["line_id"] == line_id


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ({"owner": None}, "open, and its operator could not be read"),
        ({"owner": "x"}, "open, and its operator could not be read"),
        ({"entity_data_1": None}, "not known: its session could not be read"),
        ({"entity_data_1": "word"}, "not known: its session could not be read"),
        ({"owner": "4"}, "with operator 4"),
        ({"owner": 0}, "in the queue: nobody has taken it"),
    ],
)
def test_how_a_dialog_stands_is_not_guessed(odd: dict[str, Any], status: str) -> None:
    chat = {"entity_data_1": "N|NONE|0|N|N|321|1773223732|0|0|0", "owner": 4, "entity_id": "livechat|1|1373|211"}

    assert view_dialog({**chat, **odd})["status"] == status
