"""What the audit log is told of one caller's calls."""

import logging
from collections.abc import Mapping
from typing import Any

from server.audit.events import Event
from server.audit.log import AuditLog
from server.audit.redaction import redact_arguments
from server.privacy.masking import Masks
from server.storage.errors import StorageError
from tools.tool import Tool

logger = logging.getLogger(__name__)


class AuditRecorder:
    """Writes down the steps of one caller's calls to one portal, without people's words unless `texts` are wanted."""

    def __init__(self, log: AuditLog, *, caller: str, portal: str, masks: Masks, texts: bool) -> None:
        self._log = log
        self._caller = caller
        self._portal = portal
        self._masks = masks
        self._texts = texts

    def record(self, event: Event, tool: type[Tool], arguments: Mapping[str, Any], client: str, **facts: Any) -> None:
        """Write one line before something is done; `client` names the program, facts that are None are left out.

        Raises:
            StorageError: It cannot be written, so what it stands for must not be done.
        """
        told = {
            "client": client,
            "arguments": redact_arguments(dict(arguments), texts=self._texts),
            **{name: fact for name, fact in facts.items() if fact is not None},
        }
        try:
            self._log.write(
                event,
                caller=self._caller,
                portal=self._portal,
                tool=tool.tool(),
                effects=list(tool.effects.names),
                **(told if self._texts else self._masks.hide(told)),
            )
        except OSError as error:
            raise StorageError(error) from error

    def record_end(
        self, event: Event, tool: type[Tool], arguments: Mapping[str, Any], client: str, **facts: Any
    ) -> None:
        """Write what became of a call; a fault in writing changes nothing of that, and is logged."""
        try:
            self.record(event, tool, arguments, client, **facts)
        except StorageError:
            logger.exception("What became of %s could not be written down", tool.tool())
