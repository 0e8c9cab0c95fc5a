"""Prompts as a client gets them: what they name and the caller does not have is said."""

import re
from itertools import combinations

import pytest

from prompts import read_prompts
from server.catalogue.registry import every_tool
from server.config.settings import Settings
from server.policy import DEFAULT_POLICY, Policy
from server.protocol.prompts import fill_prompt
from tests.assistant import assistant
from tools import TOOLSETS
from tools.effect import EVERY_EFFECT, Effect

CODE = re.compile(r"`(\w+)`")
MISSING = re.compile(r"^- `(\w+)`: (.+)$", re.MULTILINE)
POLICIES = {
    "all": Policy(frozenset(TOOLSETS)),
    "default": DEFAULT_POLICY,
    "read only": Policy(frozenset(TOOLSETS), Effect.READ),
    "gateway": Policy(frozenset(TOOLSETS), mode="gateway"),
    "nothing": Policy(frozenset()),
    "deny": Policy.from_settings(Settings(sandbox=True, deny=frozenset({"takeover", "v2_operator_list"}))),
    **{f"without {toolset}": Policy(frozenset(TOOLSETS) - {toolset}) for toolset in TOOLSETS},
    **{
        f"without {' and '.join(pair)}": Policy(frozenset(TOOLSETS), EVERY_EFFECT & ~Effect.from_names(frozenset(pair)))
        for pair in combinations(("write", "customer", "takeover", "destructive"), 2)
    },
}


def _text(name: str, policy: Policy) -> str:
    arguments = {one.name: "7" for one in read_prompts()[name].arguments}
    (message,) = fill_prompt(name, arguments, policy).messages
    return message.content.text  # type: ignore[union-attr]


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.parametrize("name", read_prompts())
def test_a_tool_that_a_prompt_names_exists_or_is_said_not_to(name: str, policy: Policy) -> None:
    text = _text(name, policy)
    body, _, _ = text.partition("Not available here")
    missing = {tool for tool, _ in MISSING.findall(text)}

    assert (set(CODE.findall(body)) & set(every_tool())) - set(policy.tools) == missing


@pytest.mark.parametrize("sent", [{"chatId": "7"}, {"CHAT_ID": "7"}, {"chat_id": "7", "toolCallId": "call_1"}])
def test_arguments_of_a_prompt_are_read_as_clients_mean_them(sent: dict[str, str]) -> None:
    policy = POLICIES["all"]
    assert fill_prompt("answer_customer", sent, policy) == fill_prompt("answer_customer", {"chat_id": "7"}, policy)


def test_with_every_tool_nothing_is_missing() -> None:
    assert all("Not available" not in _text(name, POLICIES["all"]) for name in read_prompts())


def test_a_client_that_may_only_read_hears_that_it_cannot_send() -> None:
    with assistant("--sandbox", "--read-only") as client:
        (message,) = client.run("get_prompt", "answer_customer", {"chat_id": "201"}).messages

    assert "leave out the steps that need these, and tell me so first:" in message.content.text
    assert "- `reply`: its effects are customer, takeover, and only read is allowed here" in message.content.text
    assert "- `dialog`:" not in message.content.text
