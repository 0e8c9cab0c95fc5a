"""Logging as it was, after something set it up for a program of its own."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from server.telemetry import logs


@contextmanager
def restored_logging() -> Iterator[None]:
    """Handlers, levels and hooks are put back at the end."""
    loggers = [logging.getLogger(), *map(logging.getLogger, logs.OURS)]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
    hook, raises = sys.excepthook, logging.raiseExceptions
    try:
        yield
    finally:
        sys.excepthook, logging.raiseExceptions = hook, raises
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers
