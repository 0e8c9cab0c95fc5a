"""What holds for all tests."""

import os

from tests.assistant import STATE

os.environ["OPENCHANNELS_STATE_FOLDER"] = str(STATE)
"""Whoever runs the tests finds nothing of them among their own approvals."""
