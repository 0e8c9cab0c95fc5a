"""A real MCP client of a spawned server, with blocking calls so that tests read as stories."""

import atexit
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp.client.session import ElicitationFnT
from mcp.types import CallToolResult, TextContent

from server.policy import Policy
from tests import spawning
from tools import DEFAULT_TOOLSETS, TOOLSETS
from tools.fence import remove_fences
from tools.untrusted import change_texts

ROOT = spawning.ROOT
EVERYTHING = Policy(frozenset(TOOLSETS)).tools
"""Every tool, by name."""
BY_DEFAULT = Policy(frozenset(DEFAULT_TOOLSETS)).tools
"""Those that exist where nothing is said of toolsets."""
STATE = Path(mkdtemp(prefix="openchannels-tests-"))
atexit.register(rmtree, STATE, ignore_errors=True)
PLAIN_ENVIRONMENT = {
    **spawning.WARNINGS,
    "OPENCHANNELS_TOOLSETS": "all",
    "OPENCHANNELS_PLAN": "self-hosted",
    "OPENCHANNELS_SETTINGS_FILE": "",
    "OPENCHANNELS_STATE_FOLDER": str(STATE),
    "OPENCHANNELS_CONFIRM": "none",
}
"""Every tool, no limit on requests, no person to be asked, and nothing of whoever runs the tests."""


FENCE = re.compile(r"<(?:/|\w+ )[0-9a-f]{6}>")


class Assistant:
    """What an assistant can do with the server it is connected to."""

    def __init__(self, client: Client, portal: BlockingPortal, open_program: Callable[[], "Assistant"]) -> None:
        self.client = client
        self._portal = portal
        self._open_program = open_program

    @cached_property
    def program(self) -> "Assistant":
        """A program beside it: a client of another such server, which answers with data."""
        return self._open_program()

    def read(self, tool: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> CallToolResult:
        """Call a tool that only reads in both forms: the text, and beside it the data without their fences."""
        return self.add_data(self.call(tool, arguments, **more), tool, arguments, **more)

    def add_data(
        self, reply: CallToolResult, tool: str, arguments: Mapping[str, Any] | None = None, **more: Any
    ) -> CallToolResult:
        """The answer of such a call with the data beside it that a program gets, without their fences."""
        data = self.program.call(tool, arguments, **more)
        assert reply.is_error == data.is_error
        assert reply.structured_content is None
        return reply.model_copy(update={"structured_content": change_texts(data.structured_content, remove_fences)})

    def call(self, tool: str, arguments: Mapping[str, Any] | None = None, **more: Any) -> CallToolResult:
        """Call a tool."""
        reply: CallToolResult = self.run("call_tool", tool, {**(arguments or {}), **more})
        return reply

    def run_async(self, story: Callable[[], Awaitable[Any]]) -> Any:
        """Any story in the client's own event loop."""
        return self._portal.call(story)

    def run(self, operation: str, *arguments: Any) -> Any:
        """Any operation of the SDK's client, by name."""
        return self._portal.call(getattr(self.client, operation), *arguments)


def text_of(reply: CallToolResult) -> str:
    """The text blocks of an answer."""
    return "\n".join(block.text for block in reply.content if isinstance(block, TextContent))


def words_of(reply: CallToolResult) -> str:
    """The text without the fences around what people outside wrote."""
    return FENCE.sub("", text_of(reply))


def stage_of(status: str) -> str:
    """The stage that the text of `approval_status` tells: `Approval ID of TOOL: STAGE.`."""
    found = re.match(r"Approval \w+ of \w+: (\w+)\.", status)
    assert found, status
    return found[1]


@contextmanager
def assistant(
    *options: str, webhook: str | None = None, mode: str = "legacy", **environment: str
) -> Iterator[Assistant]:
    """A client of `openchannels-mcp OPTIONS`, spawned over stdio; it cannot ask a person anything."""
    with attended(None, *options, webhook=webhook, mode=mode, **environment) as client:
        yield client


@contextmanager
def attended(
    person: ElicitationFnT | None, *options: str, webhook: str | None, mode: str, **environment: str
) -> Iterator[Assistant]:
    """A client at which a person answers the server's questions."""
    env = {**PLAIN_ENVIRONMENT, **environment}
    if webhook is not None:
        env["OPENCHANNELS_WEBHOOK_URL"] = webhook
    program, *words = spawning.command(*options)
    server = StdioServerParameters(command=program, args=words, cwd=str(ROOT), env=env)
    client = Client(server, mode=mode, elicitation_callback=person)
    with ExitStack() as opened:
        portal = opened.enter_context(start_blocking_portal())
        connected = opened.enter_context(portal.wrap_async_context_manager(client))

        def open_program() -> Assistant:
            return opened.enter_context(assistant("--structured", *options, webhook=webhook, mode=mode, **environment))

        yield Assistant(connected, portal, open_program)
