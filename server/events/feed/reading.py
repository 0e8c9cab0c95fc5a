"""What the portal shows of a dialog now: its state and its messages, as far as it shows them."""

from collections.abc import Sequence
from typing import Any

from portal.errors import PortalError
from server.events.feed.cue import Cue
from server.events.feed.dialogs import KnownDialog
from tools.dialogs import DialogGet
from tools.fields import MAX_ID
from tools.message_view import MessageView, find_client, identify_client
from tools.messenger import ImDialogMessagesGet
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from workflows.core.attempts import attempt
from workflows.core.chat_state import ChatState
from workflows.core.context import Context
from workflows.core.moments import read_moment

PAGE = 50
"""Messages of one question, the portal's most."""


async def ask(context: Context, question: Method) -> Any:
    """The result of a question; None where the portal refuses it, or answers in a form that nobody knows.

    An odd answer to one question is told in no event, but must not hold up those of all other dialogs for ever.

    Raises:
        PortalError: The portal does not answer.
    """
    try:
        answer = await attempt(context, question)
    except (RefusedByResultError, UnexpectedResultError):
        return None
    return None if isinstance(answer, PortalError) else answer


async def read_state(context: Context, cue: Cue) -> ChatState | None:
    """The dialog of a cue as its source saw it, or else as the portal shows it; None where it does not."""
    if cue.state is not None or not cue.chat_id:
        return cue.state
    answer = await ask(context, DialogGet(chat_id=cue.chat_id, detail="full"))
    return None if answer is None else ChatState.from_answer(answer)


async def find_state(context: Context, user_code: str) -> ChatState | None:
    """The dialog of a USER_CODE; None where the portal shows none.

    An event names the client who wrote, and the USER_CODE of a group that a connector brings has a 0 there.
    """
    codes = [user_code, f"{user_code.rpartition('|')[0]}|0"]
    for code in dict.fromkeys(codes):
        answer = await ask(context, DialogGet(user_code=code, detail="full"))
        if answer is not None and (state := ChatState.from_answer(answer)).id:
            return state
    return None


async def read_page(context: Context, dialog: KnownDialog, **wanted: Any) -> list[MessageView] | None:
    """Messages of a dialog, oldest first; None where the portal does not show them."""
    question = ImDialogMessagesGet(dialog_id=f"chat{dialog.chat_id}", **{"limit": PAGE, **wanted})
    answer = await ask(context, question)
    if answer is None:
        return None
    client = find_client(dialog.user_code)
    return [identify_client(message, client, dialog.owner) for message in answer["messages"]]


async def read_after(context: Context, dialog: KnownDialog, number: int) -> list[MessageView] | None:
    """All messages after one, page by page; a page that lacks some of its rows is not taken for the last one."""
    found: list[MessageView] = []
    while True:
        page = await read_page(context, dialog, first_id=number)
        if page is None:
            return None
        new = [message for message in page if message["id"] > number]
        found += new
        if not new or (len(page) < PAGE and new[-1]["id"] >= dialog.last_message_id):
            return found
        number = new[-1]["id"]


async def read_since(context: Context, dialog: KnownDialog, since: float) -> list[MessageView] | None:
    """The messages from a moment on, back from the newest."""
    found: list[MessageView] = []
    last = MAX_ID
    while True:
        page = await read_page(context, dialog, last_id=last)
        if page is None:
            return None
        new = [message for message in page if find_moment([message], since) >= since]
        found = new + found
        if len(page) < PAGE or len(new) < len(page):
            return found
        last = page[0]["id"]


async def read_last(context: Context, dialog: KnownDialog) -> list[MessageView]:
    """The newest messages; none where the portal does not show them."""
    return await read_page(context, dialog, last_id=MAX_ID) or []


def find_moment(messages: Sequence[MessageView], otherwise: float) -> float:
    """Unix seconds of the first message that has a date."""
    moments = (read_moment(message["date"]) for message in messages)
    return next((moment.timestamp() for moment in moments if moment), otherwise)
