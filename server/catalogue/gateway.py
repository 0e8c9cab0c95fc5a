"""Three tools that stand for all that are not listed, for clients that take few: find, describe and call one."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NoReturn

from pydantic import Field, WithJsonSchema

from server.catalogue.context import DocumentationContext
from server.catalogue.names import find_tool_name
from tools.effect import Effect
from tools.naming import make_tool_name, to_snake_case
from tools.tool import InvalidArgumentsError, Tool
from tools.untrusted import quote_argument

Name = Annotated[str, Field(min_length=1, max_length=100, description="name of a tool or REST method")]


class Gateway(Tool):
    """Base of these tools."""

    effects: ClassVar[Effect] = Effect.READ
    uses_portal: ClassVar[bool] = False

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return to_snake_case(cls.__name__)

    @classmethod
    def page(cls) -> str:
        """The map of the documentation."""
        return "openchannels://docs/index"

    def structured(self, result: Any) -> Mapping[str, Any]:
        """All of it is this server's own."""
        shown: dict[str, Any] = result
        return shown


class FindMethod(Gateway):
    """Find more tools for Open Channels by what they should do; then describe_method, then call_method."""

    title = "Find a tool"

    query: Annotated[str, Field(min_length=1, max_length=400)]
    limit: Annotated[int, Field(ge=1, le=20)] = 5

    async def run(self, context: DocumentationContext) -> dict[str, Any]:
        """The tools that exist here, best first."""
        tools = context.tools
        by_page = {tool.page(): tool for tool in tools.values()}
        hits = [
            by_page[hit["uri"]] for hit in context.documentation.search(self.query, 20, None) if hit["uri"] in by_page
        ]
        named = [tools[make_tool_name(self.query)]] if make_tool_name(self.query) in tools else []
        found = list(dict.fromkeys([*named, *hits]))[: self.limit]
        return {
            "tools": [
                {"name": tool.tool(), "does": _read_first_line(tool), "effects": list(tool.effects.names)}
                for tool in found
            ]
        }

    def text(self, result: Any) -> str:
        """One line a tool."""
        lines = [f"{tool['name']} ({', '.join(tool['effects'])}): {tool['does']}" for tool in result["tools"]]
        return "\n".join(lines) or "No tool here does that; docs_search finds what the portal can do at all."


class DescribeMethod(Gateway):
    """Show what a tool does and the JSON Schema of its arguments."""

    title = "Describe a tool"

    name: Name

    async def run(self, context: DocumentationContext) -> dict[str, Any]:
        """What the tool's own entry in a list of tools would say."""
        from server.catalogue.definitions import describe_tool

        tool = context.tools[find_name(self.name, context.tools)]
        shown: dict[str, Any] = describe_tool(tool).model_dump(by_alias=True, exclude_none=True, mode="json")
        return {**shown, "effects": list(tool.effects.names), "page": tool.page()}


class CallMethod(Gateway):
    """Call a tool. It may change the portal: its effects (describe_method) say what."""

    title = "Call a tool"
    effects = Effect.DESTRUCTIVE
    uses_portal = True

    name: Name
    arguments: Annotated[
        dict[str, Any],
        Field(description="as describe_method shows them"),
        WithJsonSchema({"type": "object", "properties": {}, "additionalProperties": True}),
    ] = Field(default_factory=dict)

    async def run(self, context: object) -> NoReturn:
        """Never comes to it: whoever finds the tool of a call puts the named tool in the place of this one."""
        raise NotImplementedError


GATEWAY: Mapping[str, type[Gateway]] = {tool.tool(): tool for tool in (FindMethod, DescribeMethod, CallMethod)}


def find_name(name: str, tools: Mapping[str, type[Tool]]) -> str:
    """The tool of this name or REST name; InvalidArgumentsError where it does not exist here."""
    if known := find_tool_name(name, tools):
        return known
    raise InvalidArgumentsError(
        [f"name: there is no tool {quote_argument(name[:80])} here; find_method finds those that there are"]
    )


def _read_first_line(tool: type[Tool]) -> str:
    return tool.description().partition("\n")[0]
