"""Messages as they are on the wire."""

import json
import re
from typing import Any


def read_message(text: str) -> Any:
    """The message in the first event that has one."""
    found = re.search(r"^data: (\{.*\})", text, re.MULTILINE)
    assert found, text
    return json.loads(found[1])
