"""Calls that change something, what a person sees of them, a log of what became of them, and a clock."""

from pathlib import Path
from typing import Any

from server.approvals.preview import Preview
from server.audit.log import AuditLog
from server.audit.recorder import AuditRecorder
from server.privacy.masking import NoMasks
from tools.messages import CrmMessageAdd
from tools.operators import OperatorFinish, OperatorSkip
from tools.tool import Tool

PORTAL = "https://portal.example user 1"
MESSAGE = CrmMessageAdd.from_tool(
    {"crm_entity_type": "lead", "crm_entity": 5, "user_id": 1, "chat_id": 203, "message": "Hello"}
)
SKIP = OperatorSkip.from_tool({"chat_id": 203})
FINISH = OperatorFinish.from_tool({"chat_id": 203})


class Clock:
    """Time that a test sets, and that goes on by `step` after each look."""

    def __init__(self) -> None:
        self.time = 1_000_000.0
        self.step = 0.0

    def __call__(self) -> float:
        self.time += self.step
        return self.time - self.step


def show(call: Tool, *, chat_id: int | None = 203, line_id: int | None = 1) -> Preview:
    return Preview(call.tool(), call.title, call.effects, "method", {}, chat_id=chat_id, line_id=line_id)


def make_recorder(folder: Path) -> AuditRecorder:
    return AuditRecorder(AuditLog(folder / "audit.jsonl"), caller="stdio", portal=PORTAL, masks=NoMasks(), texts=False)


def read_log(folder: Path, *names: str) -> list[dict[str, Any]]:
    """These facts of each line, as far as it has them."""
    entries = AuditLog(folder / "audit.jsonl").entries()
    return [{name: entry[name] for name in names if name in entry} for entry in entries]


def block_log(folder: Path) -> None:
    """From now on nothing can be written into the log."""
    (folder / "audit.jsonl").mkdir()
