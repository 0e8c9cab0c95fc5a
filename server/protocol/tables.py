"""Answers that are tables: where one does not fit, all of it is a file beside the part that does."""

from dataclasses import replace
from typing import Any

from server.config.answer_form import AnswerForm
from server.exports import Exports
from server.protocol.results import Answer, add_link, make_bounded_answer
from tools.csv_text import make_csv_file
from tools.tool import Tool

ROOM_FOR_LINK = 150
"""Characters of an answer that the address of a file takes."""


def make_answer(call: Tool, result: Any, form: AnswerForm, exports: Exports) -> Answer:
    """An answer that fits, with a file of all of it where it is a table that does not."""
    if (table := call.make_csv(result)) is None:
        return make_bounded_answer(call, result, form)
    answer = make_bounded_answer(call, result, replace(form, characters=form.characters - ROOM_FOR_LINK))
    if not answer.shortened:
        return answer
    return add_link(answer, exports.add(f"{call.tool()}.csv", make_csv_file(table)))
