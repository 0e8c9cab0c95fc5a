"""Pages of error codes: the list of all, and for each code who gives it, why, and what to do."""

from collections.abc import Iterator, Mapping
from functools import cache

from reference.pages.addresses import ERRORS, GUIDES, error_address
from reference.pages.handling import HANDLING, OWN_CODE
from reference.pages.markdown import format_code, render_list, render_page, render_section, render_table
from reference.pages.statuses import CORE_STATUSES, UNCERTAIN, find_status
from tools.effect import Auth
from tools.error_advice import CORE
from tools.method import Method
from tools.registry import methods

NEIGHBOURS = {
    "ERROR_BATCH_LENGTH_EXCEEDED": (
        "batch",
        "A batch holds at most 50 commands. Those after the 50th were not executed: send them in another batch.",
    ),
    "ERROR_BATCH_METHOD_NOT_ALLOWED": ("batch", "batch, download and upload cannot stand inside a batch."),
    "ERROR_EVENT_NOT_FOUND": (
        "event.bind",
        "The application lacks the scope of this event (imopenlines), or the name is misspelt.",
    ),
    "ERROR_WRONG_HANDLER_URL": ("event.bind", "The handler's address needs a public host with a dot in its name."),
    "ERROR_UNSUPPORTED_PROTOCOL": ("event.bind", "The handler's address has to begin with http:// or https://."),
}
"""Codes of the core methods that a developer meets beside ours: code -> method, what to do."""

_READING = (
    "Match on the code, never on the text: texts are translated. A refusal can have an empty code with HTTP 400, an "
    "error can come with HTTP 200, and `false` or 0 can be the result of a call that did nothing. Where a method has "
    "its own word on a code, it goes before the general one. How failures are told apart and which may be tried again: "
    f"{GUIDES}/errors"
)


def render_errors_page() -> str:
    """All known codes."""
    return render_page(
        "# Error codes",
        _READING,
        UNCERTAIN,
        render_section("Codes that any method can give", render_table(("Code", "HTTP", "What to do"), _list_general())),
        render_section(OWN_CODE, render_table(("Code", "What your code does"), _list_handling())),
        render_section("Codes of single methods", render_table(("Code", "Methods"), _list_own())),
        render_section(
            "Codes of batch and event.bind", render_table(("Code", "Method", "What to do"), _list_neighbours())
        ),
        f"Each code has a page: {ERRORS}/CODE, for the empty code {error_address('')}.",
    )


def render_error_page(code: str) -> str:
    """One code: who gives it, why, what to do."""
    return render_page(
        f"# {code or 'Empty error code'}",
        summarise_code(code),
        render_list(_list_facts(code)),
        render_section(OWN_CODE, HANDLING.get(code, "")),
        render_section("What single methods mean by it", _render_meanings(code)),
        render_section(
            "Related", render_list([f"All codes: {ERRORS}", f"Reading failures: {GUIDES}/errors", *_list_related(code)])
        ),
    )


@cache
def list_codes() -> tuple[str, ...]:
    """Every code that has a page: the core's, then those of methods in alphabetical order, then the neighbours'."""
    own = {code for method in methods().values() for code in method.errors}
    return tuple(dict.fromkeys((*CORE, *sorted(own), *NEIGHBOURS)))


@cache
def _collect_givers() -> Mapping[str, tuple[type[Method], ...]]:
    return {
        code: tuple(method for method in methods().values() if code in method.errors)
        for code in {code for method in methods().values() for code in method.errors}
    }


def find_givers(code: str) -> tuple[type[Method], ...]:
    """The methods that give a code in a meaning of their own."""
    return _collect_givers().get(code, ())


def summarise_code(code: str) -> str:
    """What to do about a code, in one line."""
    if code in NEIGHBOURS:
        return NEIGHBOURS[code][1]
    own = list(dict.fromkeys(method.errors[code] for method in find_givers(code)))
    if len(own) == 1 and code not in CORE:
        return own[0]
    return CORE.get(code) or f"It means something else in each of {len(find_givers(code))} methods: see below."


def _list_facts(code: str) -> Iterator[str]:
    yield f"HTTP status: {', '.join(_list_statuses(code))}"
    if code in NEIGHBOURS:
        yield f"Given by `{NEIGHBOURS[code][0]}`"
    elif code in CORE:
        yield "Given by any method"
    else:
        yield f"Given by {', '.join(f'`{method.rest}`' for method in find_givers(code))}"


def _list_statuses(code: str) -> Iterator[str]:
    """As any method gives it, and as those do that mean something of their own by it."""
    if code in CORE or code in CORE_STATUSES:
        yield find_status(code)
    own = {find_status(code, method.rest) for method in find_givers(code)} - {find_status(code)}
    if own and code in CORE:
        yield f"{' or '.join(sorted(own))} from single methods"
    elif code not in CORE and code not in CORE_STATUSES:
        yield " or ".join(sorted({find_status(code, method.rest) for method in find_givers(code)})) or "400"


def _render_meanings(code: str) -> str:
    """A table of the meanings; methods that share one are in one row."""
    meanings: dict[tuple[str, str], list[type[Method]]] = {}
    for method in find_givers(code):
        meanings.setdefault((find_status(code, method.rest), method.errors[code]), []).append(method)
    rows = ((", ".join(f"`{method.rest}`" for method in group), *meaning) for meaning, group in meanings.items())
    return render_table(("Method", "HTTP", "Why, and what to do"), rows) if meanings else ""


def _list_related(code: str) -> Iterator[str]:
    for method in find_givers(code):
        yield f"`{method.tool()}`: {method.page()}"
    if code == "WRONG_AUTH_TYPE":
        for method in methods().values():
            if method.auth is Auth.APPLICATION:
                yield f"`{method.tool()}` (application only): {method.page()}"


def _list_general() -> Iterator[tuple[str, str, str]]:
    for code, advice in CORE.items():
        yield format_code(code), find_status(code), advice


def _list_handling() -> Iterator[tuple[str, str]]:
    for code, advice in HANDLING.items():
        yield format_code(code), advice


def _list_own() -> Iterator[tuple[str, str]]:
    for code in sorted(_collect_givers()):
        yield format_code(code), ", ".join(method.rest for method in find_givers(code))


def _list_neighbours() -> Iterator[tuple[str, str, str]]:
    for code, (method, advice) in NEIGHBOURS.items():
        yield format_code(code), f"`{method}`", advice
