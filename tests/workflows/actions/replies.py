"""The message that tests of replies send, and what became of it."""

from tests.workflows.tool_calls import ToolCaller

HELLO = "Good morning, I am looking into it."


def list_written(caller: ToolCaller, chat: int) -> list[tuple[int, bool]]:
    """Author of each message with this text in a chat, and whether the client got it."""
    return [(message.author_id, message.to_client) for message in caller.messages(chat) if message.text == HELLO]
