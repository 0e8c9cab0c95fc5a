"""The page to read first: what there is and where."""

from reference.pages.addresses import ERRORS, ROOT, section_address
from reference.pages.guides import read_guides
from reference.pages.markdown import render_list, render_page, render_section, render_table
from reference.pages.sections import read_overviews
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


def render_index_page() -> str:
    """The map of the documentation."""
    tools = ((f"`{tool.tool()}`", tool.description().partition("\n")[0], tool.page()) for tool in COMPOSITES)
    overviews = ((text.title, text.description, section_address(name)) for name, text in read_overviews().items())
    texts = ((guide.title, guide.description, f"{ROOT}/guides/{name}") for name, guide in read_guides().items())
    return render_page(
        "# Open Channels documentation",
        _READING,
        render_section("Addresses", render_list(_ADDRESSES)),
        render_section("Tools of several calls", render_table(("Tool", "What it does", "Page"), tools)),
        render_section("Sections", render_table(("Section", "What it is about", "Page"), overviews)),
        render_section("Guides", render_table(("Guide", "What it answers", "Page"), texts)),
    )
