"""Tables that are too long for an answer: as files that only their caller reads, for an hour."""

import base64
import csv
import io

import pytest
from mcp.shared.exceptions import MCPError
from mcp.types import BlobResourceContents, ResourceLink

from server.exports import LIFETIME, MOST_FILES, Exports
from tests.assistant import assistant, text_of


def test_a_file_is_kept_for_an_hour() -> None:
    now = 0.0
    exports = Exports(lambda: now)
    file = exports.add("a.csv", b"id")

    now = LIFETIME - 1
    assert exports.find(file.uri) == file
    now = LIFETIME
    assert exports.find(file.uri) is None


def test_the_oldest_files_go_first_and_nobody_else_finds_any() -> None:
    exports, others = Exports(lambda: 0.0), Exports(lambda: 0.0)
    files = [exports.add("a.csv", b"id") for _ in range(MOST_FILES + 1)]

    assert [exports.find(file.uri) is not None for file in files] == [False, *[True] * MOST_FILES]
    assert others.find(files[-1].uri) is None


@pytest.mark.parametrize("form", ["text", "structured"])
def test_a_table_that_is_too_long_is_cut_and_there_as_a_file(form: str) -> None:
    options = ["--sandbox", *(["--structured"] if form == "structured" else [])]
    with assistant(*options, OPENCHANNELS_ANSWER_CHARACTERS="3000") as client:
        whole = client.call("v2_session_list", limit=200)
        answer = client.call("v2_session_list", limit=200, format="csv")
        (link,) = [one for one in answer.content if isinstance(one, ResourceLink)]
        (file,) = client.run("read_resource", link.uri).contents
        with pytest.raises(MCPError, match="kept for an hour"):
            client.run("read_resource", f"{link.uri[:-4]}0000")
    assert not whole.is_error

    assert isinstance(file, BlobResourceContents)
    assert (file.mime_type, link.name) == ("text/csv", "v2_session_list.csv")
    rows = list(csv.DictReader(io.StringIO(base64.b64decode(file.blob).decode("utf-8-sig"))))
    assert len(rows) > 20
    assert {"operatorName", "configName", "id"} <= set(rows[0])
    if form == "text":
        said = text_of(answer)
        assert link.uri in said
        assert len(said) <= 3000
        shown = said.partition("rows:")[0].removeprefix("CSV, ")
        assert f"sessions {int(shown)} of {len(rows)}" in said
        assert f"offset={int(shown)}" in said
    else:
        assert answer.structured_content is not None
        assert answer.structured_content["file"] == link.uri
        assert answer.structured_content["csv"].startswith("<portal ")


def test_a_table_that_fits_is_no_file() -> None:
    with assistant("--sandbox") as client:
        answer = client.call("dialog_list", format="csv", limit=3)
        waiting = client.call("inbox", format="csv", limit=3)
        people = client.call("v2_operator_list", format="csv")

    for table, column in ((answer, "last_text"), (waiting, "client"), (people, "userName")):
        assert len(table.content) == 1, text_of(table)
        heading, header, *rows = text_of(table).splitlines()
        assert heading.startswith("CSV, ")
        assert header.startswith("<portal ")
        assert column in header
        assert rows
