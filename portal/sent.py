"""Whether a change may have reached the portal: for whoever began one and does not see its end."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class SentChanges:
    """What is known of the changing calls that were made while somebody watched."""

    may_have_run: bool = False
    """Whether the portal executed one of them, or may have."""


_watched: ContextVar[SentChanges | None] = ContextVar("sent_changes", default=None)


@contextmanager
def watch_changes() -> Iterator[SentChanges]:
    """Watch the calls that are made inside, also by tasks that are started there."""
    sent = SentChanges()
    token = _watched.set(sent)
    try:
        yield sent
    finally:
        _watched.reset(token)


def note_change() -> None:
    """Take note that the portal executed a changing call, or may have."""
    if (sent := _watched.get()) is not None:
        sent.may_have_run = True
