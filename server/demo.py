"""A conversation from first message to closing, driven by a real MCP client on the embedded portal."""

import os
import sys
import textwrap
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.client import ClientRequestContext
from mcp.types import ElicitRequestParams, ElicitResult, TextContent

REPLY = (
    "Hello Emma, sorry for the wait! Your order 48213 left our warehouse this morning and arrives tomorrow between "
    "9 and 12. I will send you the tracking number in a minute."
)


class StepFailed(Exception):  # noqa: N818
    """A step did not change the portal as it should."""


class Demo:
    """Tells the story step by step through `say`."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._step = 0
        self._client: Client

    async def run(self) -> bool:
        """Whether every step did what it should."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENCHANNELS_")}
        self._say("An MCP client talks to this server over stdio; the portal behind it is the embedded one.")
        with TemporaryDirectory() as folder:
            kept["OPENCHANNELS_STATE_FOLDER"] = folder
            command = StdioServerParameters(
                command=sys.executable, args=["-m", "openchannels_mcp", "--sandbox"], env=kept
            )
            async with Client(command, mode="legacy", elicitation_callback=self._agree) as self._client:
                try:
                    await self._story()
                except StepFailed as failure:
                    self._say(f"\nThe demo failed: {failure}")
                    return False
        self._say("\nEvery step changed the portal as it should. To use your own portal, see the README.")
        return True

    async def _story(self) -> None:
        await self._list_tools()
        chat_id, session_id = await self._find()
        await self._read(session_id)
        me = await self._take(chat_id)
        await self._answer(chat_id, session_id, me)
        await self._hand_over(chat_id, me)
        await self._finish(chat_id, session_id)

    async def _agree(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:  # noqa: ARG002
        """The person at the client, who is asked before anything destructive."""
        self._say(textwrap.indent(f"The server asks the person:\n{params.message}\nThe person: yes.", "     | "))
        return ElicitResult(action="accept", content={"approve": True})

    async def _list_tools(self) -> None:
        self._heading("What can the assistant do here?")
        tools = (await self._client.list_tools()).tools
        reading = sum(1 for tool in tools if tool.annotations and tool.annotations.read_only_hint)
        self._expect(len(tools) > 0, "the server lists no tools")
        self._say(f"   {len(tools)} tools, {reading} of which only read.")

    async def _find(self) -> tuple[int, int]:
        self._heading("Who is waiting for an answer, longest first?")
        waiting = (await self._call("v2_session_list", status="new", order="dateCreate", order_direction="asc"))[
            "sessions"
        ]
        self._expect(bool(waiting), "nobody is waiting")
        for session in waiting:
            operator = session["operatorId"] or "nobody"
            self._say(f"   chat {session['chatId']} on line {session['configId']} ({session['source']}), "
                      f"since {session['dateCreate']}, offered to {operator}")  # fmt: skip
        return waiting[0]["chatId"], waiting[0]["id"]

    async def _read(self, session_id: int) -> None:
        self._heading("What does the first of them want?")
        history = await self._call("session_history_get", session_id=session_id)
        self._expect(history["messages"][-1]["role"] == "client", "the last word is not the client's")
        self._show_last(history, 3)

    async def _take(self, chat_id: int) -> int:
        self._heading("Take the dialog")
        await self._call("operator_answer", chat_id=chat_id)
        state = await self._state(chat_id)
        self._expect(bool(state["owner"]), "the dialog has no owner")
        return int(state["owner"])

    async def _answer(self, chat_id: int, session_id: int, me: int) -> None:
        self._heading("Bind it to a new CRM record and answer the client")
        await self._call("crm_lead_create", chat_id=chat_id)
        links = (await self._state(chat_id))["crm"]
        self._expect(bool(links), "the dialog has no CRM record")
        record = {"crm_entity_type": links[0]["type"], "crm_entity": links[0]["id"]}
        sent = await self._call("crm_message_add", **record, user_id=me, chat_id=chat_id, message=REPLY)
        history = await self._call("session_history_get", session_id=session_id)
        texts = {message["id"]: message["text"] for message in history["messages"]}
        self._expect(REPLY in texts.get(sent["result"], ""), "the answer is not in the dialog")
        self._show_last(history, 1)

    async def _hand_over(self, chat_id: int, me: int) -> None:
        self._heading("Hand it over to a colleague who is online and has room")
        free = (await self._call("v2_operator_list", status="online", has_free_slots=True))["operators"]
        colleagues = [operator["userId"] for operator in free if operator["userId"] != me]
        self._expect(bool(colleagues), "no colleague is free")
        await self._call("operator_transfer", chat_id=chat_id, user_id=colleagues[0])
        state = await self._state(chat_id)
        self._expect(state["owner"] == colleagues[0], "the colleague does not own the dialog")

    async def _finish(self, chat_id: int, session_id: int) -> None:
        self._heading("Finish it; lines that ask for a rating need two steps")
        await self._call("operator_another_finish", chat_id=chat_id)
        status = await self._status(session_id)
        self._say(f"   after the first call the session is: {status}")
        if status != "closed":
            await self._state(chat_id)
            await self._call("operator_another_finish", chat_id=chat_id)
            status = await self._status(session_id)
            self._say(f"   after the second call the session is: {status}")
        self._expect(status == "closed", "the session is not closed")

    async def _status(self, session_id: int) -> str:
        sessions = (await self._call("v2_session_list", order_direction="desc", limit=200))["sessions"]
        found = [session["status"] for session in sessions if session["id"] == session_id]
        self._expect(len(found) == 1, "the session is not listed")
        return str(found[0])

    async def _state(self, chat_id: int) -> dict[str, Any]:
        state = await self._call("dialog_get", chat_id=chat_id)
        self._say(f"   chat {chat_id} is now: {state['status']}")
        return state

    async def _call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        shown = ", ".join(f"{name}={_short(value)}" for name, value in arguments.items())
        self._say(f"   > {tool}({shown})")
        reply = await self._client.call_tool(tool, arguments)
        text = "\n".join(block.text for block in reply.content if isinstance(block, TextContent))
        self._expect(not reply.is_error, text)
        result: dict[str, Any] = reply.structured_content
        return result

    def _show_last(self, history: dict[str, Any], count: int) -> None:
        for message in history["messages"][-count:]:
            text = textwrap.fill(message["text"], 96, initial_indent="     ", subsequent_indent="     ")
            self._say(f"   {message['date']} {message['role']} {message['author'] or ''}\n{text}")

    def _heading(self, title: str) -> None:
        self._step += 1
        self._say(f"\n{self._step}. {title}")

    def _expect(self, true: bool, otherwise: str) -> None:
        if not true:
            raise StepFailed(f"step {self._step}: {otherwise}")


def _short(value: Any) -> str:
    return textwrap.shorten(repr(value), 60, placeholder="...'")
