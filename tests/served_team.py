"""`openchannels-mcp serve` in a process of its own, on the embedded portal, for this machine only."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.assistant import PLAIN_ENVIRONMENT, ROOT


@contextmanager
def served_for_this_machine(folder: Path, *options: str) -> Iterator[str]:
    """Its address, without a path; the folder is for whatever it keeps."""
    command = [sys.executable, "-m", "openchannels_mcp", "serve", "--transport", "all", "--port", "0", "--sandbox"]
    env = {**PLAIN_ENVIRONMENT, "OPENCHANNELS_HTTP_TOKENS_FILE": str(folder / "access.json")}
    with subprocess.Popen([*command, *options], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        announced = re.search(r"http://[\w.:]+", process.stderr.readline())
        assert announced
        try:
            yield announced[0]
        finally:
            process.kill()
