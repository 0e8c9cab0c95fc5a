"""All methods, found by looking at the toolsets' modules; nothing is listed twice."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from tools import TOOLSETS
from tools.method import Method


@cache
def methods() -> Mapping[str, type[Method]]:
    """Tool name -> class, toolset by toolset, in the order of declaration."""
    found = {
        candidate.tool(): candidate
        for toolset in TOOLSETS
        for candidate in vars(import_module(f"tools.{toolset}")).values()
        if isinstance(candidate, type) and issubclass(candidate, Method) and "rest" in vars(candidate)
    }
    return MappingProxyType(found)
