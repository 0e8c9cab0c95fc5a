"""What any changing call would do: the one place that knows how each is looked at before."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from tools import channels, chatbots, crm_chats, dialogs, events, messages, messenger, operators, setup
from tools.connector_methods import ApplicationMethod
from tools.error_advice import describe_missing_scope
from tools.method import Method
from tools.tool import Tool
from workflows.core.composite import Composite
from workflows.core.context import Context
from workflows.core.current_user import read_current_user
from workflows.core.draft import UNTOLD, Draft
from workflows.core.errors import UnfinishedError
from workflows.drafts import bots as of_bot_api
from workflows.drafts import chatbots as of_bots
from workflows.drafts import connectors as of_connectors
from workflows.drafts import crm as of_crm
from workflows.drafts import events as of_events
from workflows.drafts import lines as of_lines
from workflows.drafts import messages as of_messages
from workflows.drafts import operators as of_operators
from workflows.drafts import sessions as of_sessions
from workflows.drafts.facts import DialogFacts, is_in_chat_of_colleagues, read_dialog_facts
from workflows.lines.line import UnreadableSettingError

OF_DIALOG: Mapping[type[Method], Callable[[Any, DialogFacts], Awaitable[Draft]]] = {
    operators.OperatorAnswer: of_operators.draft_answer,
    operators.OperatorSkip: of_operators.draft_skip,
    operators.OperatorSpam: of_operators.draft_spam,
    operators.OperatorFinish: of_operators.draft_finish,
    operators.OperatorAnotherFinish: of_operators.draft_another_finish,
    operators.OperatorTransfer: of_operators.draft_transfer,
    dialogs.SessionIntercept: of_sessions.draft_intercept,
    dialogs.SessionModeSilent: of_sessions.draft_silent,
    dialogs.SessionModePin: of_sessions.draft_pin,
    dialogs.SessionJoin: of_sessions.draft_join,
    dialogs.SessionStart: of_sessions.draft_start,
    dialogs.MessageSessionStart: of_sessions.draft_restart,
    dialogs.CrmLeadCreate: of_sessions.draft_lead,
    messages.MessageQuickSave: of_messages.draft_quick_save,
    messages.CrmMessageAdd: of_messages.draft_crm_message,
    messenger.ImMessageAdd: of_messages.draft_message,
    messenger.ImDialogRead: of_messages.draft_read,
    chatbots.BotSessionOperator: of_bots.draft_release,
    chatbots.BotSessionMessageSend: of_messages.draft_automatic,
    chatbots.BotSessionTransfer: of_bots.draft_bot_transfer,
    chatbots.BotSessionFinish: of_bots.draft_bot_finish,
}
"""Methods that change one dialog."""

OF_OTHERS: Mapping[type[Method], Callable[[Any, Context], Awaitable[Draft]]] = {
    dialogs.SessionHeadVote: of_sessions.draft_vote,
    crm_chats.CrmChatUserAdd: of_crm.draft_participant,
    crm_chats.CrmChatUserDelete: of_crm.draft_participant,
    setup.ConfigAdd: of_lines.draft_add,
    setup.ConfigUpdate: of_lines.draft_update,
    setup.ConfigDelete: of_lines.draft_delete,
    events.EventBind: of_events.draft_bind,
    events.EventUnbind: of_events.draft_unbind,
    events.EventTest: of_events.draft_test,
    events.EventOfflineGet: of_events.draft_offline_get,
    events.EventOfflineClear: of_events.draft_offline_clear,
    events.EventOfflineError: of_events.draft_offline_error,
    chatbots.ImbotV2BotRegister: of_bot_api.draft_register,
    chatbots.ImbotV2BotUpdate: of_bot_api.draft_bot,
    chatbots.ImbotV2BotUnregister: of_bot_api.draft_bot,
    chatbots.ImbotV2ChatMessageSend: of_bot_api.draft_in_chat,
    chatbots.ImbotV2ChatInputActionNotify: of_bot_api.draft_in_chat,
    chatbots.ImbotV2FileUpload: of_bot_api.draft_in_chat,
    chatbots.ImbotV2ChatLeave: of_bot_api.draft_in_chat,
}
"""Methods that change something else."""

_ABROAD = ("whether another company has an open line with this code, and takes part",)
UNREADABLE: Mapping[type[Method], tuple[str, ...]] = {
    dialogs.SessionModePinAll: ("which of your dialogs it pins: those that you have accepted and not pinned",),
    dialogs.SessionModeUnpinAll: ("which of your dialogs it unpins: those that you have pinned",),
    setup.NetworkJoin: _ABROAD,
    channels.NetworkMessageAdd: _ABROAD,
}
"""What of the methods without a draft cannot be read before."""

ANYBODY_MAY = (
    chatbots.BotSessionOperator,
    chatbots.BotSessionMessageSend,
    chatbots.BotSessionTransfer,
    chatbots.BotSessionFinish,
)
"""Methods for which the portal does not ask whether the caller may see the dialog."""
UNSEEN = replace(UNTOLD, unchecked=("the dialog, which you do not see before you take part in it",))


async def make_draft(call: Tool, context: Context) -> Draft:
    """What a call would do, from reading alone; `told` is false where only the tool's class tells.

    Raises:
        InvalidArgumentsError: An argument names nothing, or several things; the call would be refused for it.
        UnfinishedError: The call would be refused; the error says why, and what to do.
        PortalError: The portal does not tell.
    """
    try:
        return await _make_draft(call, context)
    except UnreadableSettingError as error:
        return replace(UNTOLD, unchecked=(f"the line's {error.setting}, which could not be read",))


async def _make_draft(call: Tool, context: Context) -> Draft:
    if isinstance(call, Composite):
        return await call.draft(context)
    kind: Any = type(call)
    if kind in OF_OTHERS or kind in OF_DIALOG:
        await _require_scope(kind, context)
    if kind in OF_OTHERS:
        return await OF_OTHERS[kind](call, context)
    if isinstance(call, ApplicationMethod):
        return await of_connectors.draft_connector(call, context)
    if kind not in OF_DIALOG:
        return replace(UNTOLD, unchecked=UNREADABLE.get(kind, ()))
    facts = await _read_facts(call, context)
    return await OF_DIALOG[kind](call, facts) if isinstance(facts, DialogFacts) else facts


async def _require_scope(kind: type[Method], context: Context) -> None:
    if not kind.scopes:
        return
    me = await read_current_user(context)
    if me.scopes.isdisjoint(kind.scopes):
        happened = f"Nothing was sent: the scope {' or '.join(kind.scopes)} is not granted"
        raise UnfinishedError(happened, describe_missing_scope(kind.scopes))


async def _read_facts(call: Any, context: Context) -> DialogFacts | Draft:
    """The facts of the dialog that a method changes, or what is to be said where it cannot be read."""
    chat_id = call.chat_id if hasattr(call, "chat_id") else int(call.dialog_id.lower().removeprefix("chat"))
    try:
        facts = await read_dialog_facts(context, call, chat_id=chat_id)
    except UnfinishedError:
        if isinstance(call, ANYBODY_MAY):
            return UNSEEN
        if isinstance(call, messenger.ImMessageAdd | messenger.ImDialogRead):
            me = await read_current_user(context)
            if await is_in_chat_of_colleagues(context, me, chat_id):
                return replace(UNSEEN, does="This is no dialog with a client: colleagues would read it.")
        raise
    return facts or UNSEEN
