"""Packages of the npm registry that are measured with, in a folder of their own: `make bench-clients` fills it.

They are heavy and nothing depends on them; what is not there is not measured.
"""

import json
import os
from pathlib import Path

from bench.served import ROOT

FOLDER = Path(os.environ.get("BENCH_NPM") or ROOT / ".npm-bench").resolve()


def find(package: str) -> Path | None:
    """Where a package lies, if it is installed."""
    folder = FOLDER / "node_modules" / package
    return folder if folder.is_dir() else None


def find_binary(name: str) -> Path:
    """A command of an installed package."""
    return FOLDER / "node_modules" / ".bin" / name


def read_version(folder: Path) -> str:
    """Of an installed package."""
    version: str = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    return version
