"""The page of a method, rendered from its class."""

import json
import re
from collections.abc import Iterator

from reference.pages.addresses import ERRORS, official_method_page
from reference.pages.examples import make_examples, make_payload
from reference.pages.handling import OWN_CODE, list_handling
from reference.pages.markdown import format_code, render_code, render_list, render_page, render_section, render_table
from reference.pages.parameters import Parameter, find_shared, list_parameters
from reference.pages.statuses import find_status
from tools.effect import Auth, Effect
from tools.method import Method
from tools.naming import make_tool_name, name_field
from tools.registry import methods

EFFECTS = {
    Effect.READ: "only reads",
    Effect.WRITE: "changes what colleagues see",
    Effect.CUSTOMER: "a person outside the team, usually the client, sees something",
    Effect.TAKEOVER: "a dialog moves between people, bots or queues",
    Effect.DESTRUCTIVE: "ends, deletes or overwrites something that cannot simply be put back",
}
CALLERS = {
    Auth.ANY: "incoming webhook or OAuth application; it acts as its user, with the rights of that user",
    Auth.BOT_OWNER: "OAuth application that owns a chat bot, or incoming webhook together with the bot's client_id",
    Auth.BOT: "OAuth application for its own bots, or incoming webhook together with the bot's bot_token",
    Auth.APPLICATION: "OAuth application only; a webhook gets WRONG_AUTH_TYPE",
}
_NAME = re.compile(r"[A-Za-z][\w.]*\w")


def render_method_page(method: type[Method]) -> str:
    """Everything that is known about a method."""
    return render_page(
        f"# {method.rest}: {method.title}",
        method.description(),
        render_list(_list_facts(method)),
        render_section("Arguments", _render_arguments(method)),
        render_section("Result", _render_result(method)),
        render_section("Behaviour", method.details),
        render_section("Errors", _render_errors(method)),
        render_section("Results that mean failure", _render_refusals(method)),
        render_section(OWN_CODE, _render_handling(method)),
        render_section("Examples", _render_examples(method)),
        render_section("Related", render_list(_list_related(method))),
    )


def _list_facts(method: type[Method]) -> Iterator[str]:
    yield f"Tool: `{method.tool()}` (toolset {method.toolset()})"
    yield f"Who may call: {CALLERS[method.auth]}. {_describe_scopes(method)}"
    yield f"Effects: {'; '.join(EFFECTS[effect] for effect in Effect if effect in method.effects)}"
    yield f"Sending again after a lost answer: {_describe_repeating(method)}"
    yield f"Idempotent: {_describe_idempotence(method)}"
    if address := official_method_page(method):
        yield f"Official page: {address}"


def _describe_scopes(method: type[Method]) -> str:
    return f"Scope {' or '.join(f'`{scope}`' for scope in method.scopes)}." if method.scopes else "No scope is needed."


def _describe_repeating(method: type[Method]) -> str:
    return "safe" if method.repeatable() else "not safe, as the first call may have worked: look at the state first"


def _describe_idempotence(method: type[Method]) -> str:
    if method.reads() or method.idempotent:
        return "yes, a second identical call leaves the same state"
    return "no, a second identical call fails or acts again"


def _render_arguments(method: type[Method]) -> str:
    shared = find_shared(method, methods())
    if shared is None:
        return _render_parameters(list_parameters(method))
    first, names = shared
    own = [name for name in method.model_fields if name not in names]
    return (
        f"{_render_parameters(list_parameters(method, own))}\n\n"
        f"Besides these, every argument of the table of {first.rest} ({first.page()}), all of them optional."
    )


def _render_parameters(rows: list[Parameter]) -> str:
    if not rows:
        return "It takes none."
    return render_table(
        ("Argument", "REST parameter", "Type", "Required", "Limits", "Meaning"),
        (
            (f"`{row.argument}`", f"`{row.rest}`", row.type, "yes" if row.required else "no", row.limits, row.meaning)
            for row in rows
        ),
    )


def _render_result(method: type[Method]) -> str:
    fields = ", ".join(f"`{name_field(field)}`" for field in method.names)
    names = fields and f"Where names are known, the tool's answer has them beside the portal's ids: {fields}."
    afterwards = method.afterwards and f"Afterwards: {method.afterwards}"
    return "\n\n".join(filter(None, [*_describe_results(method), names, afterwards]))


def _describe_results(method: type[Method]) -> Iterator[str]:
    """What the portal answers to the REST call, and what the tool answers where that is something else."""
    if method.tool_answer:
        yield f"REST, `result` as it comes: {method.answer}"
        yield f"Tool `{method.tool()}`: {method.tool_answer}"
    else:
        yield method.answer
        if method.returns is not bool:
            yield "The tool gives the same, with numbers as numbers where REST sends them as text."


def _render_errors(method: type[Method]) -> str:
    own = render_table(
        ("Code", "HTTP", "What to do"),
        ((format_code(code), find_status(code, method.rest), advice) for code, advice in method.errors.items()),
    )
    general = f"Codes that any method can give: {ERRORS}"
    return f"{own}\n\n{general}" if method.errors else general


def _render_handling(method: type[Method]) -> str:
    rows = ((format_code(code), status, advice) for code, status, advice in list_handling(method))
    table = render_table(("Code", "HTTP", "What your code does"), rows)
    return f"{table}\n\nOf all other codes, and which status is certain: {ERRORS}"


def _render_refusals(method: type[Method]) -> str:
    return render_list(f"`{json.dumps(result)}` with HTTP 200: {advice}" for result, advice in method.refusals.items())


def _render_examples(method: type[Method]) -> str:
    call = f"Tool `{method.tool()}` with\n\n{render_code('json', json.dumps(dict(method.example), ensure_ascii=False))}"
    codes = (
        f"{example.title}\n\n{render_code(example.language, example.code)}"
        for example in make_examples(method.rest, make_payload(method), application=method.auth is Auth.APPLICATION)
    )
    return "\n\n".join([call, *codes])


def _list_related(method: type[Method]) -> list[str]:
    """The methods that this one's texts send the reader to."""
    texts = " ".join(
        (
            method.description(),
            method.afterwards,
            method.details,
            method.answer,
            method.tool_answer,
            *method.errors.values(),
            *method.refusals.values(),
        )
    )
    found = dict.fromkeys(make_tool_name(name) for name in _NAME.findall(texts) if not name.isalpha())
    others = [methods()[name] for name in found if name in methods() and name != method.tool()]
    return [f"`{other.tool()}`: {other.page()}" for other in others]
