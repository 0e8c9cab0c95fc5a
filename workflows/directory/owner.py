"""Whoever has a dialog."""

from workflows.core.chat_state import ChatState
from workflows.core.context import Context
from workflows.core.current_user import Caller
from workflows.directory.names import Named, Names


async def owner_of(context: Context, chat: ChatState, me: Caller) -> Named:
    """Whoever has a dialog, with the name if the portal tells it; id 0 for the queue."""
    if chat.owner in {0, me.id}:
        return Named(chat.owner, me.name if chat.owner else "")
    return await Names(context).person(chat.owner)
