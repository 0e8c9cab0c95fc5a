"""The server, ending by SIGKILL at one step of an approved call: `python -m tests.server.approvals.dying STEP`."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

from portal.client import Portal
from server.approvals.store import ApprovalStore
from server.audit.log import AuditLog
from server.cli.main import main

ENDS = {"executed", "failed", "unknown"}


def die(*_: Any, **__: Any) -> NoReturn:
    """End at once, as if the power had failed."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def before(owner: type, name: str, condition: Callable[..., bool] = lambda *_, **__: True) -> None:
    """Die instead of doing this."""
    original = getattr(owner, name)

    def replacement(*arguments: Any, **more: Any) -> Any:
        return die() if condition(*arguments, **more) else original(*arguments, **more)

    setattr(owner, name, replacement)


def after(owner: type, name: str) -> None:
    """Die as soon as this brought something about."""
    original = getattr(owner, name)

    def replacement(*arguments: Any, **more: Any) -> Any:
        if (result := original(*arguments, **more)) is not None:
            die()
        return result

    setattr(owner, name, replacement)


def _ends(_: AuditLog, event: str, **__: Any) -> bool:
    return event in ENDS


def _half_a_line_of_the_end() -> None:
    """The line is in the log, and the small file beside it does not know of it yet."""
    original = AuditLog.write

    def replacement(log: AuditLog, event: Any, **facts: Any) -> None:
        if event in ENDS:
            before(AuditLog, "_write_head")
        original(log, event, **facts)

    AuditLog.write = replacement  # type: ignore[assignment,method-assign]


def _right_after_the_right_to_make_it() -> None:
    after(ApprovalStore, "claim")
    after(ApprovalStore, "begin")


STEPS: dict[str, Callable[[], None]] = {
    "asked": lambda: after(ApprovalStore, "ask"),
    "approved": lambda: before(ApprovalStore, "claim"),
    "claimed": _right_after_the_right_to_make_it,
    "sending": lambda: before(Portal, "call", lambda *_, repeatable, **__: not repeatable),
    "answered": lambda: before(ApprovalStore, "finish"),
    "finished": lambda: before(AuditLog, "write", _ends),
    "half noted": _half_a_line_of_the_end,
    "never": lambda: None,
}

if __name__ == "__main__":
    STEPS[sys.argv.pop(1)]()
    main()
