"""Reading the arguments of a call, alone."""

import pytest

from server.protocol.arguments import read_arguments
from tools.dialogs import DialogGet
from tools.operators import OperatorSkip
from tools.tool import InvalidArgumentsError


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (True, True),
        ("true", True),
        (" True ", True),
        ("TRUE", True),
        (False, False),
        ("false", False),
        (None, False),
        ("", False),
        ("null", False),
    ],
)
def test_a_draft_is_asked_for_beside_the_arguments_of_a_changing_tool(given: object, wanted: bool) -> None:
    for name in ("dry_run", "dryRun", "DRY_RUN"):
        read = read_arguments(OperatorSkip, {"chat_id": 5, name: given})
        assert read.dry_run is wanted
    assert read.call.given == {"chat_id": 5}


def test_without_a_word_of_it_the_call_is_meant() -> None:
    assert read_arguments(OperatorSkip, {"chat_id": 5}).dry_run is False


@pytest.mark.parametrize("given", ["yes", "Y", "1", "on", "tru", "nein", 1, 0, 1.0, [], {}, [True], "[true]"])
def test_whether_a_draft_is_wanted_is_never_guessed(given: object) -> None:
    with pytest.raises(InvalidArgumentsError, match="dry_run: should be true or false"):
        read_arguments(OperatorSkip, {"chat_id": 5, "dry_run": given})


def test_a_tool_that_only_reads_knows_no_draft() -> None:
    with pytest.raises(InvalidArgumentsError, match="unknown argument"):
        read_arguments(DialogGet, {"chat_id": 5, "dry_run": True})
