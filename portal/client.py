"""Calls of a portal's methods, within its limits and by the law of retries."""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self

import anyio
import httpx
from anyio.abc import TaskGroup

from portal import batch
from portal.bucket import PLANS, LeakyBucket, Plan
from portal.credentials import Credentials
from portal.download import DownloadedFile, fetch_file
from portal.errors import (
    AnswerLostError,
    AnswerTooLargeError,
    AuthRefusedError,
    NotReachableError,
    OutcomeUnknownError,
    PortalError,
    PortalFaultError,
    RefusedError,
)
from portal.observer import NO_OBSERVER, Attempt, Observer, PortalRequest
from portal.operating import OperatingTime
from portal.recovery import Recovery, is_outage
from portal.retry import pause_before_retry
from portal.scheduler import PendingCall, Scheduler
from portal.wire import Wire

REPORT_EVERY = 1.0
NOT_FOUND = "ERROR_METHOD_NOT_FOUND"
TIME_FOR_AN_ANSWER = 0.1
"""Share of a call's seconds that has to be left when it leaves alone: it may be a write."""

Report = Callable[[float, str], Awaitable[None]]
"""Told how long a call has been waiting, and for what."""


class Portal:
    """Calls the methods of a portal as the user of its credentials; open it with `async with`.

    `seconds` bounds one call with all its attempts and pauses. `transport`, `sleep` and `unix_time` are the seams for
    tests and for the embedded portal; `observer` is told what happens.
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
        observer: Observer = NO_OBSERVER,
    ) -> None:
        self._credentials = credentials
        self._seconds = seconds
        self._plan = plan
        self._sleep = sleep
        self._wire = Wire(credentials, seconds=seconds, transport=transport, user_agent=user_agent)
        self._operating = OperatingTime(clock=unix_time)
        self._observer = observer
        self._recovery = Recovery()
        self._scopes: frozenset[str] | None = None
        self._asking_scopes = anyio.Lock()
        self._open = AsyncExitStack()
        self._tasks: TaskGroup
        self._bucket: LeakyBucket
        self._scheduler: Scheduler

    @property
    def origin(self) -> str:
        """Scheme and host of the portal."""
        return self._credentials.origin

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self._wire.http)
        self._tasks = await self._open.enter_async_context(anyio.create_task_group())
        self._bucket = bucket = LeakyBucket(self._plan, anyio.current_time)
        self._scheduler = Scheduler(
            self._wire, bucket, self._operating, self._tasks, seconds=self._seconds, observer=self._observer
        )
        self._tasks.start_soon(self._scheduler.run)
        self._open.callback(self._tasks.cancel_scope.cancel)
        self._open.callback(self._scheduler.close)
        self._observer.on_open(bucket.fullness)
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
        scopes: Collection[str] = (),
        report: Report | None = None,
        prefer_batch: bool = False,
    ) -> Any:
        """The result of a method.

        What may have been executed is sent again only if `repeatable`. Only such a call may share a request, with
        `prefer_batch` even where few wait. Of `scopes` it needs one. `report` is told once a second how long it waits.

        Raises:
            PortalError: The call brought no result; portal/errors.py says what each kind means.
        """
        deadline = anyio.current_time() + self._seconds
        batchable = repeatable and batch.fits_in_batch(params)
        attempt, renewed, told = 1, False, None
        make_call = partial(PendingCall, method, params, prefer_batch=prefer_batch, changes=not repeatable)
        with self._recovery.follow(task := object()):
            while True:
                pending = make_call(self._find_send_by(deadline, batchable=batchable), batchable=batchable)
                try:
                    self._operating.check(method)
                    return await self._attempt_observed(pending, deadline, report, attempt)
                except PortalError as error:
                    if not renewed and (renewed := await self._has_another_token(error, pending.token, deadline)):
                        continue
                    told = _choose_reason(error, told, pending, repeatable=repeatable)
                    batchable = batchable and not isinstance(error, AnswerLostError)
                    latest = self._find_send_by(deadline, batchable=batchable)
                    pause = _choose_pause(error, attempt, latest, repeatable=repeatable)
                    if pause is not None:
                        await self._pause(error, pause, deadline, report)
                    if pause is None or not await self._recovery.wait_for_turn(task, error, latest, pending.sent_at):
                        raise await self._explain(told, deadline, repeatable=repeatable, scopes=scopes) from None
                attempt += 1

    async def download(self, address: str, *, most_bytes: int) -> DownloadedFile:
        """The file at an address that a method gave, which `fetch_file` in portal/download.py says more of.

        It counts as a request, is asked for once, and takes no longer than a call may.

        Raises:
            FileTooLargeError: It has more than `most_bytes`.
            PortalError: It did not come.
        """
        began, error = anyio.current_time(), None
        try:
            return await self._fetch_file(address, most_bytes)
        except PortalError as failure:
            error = failure
            raise
        finally:
            self._observer.on_request_end(PortalRequest(1, anyio.current_time() - began, error))

    async def _fetch_file(self, address: str, most_bytes: int) -> DownloadedFile:
        with anyio.move_on_after(self._seconds):
            await anyio.sleep(self._bucket.seconds_until_room())
            self._bucket.take()
            return await fetch_file(self._wire.http, self._credentials, address, most_bytes=most_bytes)
        raise PortalFaultError(f"the file did not come within {self._seconds:g} s")

    def _find_send_by(self, deadline: float, *, batchable: bool) -> float:
        """When a call has to have left: one that travels alone may be a write, and needs time for its answer."""
        return deadline if batchable else deadline - self._seconds * TIME_FOR_AN_ANSWER

    async def _attempt_observed(self, call: PendingCall, deadline: float, report: Report | None, number: int) -> Any:
        try:
            result = await self._attempt(call, deadline, report)
        except BaseException as error:
            call.note_end(error)
            self._observer.on_attempt_end(_describe_attempt(call, number, error))
            if isinstance(error, PortalError):
                self._recovery.note_answer(error)
            raise
        call.note_end(None)
        self._recovery.note_answer(None)
        self._observer.on_attempt_end(_describe_attempt(call, number, None))
        return result

    async def _attempt(self, call: PendingCall, deadline: float, report: Report | None) -> Any:
        self._scheduler.submit(call)
        try:
            with anyio.move_on_at(deadline):
                await self._wait(call, deadline, report)
        finally:
            if not call.done.is_set():
                self._scheduler.abandon(call)
        if call.error is not None:
            raise call.error
        if call.done.is_set():
            return call.result
        if call.may_have_left:
            raise AnswerLostError(f"no answer within {self._seconds:g} s")
        raise self._scheduler.make_late_error()

    async def _has_another_token(self, error: PortalError, token: str | None, deadline: float) -> bool:
        """Whether credentials that were refused are others now; nothing was executed, so the call may go again."""
        if not isinstance(error, AuthRefusedError):
            return False
        if error.code == "invalid_token":
            return self._wire.reload(token)
        return error.code == "expired_token" and await self._renew(token, deadline)

    async def _renew(self, token: str | None, deadline: float) -> bool:
        """A renewal goes on in a task of its own, however long whoever needs it can wait."""
        done = anyio.Event()
        outcome: list[bool | PortalError] = []

        async def renew() -> None:
            try:
                outcome.append(await self._wire.renew(token))
            except PortalError as error:
                outcome.append(error)
            finally:
                done.set()

        self._tasks.start_soon(renew)
        with anyio.move_on_at(deadline):
            await done.wait()
        found = outcome[0] if outcome else NotReachableError("the access token was not renewed in time")
        if isinstance(found, PortalError):
            raise found
        return found

    async def _wait(self, call: PendingCall, deadline: float, report: Report | None) -> None:
        while not call.done.is_set():
            with anyio.move_on_after(REPORT_EVERY if report else float("inf")):
                await call.done.wait()
            if report and not call.done.is_set():
                reason = (
                    "waiting for the portal's answer" if call.trace else "waiting for the portal's limit on requests"
                )
                await report(self._elapsed(deadline), reason)

    def _elapsed(self, deadline: float) -> float:
        return anyio.current_time() - deadline + self._seconds

    async def _pause(self, error: PortalError, seconds: float, deadline: float, report: Report | None) -> None:
        self._observer.on_pause(error, seconds)
        if report:
            await report(self._elapsed(deadline), f"waiting {seconds:.1f} s before the next attempt")
        await self._sleep(seconds)

    async def _explain(
        self, error: PortalError, deadline: float, *, repeatable: bool, scopes: Collection[str]
    ) -> PortalError:
        """The error as the caller has to know it."""
        if isinstance(error, AnswerLostError) and not (repeatable and isinstance(error, AnswerTooLargeError)):
            kind = PortalFaultError if repeatable else OutcomeUnknownError
            return kind(error.description, code=error.code, status=error.status)
        if isinstance(error, RefusedError) and error.code == NOT_FOUND and scopes:
            granted = await self._granted_scopes(deadline)
            if granted and granted.isdisjoint(scopes):
                missing = f"the scope {' or '.join(scopes)} is missing"
                return AuthRefusedError(missing, code="insufficient_scope", status=error.status)
        return error

    async def _granted_scopes(self, deadline: float) -> frozenset[str]:
        """Asked once; empty if the portal would not tell."""
        async with self._asking_scopes:
            if self._scopes is None:
                try:
                    call = PendingCall("scope", {}, deadline, batchable=True)
                    granted = await self._attempt_observed(call, deadline, None, 1)
                except PortalError:
                    return frozenset()
                self._scopes = frozenset(map(str, granted if isinstance(granted, list) else ()))
            return self._scopes


def _choose_pause(error: PortalError, attempt: int, latest: float, *, repeatable: bool) -> float | None:
    return pause_before_retry(error, attempt, repeatable=repeatable, remaining=latest - anyio.current_time())


def _choose_reason(
    error: PortalError, earlier: PortalError | None, call: PendingCall, *, repeatable: bool
) -> PortalError:
    """What a call is said to have failed with: the last fault that was seen, rather than that nothing came after it.

    A change that may have been executed is never said to have failed with anything else.
    """
    if earlier is None or error.status is not None:
        return error
    never_left = call.sent_at is None and isinstance(error, NotReachableError)
    seen = earlier.status is not None and is_outage(earlier) and is_outage(error)
    return earlier if never_left or (seen and (repeatable or isinstance(error, NotReachableError))) else error


def _describe_attempt(call: PendingCall, number: int, error: BaseException | None) -> Attempt:
    now = anyio.current_time()
    left = now if call.sent_at is None else call.sent_at
    return Attempt(call.method, number, call.request_size, left - call.submitted_at, call.limited, now - left, error)
