"""Every error code of every method, provoked in the embedded portal and met through the server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.assistant import Assistant, assistant, text_of
from tests.contract.facts import METHODS
from tests.served import ServedSandbox, serve_sandbox
from tests.tools.provocations import PROVOCATIONS
from tests.tools.provocations.provocation import Provocation
from tools.naming import make_tool_name
from tools.registry import methods

STATUS = {(facts.rest, error.code): error.status for facts in METHODS.values() for error in facts.errors}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[ServedSandbox]:
    with serve_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def as_owner_of(sandbox: ServedSandbox) -> Iterator[Callable[[str], Assistant]]:
    """One spawned server for each webhook that is needed."""
    with ExitStack() as stack:
        started: dict[str, Assistant] = {}

        def connected(webhook: str) -> Assistant:
            if webhook not in started:
                started[webhook] = stack.enter_context(assistant(webhook=f"{sandbox.address}{webhook}"))
            return started[webhook]

        yield connected


def _name(provocation: Provocation) -> str:
    return f"{provocation.method}:{provocation.code}"


def test_every_known_code_is_provoked() -> None:
    assert {(one.rest, one.code) for one in PROVOCATIONS} == set(STATUS)


@pytest.mark.parametrize("provocation", PROVOCATIONS, ids=_name)
def test_a_code_arrives_as_a_failure_with_its_advice(
    provocation: Provocation, sandbox: ServedSandbox, as_owner_of: Callable[[str], Assistant]
) -> None:
    method = methods()[make_tool_name(provocation.rest)]
    client = as_owner_of(provocation.webhook)
    status = STATUS[provocation.rest, provocation.code]
    sandbox.control("reset")
    sandbox.control("switches", provocation.switches)
    arguments = provocation.arguments

    if arguments is None:
        answered, answer = sandbox.post(f"{provocation.webhook}{provocation.rest}", provocation.body)
        assert (answered, answer.get("error")) == (status, provocation.code)
        assert client.call(method.tool(), provocation.body).is_error
        sandbox.control("switches", {"hold": {"code": provocation.code, "status": status, "calls": 1}})
        arguments = method.example
    for _ in range(provocation.first):
        client.call(method.tool(), arguments)
    reply = client.call(method.tool(), arguments)

    assert reply.is_error
    assert f"What to do: {method.errors[provocation.code]}\n" in f"{text_of(reply)}\n"
    assert f"Portal's code: {provocation.code or '(empty)'}." in text_of(reply)
