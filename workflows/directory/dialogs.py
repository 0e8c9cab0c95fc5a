"""Any way of naming a dialog -> the one chat that is meant, as it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from portal.errors import RefusedError
from tools.crm_chats import CrmChatGet, CrmChatGetLastId
from tools.dialogs import DialogGet
from tools.error_advice import find_advice
from tools.result_types import read_object, read_whole
from tools.tool import InvalidArgumentsError
from workflows.core.attempts import attempt, is_refusal
from workflows.core.chat_state import NOT_SEEN, ChatState, quote
from workflows.core.context import Context, run_together
from workflows.directory import clients
from workflows.directory.candidates import describe_dialogs
from workflows.directory.dialog_reference import FORMS, DialogReference, parse_reference
from workflows.directory.names import Tolerance


def _check_reference(value: int | str) -> int | str:
    parse_reference(value)
    return value


DialogRef = Annotated[
    int | str,
    AfterValidator(_check_reference),
    WithJsonSchema(
        {"type": "string", "description": "chat id, 'session 301', 'deal 5', USER_CODE, link, or client's name"}
    ),
]
"""One type, because some model providers refuse a schema with several."""


@dataclass(frozen=True)
class FoundDialog:
    """The dialog that is meant."""

    chat: ChatState
    session_id: int | None = None
    """The session that the reference names; the present one of the chat may be another."""

    def require_present_session(self, argument: str = "dialog") -> ChatState:
        """The dialog, for whoever wants to change it.

        Raises:
            InvalidArgumentsError: An earlier session of it is named, which cannot be changed any more.
        """
        named, now = self.session_id, self.chat.session_id
        if named and now and named != now:
            problem = f"session {named} is over, and chat {self.chat.id} has session {now} now: give {self.chat.id}"
            raise InvalidArgumentsError([f"{argument}: {problem} if you mean the dialog as it is"])
        return self.chat


async def find_dialog(
    context: Context, dialog: int | str, argument: str = "dialog", tolerance: Tolerance = "any"
) -> FoundDialog:
    """The one dialog that a reference means, as it stands now.

    A reference is a chat's number, `session 301`, a USER_CODE, a CRM record, a link of the portal or a client's name.
    Whoever changes something asks for a `close` match of the name.

    Raises:
        InvalidArgumentsError: It means several dialogs, none, or one of another portal; the error begins with
            `argument` and names the candidates, or says what was looked through.
        PortalError: The portal refused a question without which the dialog cannot be found.
    """
    reference = parse_reference(dialog)
    try:
        _check_portal(context, reference)
        return await _find(context, reference, tolerance)
    except _AmbiguousDialogError as problem:
        raise InvalidArgumentsError([f"{argument}: {problem}"]) from None


def read_chat_id(dialog: int | str) -> int:
    """The chat's number where the reference is just that number; 0 where the portal has to be asked."""
    reference = parse_reference(dialog)
    return reference.id if reference.kind in {"number", "chat"} and not reference.host else 0


async def find_chat_id(context: Context, dialog: int | str, argument: str = "dialog") -> int:
    """The number of the one chat that a call is about to change; the portal is asked only if it has to be.

    Raises:
        InvalidArgumentsError: As of `find_dialog`, or an earlier session of the dialog is named.
    """
    if chat_id := read_chat_id(dialog):
        return chat_id
    return (await find_dialog(context, dialog, argument, "close")).require_present_session(argument).id


class _AmbiguousDialogError(Exception):
    """None, or several."""


async def _find(context: Context, reference: DialogReference, tolerance: Tolerance) -> FoundDialog:
    match reference.kind:
        case "session":
            return FoundDialog(await _require_chat(context, reference, session_id=reference.id), reference.id)
        case "user_code":
            return FoundDialog(await _require_chat(context, reference, user_code=reference.text))
        case "crm":
            return FoundDialog(await _find_by_record(context, reference))
        case "client":
            return FoundDialog(await _find_by_client(context, reference, tolerance))
        case _:
            return FoundDialog(await _find_by_number(context, reference))


