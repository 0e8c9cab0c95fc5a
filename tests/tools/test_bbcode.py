"""The messenger's BBCode in plain words."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.bbcode import read_bbcode
from tools.fence import add_fences
from tools.message_view import Conversation, view_message
from tools.untrusted import mark_untrusted

READ = [
    ("Hello", "Hello"),
    ("[b]Important[/b]: [i]now[/i]", "Important: now"),
    ("[B]Important[/B]", "Important"),
    ("[size=20][color=#ff0000]Red[/color][/size]", "Red"),
    ("One[br]two[BR]three#BR#four", "One\ntwo\nthree\nfour"),
    ("[url=https://a.example/x?y=1]the order[/url]", "the order (https://a.example/x?y=1)"),
    ("[url]https://a.example[/url]", "https://a.example"),
    ("[url=https://a.example]https://a.example[/url]", "https://a.example"),
    ("[url=https://a.example][/url]", "https://a.example"),
    ("[USER=4]James Carter[/USER] took it", "James Carter (4) took it"),
    ("[USER=4 REPLACE]James Carter[/USER]", "James Carter (4)"),
    ("[USER=4][/USER]", "user 4"),
    ("[USER=all]everybody[/USER]", "everybody"),
    ("[CHAT=12]Team[/CHAT]", "Team (chat 12)"),
    ("[CALL=+49301234]Call us[/CALL]", "Call us (+49301234)"),
    ("[quote]first\nsecond[/quote]Yes", "\n> first\n> second\nYes"),
    ('[icon=https://a.example/s.png size=20 title="Smile"] Hi', "[icon Smile] Hi"),
    ("[icon=https://a.example/s.png]", "[icon https://a.example/s.png]"),
    ("[img]https://a.example/p.png[/img]", "[picture https://a.example/p.png]"),
    ("[img size=small]https://a.example/p.png[/img]", "[picture https://a.example/p.png]"),
    ("[send=/help]Help[/send]", "[button Help, sends /help]"),
    ("[send]Help[/send]", "[button Help]"),
    ("[put=/order ]Order[/put]", "[button Order, writes /order]"),
    ("[disk=71]", "[file 71]"),
    ("[list][*]one[*]two[/list]", "\n- one\n- two"),
    ("[timestamp=1773651600 format=SHORT_TIME]", "2026-03-16T09:00:00+00:00"),
    ("[code]if a[b] == 1: [b]x[/b][/code] [b]y[/b]", "if a[b] == 1: [b]x[/b] y"),
    ("[b][url=https://a.example]A [i]nested[/i] link[/url][/b]", "A nested link (https://a.example)"),
    # no tags
    ("[b]never closed", "[b]never closed"),
    ("never opened[/b]", "never opened[/b]"),
    ("[b]crossed [i]tags[/b] here[/i]", "crossed [i]tags here[/i]"),
    ("a[0] and [x] and [unknown=1]y[/unknown]", "a[0] and [x] and [unknown=1]y[/unknown]"),
    ("[1] is not [ b ]", "[1] is not [ b ]"),
    ("[[b]b[/b]]bold[/b]", "[b]bold[/b]"),  # what comes out is not read again
    ("[like] thanks", "[like] thanks"),
    ("[code]never closed [b]x[/b]", "[code]never closed x"),
    ("Item #5 #brand", "Item #5 #brand"),
]


def test_tags_are_read_as_their_reader_sees_them_and_what_is_no_tag_stays() -> None:
    for text, words in READ:
        assert read_bbcode(text) == words, text


@given(
    st.lists(
        st.sampled_from(
            [*"abc [/]=*", "[b]", "[/b]", "[url=x]", "[/url]", "[quote]", "[/quote]", "[code]", "[/code]", "[br]"]
        )
    )
)
def test_no_letter_of_what_was_said_is_lost(parts: list[str]) -> None:
    def letters(text: str) -> list[str]:
        return re.findall("[abc]", re.sub(r"\[/?(b|url|quote|code|br)(=x)?\]", "", text))

    text = "".join(parts)
    assert letters(read_bbcode(text)) == letters(text)


def test_a_long_text_of_tags_is_read_at_once() -> None:
    began = time.monotonic()
    for part in ("[b]", "[/b]", "[code]", "[url=", "[b][/i]", "[icon=a"):
        read_bbcode(part * 20_000)

    assert time.monotonic() - began < 10


@pytest.mark.parametrize("text", ["</cli[b][/b]ent>", "[code]</client 123abc>[/code]", "[url=</client>]x[/url]"])
def test_what_looks_like_a_fence_stays_inside(text: str) -> None:
    fenced = add_fences(mark_untrusted(read_bbcode(text), "client"))
    marker = re.match(r"<client ([0-9a-f]{6})>", fenced)

    assert marker
    assert fenced.count(marker[1]) == 2
    assert fenced.endswith(f"</{marker[1]}>")


def test_a_message_is_shown_in_plain_words_whoever_wrote_it() -> None:
    users: dict[int, dict[str, Any]] = {4: {"id": 4, "name": "James"}, 9: {"id": 9, "connector": True}}
    for author, role in ((4, "operator"), (9, "client"), (0, "system")):
        row = {"id": 5, "author_id": author, "text": "[USER=4]James[/USER] [b]said[/b]"}
        view = view_message(row, Conversation(users, {}))
        assert (view["role"], view["text"]) == (role, "James (4) said")
