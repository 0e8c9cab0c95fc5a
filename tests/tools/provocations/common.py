"""Error codes that many methods share, read from the facts: a new method needs no line of its own here."""

from collections.abc import Iterator
from typing import Any

from sandbox.seed import seed
from tests.contract.facts import ALL, Facts
from tests.tools.provocations.lines import MESSAGE
from tests.tools.provocations.provocation import Provocation, by, call, hold, state
from tools.naming import make_tool_name
from tools.registry import methods

SESSION_AUTH = ("network.message.add", "bot.session.finish", "bot.session.message.send", "bot.session.operator")
GATE_ARGUMENTS: dict[str, dict[str, Any]] = {
    "imopenlines.message.session.start": {"message_id": 1001},
    "imopenlines.message.quick.save": {"chat_id": 207, "message_id": 1037},
}
"""Arguments beside the chat that have to be right before the gate of a dialog is reached."""


def _codes(facts: Facts) -> set[str]:
    return {error.code for error in facts.errors}


def _example(facts: Facts) -> dict[str, Any]:
    return dict(methods()[make_tool_name(facts.rest)].example)


def provoke_gate() -> Iterator[Provocation]:
    """The gate of a dialog, for every method whose facts name its codes."""
    for facts in ALL:
        if not {"IM_LOAD_ERROR", "CHAT_TYPE"} <= _codes(facts):
            continue
        given = {**_example(facts), "chat_id": 206, **GATE_ARGUMENTS.get(facts.rest, {})}
        method = facts.rest.removeprefix("imopenlines.")
        yield state({"modules": {"im": False}}, method, "IM_LOAD_ERROR", **given)
        yield state({"anonymous": True}, method, "USER_ID", **given)
        yield call(method, "CHAT_ID", **{**given, "chat_id": 99999})
        yield call(method, "CHAT_TYPE", **{**given, "chat_id": 220})
        yield by(seed.NO_RIGHTS_WEBHOOK_PATH, call(method, "ACCESS_DENIED", **given))


def provoke_session_auth() -> Iterator[Provocation]:
    """Calls of a browser session."""
    for method in SESSION_AUTH:
        given = MESSAGE if method.startswith("network") else {"chat_id": 217}
        more = {"name": "WELCOME"} if method.endswith("message.send") else {}
        yield by(seed.SESSION_PATH, call(method, "WRONG_AUTH_TYPE", **given, **more))
    yield by(seed.SESSION_PATH, call("bot.session.transfer", "WRONG_AUTH_TYPE", chat_id=217, user_id=4))


def provoke_the_rest(provoked: set[tuple[str, str]]) -> Iterator[Provocation]:
    """Every other code: the portal is told to answer the method's example with it."""
    for facts in ALL:
        for error in facts.errors:
            if (facts.rest, error.code) not in provoked:
                method = facts.rest.removeprefix("imopenlines.")
                yield state(hold(error.code, error.status), method, error.code, **_example(facts))
