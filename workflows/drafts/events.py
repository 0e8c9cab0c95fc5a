"""What would become of an application's subscriptions and of its queue of events."""

from functools import partial
from typing import Any

from tools.effect import Effect
from tools.events import (
    EventBind,
    EventGet,
    EventOfflineClear,
    EventOfflineError,
    EventOfflineGet,
    EventOfflineList,
    Events,
    EventTest,
    EventUnbind,
)
from tools.method import Method
from tools.result_types import PortalObject, read_flag, read_object, read_text, read_whole
from tools.secrets import HIDDEN, hide_in_address
from tools.untrusted import quote_argument
from workflows.core.attempts import attempt, is_refusal
from workflows.core.context import Context, run_together
from workflows.core.current_user import CurrentUser, read_current_user
from workflows.core.draft import UNTOLD, Change, Draft
from workflows.drafts.facts import has_dotted_host, refuse

APPLICATION_ONLY, BOUND, UNKNOWN_EVENT = "WRONG_AUTH_TYPE", "ERROR_CORE", "ERROR_EVENT_NOT_FOUND"
NO_RIGHT, NO_FEATURE = "ACCESS_DENIED", "WRONG_LICENSE"
TEST_EVENT, OFFLINE_EVENT = "ONAPPTEST", "ONOFFLINEEVENT"
SAME_ADDRESS = "whether the handlers are the same, as secrets in their addresses are hidden"
SAME_SOURCE = "whether the auth_connector is the same, which is not shown"
BEYOND = "what is beyond the first page of the queue"
OTHERS = "what others have bound, which only an administrator sees"
PLAN = "whether the portal's plan has extended offline events, without which nothing is reserved"
NOT_RESERVED = "the portal's plan has no extended offline events, so nothing can be reserved"
USUAL, MOST_NAMES = 50, 20
Record = dict[str, Any]


class FeatureResult(PortalObject):
    """Y or N."""

    value: Any = None


class FeatureGet(Method):
    """Whether the portal's plan includes a feature; no tool."""

    rest = "feature.get"
    scopes = ()
    title = "Features of the plan"
    effects = Effect.READ
    returns = FeatureResult
    code: str

    @classmethod
    def wire_path(cls, name: str) -> tuple[str, ...]:
        """Its parameter is spelt in upper case."""
        return (name.upper(),)


async def draft_bind(call: EventBind, context: Context) -> Draft:
    """One subscription more.

    Raises:
        UnfinishedError: No application asks, it may not, there is no such event, or it is bound like this.
    """
    if call.handler is not None and not has_dotted_host(call.handler):
        raise refuse(call, "the handler's host has no dot", "ERROR_WRONG_HANDLER_URL")
    bound, known, me = await run_together(
        partial(_ask, call, EventGet(), context),
        partial(attempt, context, Events()),
        partial(read_current_user, context),
    )
    if bound is None:
        return UNTOLD
    _require_right(call, me)
    names = set() if is_refusal(known) else {read_text(name).upper() for name in known}
    event = call.event.upper()
    if names and event not in names:
        raise refuse(call, f"the application can subscribe to no event {call.event}", UNKNOWN_EVENT)
    if event == OFFLINE_EVENT and call.event_type == "offline":
        raise refuse(call, f"{call.event} wakes a handler, and is not queued itself", "ERROR_ARGUMENT")
    same = [one for one in _find_bound(call, bound) if _is_equal(call, one, me)]
    unchecked = _list_doubts(call) if same else ()
    if same and not unchecked:
        raise refuse(call, f"{call.event} is bound like this already", BOUND)
    offline = call.event_type == "offline"
    way = "are kept in the application's queue" if offline else f"are posted to {_name_handler(call)}"
    before = "none like this" if not same else "perhaps the same"
    change = Change(f"subscription to {call.event}", before, "offline" if offline else "online")
    return Draft(
        f"From now on its events {way}, with what is written in them.",
        (change,),
        unchecked=(*unchecked, *(("whether the plan has auth_connector",) if call.auth_connector else ())),
    )


