"""The way of a request in and out: the pace limit, then the faults, then the call itself."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from sandbox.domain.identity import Credentials
from sandbox.state.errors import OK, RefusalError
from sandbox.state.faults import Kind, Rule
from sandbox.state.limits import operation_limit, query_limit
from sandbox.state.oauth import expired_token
from sandbox.wire import broken_responses
from sandbox.wire.dispatch import Dispatcher
from sandbox.wire.envelope import respond

UNANSWERED = 0
_REFUSALS = {
    Kind.EXPIRED_TOKEN: expired_token,
    Kind.QUERY_LIMIT: query_limit,
    Kind.OPERATION_LIMIT: operation_limit,
}
_SPOILED: dict[Kind, Callable[[Rule, Response], Response]] = {
    Kind.DROP_AFTER: lambda _rule, _whole: broken_responses.Dropped(),
    Kind.RESET: lambda _rule, whole: broken_responses.CutShort(whole),
    Kind.STATUS: lambda rule, _whole: broken_responses.error_page(rule.status),
    Kind.TRUNCATE: lambda _rule, whole: broken_responses.halved(whole),
    Kind.CONTENT_TYPE: lambda _rule, whole: broken_responses.mislabelled(whole),
    Kind.TRICKLE: lambda rule, whole: broken_responses.Trickling(whole, rule.seconds),
}


async def answer(dispatcher: Dispatcher, name: str, params: dict[str, Any], credentials: Credentials) -> Response:
    """Answer a request, or do to it what a rule says."""
    company = dispatcher.company
    if not company.limits.admits_request():
        return respond(dispatcher.turn_away(name, params, query_limit()), company.clock)
    rule = company.faults.strike(name, oauth=bool(credentials.access_token))
    if rule and not rule.executed:
        return _withheld(dispatcher, name, params, rule)
    response = respond(dispatcher.perform(name, params, credentials), company.clock)
    if rule is None:
        return response
    if rule.kind is Kind.DELAY:
        await asyncio.sleep(rule.seconds)
        return response
    return _SPOILED[rule.kind](rule, response)


def _withheld(dispatcher: Dispatcher, name: str, params: dict[str, Any], rule: Rule) -> Response:
    """Answer without executing; the log tells the kind of the fault."""
    if rule.kind in _REFUSALS:
        turned_away = dispatcher.turn_away(name, params, _REFUSALS[rule.kind]())
        return respond(turned_away, dispatcher.company.clock)
    if rule.kind is Kind.STATUS:
        status, response = rule.status, broken_responses.error_page(rule.status)
    elif rule.kind is Kind.HTML:
        status, response = OK, broken_responses.login_page()
    else:
        status, response = UNANSWERED, broken_responses.Dropped()
    dispatcher.turn_away(name, params, RefusalError(rule.kind, status=status))
    return response
