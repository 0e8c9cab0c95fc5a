"""What the methods of chat bots would do: release, pass on, finish."""

from dataclasses import replace

from tools.chatbots import BotSessionFinish, BotSessionOperator, BotSessionTransfer
from workflows.core.draft import OPERATOR, STATE, Change, Draft
from workflows.drafts.closing import CLOSED, describe_end
from workflows.drafts.facts import NOT_TOLD, DialogFacts, refuse
from workflows.drafts.operators import draft_phase, draft_transfer

OWN_BOT = "whether a bot belongs to this application or client_id"


async def draft_release(call: BotSessionOperator, facts: DialogFacts) -> Draft:
    """From its bot into the queue.

    Raises:
        UnfinishedError: No bot has it.
    """
    has_bot = await has_bot_holder(facts)
    if has_bot is False:
        raise refuse(call, f"no bot has {facts.chat}", "WRONG_CHAT")
    return Draft("The bot lets it go, and the queue chooses an operator.", unchecked=() if has_bot else (NOT_TOLD,))


async def has_bot_holder(facts: DialogFacts) -> bool | None:
    """Whether a bot has the dialog; None where the portal does not tell. A bot is no owner that dialog.get shows."""
    line = await facts.read_line()
    bot = line.number("WELCOME_BOT_ID") if line is not None and line.on("WELCOME_BOT_ENABLE") else 0
    if not facts.chat.open:
        return None if bot else False
    session = await facts.read_session()
    if session.operator is not None:
        return bool(session.operator) and await _is_bot(facts, session.operator, bot)
    return False if session.mine or facts.offered else None


async def _is_bot(facts: DialogFacts, operator: int, line_bot: int) -> bool | None:
    """Whoever is in the line's queue is an employee; a bot of its own stands in the line's settings."""
    if operator == line_bot:
        return True
    line = await facts.read_line()
    people = {facts.me.id, facts.chat.owner, *(line.readable_queue if line else ())}
    return False if operator in people else None


async def draft_bot_transfer(call: BotSessionTransfer, facts: DialogFacts) -> Draft:
    """As an operator's, by the bot."""
    draft = await draft_transfer(call, facts)
    return Draft(draft.does, draft.changes, unchecked=(*draft.unchecked, OWN_BOT))


async def draft_bot_finish(call: BotSessionFinish, facts: DialogFacts) -> Draft:  # noqa: ARG001
    """The bot takes it first, so that it closes anew."""
    if not facts.chat.open:
        return Draft("Nothing: no session is open.", unchecked=(OWN_BOT,))
    draft = await draft_phase(replace(facts, chat=replace(facts.chat, closing=False)))
    after = next(change.after for change in draft.changes if change.what == STATE)
    taken = Change(OPERATOR, await facts.name_user(facts.chat.owner), "the bot")
    changes = (describe_end(facts.chat, after), *(() if after == CLOSED else (taken,)))
    return Draft(draft.does, changes, draft.client_gets, unchecked=(*draft.unchecked, OWN_BOT))
