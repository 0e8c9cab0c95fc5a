"""A change that is cancelled, over a real connection: whether the portal may have got it is known at every stage."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest
from anyio.abc import SocketAttribute, SocketStream

from portal.bucket import Plan
from portal.client import Portal
from portal.errors import RefusedError
from portal.proxies import ProxyTransport
from portal.scheduler import SIDE_BY_SIDE
from portal.sent import watch_changes
from portal.webhook import Webhook

WRITE = "imopenlines.operator.finish"
LONGEST = 20
"""Seconds that a story may take before it has failed."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"
ANSWER = b'{"result":1}'


@dataclass
class Listener:
    """A server of bytes: what came over each connection, and the answer that it gives to whatever comes."""

    answer: bytes = b""
    came: list[bytearray] = field(default_factory=list)
    port: int = 0
    changed: anyio.Event = field(default_factory=anyio.Event)
    ended: int = 0
    streams: list[SocketStream] = field(default_factory=list)

    async def serve(self, stream: SocketStream) -> None:
        received = bytearray()
        self.came.append(received)
        self.streams.append(stream)
        async with stream:
            self._tell()
            try:
                while True:
                    received += await stream.receive()
                    if self.answer:
                        await stream.send(self.answer)
                    self._tell()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                self.ended += 1
                self._tell()

    def _tell(self) -> None:
        changed, self.changed = self.changed, anyio.Event()
        changed.set()

    async def wait_until(self, condition: Callable[[], object]) -> None:
        while not condition():
            await self.changed.wait()

    @property
    def text(self) -> bytes:
        return b"".join(self.came)


@asynccontextmanager
async def listening(answer: bytes = b"") -> AsyncIterator[Listener]:
    listener = Listener(answer)
    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as server,
        anyio.create_task_group() as tasks,
    ):
        listener.port = server.extra(SocketAttribute.local_port)  # noqa: S610  (not of Django)
        tasks.start_soon(server.serve, listener.serve)
        yield listener
        await listener.wait_until(lambda: listener.ended == len(listener.came))
        tasks.cancel_scope.cancel()


def make_portal(address: str, plan: Plan | None = None, transport: Any = None) -> Portal:
    return Portal(Webhook.parse(f"{address}/rest/1/t0ken-of-a-test/"), plan=plan, transport=transport)


async def call(portal: Portal, number: int) -> None:
    await portal.call(WRITE, {"CHAT_ID": number}, repeatable=False)


async def give_up(portal: Portal, when: Callable[[], Any]) -> bool:
    """Cancel call 999 once `when` returns; whether it is said that it may have run."""
    with watch_changes() as sent:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, portal, 999)
            await when()
            tasks.cancel_scope.cancel()
    return sent.may_have_run


async def wait_for_a_place(listener: Listener, address: str, plan: Plan | None, busy: int) -> bool:
    async with make_portal(address, plan) as portal, anyio.create_task_group() as tasks:
        for number in range(busy):
            tasks.start_soon(call, portal, number)
        await listener.wait_until(lambda: listener.text.count(WRITE.encode()) == busy)
        found = await give_up(portal, anyio.wait_all_tasks_blocked)
        tasks.cancel_scope.cancel()
    return found


async def in_the_bucket(listener: Listener, address: str) -> bool:
    return await wait_for_a_place(listener, address, Plan(2, 1e-6), 1)


async def among_those_side_by_side(listener: Listener, address: str) -> bool:
    return await wait_for_a_place(listener, address, None, SIDE_BY_SIDE)


async def for_a_connection(listener: Listener, address: str) -> bool:
    one = ProxyTransport([address], httpx.Limits(max_connections=1))
    async with make_portal(address, None, one) as portal, anyio.create_task_group() as tasks:
        tasks.start_soon(call, portal, 1)
        await listener.wait_until(lambda: WRITE.encode() in listener.text)
        found = await give_up(portal, anyio.wait_all_tasks_blocked)
        tasks.cancel_scope.cancel()
    return found


async def while_tls_is_set_up(listener: Listener, address: str) -> bool:
    async with make_portal(address.replace("http:", "https:")) as portal:
        found = await give_up(portal, lambda: listener.wait_until(lambda: listener.text))
        await listener.streams[0].send_eof()
        await listener.wait_until(lambda: listener.ended)
    return found


async def while_a_proxy_opens_the_way(listener: Listener, _: str) -> bool:
    async with make_portal("https://portal.invalid") as portal:
        return await give_up(portal, lambda: listener.wait_until(lambda: b"CONNECT" in listener.text))


async def after_it_was_sent(listener: Listener, address: str) -> bool:
    async with make_portal(address) as portal:
        return await give_up(portal, lambda: listener.wait_until(lambda: b"999" in listener.text))


async def while_the_answer_comes(listener: Listener, address: str) -> bool:
    listener.answer = HEAD + ANSWER[:5]
    return await after_it_was_sent(listener, address)


Stage = Callable[[Listener, str], Any]


@pytest.mark.parametrize(
    ("stage", "may_have_run"),
    [
        (in_the_bucket, False),
        (among_those_side_by_side, False),
        (for_a_connection, False),
        (while_tls_is_set_up, False),
        (while_a_proxy_opens_the_way, False),
        (after_it_was_sent, True),
        (while_the_answer_comes, True),
    ],
)
def test_a_change_that_is_cancelled_may_have_run_only_if_it_had_left(
    environment: pytest.MonkeyPatch, stage: Stage, may_have_run: bool
) -> None:
    async def story() -> None:
        with anyio.fail_after(LONGEST):
            async with listening() as listener:
                address = f"http://127.0.0.1:{listener.port}"
                environment.setenv("HTTPS_PROXY", address)
                assert await stage(listener, address) is may_have_run
            assert (b"999" in listener.text) is may_have_run

    anyio.run(story)


def test_a_change_that_is_cancelled_at_any_moment_and_said_not_to_have_left_never_arrives(
    environment: pytest.MonkeyPatch,  # noqa: ARG001  (no proxy)
) -> None:
    outcomes: set[bool] = set()

    async def leave_after(steps: int) -> None:
        async def wait() -> None:
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()

        async with listening() as listener, make_portal(f"http://127.0.0.1:{listener.port}") as portal:
            found = await give_up(portal, wait)
            await anyio.wait_all_tasks_blocked()
        outcomes.add(found)
        assert found or not listener.text, steps

    async def story() -> None:
        with anyio.fail_after(LONGEST):
            for steps in range(60):
                await leave_after(steps)

    anyio.run(story)
    assert outcomes == {False, True}


def test_a_change_that_the_portal_refused_has_not_run(environment: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    body = b'{"error":"ACCESS_DENIED"}'
    refusal = HEAD.replace(b"200 OK", b"400 Bad Request").replace(b"12", str(len(body)).encode()) + body

    async def story(answer: bytes) -> bool:
        with anyio.fail_after(LONGEST), watch_changes() as sent:
            async with listening(answer) as listener, make_portal(f"http://127.0.0.1:{listener.port}") as portal:
                with suppress(RefusedError):
                    await call(portal, 1)
        return sent.may_have_run

    assert anyio.run(story, refusal) is False
    assert anyio.run(story, HEAD + ANSWER) is True
