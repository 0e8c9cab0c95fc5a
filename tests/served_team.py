"""`openchannels-mcp serve` in a process of its own, on the embedded portal, for this machine only."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from tests.assistant import PLAIN_ENVIRONMENT, ROOT
from tests.spawning import command


@contextmanager
def served_for_this_machine(folder: Path) -> Iterator[str]:
    """Its address, without a path; the folder is for whatever it keeps."""
    server = command("serve", "--transport", "all", "--port", "0", "--sandbox")
    env = {**PLAIN_ENVIRONMENT, "OPENCHANNELS_HTTP_TOKENS_FILE": str(folder / "access.json")}
    with subprocess.Popen(server, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        announced = re.search(r"http://[\w.:]+", process.stderr.readline())
        assert announced
        Thread(target=process.stderr.read, daemon=True).start()  # a pipe that is full would stop the server
        try:
            yield announced[0]
        finally:
            process.kill()
