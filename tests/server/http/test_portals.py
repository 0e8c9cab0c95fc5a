"""One connection for each portal: shared by those who use it, and by nobody else."""

from types import TracebackType
from typing import Self

import anyio
import pytest
from mcp.types import CallToolResult

from server.caller import Caller
from server.config.settings import Settings
from server.connection import Connection
from server.http.portals import Portals
from server.policy import Policy
from tools import TOOLSETS
from tools.effect import Effect

EVERYTHING = Policy(frozenset(TOOLSETS))
PROFILES = "[profiles.shop]\nsandbox = true\n[profiles.support]\nsandbox = true\nread_only = true\n"


class Fragile(Connection):
    """A connection with a task that can be made to fail."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self.blow = anyio.Event()
        self.broken = anyio.Event()
        self._tasks.start_soon(self._fail)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._tasks.cancel_scope.cancel()
        try:
            await super().__aexit__(kind, error, traceback)
        finally:
            self.broken.set()

    async def _fail(self) -> None:
        await self.blow.wait()
        raise RuntimeError("a fault in the portal's client")


@pytest.fixture
def options(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    path = tmp_path_factory.mktemp("portals") / "settings.toml"
    path.write_text(f'default_profile = "shop"\n{PROFILES}')
    return {"settings_file": path, "state_folder": path.parent / "state", "confirm": "none"}


def test_a_portal_has_one_connection_by_whatever_name_it_is_asked_for(options: dict[str, object]) -> None:
    async def story() -> None:
        async with Portals(options) as portals:
            named = await portals.get_caller("anna", "shop", EVERYTHING)
            default = await portals.get_caller("ben", None, EVERYTHING)
            other = await portals.get_caller("carl", "support", EVERYTHING)
            assert named.connection is default.connection
            assert other.connection is not named.connection

    anyio.run(story)


def test_a_bound_is_drawn_within_the_profiles_own(options: dict[str, object]) -> None:
    async def story() -> None:
        async with Portals(options) as portals:
            reader = await portals.get_caller("anna", "support", EVERYTHING)
            nobody = await portals.get_caller("ben", "support", Policy(frozenset({"dialogs"}), Effect.WRITE))
            assert reader.policy.effects == Effect.READ
            assert dict(nobody.policy.tools) == {}

    anyio.run(story)


def test_a_connection_that_breaks_down_takes_no_other_with_it_and_is_replaced(
    options: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    made: list[Fragile] = []

    def connect(settings: Settings) -> Connection:
        made.append(Fragile(settings))
        return made[-1]

    async def works(caller: Caller) -> bool:
        reply = await caller.calls.answer("dialog_get", {"chat_id": 201})
        return isinstance(reply, CallToolResult) and not reply.is_error

    async def story() -> None:
        async with Portals(options, connect) as portals:
            shop = await portals.get_caller("anna", "shop", EVERYTHING)
            support = await portals.get_caller("ben", "support", EVERYTHING)
            assert await works(support)
            made[0].blow.set()
            with anyio.fail_after(30):
                await made[0].broken.wait()
            await anyio.lowlevel.checkpoint()
            again = await portals.get_caller("anna", "shop", EVERYTHING)
            assert again.connection is not shop.connection
            assert await works(again)
            assert await works(support)

    anyio.run(story)
    assert "a fault in the portal's client" in caplog.text
