"""The steps of a call: find the method, identify the caller, let the call in, run it, log it."""

from collections.abc import Mapping
from typing import Any, NoReturn

from sandbox.domain.identity import Identity, RequestCredentials, identify, make_scope_error
from sandbox.methods.registry import FORBIDDEN, Behaviour, ResultPage
from sandbox.methods.result import CallResult
from sandbox.methods.system import BATCH, find
from sandbox.state import php
from sandbox.state.company import Company
from sandbox.state.errors import RefusalError, make_method_not_found_error
from sandbox.state.limits import OperatingReport, make_operation_limit_error
from sandbox.state.php import PhpTypeError
from sandbox.state.records import CallRecord
from sandbox.state.switches import ForcedRefusal
from sandbox.views.chats import format_iso
from sandbox.wire.envelope import CRASH

RESERVED_PARAMS = frozenset(
    {"auth", "access_token", "ap", "aplogin", "sessid", "auth_connector", "start", "state", "method"}
)
STOPPED_SITE = "PORTAL_DELETED"
COUNTED_BY_COMMAND = "OPERATION_TIME_LIMIT"


class Dispatcher:
    """Runs the calls of a company's portal and keeps the log of them."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def perform(self, name: str, params: Mapping[str, Any], credentials: RequestCredentials) -> CallResult:
        """What a call came to that arrived over the wire; it is logged, and moves the clock on by a second.

        Nothing is raised: refusals and crashes are results too.
        """
        self.company.clock.advance(1)
        start, params = php.to_integer(params.get("start")), _drop_reserved(params)
        caller: Identity | None = None
        try:
            self._admit_site()
            behaviour = _find_behaviour(name)
            _check_link(params)
            caller = identify(self.company, credentials)
            cause = {"client_id": caller.client_id, "auth_connector": caller.auth_connector, "level": caller.level}
            with self.company.happenings.caused_by(caller.user_id, **cause):
                answer = self._run(behaviour, params, caller, start)
        except RefusalError as refusal:
            answer = CallResult(refusal=refusal)
        except (PhpTypeError, RecursionError):
            answer = CallResult(refusal=CRASH)
        self._log(name, params, caller, answer)
        return answer

    def turn_away(self, name: str, params: Mapping[str, Any], refusal: RefusalError) -> CallResult:
        """The given refusal as the result of a call that did not reach its method; it is logged."""
        answer = CallResult(refusal=refusal)
        self._log(name, _drop_reserved(params), None, answer)
        return answer

    def _perform_inner(self, name: str, params: Mapping[str, Any], caller: Identity) -> CallResult:
        start, params = php.to_integer(params.get("start")), _drop_reserved(params)
        try:
            behaviour = _find_behaviour(name)
            if self.company.faults.strikes_within_batch(name):
                raise make_operation_limit_error()
            answer = self._run(behaviour, params, caller, start)
        except RefusalError as refusal:
            answer = CallResult(refusal=refusal)
        self._log(name, params, caller, answer, in_batch=True)
        return answer

    def _run(self, behaviour: Behaviour, params: Mapping[str, Any], caller: Identity, start: int) -> CallResult:
        self._check_scope(caller, behaviour)
        self._admit(behaviour)
        operating = self._charge(behaviour, caller)
        try:
            result = behaviour.run(
                self.company, caller, params, lambda name, given: self._perform_inner(name, given, caller), start
            )
        except RefusalError as refusal:
            raise self._replace_refusal(refusal) from refusal
        if isinstance(result, ResultPage):
            return CallResult(result.result, operating=operating, total=result.total, next=result.next)
        return CallResult(result, operating=operating)

    def _check_scope(self, caller: Identity, behaviour: Behaviour) -> None:
        if not behaviour.allows(caller.scopes):
            raise make_scope_error(caller, hidden=self.company.switches.scope_hides_methods)

    def _charge(self, behaviour: Behaviour, caller: Identity) -> OperatingReport | None:
        """Charge for a call; a batch is charged by its commands."""
        return None if behaviour.name == BATCH else self.company.limits.charge(caller.account, behaviour.name)

    def _admit_site(self) -> None:
        hold = self.company.switches.hold
        if hold and hold.code == STOPPED_SITE:
            self._take_hold(hold)

    def _admit(self, behaviour: Behaviour) -> None:
        """Let a call in; limits and faults belong here, after the credentials and before the method."""
        hold = self.company.switches.hold
        if hold and not (behaviour.name == BATCH and hold.code == COUNTED_BY_COMMAND):
            self._take_hold(hold)

    def _take_hold(self, hold: ForcedRefusal) -> NoReturn:
        if hold.calls == 1:
            self.company.switches.hold = None
        hold.calls -= 1 if hold.calls else 0
        raise RefusalError(hold.code, hold.text, hold.status)

    def _replace_refusal(self, refusal: RefusalError) -> RefusalError:
        """Let the exception that a lower layer left behind take the place of a refusal."""
        pending = self.company.switches.pending
        if pending is None:
            return refusal
        self.company.switches.pending = None
        return RefusalError(pending.code, pending.text, refusal.status)

    def _log(
        self,
        name: str,
        params: Mapping[str, Any],
        caller: Identity | None,
        answer: CallResult,
        *,
        in_batch: bool = False,
    ) -> None:
        user_id = caller.user_id if caller else 0
        at = format_iso(self.company.clock())
        status, outcome, executed = answer.status, answer.outcome, answer.refusal is None
        self.company.requests.append(CallRecord(at, name, dict(params), user_id, status, outcome, in_batch, executed))


def _drop_reserved(params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parameters without those that the core keeps to itself."""
    return {key: value for key, value in params.items() if key not in RESERVED_PARAMS}


def _check_link(params: Mapping[str, Any]) -> None:
    """Refuse a signed link, which is what the core takes any `token` for."""
    if "token" in params:
        raise RefusalError("ACCESS_DENIED", "Link check failed", FORBIDDEN)


def _find_behaviour(name: str) -> Behaviour:
    found = find(name)
    if found is None:
        raise make_method_not_found_error()
    return found
