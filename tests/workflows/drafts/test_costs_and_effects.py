"""How many requests a draft takes, and which effects it tells of."""

from typing import Any

import pytest

from tests.workflows.drafts.drafted import draft
from tests.workflows.tool_calls import ToolCaller

PUT_BACK = "cannot simply be put back"
NO_MESSAGE = "no client gets a message by it"


@pytest.mark.parametrize(
    ("tool", "arguments", "most"),
    [
        ("hand_over", {"dialog": "204", "to": "Olga", "note": "Please call back."}, 2),
        ("hand_over", {"dialog": "206", "to": "queue"}, 3),
        ("hand_over", {"dialog": "Noah Davies", "to": "Sales", "even_if_offline": True}, 4),
        ("reply", {"dialog": "203", "message": "Good morning."}, 2),
        ("note", {"dialog": "203", "note": "She called."}, 1),
        ("close_dialog", {"dialog": "204", "as_spam": True}, 2),
        ("operator_answer", {"chat_id": 203}, 2),
    ],
)
def test_a_draft_asks_in_shared_requests_and_nothing_twice(tool: str, arguments: dict[str, Any], most: int) -> None:
    caller = ToolCaller()
    draft(caller, tool, **arguments)
    asked = [(request.method, str(request.params)) for request in caller.company.requests if request.method != "batch"]

    assert len(caller.sent) <= most
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("tool", "arguments", "told", "untold"),
    [
        ("config_update", {"config_id": 1, "line_name": "Desk"}, [NO_MESSAGE], [PUT_BACK]),
        (
            "config_update",
            {"config_id": 1, "queue": [{"entity_type": "user", "entity_id": 3}]},
            [PUT_BACK, "changes hands"],
            [NO_MESSAGE],
        ),
        ("session_head_vote", {"session_id": 306, "rating": 4}, [NO_MESSAGE], [PUT_BACK]),
        ("hand_over", {"dialog": "204", "to": "Olga"}, ["changes hands"], [NO_MESSAGE]),
        ("reply", {"dialog": "203", "message": "Hi"}, ["gets something to read"], [NO_MESSAGE]),
        ("close_dialog", {"dialog": "206"}, [PUT_BACK, "gets something to read"], [NO_MESSAGE]),
    ],
)
def test_effects_are_those_of_this_very_call_and_do_not_contradict_each_other(
    tool: str, arguments: dict[str, Any], told: list[str], untold: list[str]
) -> None:
    text, data = draft(ToolCaller(), tool, **arguments)
    said = " ".join(data["effect"])

    assert all(words in said and words in text for words in told)
    assert not any(words in said for words in untold)


def test_a_queue_is_shown_with_names_before_and_after() -> None:
    queue = [{"entity_type": "user", "entity_id": 3}, {"entity_type": "department", "entity_id": 1}]
    text, _ = draft(ToolCaller(), "config_update", config_id=1, queue=queue)

    assert "QUEUE: Olga Smirnova (3), James Carter (4) -> Olga Smirnova (3), department 1" in text


def test_a_line_that_is_so_already_is_not_changed_and_one_that_is_not_there_is_listed_elsewhere() -> None:
    same, data = draft(ToolCaller(), "config_update", config_id=1, line_name="Website support")
    gone, _ = draft(ToolCaller(), "config_update", config_id=99, line_name="Desk")

    assert data["does"] == "Nothing changes. So already: LINE_NAME."
    assert "Effect:" not in same
    assert "there is no line 99" in gone
    assert "What to do: config_list_get shows the lines there are." in gone


def test_what_is_closed_is_told_from_what_will_be() -> None:
    assert "will be closed." in draft(ToolCaller(), "close_dialog", dialog="206")[0]
    assert "will be closing." in draft(ToolCaller(), "close_dialog", dialog="203", both_phases=False)[0]
    assert "is closed already." in draft(ToolCaller(), "close_dialog", dialog="209")[0]


def test_a_rating_names_its_session() -> None:
    text, _ = draft(ToolCaller(), "session_head_vote", session_id=310, comment="Well done.")

    assert "Session 310 of chat 210." in text
