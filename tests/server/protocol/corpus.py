"""Hostile words."""

import tomllib
from pathlib import Path

import pytest

EARLIER = "4b1d0e"
"""A code that a fence of an earlier answer had."""
CORPUS: dict[str, str] = {
    f"{one['kind']}: {one['name']}": (one["text"] * one.get("times", 1)).replace("{marker}", EARLIER)
    for one in tomllib.loads((Path(__file__).parent / "corpus.toml").read_text(encoding="utf-8"))["hostile"]
}
BENIGN = "Hello there!"
each = pytest.mark.parametrize("hostile", CORPUS.values(), ids=CORPUS)
