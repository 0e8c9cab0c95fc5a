"""On what was measured, and with which versions."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from openchannels_mcp import VERSION

PACKAGES = ("mcp", "httpx", "pydantic", "starlette", "uvicorn", "b24pysdk", "fast_bitrix24")


def machine() -> dict[str, str]:
    """Processor, system and Python, and how busy the machine was."""
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "system": platform.platform(terse=True),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def versions() -> dict[str, str]:
    """This program, what it stands on and its peers."""
    return {"openchannels-mcp": VERSION, **{name: _version(name) for name in PACKAGES}}


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
