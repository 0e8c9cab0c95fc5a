"""Writing to the client of a dialog."""

from dataclasses import dataclass
from typing import Annotated, NotRequired, Self

from pydantic import Field
from typing_extensions import Doc, TypedDict

from portal.errors import PortalError
from tools.dialogs import DialogGet, SessionIntercept
from tools.effect import Effect
from tools.error_advice import describe_missing_scope
from tools.fields import MessageText, Text
from tools.messages import CrmMessageAdd
from tools.messenger import ImMessageAdd
from tools.method import Method, RefusedByResultError, UnexpectedResultError
from tools.operators import OperatorAnswer
from workflows.actions.attachments import Attachment, read_attachment
from workflows.actions.base import DialogAction
from workflows.actions.delivery_check import ExpectedMessage, PostedMessage, find_message
from workflows.actions.drafts import ReplyPlan, check_sending, draft_reply
from workflows.actions.steps import Steps, UnreadableDialog
from workflows.core.chat_state import ChatState, quote
from workflows.core.context import Context
from workflows.core.current_user import CurrentUser
from workflows.core.draft import Draft
from workflows.core.errors import UnfinishedError
from workflows.directory.channels import name_channel
from workflows.directory.lines_and_users import LineOrUser, find_owner

LONGEST_NOTICE = 160


@dataclass(frozen=True)
class SentReply:
    """A message that was sent."""

    chat: ChatState
    """As it stood before."""
    message: PostedMessage
    by: int
    owner: LineOrUser
    """Whoever had the dialog; id 0 for the queue."""
    taken: bool
    file: str = ""
    """The file that went with it, in words."""


class SentReplyData(TypedDict):
    """What was sent, and who has the dialog now."""

    chat_id: int
    message_id: int
    client_gets_it: bool
    owner_id: int
    taken_from: int | None
    proven: bool
    notice: str | None
    file: NotRequired[str]
    summary: str


