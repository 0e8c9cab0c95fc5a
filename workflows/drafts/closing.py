"""How a dialog would end: in which phase, and with which words to the client."""

from dataclasses import dataclass

from workflows.core.chat_state import ChatState
from workflows.core.draft import STATE, Change
from workflows.lines.line import OpenLine, UnreadableSettingError

CLOSED, CLOSING, SPAM = "closed", "closing", "closed as spam"


@dataclass(frozen=True)
class Farewell:
    """What finishing once comes to."""

    closes: bool
    texts: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def foresee_finish(chat: ChatState, line: OpenLine | None, *, voted: bool | None) -> Farewell:
    """What one call to finish comes to, by the line's settings.

    A dialog that nobody has is taken first, and begins to close anew. Source: methods 1.8, closing in two phases.
    """
    if line is None or (chat.closing and chat.owner):
        return Farewell(closes=True)
    try:
        if line.off("ACTIVE"):
            return Farewell(closes=True)
        texts = [line.text("CLOSE_TEXT") or "(empty)"] if line.text("CLOSE_RULE") == "text" else []
        asks = line.on("VOTE_MESSAGE") and not voted
        texts += [line.text("VOTE_MESSAGE_2_TEXT") or "(empty)"] if asks else []
    except UnreadableSettingError as error:
        return Farewell(closes=False, unchecked=(f"what the client gets: {error.setting} could not be read",))
    unchecked = ("whether the client has rated already: then no rating is asked for",) if asks and voted is None else ()
    return Farewell(closes=not texts, texts=tuple(texts), unchecked=unchecked)


def describe_end(chat: ChatState, after: str) -> Change:
    """The dialog's state before and after."""
    return Change(STATE, describe_state(chat), after)


def describe_state(chat: ChatState) -> str:
    """In one word."""
    if not chat.open:
        return CLOSED
    return CLOSING if chat.closing else "open"
