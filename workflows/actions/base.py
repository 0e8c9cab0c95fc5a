"""What the tools share that change one dialog."""

from functools import partial
from typing import Annotated, Self

from pydantic import WithJsonSchema

from workflows.core.chat_state import CHANNEL, ChatState
from workflows.core.composite import Composite
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser, read_current_user
from workflows.core.errors import UnfinishedError
from workflows.directory.dialogs import DialogRef, find_chat_id, find_dialog


class DialogAction(Composite):
    """Base of these tools."""

    dialog: Annotated[DialogRef, WithJsonSchema({"type": "string", "description": "chat id, or as dialog takes it"})]

    @classmethod
    def toolset(cls) -> str:
        """Whoever may not read dialogs has no use for them."""
        return "dialogs"

    async def find_chat(self, context: Context) -> int:
        """The dialog that is changed."""
        return await find_chat_id(context, self.dialog)

    async def resolve(self, context: Context) -> Self:
        """The same call with its dialog named by number."""
        return self.from_tool({**self.given, "dialog": await self.find_chat(context)})

    async def read_dialog_and_user(self, context: Context) -> tuple[ChatState, CurrentUser]:
        """The dialog as it stands, and the user whom the call acts for.

        Raises:
            InvalidArgumentsError: The reference means several dialogs, none, or a session that is over.
            UnfinishedError: The answer does not tell in a readable form how the dialog stands.
        """
        found, me = await run_together(
            partial(find_dialog, context, self.dialog, tolerance="close"), partial(read_current_user, context)
        )
        chat = found.require_present_session()
        if unknown := [part for part in chat.unclear if part != CHANNEL]:
            happened = f"Nothing was changed: the portal's answer on {chat} does not tell its {' and '.join(unknown)}"
            raise UnfinishedError(happened, f"dialog_get chat_id={chat.id} detail=full shows what the portal answers.")
        return chat, me
