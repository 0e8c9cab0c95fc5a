"""The tool by which an assistant learns what became of a call that had to be approved."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from server.catalogue.context import CallContext
from tools.effect import Effect
from tools.tool import InvalidArgumentsError, Tool

MEANINGS = {
    "pending": "It waits for a person. Nothing was sent.",
    "approved": "A person approved it; it is made in a moment.",
    "denied": "The person did not agree. Nothing was sent; ask what they want instead.",
    "expired": "Nobody settled it in time. Nothing was sent; call the tool again if it is still wanted.",
    "running": "It is being made now.",
    "executed": "It was made once. The answer:",
    "failed": "It was tried once, and nothing was done. The answer:",
    "unknown": "It was begun once, and nobody knows whether it was done: look at the state before anything else.",
}


class ApprovalData(TypedDict):
    """An approval, and what became of the call."""

    approval_id: str
    stage: str
    meaning: str
    tool: str
    reply: str | None


class ApprovalStatus(Tool):
    """Show what became of a call that a person had to approve: pending, approved, denied, expired, or made."""

    title = "Status of an approval"
    data_type = ApprovalData
    effects = Effect.READ

    approval_id: Annotated[str, Field(pattern=r"^[a-z0-9]{8}$", description="as the refused call told it")]

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return "approval_status"

    @classmethod
    def page(cls) -> str:
        """The map of the documentation."""
        return "openchannels://docs/index"

    async def run(self, context: CallContext) -> dict[str, Any]:
        """The approval, if this caller asked for it.

        Raises:
            InvalidArgumentsError: This caller asked for no approval of this id.
        """
        found = context.find_approval(self.approval_id)
        if found is None:
            raise InvalidArgumentsError([f"approval_id: you asked for no approval {self.approval_id}"])
        return {"approval_id": found.id, "stage": found.stage, "tool": found.tool, "reply": found.reply}

    def text(self, result: Any) -> str:
        """The stage in words, and the answer."""
        heading = f"Approval {result['approval_id']} of {result['tool']}: {result['stage']}."
        return "\n".join(filter(None, [f"{heading} {MEANINGS[result['stage']]}", result["reply"]]))

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The same as a program reads it; the answer is marked already."""
        return {**result, "meaning": MEANINGS[result["stage"]]}
