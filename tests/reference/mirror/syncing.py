"""An address, a newer state of the made-up documentation, and what a mirror has of them."""

from pathlib import Path

from reference.mirror.mirror import Mirror
from tests.reference.mirror.handmade import FERRY, PAGES

PUBLIC = "https://codeload.example/bitrix24/b24restdocs/tar.gz/main"
BOOKING = "api-reference/ferry/ferry-booking-add"
NEWER = {**PAGES, f"{BOOKING}.md": FERRY.replace("never overbooks", "often overbooks")}


def serves(folder: Path, words: str) -> bool:
    """Whether the page on bookings has these words."""
    page = Mirror(folder).page("en", BOOKING)
    return page is not None and words in page.text


def list_names(folder: Path) -> set[str]:
    """Names of the files in a folder."""
    return {path.name for path in folder.iterdir()}
