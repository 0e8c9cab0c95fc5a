"""A portal may answer with anything in any field: a sample of all that can be odd, and with LONG_TESTS far more."""

import logging

import anyio
import pytest

from tests.spawning import LONG
from tests.sweep.calls import CALLS, ESSENTIAL
from tests.sweep.mutations import KINDS
from tests.sweep.sweep import EVERYTHING, Finding, sweep

PARTS = 6
OF_EACH = 550 if LONG else 27
LEAST, LEAST_IN_LONG = 1400, 20_000
KNOWN = {
    ("dialog", "imopenlines.session.history.get", "message"),
    ("inbox", "imopenlines.session.history.get", "message"),
    ("inbox", "imopenlines.v2.Session.list", "source"),
    ("dialog_list", "scope", "*"),
}
"""Tool, method and field of what the long form still finds: a message that is missing in the history leaves no trace, a
channel of another name is not the one that was asked for, and one odd form of the granted scopes ends the list."""


def test_every_tool_that_reads_the_portal_is_swept() -> None:
    reading = {name for name, tool in EVERYTHING.tools.items() if tool.reads() and tool.uses_portal}
    # approval_status asks nothing of the portal, the answer of the download is an address that is never shown, and what
    # happens is read beside the calls (tests/server/events)
    apart = {"approval_status", "imbot_v2_file_download", "updates", "wait_for_update"}
    assert {call.tool for call in CALLS} == reading - apart
    assert set(ESSENTIAL) <= reading
    assert len(KINDS) >= 25


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_odd_in_an_answer_costs_no_more_than_itself_and_is_named(
    part: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)

    found = anyio.run(sweep, CALLS[part::PARTS], OF_EACH)

    assert found.calls.total() >= (LEAST_IN_LONG if LONG else LEAST) / PARTS
    news = [one for one in found.findings if not is_known(one)]
    assert not news, "\n".join(found.describe())


def is_known(finding: Finding) -> bool:
    """Whether it is one that the long form is known to find; the short form finds none."""
    rest, path = finding.mutation.method, finding.mutation.path
    return LONG and any((finding.call.tool, rest, part) in KNOWN for part in path)