async def draft_unbind(call: EventUnbind, context: Context) -> Draft:
    """How many subscriptions would go.

    Raises:
        UnfinishedError: No application asks, or it may not.
    """
    bound, me = await run_together(partial(_ask, call, EventGet(), context), partial(read_current_user, context))
    if bound is None:
        return UNTOLD
    _require_right(call, me)
    same = [one for one in _find_bound(call, bound) if _is_for(call, one)]
    if not same:
        return Draft("Nothing: no such subscription is shown.")
    hidden = HIDDEN in hide_in_address(call.handler or "")
    change = Change(f"subscriptions to {call.event}", str(len(same)), "ended")
    return Draft(changes=(change,), unchecked=(SAME_ADDRESS,) if hidden else ())


async def draft_test(call: EventTest, context: Context) -> Draft:
    """Whether anybody would hear of it.

    Raises:
        UnfinishedError: No application asks.
    """
    bound, me = await run_together(partial(_ask, call, EventGet(), context), partial(read_current_user, context))
    if bound is None:
        return UNTOLD
    if any(read_text(one.get("event")).upper() == TEST_EVENT for one in map(read_object, bound)):
        return Draft(f"The portal posts {TEST_EVENT} to the application's handler.")
    unseen = () if me.is_admin else (OTHERS,)
    return Draft("Nothing arrives: no handler is bound to OnAppTest, as far as is shown.", unchecked=unseen)


async def draft_offline_get(call: EventOfflineGet, context: Context) -> Draft:
    """How many records would be reserved or deleted.

    Raises:
        UnfinishedError: No application of an administrator asks, or the plan lets nobody reserve.
    """
    wanted = {**(call.filter or {}), "=ERROR": call.error or 0}
    page, feature = await run_together(
        partial(_ask, call, EventOfflineList(filter=wanted, auth_connector=call.auth_connector), context),
        partial(attempt, context, FeatureGet(code="rest_offline_extended")),
    )
    if page is None:
        return UNTOLD
    can_reserve = None if is_refusal(feature) else read_flag(feature.get("value"))
    if not call.clear and can_reserve is False:
        raise refuse(call, NOT_RESERVED, NO_FEATURE)
    unchecked: tuple[str, ...] = () if call.clear or can_reserve is True else (PLAN,)
    if call.process_id is not None:
        again = "Nothing changes: what is reserved under this process_id is shown again."
        return Draft(again, unchecked=unchecked)
    free, most = [record for record in page["records"] if not record.get("PROCESS_ID")], call.limit or USUAL
    count = min(len(free), most)
    unchecked += (BEYOND,) if "next_start" in page and len(free) < most else ()
    if not count:
        return Draft("Nothing changes: no such record waits.", unchecked=unchecked)
    after = "deleted with the answer" if call.clear else "reserved under a new process_id"
    return Draft(changes=(Change(_count(count), "waiting in the queue", after),), unchecked=unchecked)


async def draft_offline_clear(call: EventOfflineClear, context: Context) -> Draft:
    """How many records would be deleted.

    Raises:
        UnfinishedError: No application of an administrator asks.
    """
    page = await _ask(call, _ask_for({"=PROCESS_ID": call.process_id}, call), context)
    if page is None:
        return UNTOLD
    records, ids, names = page["records"], set(call.id or ()), set(call.message_id or ())
    gone = [one for one in records if call.whole_process or one.get("ID") in ids or one.get("MESSAGE_ID") in names]
    unchecked = (BEYOND,) if "next_start" in page else ()
    if not gone:
        return Draft("Nothing changes: the process has no such record.", unchecked=unchecked)
    change = Change(_count(len(gone)), f"of {len(records)} in this process", "deleted for good")
    return Draft(changes=(change,), unchecked=unchecked)


