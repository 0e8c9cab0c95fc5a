"""Messages as they are on the wire, and streams of events that are read under a bound."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

DATA, MESSAGE, POST_BOX = "data: ", "data: {", "data: /messages/"
"""How the lines of any event, of one with a message, and of one with the address for requests begin."""
SECONDS = 60
"""For any event: streams that stay silent also get a sign of life every 15 seconds."""


def read_message(text: str) -> Any:
    """The message in the first event that has one."""
    found = re.search(r"^data: (\{.*\})", text, re.MULTILINE)
    assert found, text
    return json.loads(found[1])


def read_line(lines: Iterator[str], beginning: str = DATA) -> str:
    """The next line of a stream that begins like this; the test fails if none comes in time."""
    end = time.monotonic() + SECONDS
    for line in lines:
        if line.startswith(beginning):
            return line
        assert time.monotonic() < end, f"no line began with {beginning!r} within {SECONDS} seconds"
    raise AssertionError(f"the stream ended before a line that begins with {beginning!r}")


def read_rest(lines: Iterator[str]) -> list[str]:
    """All lines of a stream up to its end; the test fails if it does not end in time."""
    end, rest = time.monotonic() + SECONDS, []
    for line in lines:
        rest.append(line)
        assert time.monotonic() < end, f"the stream did not end within {SECONDS} seconds"
    return rest
