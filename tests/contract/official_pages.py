"""The official method pages of an archive, as the mirror's parser reads them."""

from pathlib import Path

from docs.mirror.archive import read
from docs.mirror.reference import Page, PageParam, method_files, read_pages

__all__ = ["Page", "PageParam", "pages_of"]

FAMILY = "/imopenlines-"
"""The files whose methods the facts cover."""


def pages_of(archive: Path) -> dict[str, Page]:
    """Every page of a covered method, by method."""
    texts = read(archive).texts()
    others = {file for file in method_files(texts) if FAMILY not in file}
    return read_pages({file: text for file, text in texts.items() if file not in others})
