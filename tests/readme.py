"""The README's table of tools, made from the classes: `python -m tests.readme` writes it."""

from server.cli.tables import format_tools_as_markdown
from tests.assistant import EVERYTHING, ROOT

README = ROOT / "README.md"
START, END = "<!-- tools -->\n", "<!-- /tools -->"


def with_present_table(text: str) -> str:
    """The text with the table between its markers made anew."""
    before, rest = text.split(START)
    _, after = rest.split(END)
    return f"{before}{START}{format_tools_as_markdown(EVERYTHING.values())}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(with_present_table(README.read_text(encoding="utf-8")), encoding="utf-8")
