"""Who has a dialog, in the words of every list and briefing."""

from collections.abc import Callable

from tools.untrusted import mark_unless_name


def describe_holder(owner: int, bot: str, offered_to: int, name_user: Callable[[int], str]) -> str:
    """`James Carter (4)`, `bot Helpie (9)`, `queue, offered to you` or `queue`; `name_user` names by id."""
    if owner:
        return name_user(owner)
    if bot:
        return bot
    return f"queue, offered to {name_user(offered_to)}" if offered_to else "queue"


def name_bot(bot: int, *names: str) -> str:
    """A bot by the first of the names that is known: `bot Helpie (9)`; empty for none."""
    if not bot:
        return ""
    name = next(filter(None, names), "")
    return f"bot {mark_unless_name(name)} ({bot})" if name else f"bot {bot}"
