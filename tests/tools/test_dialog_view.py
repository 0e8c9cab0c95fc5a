"""What the short form of a dialog says of its line."""

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
