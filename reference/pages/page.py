"""What a page of the documentation is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Kind = Literal["index", "guide", "section", "tool", "method", "event", "error"]

_OWN = ("imopenlines.", "imconnector.")
"""What this documentation is about."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page; nothing of it is rendered before somebody reads it."""

    uri: str
    name: str
    kind: Kind
    title: str
    description: str
    """One line by which a reader chooses the page."""
    render: Callable[[], str]
    source: Path
    """File that holds what the page says."""
    official: str | None = None
    """Address of the official page of the same thing, where one is known."""

    def text(self) -> str:
        """The page in Markdown."""
        return self.render()

    def is_companion(self) -> bool:
        """Whether it describes a method of another module, which the work in dialogs needs."""
        return self.kind == "method" and not self.name.startswith(_OWN)

    def modified(self) -> str:
        """When what the page says was last changed here, ISO 8601 in UTC."""
        return datetime.fromtimestamp(int(self.source.stat().st_mtime), UTC).isoformat()
