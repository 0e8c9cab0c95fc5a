"""Whoever has a dialog."""

from desk.caller import Caller
from desk.chat_state import ChatState
from desk.composite import Desk
from desk.names import Named, Names


async def owner_of(desk: Desk, chat: ChatState, me: Caller) -> Named:
    """Whoever has a dialog, with the name if the portal tells it; id 0 for the queue."""
    if chat.owner in {0, me.id}:
        return Named(chat.owner, me.name if chat.owner else "")
    return await Names(desk).person(chat.owner)
