"""Tools of several portal calls, which answer what no single method does."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from tools.names import snake_case
from tools.tool import Tool

if TYPE_CHECKING:
    from portal.client import Portal
    from server.policy import Policy


class Composite(Tool):
    """Base of these tools; the class's name in snake_case is the tool's."""

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return snake_case(cls.__name__)

    @abstractmethod
    async def run(self, portal: "Portal", policy: "Policy") -> Any:
        """The result, made of several calls that only read unless the effects say more."""
