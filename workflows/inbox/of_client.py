"""All dialogs of one client, open and closed, across the channels that CRM ties together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Any

from tools.crm_chats import CrmChatGet
from tools.dialog_view import view_history
from tools.dialogs import DialogGet, SessionHistoryGet
from tools.fields import MAX_ID
from tools.result_types import read_object, read_whole
from workflows.core.attempts import ask_tolerantly, describe_failure, is_failure
from workflows.core.chat_state import CRM_TYPES, ChatState
from workflows.core.context import Context, run_together
from workflows.core.rows import UnclearRows
from workflows.directory.clients import find_by_client
from workflows.directory.dialog_reference import DialogReference, parse_reference
from workflows.directory.dialogs import find_dialog
from workflows.inbox import from_statistics
from workflows.inbox.waiting import OpenDialogs, SessionMessages, WaitingDialog

MOST_CHATS, MOST_RECORDS = 50, 20
WHOLE = 10_000
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
TIES = CRM_TYPES - {"company"}
"""Records that are of one person; many people may belong to a company."""


async def list_dialogs(context: Context, client: int | str, zone: tzinfo | None, text: str = "") -> OpenDialogs:
    """Dialogs of the client whom a name, a CRM record or a dialog names, each read; with those of namesakes.

    With a `text` only those one of whose messages in the last session holds it.

    A chat is the client's where `imopenlines.crm.chat.get` lists it for the record that is named, or for a lead, deal
    or contact of a chat that was found. At most fifty chats are read; what is not is in `missing`.

    Raises:
        InvalidArgumentsError: A dialog is named that does not exist, or several.
        PortalError: The portal refused a question without which nothing can be found.
    """
    missing, unclear = list[str](), UnclearRows()
    chats, states, records = await _find_first(context, client, missing)
    if known := await _read_states(context, [chat for chat in chats if chat not in states], missing):
        states = {**states, **known}
    tied = dict.fromkeys(record for state in states.values() for record in state.crm if record[0] in TIES)
    more = await _list_chats(context, [record for record in tied if record not in records], missing)
    chats = list(dict.fromkeys([*chats, *more]))
    if len(chats) > MOST_CHATS:
        missing.append(f"{len(chats) - MOST_CHATS} more chats of the same records")
    chats = chats[:MOST_CHATS]
    states |= await _read_states(context, [chat for chat in chats if chat not in states], missing)
    questions = [SessionHistoryGet(chat_id=chat, detail="full") for chat in chats if chat in states]
    answers = await run_together(*(partial(ask_tolerantly, context, question) for question in questions))
    listed = [_list_dialog(states[question.chat_id or 0], question, zone, text) for question in questions]
    read = partial(_apply, unclear, zone)
    dialogs = [seen for one, answer in zip(listed, answers, strict=True) if (seen := read(one, answer))]
    if failed := [answer for answer in answers if is_failure(answer)]:
        missing.append(f"the messages of {len(failed)} dialogs ({describe_failure(failed[0])})")
    return OpenDialogs("client", dialogs, lambda dialog, _: dialog, 0, missing, unclear)


async def _find_first(
    context: Context, client: int | str, missing: list[str]
) -> tuple[list[int], dict[int, ChatState], list[tuple[str, int]]]:
    """Chats that are named outright, those of them that were read on the way, and the records that were asked."""
    reference = parse_reference(client)
    if reference.kind == "client":
        hits = await find_by_client(context, reference.text)
        if not hits.chats:
            missing.append(f"no client's name fits {reference}: {hits.looked}")
        return list(hits.chats), {one: state for one, state in hits.states.items() if one in hits.chats}, []
    if reference.kind == "crm" and not reference.host:
        return await _list_of_record(context, reference, missing)
    found = (await find_dialog(context, client, "client")).chat
    return [found.id], {found.id: found}, []


async def _list_of_record(
    context: Context, reference: DialogReference, missing: list[str]
) -> tuple[list[int], dict[int, ChatState], list[tuple[str, int]]]:
    record = (reference.text, reference.id)
    return await _list_chats(context, [record], missing), {}, [record]


async def _list_chats(context: Context, records: Sequence[tuple[str, int]], missing: list[str]) -> list[int]:
    """Chats of CRM records, open and closed."""
    if len(records) > MOST_RECORDS:
        missing.append(f"chats of {len(records) - MOST_RECORDS} more CRM records")
    asked = records[:MOST_RECORDS]
    questions = [
        CrmChatGet.from_tool({"crm_entity_type": kind, "crm_entity": one, "active_only": False}) for kind, one in asked
    ]
    answers = await run_together(*(partial(ask_tolerantly, context, question) for question in questions))
    found = list[int]()
    for (kind, one), answer in zip(asked, answers, strict=True):
        if is_failure(answer):
            missing.append(f"chats of {kind} {one} ({describe_failure(answer)})")
        else:
            chats = [read_whole(read_object(row).get("CHAT_ID")) for row in answer]
            found += [chat for chat in chats if 0 < chat <= MAX_ID]
            if lost := sum(not 0 < chat <= MAX_ID for chat in chats):
                missing.append(f"{lost} chats of {kind} {one} whose number could not be read")
    return found


async def _read_states(context: Context, chats: Sequence[int], missing: list[str]) -> dict[int, ChatState]:
    questions = [DialogGet(chat_id=chat, detail="full") for chat in chats]
    answers = await run_together(*(partial(ask_tolerantly, context, question) for question in questions))
    if failed := [answer for answer in answers if is_failure(answer)]:
        missing.append(f"{len(failed)} chats that could not be read ({describe_failure(failed[0])})")
    return {
        chat: ChatState.from_answer(answer)
        for chat, answer in zip(chats, answers, strict=True)
        if not is_failure(answer)
    }


def _list_dialog(chat: ChatState, question: SessionHistoryGet, zone: tzinfo | None, text: str) -> WaitingDialog:
    """The dialog as its state shows it; the messages are read later."""
    return WaitingDialog(
        chat.id,
        chat.session_id,
        line_id=chat.line_id,
        connector=chat.connector,
        state="open" if chat.open else "closed",
        since=datetime.fromtimestamp(chat.began, zone or UTC) if chat.began > 0 else LONG_AGO,
        question=question,
        accepted=bool(chat.owner),
        owner=chat.owner if chat.open else 0,
        client=chat.client,
        crm=chat.crm,
        pinned=chat.pinned,
        silent=chat.silent,
        keep=True,
        closing=chat.closing,
        text=text,
    )


def _apply(unclear: UnclearRows, zone: tzinfo | None, found: WaitingDialog, answer: Any) -> WaitingDialog | None:
    """The dialog as the messages of its last session show it; None where none of them holds the text."""
    if is_failure(answer):
        return None if found.text else found
    if found.state == "closed":
        return _close(found, answer, zone)
    return from_statistics.read_dialog(unclear, zone, found, answer)


def _close(found: WaitingDialog, answer: Mapping[str, Any], zone: tzinfo | None) -> WaitingDialog | None:
    """A closed dialog with the number and the last message of its last session; None if that lacks the text."""
    history = view_history(answer, WHOLE)
    session = SessionMessages.from_messages(history["messages"], LONG_AGO, zone)
    if not session.holds(found.text):
        return None
    last = session.last
    return replace(found, session_id=history["session_id"] or 0, since=last.at if last else found.since, last=last)
