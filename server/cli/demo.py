"""A conversation from first message to closing, driven by a real MCP client on the embedded portal."""

import os
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from tempfile import TemporaryDirectory
from typing import Any

import anyio
from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult, TextContent

from sandbox.domain.operator_messages import write_as_client
from sandbox.seed.seed import ADMIN_WEBHOOK_PATH
from sandbox.serve import serve_beside
from sandbox.state.company import Company

REPLY = (
    "Hello Emma, sorry for the wait! Your order 48213 left our warehouse this morning and arrives tomorrow between "
    "9 and 12. I will send you the tracking number in a minute."
)
AGAIN = "One more thing: can the parcel be left with my neighbour?"


class DemoStepError(Exception):
    """A step did not change the portal as it should."""


class Demo:
    """Tells the story step by step through `say`."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._step = 0
        self._client: Client
        self._company: Company

    async def run(self) -> bool:
        """Whether every step did what it should."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENCHANNELS_")}
        self._say("An MCP client talks to this server over stdio; the portal behind it is the embedded one.")
        with TemporaryDirectory() as folder:
            async with serve_beside() as (address, self._company):
                kept["OPENCHANNELS_STATE_FOLDER"] = folder
                kept["OPENCHANNELS_WEBHOOK_URL"] = f"{address}{ADMIN_WEBHOOK_PATH}"
                command = StdioServerParameters(command=sys.executable, args=["-m", "openchannels_mcp"], env=kept)
                async with Client(command, mode="legacy", elicitation_callback=self._agree) as self._client:
                    try:
                        await self._story()
                    except DemoStepError as failure:
                        self._say(f"\nThe demo failed: {failure}")
                        return False
        self._say("\nEvery step changed the portal as it should. To use your own portal, see the README.")
        return True

    async def _story(self) -> None:
        await self._list_tools()
        chat_id = await self._find()
        await self._read(chat_id)
        await self._answer(chat_id)
        await self._hand_over(chat_id)
        await self._close(chat_id)
        await self._wait(chat_id)

    async def _agree(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002
        """The person at the client, who is asked before anything destructive."""
        self._say(textwrap.indent(f"The server asks the person:\n{params.message}\nThe person: yes.", "     | "))
        return ElicitResult(action="accept", content={"approve": True})

    async def _list_tools(self) -> None:
        self._start_step("What can the assistant do here?")
        tools = (await self._client.list_tools()).tools
        reading = sum(1 for tool in tools if tool.annotations and tool.annotations.read_only_hint)
        self._expect(len(tools) > 0, "the server lists no tools")
        self._say(f"   {len(tools)} tools, {reading} of which only read.")

    async def _find(self) -> int:
        self._start_step("Who is waiting for an answer in Sales, longest first?")
        table = [line.split(" | ") for line in (await self._call("inbox", line="Sales", state="new")).splitlines()]
        heads = [cells for cells in table if "chat_id" in cells]
        self._expect(bool(heads), "nobody is waiting")
        first = table[table.index(heads[0]) + 1]
        return int(first[heads[0].index("chat_id")])

    async def _read(self, chat_id: int) -> None:
        self._start_step("What does the first of them want?")
        messages = [line for line in (await self._call("dialog", dialog=chat_id)).splitlines() if line.startswith("#")]
        self._expect("<client " in messages[-1], "the last word is not the client's")

    async def _answer(self, chat_id: int) -> None:
        self._start_step("Answer; that takes the dialog, too")
        await self._call("reply", dialog=chat_id, message=REPLY)
        self._expect(await self._find_owner(chat_id) != 0, "the dialog has no owner")
        history = await self._get_answer("session_history_get", {"chat_id": chat_id, "last": 1})
        self._expect(REPLY in history, "the answer is not in the dialog")

    async def _hand_over(self, chat_id: int) -> None:
        self._start_step("Hand it over to a colleague, with a note")
        before = await self._find_owner(chat_id)
        await self._call("hand_over", dialog=chat_id, to="James", note="Please send the tracking number.")
        self._expect(await self._find_owner(chat_id) not in {0, before}, "the colleague does not own the dialog")

    async def _close(self, chat_id: int) -> None:
        self._start_step("Close it, both phases; a person has to agree to what ends something")
        await self._call("close_dialog", dialog=chat_id)
        self._expect("session none" in await self._get_answer("dialog_get", {"chat_id": chat_id}), "it is still open")

    async def _wait(self, chat_id: int) -> None:
        self._start_step("Wait for what happens next: the client writes again, and the assistant is told")
        await self._call("updates")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._write_as_client, chat_id)
            told = await self._call("wait_for_update", dialog=chat_id, seconds=30)
        self._expect(AGAIN in told, "the assistant was not told of what the client wrote")

    async def _write_as_client(self, chat_id: int) -> None:
        await anyio.sleep(1)
        chat = self._company.chats[chat_id]
        self._say(f"   {self._company.clients[chat.client_id].name} writes: {AGAIN}")
        write_as_client(self._company, chat, AGAIN, [])

    async def _find_owner(self, chat_id: int) -> int:
        """As the portal tells it, not the tool that changed it."""
        found = re.search(r"owner (\d+)", await self._get_answer("dialog_get", {"chat_id": chat_id}))
        return int(found[1]) if found else 0

    async def _call(self, tool: str, **arguments: Any) -> str:
        """The answer of a call that is told with it."""
        shown = ", ".join(f"{name}={_shorten(value)}" for name, value in arguments.items())
        self._say(f"   > {tool}({shown})")
        text = await self._get_answer(tool, arguments)
        self._say(textwrap.indent(text, "   "))
        return text

    async def _get_answer(self, tool: str, arguments: Mapping[str, Any]) -> str:
        reply = await self._client.call_tool(tool, dict(arguments))
        text = "\n".join(block.text for block in reply.content if isinstance(block, TextContent))
        self._expect(not reply.is_error, text)
        return text

    def _start_step(self, title: str) -> None:
        self._step += 1
        self._say(f"\n{self._step}. {title}")

    def _expect(self, true: bool, otherwise: str) -> None:
        if not true:
            raise DemoStepError(f"step {self._step}: {otherwise}")


def _shorten(value: Any) -> str:
    return textwrap.shorten(repr(value), 60, placeholder="...'")
