"""The steps of a request: the rate limit, the faults, the call itself."""

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from sandbox.domain.identity import RequestCredentials
from sandbox.state.errors import OK, RefusalError
from sandbox.state.faults import FaultKind, FaultRule
from sandbox.state.limits import make_operation_limit_error, make_query_limit_error
from sandbox.state.oauth import make_expired_token_error
from sandbox.wire import broken_responses
from sandbox.wire.dispatch import Dispatcher
from sandbox.wire.downloads import DOWNLOAD, answer_download
from sandbox.wire.envelope import respond

UNANSWERED = 0
_REFUSALS = {
    FaultKind.EXPIRED_TOKEN: make_expired_token_error,
    FaultKind.QUERY_LIMIT: make_query_limit_error,
    FaultKind.OPERATION_LIMIT: make_operation_limit_error,
}
_SPOILERS: dict[FaultKind, Callable[[FaultRule, Response], Response]] = {
    FaultKind.DROP_AFTER: lambda _rule, _whole: broken_responses.DroppedResponse(),
    FaultKind.RESET: lambda _rule, whole: broken_responses.InterruptedResponse(whole),
    FaultKind.STATUS: lambda rule, _whole: broken_responses.make_error_page(rule.status),
    FaultKind.HTML: lambda _rule, _whole: broken_responses.make_login_page(),
    FaultKind.TRUNCATE: lambda _rule, whole: broken_responses.halve(whole),
    FaultKind.CONTENT_TYPE: lambda _rule, whole: broken_responses.mislabel(whole),
    FaultKind.TRICKLE: lambda rule, whole: broken_responses.TricklingResponse(whole, rule.seconds),
}


async def answer_request(
    dispatcher: Dispatcher, name: str, params: dict[str, Any], credentials: RequestCredentials
) -> Response:
    """The HTTP response to a call of a method or to a download, after the rate limit and the faults that strike it."""
    company = dispatcher.company
    if not company.limits.admit_request():
        return respond(dispatcher.turn_away(name, params, make_query_limit_error()), company.clock)
    rule = company.faults.strike(name, oauth=bool(credentials.access_token))
    if rule and not rule.executed:
        return _withhold(dispatcher, name, params, rule)
    if name == DOWNLOAD:
        response = answer_download(company, params, credentials)
    else:
        response = respond(dispatcher.perform(name, params, credentials), company.clock)
    if rule is None:
        return response
    if rule.kind is FaultKind.DELAY:
        await asyncio.sleep(rule.seconds)
        return response
    return _SPOILERS[rule.kind](rule, response)


def _withhold(dispatcher: Dispatcher, name: str, params: dict[str, Any], rule: FaultRule) -> Response:
    """The response to a call that is not executed; the log says which fault it was."""
    if rule.kind in _REFUSALS:
        turned_away = dispatcher.turn_away(name, params, _REFUSALS[rule.kind]())
        return respond(turned_away, dispatcher.company.clock)
    if rule.kind is FaultKind.STATUS:
        status, response = rule.status, broken_responses.make_error_page(rule.status)
    elif rule.kind is FaultKind.HTML:
        status, response = OK, broken_responses.make_login_page()
    else:
        status, response = UNANSWERED, broken_responses.DroppedResponse()
    dispatcher.turn_away(name, params, RefusalError(rule.kind, status=status))
    return response
