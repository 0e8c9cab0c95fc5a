"""What the methods of the bot API would do: whether the bot is there and whose it is, and whether it is in the chat."""

from tools.bot_methods import BotDialogMethod, OwnBotMethod
from tools.chatbots import (
    ImbotV2BotGet,
    ImbotV2BotRegister,
    ImbotV2ChatGet,
    ImbotV2ChatMessageSend,
    ImbotV2FileUpload,
)
from tools.method import Method
from tools.result_types import read_whole
from tools.untrusted import mark_untrusted, quote_argument
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context
from workflows.core.draft import UNTOLD, Draft
from workflows.drafts.facts import refuse

UNKNOWN = "BOT_NOT_FOUND"


async def draft_register(call: ImbotV2BotRegister, context: Context) -> Draft:
    """Whether there is a bot of this code, which stays as it is.

    Raises:
        UnfinishedError: The token is missing.
    """
    fields = call.fields
    answer = await attempt(context, ImbotV2BotGet(code=fields.code, bot_token=fields.bot_token))
    if is_refusal(answer):
        if answer.code in call.errors and answer.code != UNKNOWN:
            raise refuse(call, "the portal would not take the bot", answer.code)
        return Draft(f"A new bot with the code {quote_argument(fields.code)}, in no dialog yet.")
    return Draft(f"Nothing: bot {read_whole(answer['bot'].get('id'))} has this code already, and stays as it is.")


async def draft_bot(call: OwnBotMethod, context: Context) -> Draft:
    """Whether there is such a bot.

    Raises:
        UnfinishedError: There is none, or it is another's.
    """
    answer = await attempt(context, ImbotV2BotGet(bot_id=call.bot_id, bot_token=call.bot_token))
    return _refuse_or_go_on(call, answer, f"bot {call.bot_id} is not yours to use") or UNTOLD


async def draft_in_chat(call: BotDialogMethod, context: Context) -> Draft:
    """Whether the bot is in the chat, and what the client would get.

    Raises:
        UnfinishedError: It is not, or there is no such bot.
    """
    question = ImbotV2ChatGet(bot_id=call.bot_id, bot_token=call.bot_token, dialog_id=call.dialog_id)
    answer = await attempt(context, question)
    refused = _refuse_or_go_on(call, answer, f"bot {call.bot_id} cannot do it in {call.dialog_id}")
    return refused or Draft(client_gets=_list_texts(call))


def _refuse_or_go_on(call: Method, answer: object, reason: str) -> Draft | None:
    code = getattr(answer, "code", None) if is_refusal(answer) else None
    if code in call.errors:
        raise refuse(call, reason, str(code))
    return UNTOLD if is_refusal(answer) else None


def _list_texts(call: BotDialogMethod) -> tuple[str, ...]:
    if not isinstance(call, ImbotV2ChatMessageSend | ImbotV2FileUpload):
        return ()
    named = [f"file {call.fields.name}"] if isinstance(call, ImbotV2FileUpload) else []
    texts = [*named, *([call.fields.message] if call.fields.message else [])]
    return tuple(mark_untrusted(text, "assistant") for text in texts)