async def draft_offline_error(call: EventOfflineError, context: Context) -> Draft:
    """How many records would be put aside, and how many others of the same message ids dropped.

    Raises:
        UnfinishedError: No application of an administrator asks.
    """
    names = list(dict.fromkeys(call.message_id))
    questions = [_ask_for({"=MESSAGE_ID": name}, call) for name in names[:MOST_NAMES]]
    pages = await run_together(*(partial(_ask, call, one, context.sharing_requests()) for one in questions))
    if None in pages:
        return UNTOLD
    records = [record for page in pages for record in page["records"]]
    failing = [one for one in records if one.get("PROCESS_ID") == call.process_id and not one.get("ERROR")]
    again = {one.get("MESSAGE_ID") for one in failing}
    dropped = [one for one in records if _is_dropped(one, call.process_id, again)]
    changes = [Change(_count(len(failing)), "in this process", "marked as failed")] if failing else []
    changes += [Change(_count(len(dropped)), "others of the same message_id", "deleted for good")] if dropped else []
    unchecked = (BEYOND,) if len(names) > MOST_NAMES or any("next_start" in page for page in pages) else ()
    does = "" if changes else "Nothing changes: the process has no such record."
    return Draft(does, tuple(changes), unchecked=unchecked)


def _is_dropped(record: Record, process_id: str, failing: set[Any]) -> bool:
    """Whatever else is queued under the message ids, even if the process has none of them.

    Source: the portal's module `rest`, `lib/eventoffline.php`.
    """
    if record.get("ERROR"):
        return not record.get("PROCESS_ID") and record.get("MESSAGE_ID") in failing
    return record.get("PROCESS_ID") != process_id


def _ask_for(wanted: dict[str, Any], call: EventOfflineClear | EventOfflineError) -> EventOfflineList:
    return EventOfflineList(filter=wanted, auth_connector=call.auth_connector)


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


def _require_right(call: EventBind | EventUnbind, me: CurrentUser) -> None:
    """See that somebody who is no administrator asks for nothing but their own online events."""
    if me.is_admin:
        return
    if call.event_type == "offline":
        raise refuse(call, "offline events take an administrator", NO_RIGHT)
    is_own = not call.auth_type if isinstance(call, EventBind) else call.auth_type is None
    if not is_own and call.auth_type != me.id:
        raise refuse(call, "auth_type for somebody else takes an administrator", NO_RIGHT)


def _find_bound(call: EventBind | EventUnbind, bound: list[Any]) -> list[Record]:
    """The subscriptions to the same event by the same way."""
    offline, handler = call.event_type == "offline", hide_in_address(call.handler or "")
    same = [one for one in map(read_object, bound) if read_text(one.get("event")).upper() == call.event.upper()]
    if offline:
        return [one for one in same if read_whole(one.get("offline"))]
    return [one for one in same if not read_whole(one.get("offline")) and one.get("handler") == handler]


def _is_equal(call: EventBind, bound: Record, me: CurrentUser) -> bool:
    """Whether a subscription by the same way is in the way of the new one."""
    if call.event_type == "offline":
        return read_text(bound.get("connector_id")) == (call.auth_connector or "")
    return read_whole(bound.get("auth_type")) == (call.auth_type or (0 if me.is_admin else me.id))


def _list_doubts(call: EventBind) -> tuple[str, ...]:
    if call.event_type == "offline":
        return ()
    hidden = HIDDEN in hide_in_address(call.handler or "")
    return (*((SAME_ADDRESS,) if hidden else ()), *((SAME_SOURCE,) if call.auth_connector else ()))


def _is_for(call: EventUnbind, bound: Record) -> bool:
    if call.event_type == "offline":
        return read_text(bound.get("connector_id")) == (call.auth_connector or "")
    return call.auth_type is None or read_whole(bound.get("auth_type")) == call.auth_type


def _name_handler(call: EventBind) -> str:
    return quote_argument(hide_in_address(call.handler or ""))


def _count(number: int) -> str:
    return f"{number} record{'' if number == 1 else 's'}"
