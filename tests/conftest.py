"""What holds for all tests: where they keep their files, and what is left alone by the garbage collector."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 2**30
"""Bytes that have to be free there."""

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    tempfile.tempdir = str(MEMORY)
"""Thousands of small files, each written safely, would wait for the disk; this has to come before all imports."""

from tests.assistant import STATE  # noqa: E402

os.environ["OPENCHANNELS_STATE_FOLDER"] = str(STATE)
"""Whoever runs the tests finds nothing of them among their own approvals."""


def pytest_collection_finish() -> None:
    """Ten thousand tests live as long as their process does: the garbage collector need not look at them again."""
    gc.collect()
    gc.freeze()
