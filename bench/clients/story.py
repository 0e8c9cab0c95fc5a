"""What the scripted model asks for, and what has to be found in what a client shows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One call, what it is here for in one word, and what shows that it came."""

    tool: str
    arguments: Mapping[str, Any]
    shows: str
    pattern: str


STORY: Sequence[Step] = (
    Step("docs_read", {"uri": "imopenlines.operator.transfer"}, "page", "Give exactly one of user_id, queue_id"),
    Step("inbox", {}, "fences", r"<client ([0-9a-f]{6})>[^<]*The Oslo, bought last spring[^<]*</\1>"),
    Step("dialog", {"dialog": "206"}, "fences", r"<client ([0-9a-f]{6})>[^<]*corrected today[^<]*</\1>"),
    Step(
        "reply",
        {"dialog": "206", "message": "Good morning, I am looking into it.", "dry_run": True},
        "draft",
        r"(?is)\bdraft\b.*Good morning, I am looking into it",
    ),
    Step("dialog", {"dialog": "999999"}, "advice", "A dialog can be given as a chat id"),
)
LOOKED_FOR = ("page", "fences", "draft", "advice")


def judge(results: Sequence[str]) -> dict[str, bool]:
    """For each thing that is looked for, whether it is in all results that it belongs into."""
    found = [(step.shows, bool(re.search(step.pattern, result))) for step, result in zip(STORY, results, strict=True)]
    return {thing: all(came for shows, came in found if shows == thing) for thing in LOOKED_FOR}
