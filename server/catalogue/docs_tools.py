"""Tools that answer from the documentation and need no portal."""

from collections.abc import Mapping
from textwrap import indent
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from server.catalogue.context import DocumentationContext
from server.catalogue.documentation import INDEX, PageNotFoundError
from tools.effect import Effect
from tools.naming import to_snake_case
from tools.shortening import SHORTEST_TEXT, count_kept
from tools.tool import InvalidArgumentsError, Tool


class DocumentationTool(Tool):
    """Base of these tools; the class's name in snake_case is the tool's."""

    effects = Effect.READ
    uses_portal = False

    @classmethod
    def tool(cls) -> str:
        """Name of the tool."""
        return to_snake_case(cls.__name__)

    @classmethod
    def page(cls) -> str:
        """The map of the documentation."""
        return INDEX

    def whole(self, result: Any) -> str:
        """The result as a person at a terminal reads it."""
        return self.text(result)

    def structured(self, result: Any) -> Mapping[str, Any]:
        """The documentation holds no words of people outside."""
        shown: dict[str, Any] = result
        return shown


class HitsData(TypedDict):
    """Pages that answer a question."""

    hits: list[dict[str, Any]]


class PageData(TypedDict):
    """A page, or a part of it."""

    uri: str
    title: str
    sections: list[str]
    text: str
    next_offset: int | None


class DocsSearch(DocumentationTool):
    """Search the documentation of Open Channels: methods, events, guides, error codes, by name or by question.

    English or Russian; docs_read shows a page. After `openchannels-mcp docs sync` also all official pages.
    """

    title = "Search the documentation"
    data_type = HitsData

    query: Annotated[str, Field(min_length=1, max_length=400, description="names, an error code, or a question")]
    limit: Annotated[int, Field(ge=1, le=20)] = 5
    kind: Literal["method", "tool", "event", "guide", "section", "error", "official"] | None = None

    async def run(self, context: DocumentationContext) -> dict[str, Any]:
        """The hits, best first; `switched_off` says that the tool of a hit is off here, and how it is switched on."""
        hits = context.documentation.search(self.query, self.limit, self.kind)
        return {"hits": [{**hit, **_explain_switch(hit, context)} for hit in hits]}

    def text(self, result: Any) -> str:
        """A few lines for each hit."""
        if not result["hits"]:
            return f"Nothing was found. Try other words, or read {INDEX}."
        return "\n\n".join(_describe_hit(number, hit) for number, hit in enumerate(result["hits"], 1))


class DocsRead(DocumentationTool):
    """Read a page by its address or by the name of a method, event, tool, guide or error code."""

    title = "Read the documentation"
    data_type = PageData

    uri: Annotated[str, Field(min_length=1, max_length=400, description="e.g. openchannels://docs/index")]
    section: Annotated[str | None, Field(max_length=200, description="heading: only this section")] = None
    offset: Annotated[int | None, Field(ge=0)] = None

    async def run(self, context: DocumentationContext) -> dict[str, Any]:
        """The page, or the section of it.

        Raises:
            InvalidArgumentsError: There is no such page, or no such section in it.
        """
        from reference.pages.outline import split_sections

        try:
            page = context.documentation.read(self.uri)
        except PageNotFoundError as error:
            raise InvalidArgumentsError([f"uri: {error}"]) from None
        parts = split_sections(page.text)
        found = {"uri": page.uri, "title": page.title, "sections": [part.heading for part in parts[1:]]}
        if self.section is None:
            return {**found, "text": page.text[self.offset or 0 :], "next_offset": None}
        asked = self.section.strip("# ").lower()
        for part in sorted(parts, key=lambda part: part.heading.lower() != asked):
            if part.heading.lower().startswith(asked):
                return {**found, "text": part.text[self.offset or 0 :], "next_offset": None}
        raise InvalidArgumentsError(
            [f"section: {page.uri} has none of this name; it has {'; '.join(found['sections'])}"]
        )

    def text(self, result: Any) -> str:
        """The page as it is; of a very long one a part, and where it goes on."""
        if result["next_offset"] is None:
            return str(result["text"])
        sections = f", or one section of it: {'; '.join(result['sections'])}" if result["sections"] else ""
        return f"{result['text']}\n\n(It goes on: offset={result['next_offset']}{sections})"

    def shorten(self, result: Any, share: float) -> Any | None:
        """The beginning of the text to the end of a line, and where the next part begins."""
        if len(result["text"]) <= SHORTEST_TEXT:
            return None
        longest = count_kept(len(result["text"]), share)
        begun = result["text"][:longest].rpartition("\n")[0] or result["text"][:longest]
        return {**result, "text": begun, "next_offset": (self.offset or 0) + len(begun)}


def _explain_switch(hit: Mapping[str, Any], context: DocumentationContext) -> dict[str, str]:
    from server.catalogue.registry import every_tool

    tools = (tool for tool in every_tool().values() if tool.uses_portal and tool.page() == hit["uri"])
    explained = [why for tool in tools if (why := context.explain_switch(tool))]
    return {"switched_off": " ".join(explained)} if explained else {}


def _describe_hit(number: int, hit: dict[str, Any]) -> str:
    lines = [f"{number}. {hit['title']} ({hit['kind']})", f"   {hit['uri']}", f"   {hit['answer']}"]
    if hit.get("official"):
        lines.append(f"   Official page: {hit['official']}")
    if hit.get("switched_off"):
        lines.append(f"   {hit['switched_off']}")
    if hit["section"]:
        lines.append(f"   Section {hit['section']}:")
    return "\n".join([*lines, indent(hit["excerpt"], "   ")]).rstrip()