class Reply(DialogAction):
    """Write to a client: takes the dialog if nobody has it, sends once, and checks that the message is there.

    Refuses closed dialogs, silent mode, and a colleague's dialog unless take_over=true or you take part in it.
    """

    title = "Answer a client"
    data_type = SentReplyData
    effects = Effect.CUSTOMER | Effect.TAKEOVER
    needs = (DialogGet,)
    afterwards = "dialog shows the conversation."
    asks = (
        "`imopenlines.dialog.get`: the state; more where the dialog is named otherwise than by its number",
        "`profile` and `scope`: whom calls act for and what is granted; kept for five minutes",
        "before it is taken `imopenlines.config.get`, and for CRM `imopenlines.crm.chat.get`: whether it can be sent",
        "`imopenlines.operator.answer` where nobody has the dialog, or `imopenlines.session.intercept` and a look",
        "`im.message.add`, or without the scope `im` `imopenlines.crm.message.add` where the dialog belongs to CRM",
        "with a file `im.v2.File.upload`, or `disk.file.get` and `im.disk.file.commit` for one of the portal's disk",
        "`im.dialog.messages.get`, or `imopenlines.session.history.get`: whether the message is there",
    )
    details = """
    - Nothing is sent twice. Where the answer to sending was lost, the dialog is read: a message that is there counts as
      sent, and of one that is not the reply says that it is not known.
    - A dialog that its welcome bot has looks as if it waited in the queue, and is taken in the same way.
    - A dialog that is closing goes on closing, unless it is taken: then it is open again.
    - Whoever takes part in a colleague's dialog may write without taking it; the colleague stays its operator.
    - With the scope `im` the message is written as by hand; without it, it carries the portal's note that it was sent
      automatically, and the dialog has to be bound to a CRM record and accepted.
    - A file goes with the text in one message. `file` is a path in the one folder of the server's machine that the
      setting OPENCHANNELS_FILES_FOLDER names, over stdio only; links that lead out of it, devices, empty files and
      those of more than 20 MB are refused. `disk 55` is a file of the portal's disk (scope `disk`). Where somebody has
      to agree, name and size are shown, and only the very same file is sent.
    - What the portal says after the message, for example that the channel did not take it, is repeated.
    """
    answer = (
        "`chat_id`, `message_id`, `client_gets_it`, `owner_id`, `taken_from` (0: the queue; null: it did not change "
        "hands), `proven` (the dialog shows it), `notice` (what the portal said after it), `file` (that went with it), "
        "`summary` (in words)."
    )
    example = {"dialog": "chat203", "message": "I have sent the confirmation once more."}
    example_answer = """\
Sent as message 1059 into chat 203 client: “Ирина Кузнецова - Website support”. The client reads it in \
Live chat. You took the dialog from the queue and are its operator now."""

    message: Annotated[MessageText, Doc("what the client reads")]
    file: Annotated[Text | None, Field(description="path in the files folder, or 'disk 55'"), Doc("goes with it")] = (
        None
    )
    take: Annotated[bool, Doc("false: leave a waiting dialog in the queue; you have to take part in it")] = True
    take_over: Annotated[bool, Doc("true: take it from whoever has it")] = False
    even_if_silent: Annotated[bool, Doc("true: write in silent mode too, for colleagues only")] = False

    async def run(self, context: Context) -> SentReply:
        """Taken if needed, sent once, and read back."""
        context = context.sharing_requests()
        plan = await self._prepare(context)
        steps = Steps(context)
        if plan.taking:
            await check_sending(context, plan)
            await _take(steps, plan.taking, plan.chat, plan.me)
        posted = await self._send(steps, plan.sending, plan.chat, plan.me)
        taken = plan.taking is not None
        return SentReply(plan.chat, posted, plan.me.id, plan.owner, taken=taken, file=str(plan.file or ""))

    async def draft(self, context: Context) -> Draft:
        """From whom it would be taken, and what the client would read."""
        context = context.sharing_requests()
        return await draft_reply(context, await self._prepare(context))

    async def _prepare(self, context: Context) -> ReplyPlan:
        """All checks, before anything is changed."""
        chat, me = await self.read_dialog_and_user(context)
        self._check_audience(chat)
        owner = await find_owner(context, chat, me)
        taking = self._choose_taking(chat, owner, me)
        file = await read_attachment(context, self.file) if self.file else None
        sending = self._choose_sending(chat, me, file)
        context.check(*filter(None, (taking, sending, self._make_message(chat) if file else None)))
        return ReplyPlan(chat, me, owner, taking, sending, self.message, file)

    async def resolve(self, context: Context) -> Self:
        """The same call with its dialog named by number, and the file as it is now."""
        call = await super().resolve(context)
        if not self.file:
            return call
        return self.from_tool({**call.given, "file": (await read_attachment(context, self.file)).reference})

    async def describe_attachment(self, context: Context) -> str:
        """Name and size of the file."""
        return str(await read_attachment(context, self.file)) if self.file else ""

    def text(self, result: SentReply) -> str:
        """What was sent to whom, who has the dialog, and what comes next."""
        chat, message = result.chat, result.message
        gets = (
            "Only colleagues see it (silent mode)."
            if message.hidden
            else f"The client reads it in {name_channel(chat.connector)}."
        )
        file = f" with the file {result.file}" if result.file else ""
        parts = [f"Sent as message {message.id}{file} into {chat}. {gets}", _describe_owner(result)]
        if not message.proven:
            parts.append(f"The dialog could not be read afterwards. {self.afterwards}")
        if message.notice:
            parts.append(f"After it the portal says: {quote(message.notice[:LONGEST_NOTICE], 'system')}")
        if chat.closing and not result.taken:
            parts.append("It goes on closing unless the client writes.")
        return " ".join(parts)

    def structured(self, result: SentReply) -> SentReplyData:
        """The same as a program reads it."""
        data: SentReplyData = {
            "chat_id": result.chat.id,
            "message_id": result.message.id,
            "client_gets_it": not result.message.hidden,
            "owner_id": result.by if result.taken else result.chat.owner,
            "taken_from": result.chat.owner if result.taken else None,
            "proven": result.message.proven,
            "notice": quote(result.message.notice[:LONGEST_NOTICE], "system") if result.message.notice else None,
            "summary": self.text(result),
        }
        return {**data, "file": result.file} if result.file else data

    def _check_audience(self, chat: ChatState) -> None:
        if not chat.open:
            todo = f"session_start chat_id={chat.id} begins a new session with you as its operator; then call again."
            raise UnfinishedError(f"Nothing was sent: {chat} is closed", todo)
        if chat.silent and not self.even_if_silent:
            todo = (
                f"session_mode_silent chat_id={chat.id} activate=false switches it off; even_if_silent=true writes for "
                "colleagues only."
            )
            raise UnfinishedError(f"Nothing was sent: {chat} is in silent mode, and the client would not get it", todo)

    def _choose_taking(self, chat: ChatState, owner: LineOrUser, me: CurrentUser) -> Method | None:
        """What makes the caller its operator; None where that is not needed."""
        if chat.owner == me.id:
            return None
        if chat.owner and self.take_over:
            return SessionIntercept(chat_id=chat.id)
        if not chat.owner and self.take:
            return OperatorAnswer(chat_id=chat.id)
        if chat.participates:
            return None
        join = f"session_join chat_id={chat.id} lets you write beside the operator."
        if not chat.owner:
            raise UnfinishedError(
                f"Nothing was sent: {chat} waits in the queue, and take is false", f"Leave take out. Or {join}"
            )
        todo = f"Ask first, then take_over=true takes it. Or {join} Or leave it to them."
        raise UnfinishedError(f"Nothing was sent: {owner} has {chat}", todo)

    def _make_message(self, chat: ChatState) -> Method:
        return ImMessageAdd.from_tool({"dialog_id": f"chat{chat.id}", "message": self.message})

    def _choose_sending(self, chat: ChatState, me: CurrentUser, file: Attachment | None) -> Method:
        """What sends the message, known before anything is changed."""
        if me.has_messenger:
            return file.make_sending(chat.id, self.message) if file else self._make_message(chat)
        if file:
            happened = "Nothing was sent: the scope im is not granted, and there is no other way to send a file"
            raise UnfinishedError(happened, describe_missing_scope(("im",)))
        if chat.record is None or chat.closing:
            why = "the dialog is closing" if chat.record else "the dialog belongs to no CRM record"
            happened = f"Nothing was sent: the scope im is not granted, and {why}, so there is no way to write"
            raise UnfinishedError(happened, describe_missing_scope(("im",)))
        kind, number = chat.record
        return CrmMessageAdd.from_tool(
            {
                "crm_entity_type": kind,
                "crm_entity": number,
                "user_id": me.id,
                "chat_id": chat.id,
                "message": self.message,
            }
        )

    async def _send(self, steps: Steps, sending: Method, chat: ChatState, me: CurrentUser) -> PostedMessage:
        """The message as the dialog shows it, or UnfinishedError."""
        step = await steps.take(sending, "sending the message", "The message was not sent")
        try:
            found = await find_message(steps.context, chat, ExpectedMessage(self.message, me.id, step.result))
        except (PortalError, RefusedByResultError, UnexpectedResultError):
            if not step.lost:
                return PostedMessage(step.result, hidden=chat.silent, proven=False)
            found = None
        if found is not None:
            return found
        why = "no usable answer came" if step.lost else f"the portal gave it the number {step.result}"
        raise steps.make_error(
            f"It is not known whether the message was sent: {why}, and the dialog does not show it",
            f"Do not send it again before you know: see dialog dialog={chat.id}, or "
            f"session_history_get chat_id={chat.id}.",
            unsure=True,
        )


def _describe_owner(result: SentReply) -> str:
    owner = result.owner
    if result.taken:
        return f"You took the dialog from {owner if owner.id else 'the queue'} and are its operator now."
    if owner.id == result.by:
        return "You are its operator."
    return f"{owner} stays its operator." if owner.id else "It goes on waiting in the queue."


async def _take(steps: Steps, taking: Method, chat: ChatState, me: CurrentUser) -> None:
    """The caller is the operator afterwards, or the call ends here; an interception answers true whatever happened."""
    refused = "Nothing was sent: the dialog could not be taken"
    step = await steps.take(taking, "taking the dialog", refused)
    if step.lost or isinstance(taking, SessionIntercept):
        now = await steps.look(chat.id)
        if isinstance(now, UnreadableDialog) or now.owner != me.id:
            known = "It is not known whether the dialog was taken; nothing was sent" if step.lost else refused
            todo = f"See dialog_get chat_id={chat.id}; call again when it is yours, or free."
            raise steps.make_error(f"{known}: it is {now.stage()} now", todo, unsure=step.lost)
    steps.done.append("you took the dialog and are its operator")
