"""A note for colleagues in a dialog."""

from dataclasses import dataclass
from typing import Annotated

from typing_extensions import Doc, TypedDict

from portal.errors import PortalError
from tools.dialogs import DialogGet
from tools.effect import Effect
from tools.error_advice import describe_missing_scope
from tools.messenger import ImMessageAdd
from tools.method import RefusedByResultError, UnexpectedResultError
from workflows.actions import hand_over
from workflows.actions.base import DialogAction
from workflows.actions.delivery_check import ExpectedMessage, PostedMessage, find_message
from workflows.actions.steps import Steps
from workflows.core.chat_state import ChatState, quote
from workflows.core.context import Context
from workflows.core.current_user import CurrentUser
from workflows.core.draft import Draft
from workflows.core.errors import UnfinishedError


@dataclass(frozen=True)
class LeftNote:
    """A note that is in its dialog."""

    chat: ChatState
    message: PostedMessage


class LeftNoteData(TypedDict):
    """What it came to."""

    chat_id: int
    message_id: int
    client_gets_it: bool
    proven: bool
    summary: str


class Note(DialogAction):
    """Leave an internal note in a dialog for colleagues: the client never gets it.

    Owner, state and waiting time stay as they are; closed dialogs take notes too. With a transfer give it to hand_over.
    To answer the client use reply.
    """

    title = "Leave a note for colleagues"
    data_type = LeftNoteData
    effects = Effect.WRITE
    needs = (DialogGet, ImMessageAdd)
    afterwards = "dialog shows the conversation with the note."
    asks = (
        "`imopenlines.dialog.get`: the dialog; more where it is named otherwise than by its number",
        "`profile` and `scope`: whose name the note carries, and whether `im` is granted; kept for five minutes",
        "`im.message.add` with SYSTEM=Y",
        "`im.dialog.messages.get`, or `imopenlines.session.history.get`: whether it is there, as a notice",
    )
    details = """
    - A notice of the messenger (SYSTEM=Y) never goes to a channel: the portal hands over only notices that it marks as
      important itself, as greetings are, and no REST method can mark one so. Afterwards the message is read back: one
      that the portal shows with an author, so that the client may have got it, is told as a failure.
    - It needs the scope `im`, and a user who takes part in the dialog or may join it: `CANCELED` is the portal's
      refusal of anybody else. Without the scope there is no way to leave a note.
    - A notice has no author, so the text begins with the caller's name.
    - It neither opens a session, nor counts as an answer; the client goes on waiting.
    - Nothing is written twice: where the answer was lost, the dialog is read.
    """
    answer = (
        "`chat_id`, `message_id`, `client_gets_it` (always false), `proven` (the dialog shows it as a notice), "
        "`summary` (in words)."
    )
    example = {"dialog": "204", "note": "She is a wholesale client: James knows the prices."}
    example_answer = """\
Note 1058 is in chat 204 client: “Noah Davies - Website support”, for colleagues only: the client does not get it."""

    note: Annotated[hand_over.Note, Doc("what colleagues read")]

    async def run(self, context: Context) -> LeftNote:
        """Written once, and read back."""
        context = context.sharing_requests()
        chat, notice = await self._prepare(context)
        return LeftNote(chat, await _leave(Steps(context), notice, chat))

    async def draft(self, context: Context) -> Draft:
        """The words that colleagues would read, and where."""
        chat, notice = await self._prepare(context.sharing_requests())
        does = f"Colleagues find this note in {chat}: {quote(notice.message, 'assistant')} The client does not get it."
        return Draft(does, steps=(notice,))

    async def _prepare(self, context: Context) -> tuple[ChatState, ImMessageAdd]:
        """The dialog, and what would be written; all checks, before anything is changed."""
        chat, me = await self.read_dialog_and_user(context)
        if not me.has_messenger:
            happened = f"{hand_over.UNCHANGED}: a note needs the scope im, and there is no other way to leave one"
            raise UnfinishedError(happened, describe_missing_scope(("im",)))
        notice = _make_notice(chat, me, self.note)
        context.check(notice)
        return chat, notice

    def text(self, result: LeftNote) -> str:
        """Where it is, and who sees it."""
        seen = "" if result.message.proven else f" The dialog could not be read afterwards. {self.afterwards}"
        whom = "for colleagues only: the client does not get it"
        return f"Note {result.message.id} is in {result.chat}, {whom}.{seen}"

    def structured(self, result: LeftNote) -> LeftNoteData:
        """The same as a program reads it."""
        return {
            "chat_id": result.chat.id,
            "message_id": result.message.id,
            "client_gets_it": False,
            "proven": result.message.proven,
            "summary": self.text(result),
        }


def _make_notice(chat: ChatState, me: CurrentUser, note: str) -> ImMessageAdd:
    return ImMessageAdd(dialog_id=f"chat{chat.id}", message=f"{me.name or f'User {me.id}'}: {note}", system=True)


async def _leave(steps: Steps, notice: ImMessageAdd, chat: ChatState) -> PostedMessage:
    """The note as the dialog shows it, or UnfinishedError."""
    step = await steps.take(notice, "leaving the note", f"{hand_over.UNCHANGED}: the note could not be left")
    try:
        found = await find_message(steps.context, chat, ExpectedMessage(notice.message, 0, step.result))
    except (PortalError, RefusedByResultError, UnexpectedResultError):
        if not step.lost:
            return PostedMessage(step.result, hidden=False, proven=False)
        found = None
    if found is None:
        why = "no usable answer came" if step.lost else f"the portal gave it the number {step.result}"
        todo = f"Do not leave it again before you know: see dialog dialog={chat.id}."
        happened = f"It is not known whether the note was left: {why}, and the dialog does not show it"
        raise steps.make_error(happened, todo, unsure=True)
    if not (found.is_system or found.hidden):
        todo = "Tell the person, and leave no further note here: this portal does not keep notices from clients."
        happened = f"The portal made message {found.id} of the note, with an author: the client may read it"
        raise steps.make_error(happened, todo, unsure=True)
    return found
