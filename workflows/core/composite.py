"""What a tool of several portal calls is."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from tools.method import Method
from tools.naming import to_snake_case
from tools.tool import Tool
from workflows.core.context import Context
from workflows.core.draft import UNTOLD, Draft

PAGES = "openchannels://docs/tools"


class Composite(Tool):
    """Base of the tools that make several calls of the portal; the class's name in snake_case is the tool's.

    A subclass declares its arguments as fields, what its page says as class variables, and `run`.
    """

    errors: ClassVar[Mapping[str, str]] = {}
    """Portal's error code -> what to do next."""
    needs: ClassVar[tuple[type[Method], ...]] = ()
    """Methods without which it cannot work."""
    asks: ClassVar[tuple[str, ...]] = ()
    """What it asks the portal, in order, for the documentation page."""
    details: ClassVar[str] = ""
    """What its figures and words mean, in Markdown for the documentation page."""
    answer: ClassVar[str] = ""
    """Its structured result in words, for the documentation page."""
    example: ClassVar[Mapping[str, Any]] = {}
    """Arguments of the example on the documentation page."""
    example_answer: ClassVar[str] = ""
    """What the embedded portal answers to them."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return to_snake_case(cls.__name__)

    @classmethod
    def page(cls) -> str:
        """Address of its documentation page."""
        return f"{PAGES}/{cls.tool()}"

    async def find_chat(self, context: Context) -> int | None:  # noqa: ARG002  (most are about no single dialog)
        """The chat that a call is about, for whoever has to agree to it first; it only reads."""
        return None

    async def describe_attachment(self, context: Context) -> str:  # noqa: ARG002  (most send no file)
        """The file that a call sends, in words for whoever has to agree to it first; empty where it sends none.

        Raises:
            InvalidArgumentsError: It cannot be sent.
        """
        return ""

    async def draft(self, context: Context) -> Draft:  # noqa: ARG002  (most change nothing)
        """What a call would do, found by the very checks with which `run` begins; it only reads.

        Raises:
            InvalidArgumentsError: As of `run`.
            UnfinishedError: `run` would be refused, for the same reason.
        """
        return UNTOLD

    @abstractmethod
    async def run(self, context: Context) -> Any:
        """Call the portal as often as it takes, and put the result together; only reads unless the effects say more.

        The result is what `text` and `structured` take.

        Raises:
            InvalidArgumentsError: An argument names nothing, or several things.
            UnfinishedError: What was asked for is not done, or not all of it; the error says what was done.
            PortalError: The portal refused a call without which there is no result.
            RefusedByResultError: The same, where the refusal is in the result.
            UnexpectedResultError: An answer of the portal cannot be read.
        """
