"""Starting the program in a process of its own, without paying for its imports each time.

A fresh interpreter takes over half a second until the program is imported, and tests start it some two hundred times.
So `command` names a small launcher: it has a process that imported everything once (`tests.spawning.fork_server`) fork,
hands its standard streams, environment and working directory over, passes signals on and ends as the program ended.
To whoever starts it, it is the program. Where LONG_TESTS is set, and where processes cannot fork, every start is a
fresh interpreter; so it is always in the tests that are about starting.
"""

import atexit
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "openchannels_mcp"
LONG = bool(os.environ.get("LONG_TESTS"))
"""Whether campaigns run in their long form, and every program in a fresh interpreter."""
WARNINGS = {"PYTHONWARNINGS": "error"}


def fresh_command(*words: str, module: str = PROGRAM) -> list[str]:
    """The program with these words in a fresh interpreter, to be started in the project's folder."""
    return [sys.executable, "-m", module, *words]


def command(*words: str, module: str = PROGRAM) -> list[str]:
    """The same in a fork of a process that has imported it, where that is possible."""
    if LONG or not hasattr(os, "fork"):
        return fresh_command(*words, module=module)
    launcher = Path(__file__).with_name("launcher.py")
    return [sys.executable, "-I", "-S", str(launcher), _fork_server(), module, *words]


@cache
def _fork_server() -> str:
    """The address of this test process's own fork server, started when it is first needed."""
    folder = mkdtemp(prefix="openchannels-forks-")
    address = f"{folder}/socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.spawning.fork_server", address],
        cwd=ROOT,
        env=WARNINGS,
        stdin=subprocess.PIPE,  # its end is this process's end
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == b"ready\n", "the fork server did not start"

    def end() -> None:
        process.communicate(timeout=30)
        rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return address
