"""Files that a client sends into a dialog of the served portal, and what an assistant sees of them."""

from base64 import b64decode, b64encode
from io import BytesIO
from typing import Any

from mcp.types import CallToolResult, ImageContent
from PIL import Image

from tests.assistant import assistant
from tests.served import ServedSandbox

CHAT = 203


def send(served: ServedSandbox, *files: tuple[str, bytes], text: str = "Look", chat: int = CHAT) -> int:
    """The message with which the client of a dialog sends files."""
    given = [{"name": name, "content": b64encode(content).decode()} for name, content in files]
    sent = served.control("client-message", {"chat_id": chat, "text": text, "files": given})
    number: int = sent["message_id"]
    return number


def pictures_of(reply: CallToolResult) -> list[Image.Image]:
    blocks = [block for block in reply.content if isinstance(block, ImageContent)]
    pictures: list[Image.Image] = [Image.open(BytesIO(b64decode(block.data))) for block in blocks]
    assert [f"image/{str(picture.format).lower()}" for picture in pictures] == [block.mime_type for block in blocks]
    return pictures


def use_key(served: ServedSandbox, *scopes: str, user: int = 1) -> Any:
    """An assistant whose webhook has these scopes."""
    token = "-".join(("files", str(user), *scopes))
    key = {"token": token, "user_id": user, "scopes": ["imopenlines", *scopes]}
    path = served.control("webhooks", key)["path"]
    return assistant(webhook=f"{served.address}{path}")