def _check_portal(context: Context, reference: DialogReference) -> None:
    ours = urlsplit(context.portal.origin)
    if reference.host and reference.host.lower() not in {ours.netloc, ours.hostname}:
        raise _AmbiguousDialogError(f"this link is of another portal ({reference.host[:80]}), not of {ours.netloc}")


async def _read_chat(context: Context, **identifier: Any) -> ChatState | None:
    """The dialog; None where there is none that the caller may see."""
    try:
        return ChatState.from_answer(await context.ask(DialogGet(detail="full", **identifier)))
    except RefusedError as refusal:
        if refusal.code != NOT_SEEN:
            raise
        return None


async def _require_chat(context: Context, reference: DialogReference, **identifier: Any) -> ChatState:
    if chat := await _read_chat(context, **identifier):
        return chat
    raise _AmbiguousDialogError(
        f"there is no dialog for {reference}, or the webhook's user may not see it: the portal does not say which. "
        f"A dialog can be given as {FORMS}"
    )


async def _find_by_number(context: Context, reference: DialogReference) -> ChatState:
    """A session's number is easily taken for a chat's, so that one is looked for too."""
    if chat := await _read_chat(context, chat_id=reference.id):
        return chat
    if other := await _read_chat(context, session_id=reference.id):
        raise _AmbiguousDialogError(
            f"{reference.id} is no chat but a session, of chat {other.id} {quote(other.title)}: give {other.id}, or "
            f"'session {reference.id}'"
        )
    raise _AmbiguousDialogError(
        f"there is no chat and no session {reference.id}, or the webhook's user may not see it: the portal does not "
        f"say which. A dialog can be given as {FORMS}"
    )


async def _find_by_record(context: Context, reference: DialogReference) -> ChatState:
    """The record's active dialog, or its last one where none is active."""
    record: dict[str, Any] = {"crm_entity_type": reference.text, "crm_entity": reference.id}
    questions = (CrmChatGet(**record), CrmChatGetLastId(**record))
    active, last = await run_together(*(partial(attempt, context, question) for question in questions))
    if is_refusal(active):
        raise _AmbiguousDialogError(f"{reference}: {find_advice(active.code, CrmChatGet.errors).removesuffix('.')}")
    chats = list(dict.fromkeys(chat for row in active if (chat := read_whole(read_object(row).get("CHAT_ID"))) > 0))
    if len(active) > 0 and not chats:
        raise _AmbiguousDialogError(f"{reference}: the portal lists its chats in a form that cannot be read")
    if not chats and is_refusal(last):
        raise _AmbiguousDialogError(f"{reference} has no dialog: none is active, and the portal knows of no last one")
    return await _require_only(context, reference, chats or [last])


async def _find_by_client(context: Context, reference: DialogReference, tolerance: Tolerance) -> ChatState:
    hits = await clients.find_by_client(context, reference.text, tolerance)
    if hits.near:
        perhaps = await describe_dialogs(context, hits.chats)
        raise _AmbiguousDialogError(
            f"no client is called exactly {reference}. Perhaps {perhaps}: then give its chat id"
        )
    if len(hits.chats) == 1 and (just_read := hits.states.get(hits.chats[0])):
        return just_read
    if hits.chats:
        return await _require_only(context, reference, hits.chats)
    raise _AmbiguousDialogError(
        f"no client's name fits {reference}: {hits.looked}. A dialog can also be given as {FORMS}"
    )


async def _require_only(context: Context, reference: DialogReference, chats: Sequence[int]) -> ChatState:
    if len(chats) == 1:
        return await _require_chat(context, reference, chat_id=chats[0])
    raise _AmbiguousDialogError(f"{reference} fits several: {await describe_dialogs(context, chats)}. Give the chat id")
