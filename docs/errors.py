"""The page of error codes: what any method can give, and which methods give the others."""

from collections.abc import Iterator

from docs.addresses import ROOT
from docs.markdown import page, section, table
from tools.errors import CORE
from tools.registry import methods

_READING = (
    "Match on the code, never on the text: texts are translated. A refusal can have an empty code with HTTP 400, an "
    "error can come with HTTP 200, and `false` or 0 can be the result of a call that did nothing. Where a method has "
    "its own word on a code, it goes before the general one: see the method's page, "
    f"`{ROOT}/methods/` and the method's name."
)


def errors_page() -> str:
    """All known codes."""
    return page(
        "# Error codes",
        _READING,
        section("Codes that any method can give", table(("Code", "What to do"), _general())),
        section("Codes of single methods", table(("Code", "Methods"), _own())),
    )


def _shown(code: str) -> str:
    return f"`{code}`" if code else "(empty)"


def _general() -> Iterator[tuple[str, str]]:
    for code, advice in CORE.items():
        yield _shown(code), advice


def _own() -> Iterator[tuple[str, str]]:
    by_code: dict[str, list[str]] = {}
    for method in methods().values():
        for code in method.errors:
            by_code.setdefault(code, []).append(method.rest)
    for code in sorted(by_code):
        yield _shown(code), ", ".join(by_code[code])
