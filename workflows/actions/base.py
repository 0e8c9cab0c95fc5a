"""What the tools share that change one dialog."""

from functools import partial
from typing import Self

from workflows.core.chat_state import ChatState
from workflows.core.composite import Composite
from workflows.core.context import Context, together
from workflows.core.current_user import Caller, caller
from workflows.directory.dialogs import DialogRef, chat_of, find


class DialogAction(Composite):
    """Base of these tools."""

    dialog: DialogRef

    @classmethod
    def toolset(cls) -> str:
        """Whoever may not read dialogs has no use for them."""
        return "dialogs"

    async def chat(self, context: Context) -> int:
        """The dialog that is changed."""
        return await chat_of(context, self.dialog)

    async def resolve(self, context: Context) -> Self:
        """The same call with its dialog named by number."""
        return self.from_tool({**self.given, "dialog": await self.chat(context)})

    async def begun(self, context: Context) -> tuple[ChatState, Caller]:
        """The dialog as it stands, and whom the call acts for."""
        found, me = await together(partial(find, context, self.dialog), partial(caller, context))
        return found.present(), me
