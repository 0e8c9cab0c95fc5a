"""One pooled connection to one portal, through which every call goes."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self

import anyio
import httpx

from portal import envelope
from portal.errors import AnswerLost, NotReachable, PortalError, Refused
from portal.retry import pause_before_retry
from portal.webhook import Webhook

CONNECT_SECONDS = 10.0
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

# Both log the address of every request, and the address of a webhook is a secret.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Portal:
    """Calls the methods of a portal as the user of its webhook.

    `seconds` bounds one call with all its attempts and pauses. `transport` and `sleep` are the seams for tests and
    for the embedded portal.
    """

    def __init__(
        self,
        webhook: Webhook,
        *,
        seconds: float = 60.0,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        user_agent: str = "bitrix24-openchannels-mcp",
    ) -> None:
        self._webhook = webhook
        self._seconds = seconds
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=webhook.url(),
            transport=transport,
            timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds)),
            headers={"Content-Type": "application/json", "Accept": "application/json", "User-Agent": user_agent},
        )

    @property
    def origin(self) -> str:
        """Scheme and host of the portal."""
        return self._webhook.origin

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def call(self, method: str, params: Mapping[str, Any], *, repeatable: bool) -> Any:
        """The result of a method, or a PortalError.

        A call that may already have been executed is sent again only if it is repeatable.
        """
        body = json.dumps(params, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        deadline = anyio.current_time() + self._seconds
        attempt = 1
        while True:
            try:
                return await self._once(method, body, deadline)
            except PortalError as error:
                pause = pause_before_retry(error, attempt, repeatable=repeatable)
                if pause is None or anyio.current_time() + pause >= deadline:
                    raise
            await self._sleep(pause)
            attempt += 1

    async def _once(self, method: str, body: bytes, deadline: float) -> Any:
        answer = None
        with anyio.move_on_at(deadline):
            answer = await self._post(method, body)
        if answer is None:
            raise AnswerLost(f"no answer within {self._seconds:g} s")
        return envelope.result(answer.status_code, self._webhook.conceal(answer.content))

    async def _post(self, method: str, body: bytes) -> httpx.Response:
        """One request. The library's exceptions hold the address, so they are not chained."""
        try:
            answer = await self._http.post(method, content=body)
        except NEVER_SENT as error:
            raise NotReachable(self._cause(error)) from None
        except httpx.HTTPError as error:
            raise AnswerLost(self._cause(error)) from None
        if answer.is_redirect:
            raise Refused("the portal redirects: correct the webhook's address", status=answer.status_code)
        return answer

    def _cause(self, error: httpx.HTTPError) -> str:
        return self._webhook.conceal(str(error).encode()).decode() or type(error).__name__
