"""The page to read first: what there is and where."""

from reference.pages.addresses import ERRORS, ROOT, section_address
from reference.pages.guides import guides
from reference.pages.markdown import bullets, page, section, table
from reference.pages.sections import sections
from workflows.registry import COMPOSITES

_READING = (
    "What a Bitrix24 portal really does with each Open Channels method, in short pages. To find one by a question, "
    "call `docs_search`; to read one, read the resource or call `docs_read` with its address, and with `section` for a "
    "part of it."
)


_ADDRESSES = (
    f"A method: {ROOT}/methods/NAME, where NAME is the REST name or the tool's, in any case",
    f"A tool of several calls: {ROOT}/tools/NAME",
    f"An event: {ROOT}/events/NAME",
    f"An error code: {ERRORS}/CODE; all codes: {ERRORS}",
    "A page of the official documentation, where it was synchronised: openchannels://official/LANG/PATH",
)


def index_page() -> str:
    """The map of the documentation."""
    tools = ((f"`{tool.tool()}`", tool.description().partition("\n")[0], tool.page()) for tool in COMPOSITES)
    overviews = ((text.title, text.description, section_address(name)) for name, text in sections().items())
    texts = ((guide.title, guide.description, f"{ROOT}/guides/{name}") for name, guide in guides().items())
    return page(
        "# Open Channels documentation",
        _READING,
        section("Addresses", bullets(_ADDRESSES)),
        section("Tools of several calls", table(("Tool", "What it does", "Page"), tools)),
        section("Sections", table(("Section", "What it is about", "Page"), overviews)),
        section("Guides", table(("Guide", "What it answers", "Page"), texts)),
    )
