"""A file of which the portal tells something that cannot be read: it is said, and the rest is shown all the same."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.assistant import text_of
from tests.mutated_answers import call_mutated
from tests.workflows.field_answers import mutate_result

MESSAGES = "im.dialog.messages.get"


def _spoil_dates(result: Any) -> None:
    for message in result["messages"]:
        message["date"] = "0000-00-00 00:00:00"


def _spoil_kinds(result: Any) -> None:
    for file in result["files"]:
        del file["type"]


@pytest.mark.parametrize(
    ("spoil", "said", "field"),
    [(_spoil_dates, "at a time that is not known", "date"), (_spoil_kinds, "of a kind that is not known", "type")],
)
def test_what_cannot_be_read_of_a_file_is_said(spoil: Callable[[Any], None], said: str, field: str) -> None:
    reply = call_mutated("file_get", {"dialog": "219"}, mutate_result(MESSAGES, spoil))

    assert not reply.is_error
    assert said in text_of(reply)
    assert "The picture is shown" in text_of(reply)
    assert (reply.structured_content or {})[field] is None


def test_a_chat_whose_number_is_none_has_no_files_that_could_be_fetched() -> None:
    def spoil(result: Any) -> None:
        result["id"] = 2**63

    reply = call_mutated("file_get", {"dialog": "219"}, mutate_result("imopenlines.dialog.get", spoil))

    assert reply.is_error
    assert "the number of its chat could not be read" in text_of(reply)
