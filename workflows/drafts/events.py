"""What would become of an application's subscriptions and of its queue of events."""

from typing import Any

from tools.events import (
    EventBind,
    EventGet,
    EventOfflineClear,
    EventOfflineError,
    EventOfflineGet,
    EventOfflineList,
    EventTest,
    EventUnbind,
)
from tools.method import Method
from tools.result_types import read_object, read_text, read_whole
from tools.secrets import HIDDEN, hide_in_address
from tools.untrusted import quote_argument
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context
from workflows.core.draft import UNTOLD, Draft
from workflows.drafts.facts import refuse

APPLICATION_ONLY, BOUND = "WRONG_AUTH_TYPE", "ERROR_CORE"
TEST_EVENT = "ONAPPTEST"
SAME_ADDRESS = "whether the handlers are the same, as secrets in their addresses are hidden"
PAGE_ALONE = "what is beyond the first page of the queue"
OTHERS = "what others have bound, which only an administrator sees"


async def draft_bind(call: EventBind, context: Context) -> Draft:
    """Whether it is bound already.

    Raises:
        UnfinishedError: No application asks, or the very same subscription is there.
    """
    bound = await _ask(call, EventGet(), context)
    if bound is None:
        return UNTOLD
    same = [one for one in _find_bound(call, bound) if read_whole(one.get("auth_type")) == (call.auth_type or 0)]
    if same and HIDDEN not in hide_in_address(call.handler or ""):
        raise refuse(call, f"{call.event} is bound like this already", BOUND)
    way = "are kept in the application's queue" if call.event_type == "offline" else f"are posted to {_name(call)}"
    return Draft(
        f"From now on the events {call.event} {way}, with what is written in them.",
        unchecked=(SAME_ADDRESS,) if same else (OTHERS,),
    )


async def draft_unbind(call: EventUnbind, context: Context) -> Draft:
    """How many subscriptions would go.

    Raises:
        UnfinishedError: No application asks.
    """
    bound = await _ask(call, EventGet(), context)
    if bound is None:
        return UNTOLD
    same = [one for one in _find_bound(call, bound) if _is_for(call, one)]
    hidden = HIDDEN in hide_in_address(call.handler or "")
    if not same:
        return Draft("Nothing: no such subscription is shown.", unchecked=(OTHERS,))
    return Draft(
        f"{len(same)} subscription{'s' if len(same) > 1 else ''} to {call.event} would end.",
        unchecked=(SAME_ADDRESS,) if hidden else (),
    )


async def draft_test(call: EventTest, context: Context) -> Draft:
    """Whether anybody would hear of it.

    Raises:
        UnfinishedError: No application asks.
    """
    bound = await _ask(call, EventGet(), context)
    if bound is None:
        return UNTOLD
    if any(read_text(one.get("event")).upper() == TEST_EVENT for one in map(read_object, bound)):
        return Draft(f"The portal posts {TEST_EVENT} to the application's handler.")
    return Draft("Nothing arrives: no handler is bound to OnAppTest, as far as is shown.", unchecked=(OTHERS,))


async def draft_offline_get(call: EventOfflineGet, context: Context) -> Draft:
    """How many records would be reserved or deleted.

    Raises:
        UnfinishedError: No application of an administrator asks.
    """
    if call.process_id is not None:
        return Draft("Nothing changes: what is reserved under this process_id is shown again.")
    wanted = {**(call.filter or {}), "=ERROR": call.error or 0}
    page = await _ask(call, EventOfflineList(filter=wanted, auth_connector=call.auth_connector), context)
    if page is None:
        return UNTOLD
    free = [record for record in page["records"] if not record.get("PROCESS_ID")]
    count = min(len(free), call.limit or len(free))
    done = "deleted with the answer" if call.clear else "reserved under a new process_id"
    return Draft(
        f"{_count(count)} would be {done}.", unchecked=("what is beyond the first page",) if len(free) > count else ()
    )


async def draft_offline_clear(call: EventOfflineClear, context: Context) -> Draft:
    """How many records would be deleted.

    Raises:
        UnfinishedError: No application of an administrator asks.
    """
    records = await _read_process(call, context)
    if records is None:
        return UNTOLD
    ids, names = set(call.id or ()), set(call.message_id or ())
    gone = [one for one in records if call.whole_process or one.get("ID") in ids or one.get("MESSAGE_ID") in names]
    return Draft(f"{_count(len(gone))} of {_count(len(records))} of this process would be deleted.")


async def draft_offline_error(call: EventOfflineError, context: Context) -> Draft:
    """How many records would be put aside.

    Raises:
        UnfinishedError: No application of an administrator asks.
    """
    records = await _read_process(call, context)
    if records is None:
        return UNTOLD
    failed = [one for one in records if one.get("MESSAGE_ID") in set(call.message_id)]
    return Draft(f"{_count(len(failed))} of {_count(len(records))} of this process would be marked as failed.")


async def _read_process(call: EventOfflineClear | EventOfflineError, context: Context) -> list[dict[str, Any]] | None:
    question = EventOfflineList(filter={"=PROCESS_ID": call.process_id}, auth_connector=call.auth_connector)
    page = await _ask(call, question, context)
    return None if page is None else page["records"]


async def _ask(call: Method, question: Method, context: Context) -> Any | None:
    """The answer to a question about the same application; None where the portal does not tell."""
    answer = await attempt(context, question)
    if not is_refusal(answer):
        return answer
    if answer.code == APPLICATION_ONLY:
        raise refuse(call, "it takes an application, and these credentials are none", APPLICATION_ONLY)
    if answer.code in question.errors and answer.code in call.errors:
        raise refuse(call, "the portal does not let this user at the application's events", answer.code)
    return None


def _find_bound(call: EventBind | EventUnbind, bound: list[Any]) -> list[dict[str, Any]]:
    """The subscriptions to the same event by the same way."""
    offline, handler = call.event_type == "offline", hide_in_address(call.handler or "")
    same = [one for one in map(read_object, bound) if read_text(one.get("event")).upper() == call.event.upper()]
    if offline:
        return [one for one in same if read_whole(one.get("offline"))]
    return [one for one in same if not read_whole(one.get("offline")) and one.get("handler") == handler]


def _is_for(call: EventUnbind, bound: dict[str, Any]) -> bool:
    if call.event_type == "offline":
        return read_text(bound.get("connector_id")) == (call.auth_connector or "")
    return call.auth_type is None or read_whole(bound.get("auth_type")) == call.auth_type


def _name(call: EventBind) -> str:
    return quote_argument(hide_in_address(call.handler or ""))


def _count(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"
