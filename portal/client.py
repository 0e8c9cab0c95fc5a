"""Calls of a portal's methods, within its limits and by the law of retries."""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import anyio
import httpx

from portal import batch
from portal.bucket import PLANS, LeakyBucket, Plan
from portal.credentials import Credentials
from portal.errors import (
    AnswerLost,
    AuthRefused,
    Limited,
    NotReachable,
    OutcomeUnknown,
    PortalError,
    PortalFault,
    Refused,
)
from portal.operating import OperatingTime
from portal.retry import pause_before_retry
from portal.scheduler import Call, Scheduler
from portal.wire import Wire

REPORT_EVERY = 1.0
NOT_FOUND = "ERROR_METHOD_NOT_FOUND"

Report = Callable[[float, str], Awaitable[None]]
"""Told how long a call has been waiting, and for what."""


class Portal:
    """Calls the methods of a portal as the user of its credentials; open it with `async with`.

    `seconds` bounds one call with all its attempts and pauses. `transport`, `sleep` and `unix_time` are the seams for
    tests and for the embedded portal.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        seconds: float = 60.0,
        plan: Plan | None = PLANS["standard"],
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        unix_time: Callable[[], float] = time.time,
        user_agent: str = "bitrix24-openchannels-mcp",
    ) -> None:
        self._credentials = credentials
        self._seconds = seconds
        self._plan = plan
        self._sleep = sleep
        self._wire = Wire(credentials, seconds=seconds, transport=transport, user_agent=user_agent)
        self._operating = OperatingTime(clock=unix_time)
        self._scopes: frozenset[str] | None = None
        self._open = AsyncExitStack()
        self._scheduler: Scheduler

    @property
    def origin(self) -> str:
        """Scheme and host of the portal."""
        return self._credentials.origin

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._wire.http)
        tasks = await self._open.enter_async_context(anyio.create_task_group())
        bucket = LeakyBucket(self._plan, anyio.current_time)
        self._scheduler = Scheduler(self._wire, bucket, self._operating, tasks, anyio.current_time)
        tasks.start_soon(self._scheduler.run)
        self._open.callback(tasks.cancel_scope.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """What was raised inside passes on as it is, not as part of a group."""
        await self._open.aclose()

    async def call(
        self,
        method: str,
        params: Mapping[str, Any],
        *,
        repeatable: bool,
        scope: str | None = None,
        report: Report | None = None,
    ) -> Any:
        """The result of a method, or a PortalError.

        A call that may already have been executed is sent again only if it is repeatable, which is also what may share
        a request with others. `scope` is what the method needs, to tell a missing scope from a missing method.
        """
        started = anyio.current_time()
        attempt = 1
        renewed = False
        while True:
            waiting = Call(method, params, together=repeatable and batch.fits(params))
            try:
                self._operating.check(method)
                return await self._attempt(waiting, started, report)
            except PortalError as error:
                if _expired(error) and not renewed and await self._wire.renew(waiting.token):
                    renewed = True
                    continue
                remaining = started + self._seconds - anyio.current_time()
                pause = pause_before_retry(error, attempt, repeatable=repeatable, remaining=remaining)
                if pause is None:
                    raise await self._final(error, repeatable=repeatable, scope=scope) from None
            await self._pause(pause, started, report)
            attempt += 1

    async def _attempt(self, call: Call, started: float, report: Report | None) -> Any:
        self._scheduler.submit(call)
        try:
            with anyio.move_on_at(started + self._seconds):
                await self._wait(call, started, report)
        finally:
            if not call.done.is_set():
                self._scheduler.abandon(call)
        if call.error is not None:
            raise call.error
        if call.done.is_set():
            return call.result
        if call.trace is not None:
            kind = AnswerLost if call.trace.may_have_left else NotReachable
            raise kind(f"no answer within {self._seconds:g} s")
        words = f"the limit of the portal left no room within {self._seconds:g} s"
        raise Limited(words, code="QUERY_LIMIT_EXCEEDED", seconds=self._scheduler.seconds_until_room())

    async def _wait(self, call: Call, started: float, report: Report | None) -> None:
        while not call.done.is_set():
            with anyio.move_on_after(REPORT_EVERY if report else float("inf")):
                await call.done.wait()
            if report and not call.done.is_set():
                reason = (
                    "waiting for the portal's answer" if call.trace else "waiting for the portal's limit on requests"
                )
                await report(anyio.current_time() - started, reason)

    async def _pause(self, seconds: float, started: float, report: Report | None) -> None:
        if report:
            await report(anyio.current_time() - started, f"waiting {seconds:.1f} s before the next attempt")
        await self._sleep(seconds)

    async def _final(self, error: PortalError, *, repeatable: bool, scope: str | None) -> PortalError:
        """The error as the caller has to know it."""
        if isinstance(error, AnswerLost):
            kind = PortalFault if repeatable else OutcomeUnknown
            return kind(error.description, code=error.code, status=error.status)
        if isinstance(error, Refused) and error.code == NOT_FOUND and scope:
            scopes = await self._granted_scopes()
            if scopes and scope not in scopes:
                return AuthRefused(f"the scope {scope} is missing", code="insufficient_scope", status=error.status)
        return error

    async def _granted_scopes(self) -> frozenset[str]:
        """Asked once; empty if the portal would not tell."""
        if self._scopes is None:
            try:
                granted = await self._attempt(Call("scope", {}, together=True), anyio.current_time(), None)
            except PortalError:
                return frozenset()
            self._scopes = frozenset(map(str, granted if isinstance(granted, list) else ()))
        return self._scopes


def _expired(error: PortalError) -> bool:
    return isinstance(error, AuthRefused) and error.code == "expired_token"
