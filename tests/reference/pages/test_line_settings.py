"""What the pages say of a line's settings: the table of the tools and the guide tell the same of the server."""

import re

import pytest

from reference.pages.guides import read_guides
from reference.pages.methods import render_method_page
from reference.pages.parameters import list_parameters
from tools.setup import ConfigAdd, ConfigUpdate

NO_EFFECT = "without effect"
MEANINGS = {row.argument: row.meaning for row in list_parameters(ConfigAdd)}
TOLD: dict[str, str] = {}
for _line in read_guides()["channel-settings"].body.splitlines():
    for _name in re.findall(r"`([A-Z][A-Z0-9_]+)`", _line.split(" | ")[0]) if _line.startswith("| `") else ():
        TOLD.setdefault(_name.lower(), _line)


def test_the_tools_and_the_guide_agree_on_what_is_stored_for_nothing() -> None:
    told = {name for name, line in TOLD.items() if NO_EFFECT in line}
    assert {name for name, meaning in MEANINGS.items() if NO_EFFECT in meaning} == told
    assert len(told) == 11


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("crm_create_second", "of the new deal"),
        ("crm_create_third", "makes a new deal each time"),
        ("vote_closing_delay", "as soon as the client has rated"),
        ("type_max_chat", "where the client waits for an answer"),
        ("queue", "all dialogs of"),
    ],
)
def test_the_tools_and_the_guide_tell_the_same_of_a_setting(setting: str, words: str) -> None:
    assert words in MEANINGS[setting]
    assert words in TOLD[setting]


def test_a_notice_to_operators_is_not_called_one_to_clients() -> None:
    assert "notify operators" in MEANINGS["show_notification_redirect"]
    assert "tell the client" not in MEANINGS["show_notification_redirect"]


def test_the_page_of_updating_a_line_warns_of_what_leaving_a_queue_does() -> None:
    assert "loses all dialogs of the line" in render_method_page(ConfigUpdate)
    assert "a dialog moves between people, bots or queues" in render_method_page(ConfigUpdate)


def test_whoever_adds_a_line_is_told_who_serves_it() -> None:
    assert "without a queue you are its only operator" in ConfigAdd.description()
